"""The grammar's draws are frozen, and no page shows a record that was made on other sentences than today's."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from typing import Any, get_args

import pytest

from course_lib.corpora import ParallelCorpus, load
from course_lib.corpora.grammar.corpus import LexiconSize
from course_lib.corpora.grammar.languages.table import LANGUAGES
from course_lib.training.checkpoints import fingerprint, pairs_fingerprint

ROOT = Path(__file__).resolve().parent.parent
RECORDS = sorted(path.stem for path in (ROOT / "course_lib" / "results").glob("*.json"))
SIZE = 500
"""Training pairs of a pinned draw; 1,000 each to validate and to test come with them."""

CHANGED = """
The grammar draws other sentences than before. If that is what you want, everything that was measured on
the old ones is out of date. In the same change:

    1. run every script in benchmarks/ that the records name (course_lib/results/*.json): a run on other
       draws is not taken for done, so the commands in their first lines repeat what has to be repeated;
    2. `make execute`, and read what the pages and chapters now show;
    3. write the new fingerprints into DRAWS of tests/test_frozen_draws.py.
"""

DRAWS = {
    "en-fr": ("474b02af72ec8b44", "671bdcd842760d75"),
    "en-zh": ("600ba5f46183a44e", "96a48be4f9a1cd6d"),
    "en-mr": ("d6e42dcfd2c5b84d", "affcfd337b31b062"),
    "fr-en": ("8a61039ed4235738", "92985f795d0726c0"),
    "fr-zh": ("2dc58424bbf75621", "bca2b93bd7658437"),
    "fr-mr": ("b349a8f6262a7e43", "4d3d3109cd8d0497"),
    "zh-en": ("104a6c3c23c3c2f1", "63bddb9d362c7723"),
    "zh-fr": ("e02007a38307dffb", "0ff9e07601888476"),
    "zh-mr": ("b7b615abc69eb531", "96dfcf0ae6401ad4"),
    "mr-en": ("cfd6725e7986139e", "59297e88d4f40673"),
    "mr-fr": ("18a38f2643c4819c", "2bcb8173717015b1"),
    "mr-zh": ("769ffd4e1db93e7b", "2b570f46d1d20459"),
}


def everything(corpus: ParallelCorpus) -> Iterator[str]:
    """Yield a line a pair, of all splits: the words of both sides and the links, on which AER depends."""
    for pair in (*corpus.train, *corpus.validation, *corpus.test):
        links = (sorted(found or ()) for found in (pair.sure, pair.possible))
        yield "\t".join([" ".join(pair.source), " ".join(pair.target), *map(str, links)])


def drawn(name: str) -> tuple[str, ...]:
    """Return a fingerprint for each lexicon of what ``name`` draws."""
    lexicons = get_args(LexiconSize)
    return tuple(fingerprint(everything(load(name, size=SIZE, seed=1, lexicon=lexicon))) for lexicon in lexicons)


@pytest.mark.parametrize("name", [f"{one}-{other}" for one, other in permutations(LANGUAGES, 2)])
def test_the_draws_are_frozen(name: str) -> None:
    """A word mended in the grammar moves every number that a page shows, and nothing else would say so."""
    got = drawn(name)
    assert got == DRAWS.get(name), f"{name}: {got}\n{CHANGED}"


def test_a_fingerprint_sees_a_word_and_a_link() -> None:
    corpus = load("phrasebook", language="fr")
    pair = next(pair for pair in corpus.train if pair.sure)
    lines = list(everything(corpus))
    line = "\t".join([" ".join(pair.source), " ".join(pair.target), str(sorted(pair.sure)), str(sorted(pair.possible))])
    assert lines.count(line) == 1
    for changed in (line.replace(pair.target[0], "x", 1), line.replace("(0, ", "(1, ", 1)):
        assert fingerprint(lines) != fingerprint([changed if old == line else old for old in lines])


# What the pages show


def draws(settings: Mapping[str, Any], name: str) -> Iterable[tuple[str, dict[str, Any]]]:
    """Return (corpus, options with the fingerprint under "draws") of one run of the record ``name``."""
    corpus, pairs = settings.get("corpus"), settings.get("pairs", {})
    if isinstance(corpus, dict):  # en_fr_ladder: the corpus is in its name
        return [("-".join(name.split("_")[:2]), corpus)]
    return [(corpus, pairs)] if corpus else list(pairs.items())


def runs(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the runs of a record; that of the front page holds one alone."""
    return [record] if "trace" in record else list(record.values())


@lru_cache
def today(corpus: str, options: str) -> str:
    """Return the fingerprint of what ``corpus`` gives now with ``options``, in JSON."""
    return pairs_fingerprint(load(corpus, **json.loads(options)).train)


def out_of_date(name: str, record: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the draws of a record, a line each."""
    found = []
    for run in runs(record):
        made_on = draws(run["settings"], name)
        found += [] if made_on else ["a run that does not say what it was made on"]
        for corpus, pairs in made_on:
            options = json.dumps({key: value for key, value in pairs.items() if key != "draws"}, sort_keys=True)
            now = today(corpus, options)
            if pairs.get("draws") != now:
                found.append(f"{corpus} {options}: made on {pairs.get('draws')}, today it is {now}")
    return sorted(set(found))


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDS)
def test_no_page_shows_a_record_of_another_draw(name: str) -> None:
    """A record outlives the grammar it was made on; its page would go on speaking of sentences that are gone."""
    record = json.loads((ROOT / "course_lib" / "results" / f"{name}.json").read_text("utf-8"))
    assert record
    problems = out_of_date(name, record)
    assert problems == [], f"run `python benchmarks/{name}.py` again:\n" + "\n".join(problems)


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
        (problem,) = out_of_date(
            name, {"a run": {"settings": json.loads(json.dumps(settings).replace("draws", "seed"))}}
        )
        assert "made on None" in problem or "seed" in problem
    assert out_of_date("every_rung", {"a run": {"settings": {}}}) == ["a run that does not say what it was made on"]
    ladder = {"corpus": {"size": 10, "seed": 1, "max_length": 8, "draws": "another"}}
    assert "en-fr" in out_of_date("en_fr_ladder", {"a run": {"settings": ladder}})[0]
