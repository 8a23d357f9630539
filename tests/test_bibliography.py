"""Whoever is cited stands in the bibliography: with the right authors, year of print or arXiv number."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from pybtex.database import Entry, parse_file

ROOT = Path(__file__).resolve().parent.parent
ENTRIES = parse_file(str(ROOT / "book" / "references.bib")).entries
NAME = r"[A-Z][\w'’-]+"
CITATION = re.compile(rf"({NAME}(?:(?:,? (?:and|&) |, ){NAME})*)( et al\.?)?(?:['’]s)?,? \(?((?:18|19|20)\d\d)(?!\d)")
NO_NAMES = {"In", "Since", "WMT", "IWSLT", "Tatoeba", "Flickr", *"January February March April May June July".split()}
NO_NAMES |= {*"August September October November December".split()}
IDENTIFIER = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf)/|arXiv:\s?)(?P<arxiv>\d{4}\.\d{4,5})"
    r"|aclanthology\.org/(?P<acl>[A-Z]\d\d-\d{4})|doi\.org/(?P<doi>10\.[^\s)\"\]]+)"
)


def sources() -> list[Path]:
    """Return every notebook and page of the book, and every module of the library."""
    return sorted(
        [*(ROOT / "book").rglob("*.ipynb"), *(ROOT / "book").glob("*.md"), *(ROOT / "course_lib").rglob("*.py")]
    )


def text_of(path: Path) -> str:
    """Return the words of a file in one line: of a notebook what its cells say, not what they printed."""
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return re.sub(r"\s+", " ", text)


def surnames(entry: Entry) -> list[str]:
    return [" ".join(person.last_names).replace("{", "").replace("}", "") for person in entry.persons["author"]]


EVERYBODY = {name for entry in ENTRIES.values() for name in surnames(entry)}


def known(names: list[str], year: str) -> bool:
    """Say whether an entry has these authors, the first of them first, and this year."""
    if names[0] not in EVERYBODY and len(names) > 1:  # "RNNsearch, Bahdanau, Cho & Bengio"
        return known(names[1:], year)
    matching = [entry for entry in ENTRIES.values() if surnames(entry)[0] == names[0] and year == entry.fields["year"]]
    return any(set(names) <= set(surnames(entry)) for entry in matching)


@lru_cache
def identifiers() -> set[str]:
    found = set()
    for entry in ENTRIES.values():
        found.add(entry.fields.get("eprint", ""))
        found |= {
            match[group] for match in IDENTIFIER.finditer(entry.fields.get("url", "")) for group in ("acl", "doi")
        }
    return found - {"", None}


def unknown(text: str) -> Iterator[str]:
    """Yield the citations and identifiers of ``text`` that no entry answers."""
    for match in CITATION.finditer(text):
        names = [
            name for name in re.split(r",? (?:and|&) |, ", re.sub(r"['’]s$", "", match[1])) if name not in NO_NAMES
        ]
        if names and not known(names, match[3]):
            yield match[0]
    for match in IDENTIFIER.finditer(text):
        number = (match["arxiv"] or match["acl"] or match["doi"]).rstrip(".,;")
        if number not in identifiers():
            yield number


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_paper_that_is_cited_has_an_entry(path: Path) -> None:
    """A reader who wants to check a claim needs more than a name and a year."""
    assert sorted(set(unknown(text_of(path)))) == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Bahdanau, Cho & Bengio (2015), §3", []),
        # one paper, one year: that of print
        ("as Bahdanau, Cho and Bengio 2014 say", ["Bahdanau, Cho and Bengio 2014"]),
        ("(Bahdanau et al., 2015)", []),
        ("RNNsearch, Bahdanau, Cho & Bengio (2015)", []),
        ("Graves's (2013)", []),
        ("In 1948 he wrote", []),
        ("arXiv:1409.0473 and https://doi.org/10.1162/089120103321337421).", []),
        ("Bahdanau et al. (2016)", ["Bahdanau et al. (2016"]),
        ("Bahdanau, Pham & Bengio (2015)", ["Bahdanau, Pham & Bengio (2015"]),
        ("Cho, Bahdanau & Bengio (2015)", ["Cho, Bahdanau & Bengio (2015"]),  # the first author comes first
        ("Nobody 2014", ["Nobody 2014"]),
        ("arXiv:1409.0474", ["1409.0474"]),
        ("aclanthology.org/D14-1178", ["D14-1178"]),
    ],
)
def test_a_wrong_citation_is_seen(text: str, missing: list[str]) -> None:
    assert list(unknown(text)) == missing


def test_every_entry_is_shown_and_says_where_to_read_it() -> None:
    page = (ROOT / "book" / "bibliography.md").read_text("utf-8")
    keys = {key for found in re.findall(r"\{cite:t\}`([^`]+)`", page) for key in found.split(",")}
    assert keys == set(ENTRIES)  # each with a word on what it is good for, and none that does not exist
    assert ":all:" in page
    assert [key for key, entry in ENTRIES.items() if not {"url", "eprint", "howpublished"} & set(entry.fields)] == []
    assert [key for key, entry in ENTRIES.items() if not key.endswith(entry.fields["year"]) and "prop" not in key] == []
