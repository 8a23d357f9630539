"""What has been recorded is found and tabulated as it was measured."""

import pytest

from course_lib import results
from course_lib.results.rungs import LENGTHS, aer, bleu, by_rung, table


def run(rung: str, corpus: str, bleus: list[float], aer: float | None, speed: int) -> dict:
    return {
        "settings": {"rung": rung, "corpus": corpus},
        "parameters": 1234,
        "target_tokens_per_processor_second": speed,
        "test": {"alignment": None if aer is None else {"aer": aer}},
        "test_by_source_length": {length: {"bleu": value} for length, value in zip(LENGTHS, bleus, strict=True)},
    }


RUNS = {
    "en-fr, dot, seed 1": run("dot", "en-fr", [10, 20, 30, 40], 5.0, 1000),
    "en-fr, dot, seed 2": run("dot", "en-fr", [20, 20, 33, 41], 7.0, 1400),
    "en-fr, fixed, seed 1": run("fixed", "en-fr", [1, 2, 3, 4], None, 2000),
    "en-zh, dot, seed 1": run("dot", "en-zh", [99, 99, 99, 99], 1.0, 1),
}


def test_a_table_mixes_no_corpora_and_shows_mean_and_spread() -> None:
    assert table(RUNS, "en-fr").splitlines() == [
        "| rung | seeds | 4–7 | 12–15 | 20–24 | 35–40 | AER | size | tokens/s |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
        "| dot | 2 | 15.0\u00a0±5.0 | 20.0\u00a0±0.0 "
        "| 31.5\u00a0±1.5 | 40.5\u00a0±0.5 | 6.0\u00a0±1.0 | 1,234 | 1,200 |",
        "| fixed | 1 | 1.0 | 2.0 | 3.0 | 4.0 | – | 1,234 | 2,000 |",
    ]


def test_scores_keep_their_seed_and_length() -> None:
    found = by_rung(RUNS, "en-fr")
    assert bleu(found["dot"]) == [[10, 20, 30, 40], [20, 20, 33, 41]]
    assert (aer(found["dot"]), aer(found["fixed"])) == ([5.0, 7.0], [])


def test_a_corpus_without_a_run_is_said_to_have_none() -> None:
    with pytest.raises(ValueError, match="Nothing was measured on 'en-mr'; there is: en-fr, en-zh"):
        by_rung(RUNS, "en-mr")
    with pytest.raises(ValueError, match=r"there are: .*en_fr_ladder"):
        results.load("en_fr_lader")
