"""Keep the repository's address one setting: `repository.url` in _config.yml.

Without an argument: check that every file that repeats it says the same. With a new address: write it
into _config.yml and into all of them. A notebook opened on Colab, pyproject.toml and the README cannot
read the setting, so they repeat it.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import yaml
from stable_notebook import name_cells

from course_lib.files import write_atomically

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_NAME = "attention-step-by-step"
ADDRESS = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+)")
SUFFIXES = {".ipynb", ".md", ".toml", ".yml", ".yaml", ".py", ".cff", ".html"}


def address(root: Path = ROOT) -> str:
    """Return the one setting; ValueError where it is not a repository on GitHub."""
    url = yaml.safe_load((root / "_config.yml").read_text("utf-8"))["repository"]["url"]
    if not ADDRESS.fullmatch(url):
        raise ValueError(f"_config.yml: repository.url: expected https://github.com/OWNER/NAME, got {url!r}.")
    return str(url)


def slug(url: str) -> str:
    """Return ``OWNER/NAME`` of an address."""
    return url.removeprefix("https://github.com/")


def known_to_git(root: Path) -> list[str] | None:
    """Return the names of the files that git knows or could know, or None where it answers for no such folder.

    So it is in an unpacked archive, in a folder of another owner, and where there is no git.
    """
    command = ["git", "-c", "core.quotePath=false", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return listing.splitlines() or None  # another project, in whose folder this one stands, ignores it


def walked(root: Path) -> Iterator[str]:
    """Yield the names of all files but those in folders that .gitignore names, as far as that goes without git."""
    ignore = root / ".gitignore"
    patterns = (
        [line for line in ignore.read_text("utf-8").splitlines() if line.endswith("/")] if ignore.exists() else []
    )
    for folder, folders, names in os.walk(root):
        place = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if name != ".git" and not _ignored(place / name, patterns)]
        yield from ((place / name).as_posix() for name in names)


def _ignored(folder: Path, patterns: list[str]) -> bool:
    """Say whether a folder fits a line such as ``name/``, ``/name/`` or ``some/name/`` of .gitignore."""
    return any(
        fnmatch(folder.as_posix() if "/" in pattern[:-1] else folder.name, pattern.strip("/")) for pattern in patterns
    )


def files(root: Path) -> Iterator[Path]:
    """Yield the project's text files that may hold the address: those that git knows, or all there are."""
    for name in sorted(set(known_to_git(root) or walked(root))):
        path = root / name
        # the tests speak of made-up addresses
        if path.suffix in SUFFIXES and path.is_file() and not name.startswith("tests/"):
            yield path


def mentions(text: str, name: str) -> list[str]:
    """Return every ``OWNER/NAME`` of this project that ``text`` links to: on GitHub, Colab or as a raw file."""
    names = "|".join(sorted({re.escape(name), re.escape(DEFAULT_NAME)}))
    host = r"(?:github\.com|githubusercontent\.com|colab\.research\.google\.com/github)"
    return re.findall(rf"{host}/([\w.-]+/(?:{names}))(?![\w-])", text)


def problems(root: Path = ROOT) -> list[str]:
    """Return one line for every file that repeats another address, and every chapter whose badge is wrong."""
    wanted = slug(address(root))
    found = []
    for path in files(root):
        text, place = path.read_text("utf-8"), path.relative_to(root).as_posix()
        found += [
            f"{place}: expected {wanted}, got {other}"
            for other in sorted(set(mentions(text, wanted.split("/")[1])))
            if other != wanted
        ]
        if path.suffix == ".ipynb" and "chapters" in path.parts:
            link = f"https://colab.research.google.com/github/{wanted}/blob/main/{place}"
            cells = json.loads(text)["cells"]
            if not any(link in "".join(cell["source"]) for cell in cells):
                found.append(f"{place}: expected a link to Colab, {link}")
    return found


def named_anew(notebook: str) -> str:
    """Return a notebook's text with its cells named as `make execute` names them: by what stands in them."""
    cells = json.loads(notebook)
    name_cells(cells["cells"])
    return json.dumps(cells, indent=1, ensure_ascii=False) + "\n"


def change(new: str, root: Path = ROOT) -> int:
    """Write the address ``new`` wherever the old one stands; return how many files changed."""
    if not ADDRESS.fullmatch(new):
        raise ValueError(f"expected https://github.com/OWNER/NAME, got {new!r}.")
    old, changed = slug(address(root)), 0
    for path in files(root):
        text = path.read_text("utf-8")
        updated = re.sub(rf"{re.escape(old)}(?![\w-])", slug(new), text)
        if updated != text and path.suffix == ".ipynb":
            updated = named_anew(updated)
        if updated != text:
            mode = path.stat().st_mode
            write_atomically(path, updated.encode())
            path.chmod(mode)
            changed += 1
    return changed


def main() -> None:
    parser = argparse.ArgumentParser(description="Check the repository's address, or change it everywhere.")
    parser.add_argument("new", nargs="?", help="the new address, https://github.com/OWNER/NAME")
    arguments = parser.parse_args()
    if known_to_git(ROOT) is None:
        print("address: git does not answer for this folder, so every text file in it is read.", file=sys.stderr)
    try:
        if arguments.new:
            print(f"{change(arguments.new)} files now say {arguments.new}.")
        found = problems()
    except ValueError as error:
        sys.exit(f"address: {error}")
    for line in found:
        print(line, file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
