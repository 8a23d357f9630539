"""What has been recorded is found, tabulated as it was measured, and compared no further than it bears."""

from typing import Any

import pytest

from course_lib import results
from course_lib.results.rungs import (
    CONTRASTS,
    CONTROLS,
    LENGTHS,
    MORE_CONTRASTS,
    Contrast,
    by_rung,
    clear,
    contrast_table,
    not_recorded,
    recorded_aer,
    recorded_bleu,
    table,
)


def run(rung: str, corpus: str, bleus: list[float], aer: float | None, speed: int, seed: int = 1) -> dict[str, Any]:
    """A run as benchmarks/every_rung.py records it: BLEU ± 2 and AER ± 0.5 by its test set."""
    return {
        "settings": {"rung": rung, "corpus": corpus, "seed": seed, "pairs": {"draws": f"grammar of {corpus}"}},
        "parameters": 1234,
        "target_tokens_per_processor_second": speed,
        "test": {"alignment": None if aer is None else {"aer": aer, "interval": [aer - 0.6, aer + 0.4]}},
        "test_by_source_length": {
            length: {"bleu": value, "bleu_interval": [value - 2, value + 2]}
            for length, value in zip(LENGTHS, bleus, strict=True)
        },
    }


RUNS = {
    "en-fr, dot, seed 1": run("dot", "en-fr", [10, 20, 30, 40], 5.0, 1000),
    "en-fr, dot, seed 2": run("dot", "en-fr", [20, 20, 33, 41], 7.0, 1400, seed=2),
    "en-fr, fixed, seed 1": run("fixed", "en-fr", [1, 2, 3, 4], None, 2000),
    "en-zh, dot, seed 1": run("dot", "en-zh", [99, 99, 99, 99], 1.0, 1),
}


def two_lines(centre: str, seeds: str, test: str) -> str:
    return f"{centre}<br><small>{seeds}\u00a0/\u00a0{test}</small>"


def test_a_table_mixes_no_corpora_and_shows_what_seeds_and_test_set_may_move() -> None:
    """A table of means alone makes half a point look like a finding."""
    dot = [two_lines(*cell) for cell in (("15.0", "±5.0", "±2.0"), ("20.0", "±0.0", "±2.0"))]
    dot += [two_lines(*cell) for cell in (("31.5", "±1.5", "±2.0"), ("40.5", "±0.5", "±2.0"), ("6.0", "±1.0", "±0.5"))]
    fixed = [two_lines(f"{value}.0", "–", "±2.0") for value in (1, 2, 3, 4)]
    assert table(RUNS, "en-fr").splitlines() == [
        "| rung, 1 to 2 seeds | 4–7 | 12–15 | 20–24 | 35–40 | AER | 1,000 parameters | 1,000 tokens/s |",
        "| --- | --: | --: | --: | --: | --: | --: | --: |",
        f"| dot | {' | '.join(dot)} | 1 | 1.2 |",
        f"| fixed | {' | '.join(fixed)} | – | 1 | 2.0 |",
    ]


def test_a_record_without_intervals_shows_none() -> None:
    """Runs of before the intervals were recorded: one of two must not speak for both."""
    runs = {seed: run("dot", "en-fr", [10, 20, 30, 40], None, 1000, seed) for seed in (1, 2)}
    del runs[1]["test_by_source_length"]["4-7"]["bleu_interval"]
    found = table(runs, "en-fr")
    assert two_lines("10.0", "±0.0", "–") in found and two_lines("20.0", "±0.0", "±2.0") in found


def test_scores_keep_their_seed_and_length() -> None:
    found = by_rung(RUNS, "en-fr")
    assert recorded_bleu(found["dot"]) == [[10, 20, 30, 40], [20, 20, 33, 41]]
    assert (recorded_aer(found["dot"]), recorded_aer(found["fixed"])) == ([5.0, 7.0], [])


def test_a_corpus_without_a_run_is_said_to_have_none() -> None:
    with pytest.raises(ValueError, match="Nothing was measured on 'en-mr'; there is: en-fr, en-zh"):
        by_rung(RUNS, "en-mr")
    with pytest.raises(ValueError, match=r"there are: .*every_rung"):
        results.load("every_rug")


def test_runs_of_two_grammars_do_not_stand_in_one_table() -> None:
    """Half of a re-run, committed, would compare rungs that learnt different sentences."""
    other = run("general", "en-fr", [1, 2, 3, 4], 5.0, 1)
    other["settings"]["pairs"]["draws"] = "another grammar"
    with pytest.raises(ValueError, match=r"'en-fr' learnt from 2 different draws .*run benchmarks/every_rung.py again"):
        by_rung({**RUNS, "one more": other}, "en-fr")


