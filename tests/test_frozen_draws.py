"""The grammar's draws are frozen, and no page shows a record that was made on other sentences than today's."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from typing import Any, get_args

import pytest

from course_lib.corpora import ParallelCorpus, load
from course_lib.corpora.grammar.corpus import LexiconSize
from course_lib.corpora.grammar.languages.table import LANGUAGES
from course_lib.fingerprints import fingerprint, pairs_fingerprint
from course_lib.results.draws import TODAY, draws, made_on
from tests.draws import load_few_held_out

ROOT = Path(__file__).resolve().parent.parent
OF_NO_DRAW = {"real_languages", "real_looks", "real_text", "speed"}
"""Records of real sentences, which nobody draws, and of times."""
RECORDS = sorted(path.stem for path in (ROOT / "course_lib" / "results").glob("*.json"))
SIZE = 2300
"""Training pairs of a pinned draw; 100 each to validate and to test come with them.

As many sentences as 500 with the 1,000 each that come with every corpus, from a sixth of the derivations, for only
one sentence in sixteen may be held out. What is far down the stream is pinned by the draws of one gender below, whose
held-out parts are whole.
"""

CHANGED = """
The grammar draws other sentences than before. If that is what you want, everything that was measured on
the old ones is out of date. In the same change:

    1. run every script in benchmarks/ that the records name (course_lib/results/*.json): a run on other
       draws is not taken for done, so the commands in their first lines repeat what has to be repeated;
    2. `make execute`, and read what the pages and chapters now show;
    3. write the new fingerprints into DRAWS of tests/test_frozen_draws.py.
"""

DRAWS = {
    "en-fr": ("2b5db87dd082577b", "1661c0bb29fdbd1a"),
    "en-zh": ("843a14fe2f1cd38b", "c172c6d0a56108a2"),
    "en-mr": ("21d195e9dddb3cff", "fb160c764688a557"),
    "fr-en": ("8cd3f45bce54a35d", "4f4ec03346e32de5"),
    "fr-zh": ("71a0b8bb8d207a16", "b0911c096b858feb"),
    "fr-mr": ("610464d427510978", "c290a5cab3573ce1"),
    "zh-en": ("679e390a537bfd91", "2880369e2ecec4ef"),
    "zh-fr": ("648689956df9e3a1", "faa668a8c5a45749"),
    "zh-mr": ("147ae09093413d1a", "79960d7723e6a46e"),
    "mr-en": ("0fed10ce94e44eea", "37a66d509fb3bcca"),
    "mr-fr": ("d161fc5fc3236601", "7ba48b7957d5905a"),
    "mr-zh": ("2a62d4d050b98792", "4a89dfc6d3d9d323"),
}


def everything(corpus: ParallelCorpus) -> Iterator[str]:
    """Yield a line a pair, of all splits: the words of both sides and the links, on which AER depends."""
    for pair in (*corpus.train, *corpus.validation, *corpus.test):
        links = (sorted(found or ()) for found in (pair.sure, pair.possible))
        yield "\t".join([" ".join(pair.source), " ".join(pair.target), *map(str, links)])


def drawn(name: str) -> tuple[str, ...]:
    """Return a fingerprint for each lexicon of what ``name`` draws."""
    lexicons = get_args(LexiconSize)
    corpora = [load_few_held_out(name, size=SIZE, seed=1, lexicon=lexicon) for lexicon in lexicons]
    return tuple(fingerprint(everything(corpus)) for corpus in corpora)


@pytest.mark.parametrize("name", [f"{one}-{other}" for one, other in permutations(LANGUAGES, 2)])
def test_the_draws_are_frozen(name: str) -> None:
    """A word mended in the grammar moves every number that a page shows, and nothing else would say so."""
    got = drawn(name)
    assert got == DRAWS.get(name), f"{name}: {got}\n{CHANGED}"


GENDERS = {"masculine": "3532844c9f01bfeb", "feminine": "3739bec0911f1798"}


@pytest.mark.parametrize("gender", GENDERS)
def test_the_draws_of_one_gender_are_frozen(gender: str) -> None:
    got = fingerprint(everything(load("en-fr", size=200, gender=gender)))
    assert got == GENDERS[gender], f"en-fr, {gender}: {got}\n{CHANGED}"


LISTS = {"said": "33b9d8f6af78e18a", "sorted": "d9fb81ba64db956a"}


@pytest.mark.parametrize("order", LISTS)
def test_the_draws_of_lists_are_frozen(order: str) -> None:
    """Each setting of the options draws from the same numbers: one that moves them moves every record of lists."""
    options = ({}, {"again": 0, "most": 10}, {"again": 0.8, "least": 1, "seed": 2})
    lines = (line for more in options for line in everything(load("lists", size=200, order=order, **more)))
    got = fingerprint(lines)
    assert got == LISTS[order], f"lists, {order}: {got}\nWhat was measured on lists is out of date: run it again."


def test_a_fingerprint_sees_a_word_and_a_link() -> None:
    corpus = load("phrasebook", language="fr")
    pair = next(pair for pair in corpus.train if pair.sure)
    lines = list(everything(corpus))
    line = "\t".join([" ".join(pair.source), " ".join(pair.target), str(sorted(pair.sure)), str(sorted(pair.possible))])
    assert lines.count(line) == 1
    for changed in (line.replace(pair.target[0], "x", 1), line.replace("(0, ", "(1, ", 1)):
        assert fingerprint(lines) != fingerprint([changed if old == line else old for old in lines])


# What the pages show


EARLIER: dict[str, str] = {}
"""Records known to be of an earlier draw, and why. Each page that shows one has to say so, and the day that one
is fresh its test turns red until it is taken off this list."""


@lru_cache
def today(corpus: str, options: str) -> str:
    """Return the fingerprint of what ``corpus`` gives now with ``options``, in JSON."""
    return pairs_fingerprint(load(corpus, **json.loads(options)).train)


def recorded(name: str) -> Any:
    return json.loads((ROOT / "course_lib" / "results" / f"{name}.json").read_text("utf-8"))


def out_of_date(name: str, record: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the draws of a record, a line each."""
    compared = [(draw, today(draw.corpus, draw.options)) for draw in draws(name, record)]
    found = [
        f"{draw.corpus} {draw.options}: made on {draw.fingerprint}, today it is {now}"
        for draw, now in compared
        if draw.fingerprint != now
    ]
    return sorted(found)


def known_to_be_of_an_earlier_draw(name: str) -> Any:
    reason = EARLIER.get(name)
    marks = [pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)] if reason else []
    return pytest.param(name, marks=marks)


@pytest.mark.slow
@pytest.mark.parametrize("name", [known_to_be_of_an_earlier_draw(name) for name in RECORDS if name not in OF_NO_DRAW])
def test_no_page_shows_a_record_of_another_draw(name: str) -> None:
    """A record outlives the grammar it was made on; its page would go on speaking of sentences that are gone."""
    problems = out_of_date(name, recorded(name))
    assert problems == [], f"run `python benchmarks/{name}.py` again:\n" + "\n".join(problems)


@pytest.mark.slow
@pytest.mark.parametrize(("corpus", "options"), list(TODAY))
def test_what_a_page_calls_todays_draw_is_todays(corpus: str, options: str) -> None:
    """A page compares with a table, for it cannot draw 100,000 sentences; a stale table would call old runs fresh."""
    assert TODAY[corpus, options] == today(corpus, options), CHANGED


def loaded(path: Path) -> set[str]:
    """Return the records that the code of a page or chapter reads."""
    return {name for cell in cells(path) for name in re.findall(r'results\.load\("(\w+)"\)', "".join(cell["source"]))}


def cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def unsaid(path: Path) -> list[str]:
    """Return the records of an earlier draw that a page shows without an output of its own that says so."""
    shown = "\n".join("".join(output.get("text", "")) for cell in cells(path) for output in cell["outputs"])
    return [name for name in sorted(loaded(path) & EARLIER.keys()) if made_on(name) not in shown]


@pytest.mark.parametrize("path", sorted((ROOT / "book").rglob("*.ipynb")), ids=lambda path: path.stem)
def test_a_page_with_runs_of_an_earlier_draw_says_so(path: Path) -> None:
    """A reader who draws the corpus and repeats a run would get other numbers, and would look for the fault at home."""
    assert unsaid(path) == []


def test_every_record_is_shown_somewhere() -> None:
    """Else the test above holds of nothing: a page that reads its records in another way is not looked at."""
    shown = set().union(*map(loaded, (ROOT / "book").rglob("*.ipynb")))
    assert set(RECORDS) - shown == set()
    assert all("made on an earlier draw of the grammar" in made_on(name) for name in EARLIER)


def test_a_page_that_does_not_say_so_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EARLIER, "every_rung", "half of it was made on other sentences")
    page = tmp_path / "page.ipynb"
    read = {"cell_type": "code", "source": ['results.load("every_rung")'], "outputs": []}
    said = {"cell_type": "code", "source": [], "outputs": [{"text": [made_on("every_rung"), "\n"]}]}
    for written, missing in (([read], ["every_rung"]), ([read, said], [])):
        page.write_text(json.dumps({"cells": written}), "utf-8")
        assert unsaid(page) == missing


def test_a_record_says_whether_it_is_of_todays_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is derived: another fingerprint in the record is another line on the page."""
    record = recorded("two_minutes")
    monkeypatch.setattr("course_lib.results.draws.load", lambda name: record)
    assert made_on("two_minutes") == "two_minutes: made on the sentences that the grammar draws today."
    record = json.loads(json.dumps(record).replace("515e3610f29f5dc3", "another"))
    assert made_on("two_minutes") == (
        "two_minutes: made on an earlier draw of the grammar (en-zh another, today 515e3610f29f5dc3)."
    )
    record = json.loads(json.dumps(record).replace('"size": 20000', '"size": 20001'))
    with pytest.raises(ValueError, match=r"TODAY has no fingerprint for en-fr .*20001"):
        made_on("two_minutes")


def test_every_record_has_the_script_that_made_it() -> None:
    assert [name for name in RECORDS if not (ROOT / "benchmarks" / f"{name}.py").exists()] == []


def test_a_record_of_another_draw_is_seen() -> None:
    options = {"size": 50, "seed": 1}
    right = pairs_fingerprint(load("reversal", **options).train)
    for name, settings in {
        "every_rung": {"corpus": "reversal", "pairs": {**options, "draws": right}},
        "sliders": {"pairs": {"reversal": {**options, "draws": right}}},
    }.items():
        assert out_of_date(name, {"a run": {"settings": settings}}) == []
        spoilt = json.loads(json.dumps(settings).replace(right, "another"))
        (problem,) = out_of_date(name, {"a run": {"settings": spoilt}})
        assert problem.endswith(f"made on another, today it is {right}")
        bare = json.loads(json.dumps(settings).replace(f', "draws": "{right}"', ""))
        (problem,) = out_of_date(name, {"a run": {"settings": bare}})
        assert "made on None" in problem
    with pytest.raises(ValueError, match="every_rung: a run does not say what it was made on"):
        out_of_date("every_rung", {"a run": {"settings": {}}})
    pieces = {"a run": {"settings": {"pairs": {"size": 50, "seed": 1, "draws": "another"}}}}
    assert "en-fr" in out_of_date("bahdanau_pieces", pieces)[0]  # its settings name no corpus
