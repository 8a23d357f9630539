"""Fixtures that several test files share."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import build_book  # noqa: E402  (the tools are scripts, not a package)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Pin torch's thread count, on which the last bits of a sum depend; only where torch is loaded already."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


@pytest.fixture(scope="session")
def html() -> Path:
    """The book, built from what is in the tree now; a warning of the build fails every test that asks for it."""
    if build_book.build() != 0:
        pytest.fail("The book was not built: run `make book` and read its warnings.", pytrace=False)
    return build_book.HTML