def test_further_seeds_of_a_few_rungs_are_in_no_table_unless_asked_for() -> None:
    """Four seeds of one rung beside three of another would be no fair row."""
    runs = {str(seed): run("Luong dot", "en-fr", [10, 20, 30, 40], 5.0, 1, seed) for seed in (1, 2, 3, 4)}
    assert [found["settings"]["seed"] for found in by_rung(runs, "en-fr")["Luong dot"]] == [1, 2, 3]
    assert [found["settings"]["seed"] for found in by_rung(runs, "en-fr", further=True)["Luong dot"]] == [4]


def test_controls_for_other_chapters_are_in_no_table_of_the_ladder_unless_asked_for() -> None:
    """The page claims that location has the highest AER of all: a control without a start must not join it."""
    control = "Luong location, start from zeros"
    runs = {
        "1": run("Luong location", "en-fr", [10, 20, 30, 40], 5.0, 1),
        "2": run(control, "en-fr", [10, 20, 30, 41], 9.0, 1),
    }
    assert set(by_rung(runs, "en-fr")) == {"Luong location"}
    assert set(by_rung(runs, "en-fr", controls=True)) == {"Luong location", control}
    assert control not in table(runs, "en-fr") and control in table(runs, "en-fr", controls=True)
    assert "| Luong location | Luong location, start from zeros | (+1.0) | +4.0 |" in contrast_table(
        runs, {"en-fr": "French"}, MORE_CONTRASTS
    )
    stale = run(control, "en-fr", [1, 2, 3, 4], 9.0, 1)
    stale["settings"]["pairs"]["draws"] = "another grammar"
    assert by_rung({**RUNS, "a stale control": stale}, "en-fr").keys() == {"dot", "fixed"}
    assert control in CONTROLS and not CONTROLS & {contrast.one for contrast in CONTRASTS}


# The same seed and test set on both sides: a difference counts if no seed and no resampling undoes it.
APART = {1: (10.0, (8.0, 12.0)), 2: (11.0, (9.0, 13.0))}
ABOVE = {1: (20.0, (18.0, 22.0)), 2: (30.0, (28.0, 32.0))}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (APART, ABOVE, True),
        (ABOVE, APART, True),
        (APART, {1: (20.0, (18.0, 22.0)), 2: (10.5, (8.5, 12.5))}, False),  # seed 2 says the contrary
        (APART, {1: (11.0, (9.0, 13.0)), 2: (12.0, (10.0, 14.0))}, False),  # one sign, but the test set allows none
        (APART, {1: (20.0, None), 2: (30.0, None)}, True),  # an old record: the seeds alone decide
        (APART, {3: (20.0, (18.0, 22.0))}, False),  # no seed in common
        (APART, APART, False),
    ],
)
def test_a_difference_is_clear_only_where_neither_seeds_nor_test_set_undo_it(
    one: dict[int, Any], other: dict[int, Any], expected: bool
) -> None:
    assert clear(one, other) is expected


def test_differences_are_paired_by_seed_and_unclear_ones_stand_in_brackets() -> None:
    """Means over other seeds would compare luck with luck."""
    runs = {
        "a1": run("dot", "en-fr", [0, 0, 0, 40], 9.0, 1, seed=1),
        "b1": run("general", "en-fr", [0, 0, 0, 50], 8.9, 1, seed=1),
        "b2": run("general", "en-fr", [0, 0, 0, 99], 0.1, 1, seed=2),  # dot has no such seed
        "c1": run("fixed", "en-fr", [0, 0, 0, 30], None, 1, seed=1),
    }
    wanted = (
        Contrast("a score", "dot", "general"),
        Contrast("no look", "dot", "fixed", "all"),
        Contrast("x", "y", "dot"),
    )
    assert contrast_table(runs, {"en-fr": "French"}, wanted).splitlines() == [
        "| what changes | from | to | BLEU 35–40 French | AER French |",
        "| --- | --- | --- | --: | --: |",
        "| a score | dot | general | +10.0 | (−0.1) |",
        "| no look <small>(all)</small> | dot | fixed | −10.0 | – |",
        "| x | y | dot | – | – |",
    ]


def test_what_is_not_recorded_is_named() -> None:
    """A dash in a table of sixteen lines is seen by nobody; a control of one language only is none for the other."""
    rungs = {name for contrast in CONTRASTS for name in (contrast.one, contrast.other)}
    runs = {f"{corpus} {name}": run(name, corpus, [1] * 4, None, 1) for corpus in ("en-fr", "en-zh") for name in rungs}
    for one in runs.values():
        one["test"]["bleu_interval"] = [1, 2]
    assert not_recorded(runs, ("en-fr", "en-zh")) == "every rung is recorded, with its intervals"
    del runs["en-zh Luong concat"]
    assert not_recorded(runs, ("en-fr", "en-zh")) == "not recorded yet: “Luong concat”"
    del runs["en-fr fixed"]["test"]["bleu_interval"]
    assert not_recorded(runs, ("en-fr",)) == "not recorded yet: 95 % intervals of the test set"
