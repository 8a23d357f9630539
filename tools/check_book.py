"""Check what no other test looks at: the built pages' weight, texts and links, and the notebooks' form.

Every function returns a list of complaints, one line each; an empty list is good news.
"""

import ast
import json
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from execute_notebooks import all_notebooks

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
HEAVIEST = 1_000_000  # bytes of HTML a page
OUTSIDE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
CSS_URL = re.compile(r"(?:url\(|@import)\s*['\"]?\s*((?:https?:)?//[^'\")\s]+)")
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
# A code fence with braces, a colon fence, or a role before a code span: Colab shows all three raw.
MYST = re.compile(r"^\s*(?:`{3,}|:{3,})\s*\{[\w:-]+\}|(?<!`)\{[\w:+-]+\}`[^`]+`", re.MULTILINE)
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")


def pages(html: Path = HTML) -> list[Path]:
    """Return the built pages of the book, without theme files."""
    return sorted(path for path in html.rglob("*.html") if "_static" not in path.parts and "_sources" not in path.parts)


def soup_of(path: Path) -> BeautifulSoup:
    """Return the page in pieces, to be read and left as they are: of one page they are kept."""
    return _soup(path.read_text("utf-8"))


@lru_cache(maxsize=1)  # several checks ask for one page after the other; all pages would fill half a gigabyte
def _soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "lxml")


def widget_markup(soup: BeautifulSoup) -> list[BeautifulSoup]:
    """Return the HTML texts inside the page's stored widgets, which a script will show."""
    found = []
    for script in soup.find_all("script", type=WIDGET_STATE):
        for model in json.loads(script.get_text())["state"].values():
            value = model["state"].get("value")
            if isinstance(value, str) and "<" in value:
                found.append(BeautifulSoup(value, "lxml"))
    return found


def page_weight(path: Path) -> list[str]:
    size = path.stat().st_size
    return [f"{path.name}: {size:,} bytes, expected at most {HEAVIEST:,}"] if size > HEAVIEST else []


def is_hidden(tag: Tag) -> bool:
    """Say whether ``tag`` is decoration, hidden from screen readers, or a piece of a labelled picture."""
    return any(
        parent.get("aria-hidden") == "true" or (parent is not tag and parent.name == "svg")
        for parent in [tag, *tag.parents]
        if isinstance(parent, Tag)
    )


def is_named(tag: Tag) -> bool:
    """Say whether a picture has a name: alt for an image, a label or a title for an SVG."""
    if tag.name == "img":
        return bool(str(tag.get("alt", "")).strip())
    if str(tag.get("aria-label", "")).strip() or tag.get("aria-labelledby"):
        return True
    title = tag.find("title", recursive=False)
    return isinstance(title, Tag) and bool(title.get_text(strip=True))


def pictures(path: Path) -> list[str]:
    """Complain of pictures that a screen reader cannot name. The theme's logo, drawn twice, is named once."""
    found = []
    page = soup_of(path)
    for soup in [page.find("article") or page, *widget_markup(page)]:
        for tag in soup.find_all(["img", "svg"]):
            # a <svg> that only defines shapes draws nothing
            draws = tag.name == "img" or tag.find(["path", "rect", "circle", "line", "text", "use", "image"])
            if draws and not is_hidden(tag) and not is_named(tag) and "course-hidden" not in str(tag.parent)[:200]:
                found.append(f"{path.name}: a picture without alternative text: {str(tag)[:120]}")
    return found


def outside_requests(path: Path) -> list[str]:
    """Complain of scripts, styles, pictures, fonts and frames from another host (links to click are fine)."""
    soup = soup_of(path)
    places = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src"}
    addresses = [str(tag[key]) for name, key in places.items() for tag in soup.find_all(name, attrs={key: True})]
    fetched = {"stylesheet", "preload", "icon", "modulepreload", "preconnect", "dns-prefetch", "manifest"}
    links = soup.find_all("link", href=True, rel=True)
    addresses += [str(link["href"]) for link in links if fetched & {str(word).lower() for word in link["rel"]}]
    for style in soup.find_all("style"):
        addresses += CSS_URL.findall(style.get_text())
    return [f"{path.name}: fetches {address}" for address in addresses if OUTSIDE.match(address)]


def outside_styles(html: Path = HTML) -> list[str]:
    """Complain of stylesheets that fetch from another host."""
    return [
        f"{sheet.relative_to(html)}: fetches {address}"
        for sheet in sorted(html.rglob("*.css"))
        for address in CSS_URL.findall(sheet.read_text("utf-8"))
    ]


def is_empty(source: str) -> bool:
    """Say whether a code cell holds nothing but comments (a kernel gives such a cell no number)."""
    try:
        return not ast.parse(source).body
    except SyntaxError:
        return False  # a line magic


def notebook_form(path: Path) -> list[str]:
    """Complain of cells not run or failed, MyST in the text, and outputs that change at every run."""
    notebook: dict[str, Any] = json.loads(path.read_text("utf-8"))
    found, count = [], 0
    for number, cell in enumerate(notebook["cells"], start=1):
        place, source = f"{path.name}, cell {number}", "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            found += [f"{place}: Colab shows MyST raw: {match.strip()}" for match in MYST.findall(source)]
        left_to_readers = "skip-execution" in cell["metadata"].get("tags", ())  # minutes of training, in a problem set
        if cell["cell_type"] != "code" or is_empty(source) or left_to_readers:
            continue
        count += 1
        if cell["execution_count"] != count:
            found.append(f"{place}: execution count {cell['execution_count']}, expected {count}: run `make execute`")
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                found.append(f"{place}: stored error {output['ename']}: {output['evalue']}")
            if match := ADDRESS.search(json.dumps(output)):
                found.append(f"{place}: an output holds an object's address, which changes: {match.group()}")
    return found


def all_problems(html: Path = HTML) -> list[str]:
    """Return every complaint about the built book and its notebooks."""
    found = outside_styles(html)
    for page in pages(html):
        for check in (page_weight, pictures, outside_requests):
            found += check(page)
    for notebook in all_notebooks():
        found += notebook_form(notebook)
    return found


if __name__ == "__main__":
    complaints = all_problems()
    for line in complaints:
        print(line, file=sys.stderr)
    print(f"{len(pages())} pages, {len(all_notebooks())} notebooks: {len(complaints) or 'no'} complaints")
    sys.exit(1 if complaints else 0)
