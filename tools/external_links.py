"""The addresses outside that the book, its papers, the READMEs and the docstrings name; `make links` visits them.

tests/external_links.txt is the list, made by ``--write``; a test holds it complete. An address that a server says
is gone (404, 410) or that has no server is dead and ends the visit with an error. A server that only refuses a
program (403, 429 and the like) is named and let go: what a reader sees there, a person has to look up.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import repository_address
import requests
import written_text

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "external_links.txt"
PLACES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "book",
    "course_lib",
    "tools",
    "benchmarks",
)
SUFFIXES = {".md", ".ipynb", ".py", ".bib"}
ADDRESS = re.compile(r"https?://[^\s<>\"'`|\\^{}\[\]]+")
DOI = re.compile(r"^\s*doi\s*=\s*[{\"]([^}\"]+)[}\"]", re.MULTILINE | re.IGNORECASE)
OWN = repository_address.slug(repository_address.address())
"""Stands in the addresses of this repository, which a test compares with its files: there may be none there yet."""
NOT_OUTSIDE = re.compile(
    r"https?://(127\.0\.0\.1|localhost|www\.w3\.org/\d|example\.(org|com)|github\.com/OWNER/)|…|\.\.\."
)
GONE = {404, 410}
AGENT = {"User-Agent": "Mozilla/5.0 (compatible; a course's link check)"}


class Visit(NamedTuple):
    """What came of a visit: the address, ``ok``, ``refused`` or ``dead``, and what the server said."""

    address: str
    outcome: str
    said: str


def files(root: Path = ROOT) -> Iterator[Path]:
    """Return every file that may name an address, in a fixed order."""
    return written_text.files(root, PLACES, SUFFIXES)


def text_of(file: Path) -> str:
    """Return what is written in ``file``; of a notebook the cells, without what they printed; of code its strings."""
    text = file.read_text("utf-8")
    if file.suffix == ".ipynb":
        return written_text.of_notebook(text)
    if file.suffix == ".py":
        return "\n\n".join(strings(ast.parse(text)))
    if file.suffix == ".bib":
        text += "".join(f"\nhttps://doi.org/{doi}" for doi in DOI.findall(text))
    return text


def strings(tree: ast.AST) -> Iterator[str]:
    """Yield every string in a module, docstrings among them; what an f-string fills in is an ellipsis."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        else:
            waiting += ast.iter_child_nodes(node)


def addresses(text: str) -> set[str]:
    """Return the addresses in ``text``, without the full stop or bracket of the sentence around them."""
    found = set()
    for address in ADDRESS.findall(text):
        address = address.rstrip(".,;:!?*")
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(".,;:!?*")
        if address.split("://")[1] and not NOT_OUTSIDE.search(address) and OWN not in address:
            found.add(address.split("#")[0])
    return found


def gathered(root: Path = ROOT) -> list[str]:
    """Return every address outside that the project names, sorted."""
    found = set()
    for file in files(root):
        named = addresses(text_of(file))
        # In code a host alone is the beginning of an address.
        found |= {one for one in named if file.suffix != ".py" or one.split("://")[1].strip("/").count("/")}
    return sorted(found)


def visit(address: str, timeout: float = 20.0) -> Visit:
    """Ask for the head of ``address``, then for the page itself where a server gives no head."""
    said = ""
    for ask in (requests.head, requests.get):
        try:
            with ask(address, timeout=timeout, allow_redirects=True, headers=AGENT, stream=True) as answer:
                if answer.ok:
                    return Visit(address, "ok", str(answer.status_code))
                said = f"{answer.status_code} {answer.reason}"
                outcome = "dead" if answer.status_code in GONE else "refused"
        except requests.Timeout:
            said, outcome = f"no answer within {timeout:.0f} s", "refused"
        except requests.RequestException as error:
            said, outcome = f"{type(error).__name__}: {error}"[:200], "dead" if no_server(error) else "refused"
    return Visit(address, outcome, said)


def no_server(error: requests.RequestException) -> bool:
    """Say whether nobody answers at all; a server that hangs up, or that leads in a circle, is there."""
    return isinstance(error, requests.ConnectionError) and "Connection aborted" not in str(error)


def report(visits: Iterable[Visit]) -> int:
    """Print what is not as it should be; return 1 if an address is dead."""
    found = list(visits)
    for one in found:
        if one.outcome != "ok":
            print(f"{one.outcome:8} {one.address}\n         {one.said}")
    counts = {outcome: sum(one.outcome == outcome for one in found) for outcome in ("ok", "refused", "dead")}
    print(f"{len(found)} addresses: " + ", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    return int(counts["dead"] > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description="Visit every address outside that the course names.")
    parser.add_argument("--write", action="store_true", help="write the list anew; visit nothing")
    if parser.parse_args().write:
        LIST.write_text("\n".join(gathered()) + "\n", "utf-8")
        print(f"{LIST.relative_to(ROOT)}: {len(gathered())} addresses")
        return 0
    with ThreadPoolExecutor(8) as pool:
        return report(pool.map(visit, LIST.read_text("utf-8").split()))


if __name__ == "__main__":
    sys.exit(main())
