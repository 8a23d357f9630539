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


def test_every_file_the_table_names_is_there():
    rows = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `")]
    names = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    missing = [name for name in names if not any((folder / name).exists() for folder in (ROOT, ROOT / "course_lib"))]
    assert len(names) > 15 and not missing
