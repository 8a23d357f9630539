"""A number that cannot be had is shown as undefined: never as the worst there is, never as the best."""

import io
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from tqdm.auto import tqdm

from course_lib.alignment import score_regions
from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.evaluation import evaluate, evaluate_by_length
from course_lib.history import History, Validation
from course_lib.metrics import Score, aer, bleu, exact_match
from course_lib.models import bahdanau2014
from course_lib.plots import bars, curves, score_by_length
from course_lib.results import rungs
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, fit, loop, seed_everything
from course_lib.vocabulary import Vocabulary

torch.set_num_threads(1)

ROOT = Path(__file__).resolve().parent.parent

WORDS = [(a, b, c) for a in "abcd" for b in "abcd" for c in "abcd"]
PAIRS = tuple(SentencePair(words, words) for words in WORDS)
SHORT = ParallelCorpus("three words", "letters", "letters", PAIRS[:40], PAIRS[40:50], PAIRS[50:])


def small_model() -> Seq2Seq:
    seed_everything(1)
    vocabulary = Vocabulary.build([list("abcd")])
    return bahdanau2014(vocabulary, vocabulary, embedding=4, hidden=4)


def test_bleu_of_sentences_too_short_for_it_is_undefined_and_not_the_worst() -> None:
    references = [["yes", "."], ["i", "see", "."]]
    for hypotheses in (references, [["no"], ["i", "see", "no", "cat", "."]], [[], []]):
        score = bleu(hypotheses, references, bootstrap=50)
        assert math.isnan(score.value) and score.recorded is None and score.interval is None and score.n == 2
        assert "eff:no" in score.signature
        assert "is undefined: no reference has four words" in str(score) and "0.00" not in str(score)
        assert (f"{score:.1f}", f"{score:6.1f}", f"{score:<4.1f}") == ("–", "     –", "–   ")
    assert exact_match(references, references).value == 100


def test_whether_bleu_is_undefined_depends_on_the_references_alone() -> None:
    long, short = ["a", "b", "c", "d"], ["a", "b", "c"]
    assert bleu([short], [long]).value == 0  # it should have said four words, and has none of them in a row
    assert bleu([[]], [long]).value == 0
    assert bleu([long, short], [long, short]).value == pytest.approx(100)
    assert math.isnan(bleu([long], [short]).value)


def test_it_counts_the_words_that_the_tokeniser_makes() -> None:
    assert bleu(["The dog bit."], ["The dog bit."], tokenize="13a").value == pytest.approx(100)  # the stop is a word
    assert math.isnan(bleu(["He bit."], ["He bit."], tokenize="13a").value)
    assert bleu(["你好世界"], ["你好世界"], tokenize="zh").value == pytest.approx(100)
    assert math.isnan(bleu(["你好吗"], ["你好吗"], tokenize="zh").value)


def test_a_resampling_without_four_words_is_not_counted_as_nought() -> None:
    right = [["a", "b", "c", "d"], *[["a"]] * 5]  # perfect; a third of the resamplings has no four words
    score = bleu(right, right, bootstrap=200)
    assert score.value == pytest.approx(100) and score.interval is None
    many = [["a", "b", "c", "d"]] * 20 + [["a"]] * 20
    assert bleu(many, many, bootstrap=200).interval == pytest.approx((100, 100))


def test_one_sentence_gives_no_interval_of_certainty() -> None:
    sentence, links = [["a", "b", "c", "d", "e"]], [{(0, 0)}]
    assert exact_match(sentence, sentence, bootstrap=100).interval is None
    assert aer(links, links, links, bootstrap=100).interval is None
    assert bleu([["a", "b", "c", "d", "x"]], sentence, bootstrap=100).interval is None
    assert exact_match(sentence * 2, sentence * 2, bootstrap=100).interval == (100, 100)


@pytest.mark.filterwarnings("error")
def test_resamplings_without_a_link_leave_the_interval_of_aer_a_number() -> None:
    links = [{(0, 0)}, set(), set()]
    gold = [{(0, 0)}, set(), set()]
    interval = aer(links, gold, gold, bootstrap=500).interval
    assert interval == (0, 0)


@pytest.mark.filterwarnings("error")
def test_no_resampling_with_a_link_is_no_interval_and_no_error() -> None:
    """Two draws of five pairs may both miss the one that holds a link."""
    for place in range(12):
        links = [{(0, 0)} if pair == place else set() for pair in range(12)]
        intervals = [aer(links, links, links, bootstrap=draws).interval for draws in (2, 3, 500)]
        assert intervals[-1] == (0, 0) and set(intervals) <= {None, (0, 0)}


RIGHT = {"6.1f": 6, "*>9.1f": 9, "=+9.1f": 9, "08.2f": 8, "+9": 9, "9,.1f": 9, "12_.3e": 12, ".1f": 0, ".2%": 0, "n": 0}


def test_a_dash_stands_where_the_number_would_in_every_format_of_a_number() -> None:
    undefined = Score(math.nan, 1, "x")
    assert {spec: format(undefined, spec) for spec in RIGHT} == {spec: "–".rjust(n) for spec, n in RIGHT.items()}
    assert (f"{undefined:<8.2f}", f"{undefined:^9.1f}") == ("–".ljust(8), "–".center(9))
    with pytest.raises(ValueError, match=r"[Ff]ormat"):
        format(Score(math.nan, 1, "x"), "8.1q")


def test_precision_of_no_link_is_a_dash() -> None:
    text = str(aer([set()], [{(0, 0)}], [{(0, 0)}]))
    assert "precision – %" in text and "recall 0.0 %" in text and "nan" not in text


