"""What the page of the ladder says of its rungs, against the script that ran them and what it recorded."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from course_lib import results
from course_lib.results.rungs import CONTRASTS, CONTROLS, MORE_CONTRASTS, Contrast, by_rung
from course_lib.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parent.parent
CORPORA = ("en-fr", "en-zh")


@pytest.fixture
def ladder(script_of: Callable[[str], Any]) -> Any:
    return script_of("every_rung")


def options(rung: Any, hidden: int, updates: int) -> tuple[str, dict[str, Any]]:
    """Return the constructor of a rung and its options, defaults of those that the ladder changes written out."""
    made = rung if isinstance(rung, partial) else partial(rung)
    given = {"hidden": hidden, "updates": updates, **made.keywords}
    if made.func.__name__ == "luong2015":
        given = {
            "direction": "reversed",
            "score": "dot",
            "local": "none",
            "input_feeding": False,
            "hard": False,
            "query": "after",
            "start": "encoder",
            "fed": "attentional",
        } | given
        given["window"] = None if given["local"] == "none" else given["window"]
    if made.func.__name__ == "bahdanau2014":
        given = {"query": "before", "coverage": False, "read_state": "query"} | given
        after_step = given["query"] == "after" and given["read_state"] == "query"
        given["read_state"] = "after" if after_step else "before"  # what is read, not how it was asked for
    if made.func.__name__ == "sutskever2014":
        given = {"reverse_source": True} | given
    return made.func.__name__, given


ISOLATED = [contrast for contrast in CONTRASTS + MORE_CONTRASTS if not contrast.also]


@pytest.mark.parametrize("contrast", ISOLATED, ids=lambda contrast: contrast.change)
def test_what_is_said_to_be_one_switch_is_one(contrast: Contrast, ladder: Any) -> None:
    """The page once said so of every rung; Cho's model differs from its neighbour in four things."""
    (one, before), (other, after) = (
        options((ladder.RUNGS | ladder.MORE_RUNGS)[name], ladder.sizes(name)["hidden"], ladder.updates(name))
        for name in (contrast.one, contrast.other)
    )
    changed = {name for name in before if before[name] != after[name]} - {"window"}
    assert (one, len(changed)) == (other, 1), changed


def test_every_rung_is_compared_with_another(ladder: Any) -> None:
    compared = {name for contrast in CONTRASTS for name in (contrast.one, contrast.other)}
    assert compared | {"Cho"} == set(ladder.RUNGS)  # Cho's model as it comes; its two controls are compared
    more = {name for contrast in MORE_CONTRASTS for name in (contrast.one, contrast.other)}
    assert set(ladder.MORE_RUNGS) <= more <= set(ladder.MORE_RUNGS | ladder.RUNGS)
    assert not ladder.MORE_RUNGS.keys() & ladder.RUNGS.keys()
    assert set(ladder.MORE_RUNGS) == CONTROLS  # what the page leaves out of its tables


@pytest.mark.parametrize("words", [(384, 678), (384, 270)], ids=CORPORA)
@pytest.mark.parametrize(
    ("control", "rung"),
    [
        ("Cho, as large as fixed", "fixed"),
        ("Cho, as large as Bahdanau", "Bahdanau"),
        ("Luong dot, as large as with feeding", "Luong dot, input feeding"),
        ("Luong dot, as large as concat", "Luong concat"),
        ("Luong dot, bidirectional, as large", "Luong dot, forward"),
        ("Luong dot, state fed", "Luong dot, input feeding"),
    ],
)
def test_a_control_of_equal_size_has_another_size(control: str, rung: str, words: tuple[int, int], ladder: Any) -> None:
    """Before it is run for an hour: ``words`` are the sizes of the vocabularies of today's draws."""
    vocabularies = [Vocabulary.build([tuple(f"w{k}" for k in range(size - 4))]) for size in words]
    built = [(ladder.RUNGS | ladder.MORE_RUNGS)[name](*vocabularies, **ladder.sizes(name)) for name in (control, rung)]
    mine, theirs = (sum(parameter.numel() for parameter in model.parameters()) for model in built)
    assert [len(vocabulary) for vocabulary in vocabularies] == list(words)
    assert abs(mine / theirs - 1) < 0.02


@pytest.mark.parametrize("corpus", CORPORA)
def test_every_rung_is_recorded_with_the_same_seeds_and_the_interval_of_its_test_set(corpus: str, ladder: Any) -> None:
    """A page reads what there is: a rung that was never run would be missed by nobody."""
    found = by_rung(results.load("every_rung"), corpus)
    assert set(found) == set(ladder.RUNGS)
    seeds = {tuple(sorted(run["settings"]["seed"] for run in runs)) for runs in found.values()}
    assert len(seeds) == 1 and len(*seeds) > 1, seeds
    assert all(run["test"]["bleu_interval"] for runs in found.values() for run in runs)


def test_controls_of_equal_size_are_of_equal_size(ladder: Any) -> None:
    for corpus in CORPORA:
        size = {rung: runs[0]["parameters"] for rung, runs in by_rung(results.load("every_rung"), corpus).items()}
        for rung, model in (("Cho, as large as fixed", "fixed"), ("Cho, as large as Bahdanau", "Bahdanau")):
            assert abs(size[rung] / size[model] - 1) < 0.03, (corpus, rung)
