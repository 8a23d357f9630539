"""Words that a reader meets are spelt as English spells them, and a slip is seen where it may stand."""

import json
from pathlib import Path

import pytest
import spelling

WRONG = "recieve"  # codespell:ignore


def test_no_misspelling_is_known() -> None:
    paths = list(spelling.files())
    assert len(paths) > 300
    assert spelling.misspelt([path for path in paths if path != Path(__file__).resolve()]) == []


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    "name", ["README.md", "book/page.md", "course_lib/a.py", "tests/test_a.py", "Makefile", "_toc.yml"]
)
def test_a_slip_is_seen_with_its_line(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, f"# a line\n# you {WRONG} a page\n")
    assert list(spelling.files(tmp_path)) == [path]
    assert spelling.misspelt([path], tmp_path) == [f"{name}:2: {WRONG} ==> receive"]


def test_a_notebook_is_read_without_what_it_printed(tmp_path: Path) -> None:
    text = {"cell_type": "markdown", "source": ["Fine.\n", f"You {WRONG} this."]}
    code = {"cell_type": "code", "source": "x", "outputs": [{"output_type": "stream", "text": WRONG}]}
    path = write(tmp_path, "book/a.ipynb", json.dumps({"cells": [code, text]}))
    assert spelling.misspelt([path], tmp_path) == [f"book/a.ipynb:3: {WRONG} ==> receive"]


def test_sentences_of_other_languages_and_foreign_scripts_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "book/static/vendor/a.js", WRONG)
    write(tmp_path, "course_lib/corpora/grammar/words.py", WRONG)
    write(tmp_path, "course_lib/corpora/phrasebook/a.txt", WRONG)
    assert list(spelling.files(tmp_path)) == []


def test_a_word_is_let_pass_only_while_it_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nothing needs any more would let a true slip pass."""
    fine = set(spelling.FINE)
    paths = [path for path in spelling.files() if path.name != "spelling.py"]
    monkeypatch.setattr(spelling, "FINE", {})
    flagged = {line.split(":", 2)[2].split("==>")[0].strip().lower() for line in spelling.misspelt(paths)}
    assert fine - flagged == set()


def test_codespell_that_fails_is_no_clean_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "README.md", f"{WRONG}\n")
    monkeypatch.setattr(spelling.sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="codespell failed"):
        spelling.misspelt([path], tmp_path)
