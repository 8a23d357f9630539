"""The shape of the project: which file may import which, one address, one style."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import repository_address

from tests.rooms import LIBRARY, RANK, ROOT, SOURCES, imported_modules, public_definitions, room_of, wrong_imports


def test_every_module_of_the_library_has_a_room() -> None:
    assert {room_of(path) for path in SOURCES} <= set(RANK)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_imports_only_go_up_the_list(path: Path) -> None:
    assert wrong_imports(room_of(path), path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("room", "source", "wrong"),
    [
        ("search", "from course_lib.seq2seq import Seq2Seq", ["seq2seq"]),
        ("search", "def f():\n    import course_lib.seq2seq", ["seq2seq"]),
        ("attention", "from course_lib import decoders", ["decoders"]),
        ("attention", "from . import decoders", ["decoders"]),
        ("plots", "import torch.nn as nn", ["torch"]),
        ("decoders", "from course_lib.attention import masked_softmax\nimport torch", []),
    ],
)
def test_a_wrong_import_is_seen(room: str, source: str, wrong: list[str]) -> None:
    assert wrong_imports(room, source) == wrong


@pytest.mark.parametrize(
    ("module", "slow"),
    [
        ("course_lib.corpora", "torch matplotlib IPython ipywidgets sacrebleu"),
        ("course_lib.widgets", "torch matplotlib sacrebleu"),
        ("course_lib.plots", "torch ipywidgets sacrebleu"),
        ("course_lib.checks", "torch numpy"),
        ("course_lib.results", "torch numpy"),
    ],
)
def test_an_import_brings_along_only_what_it_needs(module: str, slow: str) -> None:
    """Who waits for a first slider waits for this: each of the slow ones takes a good part of a second, torch two."""
    code = f"import sys, {module}; print(*sorted(set({slow.split()}) & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout.strip(), done.returncode) == ("", 0), done.stderr


def test_plots_widgets_and_metrics_load_no_torch() -> None:
    modules = [room for room in ("metrics", "probes", "traces", "plots", "widgets") if room in map(room_of, SOURCES)]
    code = f"import sys, {', '.join('course_lib.' + room for room in modules)}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout.strip(), done.returncode) == ("False", 0), done.stderr


# The tables of one language have the names of the other languages' tables.
PER_LANGUAGE = LIBRARY / "corpora" / "grammar" / "languages"
# load: of a corpus, of a record, always said with its module; T: any type at all
DEFINED_TWICE = {"load", "T"}


def test_a_name_stands_for_two_things() -> None:
    """A reader who met `Candidate` in the beam took the one of the trace for it."""
    homes: dict[str, list[str]] = {}
    for path in SOURCES:
        if PER_LANGUAGE not in path.parents:
            for name in public_definitions(path.read_text("utf-8")):
                homes.setdefault(name, []).append(path.relative_to(LIBRARY).as_posix())
    assert {name: files for name, files in homes.items() if len(files) > 1 and name not in DEFINED_TWICE} == {}
    assert all(len(homes[name]) > 1 for name in DEFINED_TWICE), "no longer true: take it off the list"


def test_a_function_hides_the_module_of_its_name() -> None:
    """After `from package.name import name`, `package.name` is the function: the module is out of reach."""
    hidden = []
    for path in LIBRARY.rglob("__init__.py"):
        submodules = {p.stem for p in path.parent.glob("*.py")} | {p.parent.name for p in path.parent.glob("*/*.py")}
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                hidden += [alias.name for alias in node.names if (alias.asname or alias.name) in submodules]
    assert hidden == []


def test_a_test_needs_another_test() -> None:
    """What two tests share stands apart: else a renamed test takes its neighbours with it."""
    borrowed = {
        (path.name, name)
        for path in (ROOT / "tests").rglob("*.py")
        for name in imported_modules(path.read_text("utf-8"), "tests")
        if name.split(".")[-1].startswith("test_") and name.startswith("tests.")
    }
    assert borrowed == set()


def test_every_file_says_the_same_address() -> None:
    assert repository_address.problems() == []


@pytest.fixture(params=["a repository", "an unpacked archive", "ignored by another", "another owner", "no git"])
def small_project(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the setting, and a README and a notebook that repeat it; in every kind of folder."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    if request.param == "ignored by another":
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
        (tmp_path / ".gitignore").write_text("/inner/\n")
        tmp_path = tmp_path / "inner"
        tmp_path.mkdir()
    elif request.param == "no git":
        monkeypatch.setenv("PATH", "")
    elif request.param == "another owner":
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    url = "https://github.com/OWNER/attention-step-by-step"
    badge = url.replace("https://", "https://colab.research.google.com/").replace("github.com", "github")
    (tmp_path / "_config.yml").write_text(f"repository:\n  url: {url}\n")
    (tmp_path / "README.md").write_text(f"git clone {url}.git\n")
    (tmp_path / "book" / "chapters").mkdir(parents=True)
    cell = {
        "cell_type": "markdown",
        "id": "0e93493c",
        "source": [f"[Colab]({badge}/blob/main/book/chapters/one.ipynb)"],
    }
    (tmp_path / "book" / "chapters" / "one.ipynb").write_text(json.dumps({"cells": [cell]}))
    if request.param in ("a repository", "another owner"):
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("_build*/\n/data/\n")
    for folder in ("_build", "book/_build-next", "data"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "index.html").write_text(f"{url}x https://github.com/else/attention-step-by-step")
    return tmp_path


def test_a_new_address_is_written_everywhere_and_another_is_seen(small_project: Path) -> None:
    assert repository_address.problems(small_project) == []
    assert repository_address.change("https://github.com/school/attention", small_project) == 3
    assert repository_address.address(small_project) == "https://github.com/school/attention"
    assert repository_address.problems(small_project) == []
    (cell,) = json.loads((small_project / "book" / "chapters" / "one.ipynb").read_text("utf-8"))["cells"]
    assert cell["id"] != "0e93493c", "a cell is named by what stands in it: `make test` of a fork would be red"

    readme = small_project / "README.md"
    readme.write_text("git clone https://github.com/OWNER/attention-step-by-step\n")
    assert repository_address.problems(small_project) == [
        "README.md: expected school/attention, got OWNER/attention-step-by-step"
    ]
    readme.unlink()
    notebook = small_project / "book" / "chapters" / "one.ipynb"
    notebook.rename(notebook.with_name("two.ipynb"))
    (problem,) = repository_address.problems(small_project)
    assert problem.startswith("book/chapters/two.ipynb: expected a link to Colab")


@pytest.mark.parametrize("new", ["school/attention", "http://github.com/a/b", "https://github.com/a", ""])
def test_an_address_that_is_none_is_refused(small_project: Path, new: str) -> None:
    with pytest.raises(ValueError, match="expected https://github"):
        repository_address.change(new, small_project)


@pytest.mark.parametrize(
    "command", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=" ".join
)
def test_style_and_types(command: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_requirements_are_pinned_and_torch_comes_first() -> None:
    lines = [re.split("[#;]", line)[0].strip() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()]
    lines = [line for line in lines if line]
    assert lines[0].startswith("torch==")
    assert [line for line in lines if line.count("==") != 1] == []
    names = [line.split("==")[0].lower().replace("_", "-") for line in lines]
    assert len(names) == len(set(names))
