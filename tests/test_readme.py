"""The first thing a visitor copies must run, and print what the README says it prints."""

import re
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_prints_what_stands_below_it(capsys: pytest.CaptureFixture[str]):
    example = re.search(r"```python\n(.*?)```\s+```text\n(.*?)```", README, re.DOTALL)
    assert example is not None
    torch.set_num_threads(1)
    exec(example.group(1), {})
    assert capsys.readouterr().out == example.group(2)


NAMED = re.compile(r"`([\w.-]+/[\w./-]*|[\w-]+\.(?:py|md|yml|toml|ipynb)|Makefile)`|\]\((?!https?:)([^)#]+)\)")
SUFFIXES = (".py", ".ipynb")


def named(text: str) -> set[str]:
    """Return every path that a text names in backticks, as a link, or in a command."""
    commands = {
        word for block in re.findall(r"```bash\n(.*?)```", text, re.DOTALL) for word in re.split(r"[\s=]", block)
    }
    commands = {word for word in commands if "/" in word and word.endswith(SUFFIXES) and not word.startswith(".")}
    return {path for found in NAMED.findall(text) for path in found if path} | commands


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_is_there(name: str):
    """A map that sends its reader to a file that has moved is worse than none."""
    found = named((ROOT / name).read_text(encoding="utf-8"))
    folders = (ROOT, ROOT / "course_lib")
    assert len(found) > 20
    assert sorted(path for path in found if not any((folder / path).exists() for folder in folders)) == []


def test_a_file_that_is_not_there_is_seen():
    text = "`course_lib/nowhere.py` [a](b.md) `nowhere.py` `make book`\n"
    text += "```bash\npython tools/x.py NOTEBOOKS=book/y.ipynb\n```"
    assert named(text) == {"course_lib/nowhere.py", "b.md", "nowhere.py", "tools/x.py", "book/y.ipynb"}


def test_the_map_names_every_room_of_the_library():
    """The heart, seq2seq.py, was once missing from the map."""
    text = README[README.index("## What is where") :]
    small = {
        "__main__",
        "claims",
        "options",
        "files",
        "devices",
        "history",
        "saved_models",
        "traces",
        "tensors",
        "fingerprints",
    }
    rooms = {
        path.stem for path in (ROOT / "course_lib").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert sorted(room for room in rooms - small - {"__init__"} if f"`course_lib/{room}" not in text) == []


# What strangers looked for: a word of the line that helps them, the file it sends them to, what they find there.
QUESTIONS = (
    ("mask applied", "attention/base.py", "masked_fill(~mask"),
    ("fifth", "course_lib/corpora/grammar/languages/__init__.py", "Another language is a file here"),
    ("gold link", "course_lib/corpora/grammar/derivations.py", "def align("),
    ("checkpoint written", "training/checkpoints.py", "def save_checkpoint("),
    ("teacher forcing", "course_lib/batching.py", "that is teacher forcing"),
    ("length normalised", "search/scoring.py", "def length_penalty("),
    ("frames", "widgets/frames.py", "def step_frame("),
    ("exercises", "course_lib/checks/chapter05.py", "def check_"),
    ("BLEU", "course_lib/metrics/sentences.py", "def bleu("),
    ("a score", "course_lib/models.py", "def _score("),
    ("otherwise", "course_lib/departures.py", "Departs from the paper:"),
)


@pytest.mark.parametrize(("word", "path", "found"), QUESTIONS, ids=[word for word, *_ in QUESTIONS])
def test_a_stranger_asks_and_the_map_sends_them_elsewhere(word: str, path: str, found: str):
    """One line of the two maps has the word and names the file, or its folder; and the file has what they want."""
    maps = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = [line for line in maps.splitlines() if line.startswith("|") and word in line]
    names = {path, f"{path.rpartition('/')[0]}/"}
    assert any(names & named(line) for line in lines), lines
    home = next(folder / path for folder in (ROOT, ROOT / "course_lib") if (folder / path).exists())
    assert found in home.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "book/how-to-use.md"])
def test_every_make_target_that_is_named_exists(name: str):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    wanted = set(re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
    assert wanted and wanted <= targets
