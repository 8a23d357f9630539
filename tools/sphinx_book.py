"""Build the book with plain Sphinx, and compare it page by page with what Jupyter Book built; run by `make sphinx`.

The course can outlive Jupyter Book 1.x: `jupyter-book config sphinx` writes a conf.py, and from there on Sphinx needs
nothing else. Text and links of every page have to be the same.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from build_book import HTML, ROOT, SAME_DAY
from check_book import soup_of

CONFIGURATION = ROOT / "conf.py"
PLAIN = ROOT / "_build" / "sphinx"


def build() -> int:
    """Write conf.py, build with it and take it away again; return Sphinx's exit status."""
    tool = str(Path(sys.executable).with_name("jupyter-book"))
    environment = os.environ | SAME_DAY | {"PYTHONPATH": str(ROOT / "tools")}
    shutil.rmtree(PLAIN, ignore_errors=True)
    try:
        subprocess.run([tool, "config", "sphinx", str(ROOT)], check=True, stdout=subprocess.DEVNULL)
        options = ["-b", "html", "-q", "-W", "-n", "--keep-going", "-d", str(PLAIN.with_name("sphinx-doctrees"))]
        command = [sys.executable, "-m", "sphinx", *options, str(ROOT), str(PLAIN)]
        return subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode
    finally:
        CONFIGURATION.unlink(missing_ok=True)


def read(path: Path) -> tuple[str, list[str]]:
    """Return the words of a page, and where its links lead."""
    page = soup_of(path)
    article = page.find("article") or page
    return " ".join(article.get_text(" ").split()), [str(link["href"]) for link in article.find_all("a", href=True)]


def differences(one: Path = HTML, other: Path = PLAIN) -> list[str]:
    """Return one line for each page that only one of two books has, or that reads or links otherwise."""
    pages = {path.relative_to(one).as_posix() for path in (one / "book").rglob("*.html")}
    others = {path.relative_to(other).as_posix() for path in (other / "book").rglob("*.html")}
    found = [f"{name}: only one of the two books has it" for name in sorted(pages ^ others)]
    for name in sorted(pages & others):
        (text, links), (other_text, other_links) = read(one / name), read(other / name)
        if text != other_text:
            found.append(f"{name}: the text differs")
        if links != other_links:
            found.append(f"{name}: the links differ: {sorted(set(links) ^ set(other_links))[:3]}")
    return found


def main() -> int:
    if build() != 0:
        print("Plain Sphinx did not build the book: see the warnings above.", file=sys.stderr)
        return 1
    found = differences()
    for line in found:
        print(line, file=sys.stderr)
    pages = len(list((PLAIN / "book").rglob("*.html")))
    print(f"{pages} pages by plain Sphinx, {len(found) or 'no'} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
