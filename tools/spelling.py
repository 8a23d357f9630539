"""Look for misspellings in what a reader meets: prose, code, and the text of notebooks without their outputs.

codespell knows common misspellings of English words; `make lint` and a test call this. French, Chinese and Marathi
sentences are data and stand in files that are left out; the few of their words that stand in English text, and
names that look like a slip, are in ``FINE``, each with its reason.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import written_text

ROOT = Path(__file__).resolve().parent.parent
PLACES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "Makefile",
    "_config.yml",
    "_toc.yml",
    "book",
    "course_lib",
    "tests",
    "tools",
    "benchmarks",
)
SUFFIXES = {".md", ".py", ".ipynb", ".css", ".js", ".yml", ".bib", ""}
DATA = ("course_lib/corpora/grammar/", "course_lib/corpora/phrasebook/", "book/static/live/en-fr.js")
FINE = {
    "aer": "alignment error rate",
    "pinter": "a name",
    "nd": "digits (Unicode's Nd), an axis of that number",
    "notin": "Python's own node of a syntax tree",
    "abord": "French",
    "dorment": "French",
    "fille": "French",
    "filles": "French",
    "finis": "French",
    "mange": "French",
    "ist": "German",
    "mot": "French",
    "ons": "an ending of French verbs",
    "rouge": "French",
    "sie": "German",
    "te": "Marathi in Latin letters, and a part of a word",
    "vie": "the code of Vietnamese",
    "vor": "German",
    "coppy": "typed wrongly on purpose: the command line asks what was meant",
    "trian": "the same",
}
CLEAN, FINDINGS = 0, 65
"""How codespell ends."""


def files(root: Path = ROOT) -> Iterator[Path]:
    """Yield every file whose words are English, in a fixed order."""
    for file in written_text.files(root, PLACES, SUFFIXES):
        if not file.relative_to(root).as_posix().startswith(DATA):
            yield file


def text_of(file: Path) -> str:
    """Return the words that are looked at: of a notebook its cells, without what they printed."""
    text = file.read_text("utf-8")
    return written_text.of_notebook(text) if file.suffix == ".ipynb" else text


def misspelt(paths: list[Path], root: Path = ROOT) -> list[str]:
    """Return ``file:line: word ==> words`` for every finding in ``paths``; of a notebook the line among its cells'."""
    with tempfile.TemporaryDirectory() as folder:
        copies = {Path(folder, f"{number}.txt"): path for number, path in enumerate(paths)}
        for copy, path in copies.items():
            copy.write_text(text_of(path), "utf-8")
        command = [sys.executable, "-m", "codespell_lib", "--ignore-words-list", ",".join(["zzz", *FINE]), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (CLEAN, FINDINGS):
        raise RuntimeError(f"codespell failed: {done.stderr.strip()}")
    found = []
    for line in filter(lambda line: "==>" in line, done.stdout.splitlines()):
        name, place, words = line.split(":", 2)
        found.append(f"{copies[Path(name)].relative_to(root)}:{place}:{words}")
    return sorted(found)


def main() -> int:
    found = misspelt(list(files()))
    print("\n".join(found) or "No misspelling is known to codespell.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
