"""The second pass over the models of chapter 6: what it counts where a look is held, joined or cut, and when anew."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

from course_lib.corpora import ParallelCorpus, SentencePair
from course_lib.corpora.halves import halves
from course_lib.interventions import guided, read_apart, tempered
from course_lib.models import build_model
from course_lib.saved_models import save_model
from course_lib.seq2seq import Seq2Seq
from course_lib.traces import Trace
from course_lib.vocabulary import UNK, Vocabulary
from course_lib.word_scores import WordScores, score_words
from tests.draws import load_few_held_out
from tests.oracles.models import shaken

ROOT = Path(__file__).resolve().parent.parent
ENGLISH, FRENCH = "abcdefghijklmnopqrst", "uvwxyz"
WORDS = Vocabulary.build([tuple(ENGLISH), (".",)]), Vocabulary.build([tuple(FRENCH), (".",)])
SIZES = {"embedding": 8, "hidden": 24}


@pytest.fixture
def script(script_of: Callable[[str], Any]) -> Any:
    return script_of("look_or_read")


@pytest.fixture
def holding(script: Any) -> Any:
    return sys.modules["held_looks"]


@pytest.fixture
def joining(script: Any) -> Any:
    return sys.modules["joined"]


@pytest.fixture
def tenths(script: Any) -> Any:
    return sys.modules["tenths"]


def model(seed: int = 0, name: str = "bahdanau", words: tuple[Vocabulary, Vocabulary] = WORDS) -> Seq2Seq:
    """Return a model that says one of seven words at random, so that one in seven is right, and never ``<unk>``."""
    built = shaken(build_model(name, *words, **SIZES), seed)
    built.get_parameter("decoder.readout.W_o.bias").data[UNK] = -1e3
    return built


@cache
def random_pairs(number: int = 40, seed: int = 1) -> tuple[SentencePair, ...]:
    """Return pairs of unlike lengths, no word of a source twice, with links at random; not sorted by length."""
    draw = Random(seed)
    found = []
    for _ in range(number):
        S, T = draw.randint(9, 14), draw.randint(4, 13)
        links = frozenset((draw.randrange(S), i) for i in range(T) for _ in range(draw.choice((0, 1, 1, 1, 2))))
        source = (*draw.sample(ENGLISH, S - 1), ".")
        found.append(SentencePair(source, (*draw.choices(FRENCH, k=T - 1), "."), links, links))
    return tuple(found)


def one_by_one(built: Seq2Seq, pair: SentencePair, places: dict[int, int]) -> list[bool]:
    """Run one sentence alone, its looks held at ``places``; say which words are right."""
    row = [places.get(i, -1) for i in range(len(pair.target) + 1)]
    with guided(built, torch.tensor([row])):
        return score_words(built, [pair]).right[0].tolist()


def single(pair: SentencePair) -> dict[int, int]:
    """Enumerate the words with exactly one sure link, the last one left out."""
    found = {}
    for i in range(len(pair.target) - 1):
        linked = [j for j in range(len(pair.source)) if (j, i) in (pair.sure or ())]
        if len(linked) == 1:
            found[i] = linked[0]
    return found


# --- by tenth


def test_a_word_is_counted_in_the_tenth_that_holds_its_middle_if_it_is_chosen(tenths: Any) -> None:
    # five words, "." and </s>: middles at .1, .3, .5, .7, .9; ten words: one in each tenth
    five, ten = np.array([1, 0, 1, 1, 0, 1, 1], dtype=bool), np.array([*[0, 1] * 5, 1, 1], dtype=bool)
    every = tenths.by_tenth([five, ten])
    assert every == {"words": [1, 2] * 5, "right": [0, 2, 0, 1, 0, 2, 0, 2, 0, 1]}
    chosen = [np.array([1, 1, 0, 0, 0, 1, 1], dtype=bool), np.array([0, 1, 1, *[0] * 7, 1, 1], dtype=bool)]
    some = tenths.by_tenth([five, ten], chosen)
    assert some == {"words": [0, 2, 1, 1, *[0] * 6], "right": [0, 2, 0, 0, *[0] * 6]}
    assert tenths.totals(some) == {"words": 4, "right": 2}
    assert {type(number) for counts in every.values() for number in counts} == {int}  # JSON knows no other


def test_a_sentence_on_paper_has_its_looks_by_kind_and_tenth(tenths: Any) -> None:
    """Ten words and a full stop, word k linked to word k, the fourth to none: one word a tenth."""
    source = tuple("a b c d e f g h i a .".split())
    links = frozenset((k, k) for k in range(11) if k != 3)
    at = [0, 2, 11, 3, 9, 10, 6, 0, 8, 0, 10, 11]  # gold, beside, end, –, elsewhere, end, gold, elsewhere, gold, double
    looks = np.full((12, 12), 0.01)
    looks[range(12), at] = 0.8
    right = np.array([1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1], dtype=bool)
    scores = WordScores((np.zeros(12),), (right,), (looks,))
    found = tenths.by_kind_of_look(scores, [SentencePair(source, tuple("0123456789."), links, links)])
    places = {
        kind: [k for k, words in enumerate(count["words"]) for _ in range(words)] for kind, count in found.items()
    }
    assert places == {
        "gold": [0, 6, 8],
        "beside": [1],
        "same word elsewhere": [9],
        "end": [2, 5],
        "elsewhere": [4, 7],
    }
    hits = {kind: [k for k, n in enumerate(count["right"]) if n] for kind, count in found.items()}
    assert hits == {"gold": [0, 8], "beside": [1], "same word elsewhere": [9], "end": [], "elsewhere": []}


def test_a_look_that_runs_ahead_is_told_from_one_that_stays_behind(tenths: Any) -> None:
    """Ten words and a full stop; the fourth has no link, the fifth two, the sixth two far apart."""
    links = frozenset({(k, k) for k in range(11) if k != 3} | {(6, 4), (1, 5), (8, 5)})
    pair = SentencePair(tuple("abcdefghij."), tuple("0123456789."), links, links)
    at = [2, 2, 0, 11, 8, 3, 4, 11, 10, 0, 0, 0]
    # 0: two on, 1: beside, 2: two back, 3: no link, 4: two on from both, 5: between, 6: two back, 7: at </s>, 8: two on
    looks = np.full((12, 12), 0.01)
    looks[range(12), at] = 0.8
    scores = WordScores((np.zeros(12),), (np.ones(12, dtype=bool),), (looks,))
    assert tenths.by_side_of_look(scores, [pair]) == {
        "ahead": [1, 0, 0, 0, 1, 0, 0, 1, 1, 0],
        "behind": [0, 0, 1, 0, 0, 0, 1, 0, 0, 1],
        "words": [1, 1, 1, 0, 1, 1, 1, 1, 1, 1],
    }


# --- held looks


def test_only_words_with_one_sure_link_are_held_and_the_full_stop_is_not(holding: Any) -> None:
    sure = frozenset({(0, 0), (1, 1), (2, 1), (3, 2), (4, 4)})
    pair = SentencePair(tuple("abcd."), tuple("uvwx."), sure, sure | {(0, 2), (2, 3)})
    assert holding.partners(pair) == {0: 0, 2: 3}
    assert holding.on_gold([pair])[0].tolist() == [0, -1, 3, -1, -1, -1]
    assert all(holding.partners(one) == single(one) for one in random_pairs())
    with pytest.raises(ValueError, match="Nobody has linked"):
        holding.partners(SentencePair(("a",), ("u",)))


def test_a_wrong_word_has_nothing_to_do_with_the_right_one_and_is_the_same_for_every_model(holding: Any) -> None:
    source = tuple("a b a c d e f g .".split())
    sure = frozenset({(0, 0), (4, 1)})
    pair = SentencePair(source, tuple("uvw."), sure, sure | {(7, 0)})
    drawn = {holding.wrong_place(replace(pair, target=(*"uvw", word)), 0) for word in ".uvwxyz"}
    assert len(drawn) == 1  # drawn by the source and the place of the word
    seen = set()
    for k in range(60):
        other = replace(pair, source=(*source[:3], FRENCH[k % 6] + str(k), *source[4:]))
        seen.add(holding.wrong_place(other, 0))
    assert seen == {3, 4, 5}  # not 0, 1 (beside), 2 (the same word), 6 to 8 (beside or on a possible partner)
    short = SentencePair(("a", "b", "."), ("u", "."), frozenset({(0, 0)}), frozenset({(0, 0)}))
    with pytest.raises(ValueError, match=r"no wrong word for 'u'; take longer"):
        holding.wrong_place(short, 0)


@pytest.mark.parametrize("guide", ["on_gold", "on_wrong"])
def test_one_step_held_is_a_run_of_its_own_for_each_word(guide: str, holding: Any) -> None:
    """Against as many runs as words; with padding, in any order, and free words as they were."""
    built, pairs = model(), list(random_pairs())
    positions = getattr(holding, guide)(pairs)
    found = holding.this_step(built, pairs, positions)
    free = score_words(built, pairs).right
    moved = 0
    for pair, row, hits, without in zip(pairs, positions, found, free, strict=True):
        expected = without.tolist()
        for i, j in enumerate(row.tolist()):
            if j >= 0:
                expected[i] = one_by_one(built, pair, {i: j})[i]
        assert hits.tolist() == expected
        moved += int((hits != without).sum())
    assert moved > 5


def test_where_every_step_is_held_the_state_lives_with_it(holding: Any) -> None:
    built, pairs = model(), list(random_pairs())
    positions = holding.on_gold(pairs)
    found = holding.every_step(built, pairs, positions)
    for pair, row, hits in zip(pairs, positions, found, strict=True):
        assert hits.tolist() == one_by_one(built, pair, dict(enumerate(row.tolist())))
    alone = holding.this_step(built, pairs, positions)
    assert any((one != other).any() for one, other in zip(found, alone, strict=True))
    nowhere = [np.full(len(row), holding.FREE) for row in positions]
    free = score_words(built, pairs).right
    for run in holding.SCOPES.values():
        assert all((a == b).all() for a, b in zip(run(built, pairs, nowhere), free, strict=True))


def test_a_look_is_free_where_only_the_steps_before_were_held(holding: Any) -> None:
    """Against runs of single sentences, held up to the word before the one that is asked for."""
    built, pairs = model(), list(random_pairs())
    positions = holding.on_gold(pairs)
    found = holding.steps_before(built, pairs, positions)
    told = {True: holding.this_step(built, pairs, positions), False: score_words(built, pairs).right}
    others = {True: 0, False: 0}
    for k, (pair, hits) in enumerate(zip(pairs, found, strict=True)):
        for i, j in enumerate(positions[k].tolist()):
            before = {step: place for step, place in single(pair).items() if step < i}
            assert j < 0 or hits[i] == one_by_one(built, pair, before)[i]
            for held, rights in told.items():
                others[held] += int(j >= 0 and hits[i] != rights[k][i])
    assert others[True] > 3 and others[False] > 3


def test_each_guide_holds_the_words_of_gold_where_it_says(script: Any, tenths: Any) -> None:
    """The whole table against runs of single sentences; another model than the one that is held shows the way."""
    built, guide, pairs = model(1), model(2), list(random_pairs(20))
    found = script.held(built, guide, pairs)
    looks = [weights.argmax(1) for weights in score_words(guide, pairs).looks or ()]
    golds = [single(pair) for pair in pairs]
    shown = [{i: int(look[i]) for i in gold} for look, gold in zip(looks, golds, strict=True)]
    everywhere = [dict(enumerate(look.tolist())) for look in looks]
    wrong = [
        {i: sys.modules["held_looks"].wrong_place(pair, i) for i in gold}
        for pair, gold in zip(pairs, golds, strict=True)
    ]
    counted = [np.array([i in gold for i in range(len(p.target) + 1)]) for p, gold in zip(pairs, golds, strict=True)]

    def once(places: list[dict[int, int]]) -> dict[str, list[int]]:
        hits = [one_by_one(built, pair, held) for pair, held in zip(pairs, places, strict=True)]
        return tenths.by_tenth([np.array(row) for row in hits], counted)

    def each(places: list[dict[int, int]], before: bool = False) -> dict[str, list[int]]:
        hits = [np.zeros(len(pair.target) + 1, dtype=bool) for pair in pairs]
        for pair, held, row in zip(pairs, places, hits, strict=True):
            for i in held:
                kept = {step: j for step, j in held.items() if (step < i if before else step == i)}
                row[i] = one_by_one(built, pair, kept)[i]
        return tenths.by_tenth(hits, counted)

    free = once([{} for _ in pairs])
    assert found == {
        "this step": {"free": free, "gold": each(golds), "model of 40": each(shown), "wrong": each(wrong)},
        "every step": {"free": free, "gold": once(golds), "model of 40": once(shown), "wrong": once(wrong)},
        "steps before": {
            "free": free,
            "gold": each(golds, before=True),
            "model of 40": each(shown, before=True),
            "wrong": each(wrong, before=True),
        },
        "every word": {"free": free, "model of 40": once(everywhere)},
    }
    rows = [json.dumps(count) for scope in found.values() for count in scope.values()]
    assert len(set(rows)) == 11  # of 14, free stands there four times: no two are taken for each other


def test_a_sharper_look_is_that_of_its_temperature(script: Any, tenths: Any) -> None:
    built, pairs = model(), list(random_pairs())
    found = script.sharpened(built, pairs)
    assert list(found) == ["1", "0.7", "0.5", "0.3"]
    assert found["1"] == tenths.by_tenth(score_words(built, pairs).right)
    with tempered(built, 0.3):
        assert found["0.3"] == tenths.by_tenth(score_words(built, pairs).right)
    assert len({json.dumps(count) for count in found.values()}) == 4


def test_the_floor_hears_nothing_of_the_source(script: Any, tenths: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept is the weights: loaded, the model would hear again."""
    built, pairs = model(name="cho"), list(random_pairs())
    row = next(row for row in script.PROBED if row.name == "floor")
    monkeypatch.setattr(script, "BANDS", dict.fromkeys(script.HELD_BANDS, (12, 15)))
    bench = script.Bench(Path("nowhere"))
    bench.__dict__["held_out"] = pairs
    band = tenths.of_lengths(pairs, (12, 15))
    assert 5 < len(band) < 40
    with row.change(built):
        silent = [score_words(built, [SentencePair(("a", "."), pair.target)]).right[0] for pair in band]
    found = script.floor(bench, row, built)
    assert found["right_by_tenth"]["12-15"] == tenths.by_tenth(silent)
    assert found["right_by_tenth"]["12-15"] != tenths.by_tenth(score_words(built, band).right)
    held = [np.array([i in single(pair) for i in range(len(pair.target) + 1)]) for pair in band]
    assert found["held_words_by_tenth"]["12-15"] == tenths.by_tenth(silent, held)