def test_pairs_in_which_nobody_linked_a_word_have_no_error_rate() -> None:
    nothing: frozenset[tuple[int, int]] = frozenset()
    pairs = [SentencePair(pair.source, pair.target, nothing, nothing) for pair in PAIRS[:5]]
    assert evaluate(small_model(), pairs).alignment is None
    one = SentencePair(PAIRS[0].source, PAIRS[0].target, frozenset({(0, 0)}), frozenset({(0, 0)}))
    assert evaluate(small_model(), [one, *pairs[1:]]).alignment is not None


@pytest.mark.filterwarnings("error")
def test_captions_without_a_colour_or_a_kind_have_no_share_of_right_looks() -> None:
    weights = [np.ones((2, 2)) / 2]
    scores = score_regions([SentencePair(("red:1",), ("red",))], weights)
    assert scores.colours.value == 100 and "no caption holds a kind word" in str(scores.kinds)
    assert math.isnan(scores.kinds.value) and scores.kinds.n == 0
    with pytest.raises(ValueError, match="No caption names a colour"):
        score_regions([SentencePair(("red:1",), ("a",))], weights)


@pytest.mark.parametrize("bootstrap", [2, 3, 40])
def test_the_interval_of_right_looks_is_of_every_draw_with_a_colour(bootstrap: int) -> None:
    pairs = [SentencePair(("red:1",), (word,)) for word in ("red", "red", "a", "a")]
    looks = [np.eye(2), np.eye(2)[::-1], np.eye(2), np.eye(2)]  # the first is right, the second not
    shares = []
    for first, second, *_ in np.random.default_rng(0).multinomial(4, [1 / 4] * 4, size=bootstrap):
        shares += [100 * first / (first + second)] if first + second else []
    found = score_regions(pairs, looks, bootstrap).colours
    assert (found.value, found.n) == (50, 2)
    assert found.interval == pytest.approx(np.percentile(shares, (2.5, 97.5)))


def test_a_training_on_short_sentences_shows_and_keeps_no_bleu(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loop, "_progress_bar", lambda *_: tqdm(disable=False, file=io.StringIO()))
    config = TrainConfig(steps=4, batch_size=8, validate_every=2)
    history = fit(small_model(), SHORT, config)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("step ")]
    assert len(lines) == 2 and all(line.endswith("BLEU     –") for line in lines)
    assert [record.bleu for record in history.validations] == [None, None]
    text = history.to_json()
    again = History.from_json(text)
    assert again == history and [record.bleu for record in again.validations] == [None, None]
    json.loads(text, parse_constant=pytest.fail)  # NaN is no JSON


def test_a_record_of_it_holds_null(script_of: Callable[[str], Any]) -> None:
    as_record = script_of("records").as_record
    nothing: frozenset[tuple[int, int]] = frozenset()
    pairs = [SentencePair(w, w, frozenset({(0, 0)}), frozenset({(0, 0)})) for w in WORDS[:4]]
    scores = evaluate(small_model(), pairs)
    record = as_record(scores)
    assert record["bleu"] is None and "eff:no" in record["bleu_signature"]
    silent = as_record(replace(scores, alignment=aer([nothing], [{(0, 0)}], [{(0, 0)}])))
    assert silent["alignment"]["precision"] is None
    assert json.loads(json.dumps([record, silent], allow_nan=False)) == [record, silent]


def test_the_tables_of_the_ladder_show_a_dash() -> None:
    def run(rung: str, seed: int, value: float | None) -> dict[str, Any]:
        lengths = {length: {"bleu": value, "bleu_interval": None} for length in rungs.LENGTHS}
        return {
            "settings": {"corpus": "en-fr", "rung": rung, "seed": seed, "pairs": {"draws": "x"}},
            "test": {"alignment": None},
            "test_by_source_length": lengths,
            "target_tokens_per_processor_second": 1000,
            "parameters": 1000,
        }

    runs = {str(k): run(rung, 1, value) for k, (rung, value) in enumerate([("one", None), ("other", 20.0)])}
    rows = {line.split(" | ")[0]: line for line in rungs.table(runs, "en-fr").splitlines()}
    assert "| – | – | – | – | – |" in rows["| one"] and "nan" not in rows["| one"] and "20.0" in rows["| other"]
    assert math.isnan(rungs.recorded_bleu([runs["0"]])[0][0])
    contrast = rungs.Contrast("what", "one", "other")
    assert "nan" not in rungs.contrast_table(runs, {"en-fr": "French"}, [contrast])


def drawn_text(figure: Figure) -> list[str]:
    figure.savefig(io.BytesIO())
    return [text.get_text() for ax in figure.axes for text in ax.texts]


@pytest.mark.filterwarnings("error")
def test_figures_say_undefined_where_there_is_nothing_to_draw() -> None:
    run = History((1.0, 0.5), 2, (Validation(1, 2.0, 10.0, None), Validation(2, 2.0, 20.0, None)), 1.0)
    assert drawn_text(curves({"Bahdanau": [run]})) == ["undefined"]
    assert drawn_text(curves({"Bahdanau": [run]}, score="exact_match")) == []
    by_length = score_by_length({"Bahdanau": [[math.nan, 50.0]], "fixed": [[math.nan, 40.0]]}, ["1–3", "4–7"])
    assert drawn_text(by_length) == ["undefined"]
    assert drawn_text(bars({"one": [math.nan], "other": [3.0]}, label="BLEU")) == ["undefined", "3.0"]


def test_a_rate_before_the_first_update_is_not_nought() -> None:
    assert math.isnan(History().tokens_per_second)


def test_a_length_without_a_pair_has_no_score() -> None:
    scores = evaluate_by_length(small_model(), SHORT.test, buckets=[(1, 2), (3, 3)])
    assert list(scores) == [(3, 3)]
    assert isinstance(scores[3, 3].bleu, Score) and scores[3, 3].bleu.recorded is None