# --- joined sentences


@cache
def clauses() -> tuple[SentencePair, ...]:
    return load_few_held_out("en-fr", lexicon="small", size=1500, max_length=30).train


def test_each_set_of_joined_sentences_keeps_its_lengths_and_none_that_was_trained_on(
    joining: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    every, asked = halves(clauses()), []

    def drawn(name: str, size: int, seed: int, **options: Any) -> ParallelCorpus:
        asked.append((name, options))
        start = 300 * (seed - 1)
        test, validation = clauses()[start : start + 200], clauses()[start + 200 : start + 300]
        return ParallelCorpus(name, "en", "fr", (), validation, test)

    monkeypatch.setattr(joining, "load", drawn)
    short = [one for one in every if 8 <= len(one.whole.source) <= 15]
    trained = {short[0].whole.source, short[1].left.source, short[2].right.source}
    sets = (joining.JoinedSet("in", 15, 8, 15, 9), joining.JoinedSet("beyond", 12, 17, 24, 9))
    found = joining.joined("en-fr", trained, sets, max_length=30)
    for name, (longest, low, high) in {"in": (15, 8, 15), "beyond": (12, 17, 24)}.items():
        kept = [
            one
            for one in every
            if low <= len(one.whole.source) <= high
            and len(one.left.source) <= longest
            and len(one.right.source) <= longest
            and not trained & {one.whole.source, one.left.source, one.right.source}
        ]
        assert found[name] == kept[:9]
    assert len(asked) > 1 and set(map(str, asked)) == {str(("en-fr", {"max_length": 30}))}
    monkeypatch.setattr(joining, "MOST_DRAWS", 1)
    with pytest.raises(ValueError, match=r"too few joined .* in 1 draws: .*'beyond': '\d of 9'"):
        joining.joined("en-fr", trained, sets, max_length=30)


def test_the_joint_begins_the_second_piece(joining: Any) -> None:
    for one in halves(clauses()):
        assert one.whole.source[joining.cut(one)] == "because"
        assert one.whole.source.index("because") == joining.cut(one)


def test_what_is_read_apart_is_told_sentence_by_sentence_in_their_order(joining: Any) -> None:
    """References are what the model itself writes, read whole or in pieces: so we know which are exact."""
    found = halves(clauses())[:16]
    wholes = [one.whole for one in found]
    words = Vocabulary.build(pair.source for pair in wholes), Vocabulary.build(pair.target for pair in wholes)
    built = model(3, words=words)
    sample, expected = [], []
    for k, one in enumerate(found):
        whole = built.translate([one.whole.source])[0].tokens
        with read_apart(built, [one.whole.source.index("because")]):
            pieces = built.translate([one.whole.source])[0].tokens
        if whole == pieces or not whole or not pieces:
            continue
        said = SentencePair(one.whole.source, tuple(pieces if k % 3 else whole))
        sample.append(replace(one, whole=said))
        expected.append("01" if k % 3 else "10")
    assert len(expected) > 5 and len({one.whole.source.index("because") for one in sample}) > 2
    told = joining.translated(built, {"s": sample})["s"]
    assert [a + b for a, b in zip(told["whole"], told["whole_apart"], strict=True)] == expected
    assert told["words"] == [len(one.whole.source) for one in sample]
    assert set(told["left"] + told["right"]) == {"0"}
    counts = joining.apart(built, {"s": sample})["s"]
    free = [score_words(built, [one.whole]).right[0][:-2] for one in sample]
    cut_up = []
    for one in sample:
        with read_apart(built, [one.whole.source.index("because")]):
            cut_up.append(score_words(built, [one.whole]).right[0][:-2])
    for name, rows in (("free", free), ("apart", cut_up)):
        assert counts[name] == {"words": sum(map(len, rows)), "right": int(sum(row.sum() for row in rows))}
    assert counts["free"] != counts["apart"]


def test_left_and_right_are_not_exchanged(joining: Any) -> None:
    one = halves(clauses())[0]
    built = model(2, words=(Vocabulary.build([one.whole.source]), Vocabulary.build([one.whole.target])))
    said = tuple(built.translate([one.left.source])[0].tokens)
    told = joining.translated(built, {"s": [replace(one, left=SentencePair(one.left.source, said))]})["s"]
    assert (told["left"], told["right"]) == ("1", "0")


# --- the film, and the record


def test_the_film_is_of_the_first_sentence_that_all_models_translate_word_for_word(script: Any) -> None:
    models = [model(seed) for seed in (0, 0, 1)]
    told = [(pair, [one.translate([pair.source])[0].tokens for one in models[1:]]) for pair in random_pairs()]
    right = [SentencePair(pair.source, ours) for pair, (ours, others) in told if ours and ours != others][:2]
    shown = [*random_pairs(1), *right]
    assert script.first_right(models[:2], shown) == right[0]
    assert script.first_right(models[:2], shown[::-1]) == right[1]
    with pytest.raises(ValueError, match=r"None of 3 sentences .* by all 3 models"):
        script.first_right(models, shown)


def test_another_weight_is_another_digest(script: Any) -> None:
    digests = {script.digest(model(seed)) for seed in (0, 1)} | {script.digest(model())}
    assert len(digests) == 2
    changed = model()
    with torch.no_grad():
        next(p for name, p in changed.named_parameters() if name == "decoder.attention.v_a")[0] += 1e-12
    assert script.digest(changed) not in digests


@pytest.fixture
def place(script: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keep tiny models where lengths.py would, all but the two further seeds of 40 words; return its record."""
    bands = dict.fromkeys(script.BANDS, (9, 14))
    one = halves(clauses())[0]
    words = Vocabulary.build([(*one.whole.source, *ENGLISH)]), Vocabulary.build([(*one.whole.target, *FRENCH)])
    monkeypatch.setattr(script, "BANDS", bands)
    monkeypatch.setattr(script, "FILM_LENGTHS", (9, 14))
    monkeypatch.setattr(script, "pairs_by_length", lambda name, per_bucket: list(random_pairs(10)))
    monkeypatch.setattr(script, "load", lambda name, **options: ParallelCorpus(name, "en", "fr", (), (), ()))
    monkeypatch.setattr(script, "joined", lambda name, sources, **options: {"15, beyond": [one]})
    lengths = tmp_path / "lengths.json"
    record = {}
    for row, seed in [(row, 1) for row in script.PROBED if row.name in ("Bahdanau", "floor")]:
        key = script.key_of(row, seed)
        record[key] = {"settings": {"corpus": "en-fr", "row": row.name, "pairs": {"draws": "d"}, "steps": 2}}
        keep(script, lengths, row, seed, words)
    lengths.write_text(json.dumps(record))
    return lengths


def keep(script: Any, lengths: Path, row: Any, seed: int, words: Any, start: int = 0) -> None:
    built = model(start + row.longest, row.model, words)
    folder = lengths.with_suffix("") / script.key_of(row, seed).replace(", ", "-").replace(" ", "_")
    save_model(folder, built, row.model, SIZES)


def run(script: Any, monkeypatch: pytest.MonkeyPatch, lengths: Path, *more: str) -> Any:
    out = lengths.with_name("look_or_read.json")
    monkeypatch.setattr(sys, "argv", ["look_or_read.py", "--lengths", str(lengths), "--out", str(out), *more])
    script.main()
    return json.loads(out.read_text())


def test_a_run_is_of_the_models_that_it_read_and_is_made_anew_for_others(
    script: Any, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Numbers of models that were trained again since would pass for those of today's."""
    record = run(script, monkeypatch, place)
    said = capsys.readouterr().out
    rows = {row.longest: row for row in script.PROBED if row.name == "Bahdanau"}
    floor = next(row for row in script.PROBED if row.name == "floor")
    assert list(record) == [script.key_of(row, 1) for row in (*rows.values(), floor)]
    assert said.count("left out") == 2 * 4 + 3 + 1  # two seeds of four rows, three of the fifth, the film
    trained = json.loads(place.read_text())
    for key, kept in record.items():
        assert kept["settings"].items() >= trained[key]["settings"].items()
        assert kept["machine"]["threads"] == 1 and kept["processor_seconds"] >= 0 and kept["date"]
    first = record[script.key_of(rows[15], 1)]
    assert set(first) >= {"right_by_tenth", "looks", "held", "sharpened", "halves", "apart"}
    assert set(first["held"]) == set(first["sharpened"]) == {"12-15", "16-19", "30-40"}
    assert set(first["looks"]) == set(first["right_by_tenth"]) == set(script.BANDS)
    assert sum(count["words"][5] for count in first["looks"]["12-15"].values()) > 0
    assert "looks" not in record[script.key_of(floor, 1)]
    guided_by = record[script.key_of(rows[40], 1)]["settings"]["weights"]
    assert first["settings"]["guide"] == guided_by != first["settings"]["weights"]

    assert run(script, monkeypatch, place) == record
    assert capsys.readouterr().out.count("done before") == 4
    bench = script.Bench(place)
    words = bench.model(rows[40], 1)
    keep(script, place, rows[40], 1, (words.source_vocabulary, words.target_vocabulary), start=7)
    again = run(script, monkeypatch, place)
    assert capsys.readouterr().out.count("done before") == 1  # the floor: the model of 40 words guides the others
    assert again[script.key_of(rows[15], 1)]["settings"]["weights"] == first["settings"]["weights"]
    assert again[script.key_of(rows[15], 1)]["held"] != first["held"]


def test_a_film_has_one_sentence_as_three_models_see_it(
    script: Any, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = json.loads(place.read_text())
    bench = script.Bench(place)
    rows = {row.longest: row for row in script.PROBED if row.name == "Bahdanau"}
    first = bench.model(rows[40], 1)
    for seed in (2, 3):  # the same model three times
        trained[script.key_of(rows[40], seed)] = trained[script.key_of(rows[40], 1)]
        keep(script, place, rows[40], seed, (first.source_vocabulary, first.target_vocabulary))
    place.write_text(json.dumps(trained))
    pair = random_pairs()[3]
    said = tuple(first.translate([pair.source])[0].tokens)
    right = SentencePair(pair.source, said, frozenset({(2, 0)}), frozenset({(2, 0)}))
    monkeypatch.setattr(script, "pairs_by_length", lambda name, per_bucket: [*random_pairs()[:3], right])
    kept = run(script, monkeypatch, place, "--rows", "Bahdanau", "--longest", "20", "--seeds", "1")["film"]
    assert list(kept["settings"]["weights"]) == ["15", "20", "40", "40, seed 2", "40, seed 3"]
    assert len(set(kept["settings"]["weights"].values())) == 3 and kept["settings"]["pairs"] == {"draws": "d"}
    assert list(kept["traces"]) == ["15", "20", "40"]
    seen = {label: Trace.from_record(one) for label, one in kept["traces"].items()}
    assert {(one.source[:-1], one.target[:-1], one.forced) for one in seen.values()} == {(pair.source, said, True)}
    assert all(one.links == {(2, 0)} and one.contexts is None for one in seen.values())
    assert len({one.weights.tobytes() for one in seen.values()}) == 3


def strangers(record: dict[str, Any], trained: dict[str, Any]) -> list[str]:
    """Return the keys of runs that are not of the training runs in ``trained``, or were guided by another model."""
    own = {"weights", "guide", "held_out", "halves", "asked"}
    found = []
    for key, kept in record.items():
        if key == "film":
            continue
        settings = {name: value for name, value in kept["settings"].items() if name not in own}
        guide = record.get(f"en-fr, Bahdanau, 40 words, seed {settings['seed']}", kept)["settings"]["weights"]
        if settings != trained.get(key, {}).get("settings") or kept["settings"]["guide"] not in (None, guide):
            found.append(key)
    return found


def test_the_record_is_of_the_runs_of_lengths_json(script: Any) -> None:
    """A new record of lengths.py without a second pass: the chapter would speak of two generations of models."""
    settings = {"corpus": "en-fr", "seed": 2, "steps": 5}
    key, long = "en-fr, Bahdanau, 15 words, seed 2", "en-fr, Bahdanau, 40 words, seed 2"
    trained = {one: {"settings": settings} for one in (key, long)}
    kept = {one: {"settings": {**settings, "weights": one, "guide": long}} for one in (key, long)}
    assert strangers(kept, trained) == []
    assert strangers(kept, {**trained, key: {"settings": {**settings, "steps": 6}}}) == [key]
    assert strangers(kept, {long: trained[long]}) == [key]
    assert strangers({**kept, key: {"settings": {**settings, "weights": key, "guide": "x"}}}, trained) == [key]
    assert strangers(script.read(script.OUT), script.read(script.RESULTS)) == []
