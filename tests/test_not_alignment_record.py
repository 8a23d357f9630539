"""What benchmarks/not_alignment.py counts where looks are others, before it counts it for an hour."""

import json
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from course_lib.corpora import ParallelCorpus, SentencePair
from course_lib.interventions import Adversarial, patched, weighed
from course_lib.models import build_model
from course_lib.saved_models import save_model
from course_lib.seq2seq import Seq2Seq
from course_lib.tracing import trace
from course_lib.vocabulary import UNK, Vocabulary
from course_lib.word_scores import WordScores, score_words
from tests.oracles.models import shaken

ENGLISH, FRENCH = "abcdefghijklmnopqrst", ("le", "que", "il", "chien", "rouge", "dort")
WORDS = Vocabulary.build([tuple(ENGLISH), (".",)]), Vocabulary.build([FRENCH, (".",)])
SIZES = {"embedding": 8, "hidden": 24}
CLOCKS = ("before", "after")


@pytest.fixture
def script(script_of: Callable[[str], Any]) -> Any:
    return script_of("not_alignment")


@pytest.fixture
def weights(script: Any) -> Any:
    return sys.modules["other_weights"]


@pytest.fixture
def maps(script: Any) -> Any:
    return sys.modules["other_maps"]


@pytest.fixture
def annotations(script: Any) -> Any:
    return sys.modules["annotations"]


@cache
def model(query: str = "before", seed: int = 0) -> Seq2Seq:
    """Return a model that says one of seven words at random, and never ``<unk>``."""
    built = shaken(build_model("bahdanau", *WORDS, **SIZES, query=query), seed)
    built.get_parameter("decoder.readout.W_o.bias").data[UNK] = -1e3
    return built


@cache
def random_pairs(number: int = 24) -> tuple[SentencePair, ...]:
    """Return pairs of unlike lengths, not sorted by it, with links at random."""
    draw, found = Random(1), []
    for _ in range(number):
        S, T = draw.randint(9, 13), draw.randint(4, 9)
        links = frozenset((draw.randrange(S), i) for i in range(T) for _ in range(draw.choice((0, 1, 1, 1, 2))))
        found.append(
            SentencePair((*draw.sample(ENGLISH, S - 1), "."), (*draw.choices(FRENCH, k=T - 1), "."), links, links)
        )
    return tuple(found)


def likeliest(built: Seq2Seq, pair: SentencePair, i: int, row: Any) -> tuple[str, float]:
    """Run one sentence alone with ``row`` (S) as its weights at step i; return the likeliest word and all of them."""
    own = trace(built, pair.source, pair.target).weights
    given = torch.from_numpy(np.array(own))
    given[i] = torch.as_tensor(row)
    with weighed(built, given.unsqueeze(0)):
        changed = trace(built, pair.source, pair.target, top=len(built.target_vocabulary))
    free = trace(built, pair.source, pair.target, top=len(built.target_vocabulary))
    before, after = ({c.token: c.probability for c in run.candidates[i]} for run in (free, changed))
    far = sum(abs(before[word] - after[word]) for word in before) / 2
    return next(c.token for c in changed.candidates[i] if c.token not in ("<pad>", "<s>")), far


# --- other weights at one step


@pytest.mark.parametrize("query", CLOCKS)
def test_a_step_taken_again_with_its_own_weights_is_the_step(query: str, weights: Any) -> None:
    """With the state after it, or the context of another step, every change of a word would be counted."""
    built, pairs = model(query), random_pairs()
    seen = set()
    for steps in weights.steps_of(built, pairs):
        again = torch.softmax(weights.once_more(built, steps, steps.weights), -1)
        torch.testing.assert_close(again, steps.probabilities, rtol=1e-4, atol=1e-6)
        seen |= set(steps.places)
    assert seen == {(k, i) for k, pair in enumerate(pairs) for i in range(len(pair.target) + 1)}


@pytest.mark.parametrize("query", CLOCKS)
def test_each_kind_of_weights_is_what_its_name_says_and_lies_on_words(query: str, weights: Any) -> None:
    built, pairs = model(query), random_pairs()
    for steps in weights.steps_of(built, pairs):
        made = {name: weigh(steps, pairs) for name, weigh in weights.OTHERS.items()}
        for row, (k, i) in enumerate(steps.places):
            pair, S = pairs[k], len(pairs[k].source) + 1
            own = steps.weights[row, :S].numpy()
            best = int(own.argmax())
            for table, applies in made.values():
                assert not table[row, S:].any()
                assert not applies[row] or table[row].sum() == pytest.approx(1, abs=1e-5)
            rows = {name: table[row, :S].numpy() for name, (table, _) in made.items()}
            np.testing.assert_allclose(rows["flat"], np.full(S, 1 / S), rtol=1e-6)
            np.testing.assert_allclose(np.sort(rows["permuted"]), np.sort(own), rtol=1e-6)
            assert rows["largest"].argmax() == best and rows["largest"].max() == 1
            assert rows["</s>"][S - 1] == 1
            kept = np.delete(own, best)
            np.testing.assert_allclose(np.delete(rows["without the largest"], best), kept / kept.sum(), rtol=1e-4)
            assert rows["without the largest"][best] == 0
            (gone,) = np.flatnonzero(rows["without a random one"] == 0)
            kept = np.delete(own, gone)
            assert gone != best
            np.testing.assert_allclose(np.delete(rows["without a random one"], gone), kept / kept.sum(), rtol=1e-4)
            partners = [j for j, target in pair.sure or () if target == i]
            assert bool(made["gold"][1][row]) == (len(partners) == 1)
            assert len(partners) != 1 or rows["gold"][partners[0]] == 1
            wrong = int(rows["a wrong word"].argmax())
            if made["a wrong word"][1][row]:
                assert i < len(pair.target) and not {wrong - 1, wrong, wrong + 1} & set(partners) and wrong < S - 2


def test_where_all_weight_is_taken_away_the_others_share_alike(weights: Any) -> None:
    rows, mask = torch.tensor([[1.0, 0, 0, 0], [0.5, 0.25, 0.25, 0]]), torch.tensor([[True] * 3 + [False]] * 2)
    found = weights.without(rows, torch.tensor([0, 0]), mask)
    assert found.tolist() == [[0, 0.5, 0.5, 0], [0, 0.5, 0.5, 0]]


@pytest.mark.parametrize("query", CLOCKS)
def test_changed_words_are_those_of_runs_of_single_sentences(query: str, weights: Any) -> None:
    """Against as many runs as words, through another door of the library; by class, words without a link apart."""
    built, pairs = model(query), random_pairs()[:6]
    found = weights.one_step(built, pairs, "fr")
    expected: dict[str, list[tuple[bool, float]]] = {}
    off: dict[str, list[tuple[bool, bool, bool]]] = {}
    for pair in pairs:
        free = trace(built, pair.source, pair.target, top=7)
        for i, name in enumerate(weights.classes(pair, "fr")):
            own = next(c.token for c in free.candidates[i] if c.token not in ("<pad>", "<s>"))
            partners = [j for j, target in pair.sure or () if target == i]
            if len(partners) != 1:
                continue
            word, far = likeliest(built, pair, i, np.eye(len(pair.source) + 1)[partners[0]])
            expected.setdefault(name, []).append((word != own, far))
            if free.weights[i].argmax() != partners[0]:
                true = (*pair.target, "</s>")[i]
                off.setdefault(name, []).append((word != own, own == true, word == true))
    assert expected
    for name, rows in expected.items():
        gold = found["one_step"][name]["changes"]["gold"]
        assert gold["n"] == len(rows)
        assert gold["changed"] == pytest.approx(100 * np.mean([c for c, _ in rows]), abs=0.01)
        assert gold["total_variation"] == pytest.approx(np.mean([far for _, far in rows]), abs=2e-4)
    assert found["gold_off"].keys() == off.keys()
    for name, triples in off.items():
        row = found["gold_off"][name]
        told = [row["changed"], row["right_before"], row["right_after"]]
        assert row["n"] == len(triples) and told == pytest.approx(list(100 * np.mean(triples, axis=0)), abs=0.01)
    assert sum(row["n"] for row in found["one_step"].values()) == sum(len(pair.target) + 1 for pair in pairs)


def test_words_of_a_class_without_a_link_are_counted_apart(weights: Any) -> None:
    sure = frozenset({(0, 0), (1, 1)})
    pair = SentencePair(("the", "dog", "."), ("le", "chien", "rouge", "que", "."), sure, sure)
    assert weights.classes(pair, "fr") == [
        "determiner", "content", "content, unlinked", "other function word, unlinked", "punctuation", "</s>",
    ]  # fmt: skip


def test_looks_are_counted_by_class_and_by_what_lies_on_the_end(weights: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sure = frozenset({(0, 0), (1, 1)})
    pair = SentencePair(("the", "dog", "."), ("le", "chien", "rouge"), sure, sure)
    look = np.array([[0.5, 0.5, 0, 0], [0, 1, 0, 0], [0, 0.2, 0.3, 0.5], [0.25] * 4])
    scores = WordScores((np.zeros(4),), (np.array([True, False, True, True]),), (look,))
    monkeypatch.setattr(weights, "score_words", lambda *_, **__: scores)
    found = weights.by_class(
        None,
        [
            pair,
        ],
        "fr",
    )
    assert found["determiner"] == {
        "n": 1, "entropy": round(math.log(2), 4), "right": 100, "on_end": 0, "largest_on_end": 0, "kinds": {"gold": 1},
    }  # fmt: skip
    loose = found["content, unlinked"]
    assert (loose["on_end"], loose["largest_on_end"], loose["kinds"]) == (0.8, 100, {})
    assert found["</s>"]["entropy"] == round(math.log(4), 4) and found["content"]["right"] == 0
    talk = replace(pair, source=("the", "dog", "cat"))  # no full stop: </s> alone is the end
    assert weights.by_class(None, [talk], "fr")["content, unlinked"]["on_end"] == 0.5


def test_two_models_are_held_beside_each_other_at_the_same_words(weights: Any) -> None:
    pairs = random_pairs()[:5]
    same = weights.apart(model(), model(), pairs, "fr")
    assert all(row["jsd"] == pytest.approx(0, abs=1e-4) and row["same_largest"] == 100 for row in same.values())
    other = weights.apart(model(), model(seed=3), pairs, "fr")
    looks = [score_words(model(seed=seed), pairs).looks for seed in (0, 3)]
    agree = [a.argmax() == b.argmax() for one, two in zip(*looks, strict=True) for a, b in zip(one, two, strict=True)]
    assert weights.pooled(other, list(other), "same_largest") == pytest.approx(100 * np.mean(agree), abs=0.1)


def test_whole_translations_are_those_of_the_changed_model(weights: Any) -> None:
    built, pairs = model(), random_pairs()[:4]
    found = weights.whole(built, pairs)
    assert found["own"]["same"] == 100 and set(found) == {"own", "flattened", "permuted", "largest"}
    for pair in pairs:
        with weighed(built, torch.full((1, 60, len(pair.source) + 1), 1 / (len(pair.source) + 1))):
            held = trace(built, pair.source)
        with sys.modules["other_weights"].flattened(built):
            assert trace(built, pair.source).target == held.target
    assert found["largest"]["same"] < 100 and len(found["largest"]["exact_bits"]) == 4


# --- other maps


def test_a_map_that_is_held_is_held_to_the_end(maps: Any) -> None:
    """With its own weights the run is the free one, word for word; a run that is longer goes on with the last row."""
    built = model()
    longer = 0
    for pair in random_pairs()[:5]:
        free = trace(built, pair.source)
        said = free.target[:-1] if free.finished else free.target
        assert maps.held(built, pair, torch.from_numpy(free.weights)) == said
        few = torch.eye(len(pair.source) + 1)[[2, 3, 4]]
        with weighed(built, torch.cat((few, few[-1:].repeat(60, 1)))[None]):
            there = trace(built, pair.source)
        longer += len(there.target) > 4
        assert maps.held(built, pair, few) == (there.target[:-1] if there.finished else there.target)
    assert longer


def found_map(maps: Any, own: Any, other: Any, same: bool = True, source: tuple[str, ...] = ("the", "dog", ".")) -> Any:
    sure = frozenset({(0, 0), (1, 1)})
    pair = SentencePair(source, ("le", "chien"), sure, sure)
    own, other = torch.tensor(own), torch.tensor(other)
    rows = len(own)
    return maps.Found(pair, Adversarial(own, other, torch.linspace(0.1, 0.3, rows), torch.full((rows,), 0.004)), same)


def test_what_becomes_of_the_maps_is_counted_by_class_and_by_sentence(maps: Any) -> None:
    own = [[0.7, 0.1, 0.1, 0.1], [0.2, 0.6, 0.1, 0.1], [0.1, 0.1, 0.1, 0.7]]
    other = [[0.1, 0.1, 0.1, 0.7], [0.2, 0.5, 0.2, 0.1], [0.7, 0.1, 0.1, 0.1]]
    found = maps.adversarial([found_map(maps, own, other), found_map(maps, own, own, False)], "fr")
    assert found["same"] == "10" and found["largest_moved"] == "67 0" and found["jsd"] == "0.200 0.200"
    assert found["by_class"]["determiner"] == {"n": 2, "jsd": 0.1, "moved": 50}
    assert found["by_class"]["content"] == {"n": 2, "jsd": 0.2, "moved": 0}
    assert found["gold_own"] == 0.65 and found["gold_other"] == pytest.approx((0.1 + 0.5 + 0.7 + 0.6) / 4)


def test_the_opening_keeps_every_word_and_moves_four_looks_of_five(maps: Any) -> None:
    own, other = np.eye(4)[[0, 1, 2, 0, 0]].tolist(), np.eye(4)[[1, 2, 0, 1, 0]].tolist()  # four of five
    three = np.eye(4)[[1, 2, 0, 0, 0]].tolist()
    long = tuple("abcdefghi.")
    wide = np.eye(11)[[0] * 5].tolist(), np.eye(11)[[1] * 5].tolist()
    bad = [
        found_map(maps, own, other, same=False),
        found_map(maps, own, three),
        found_map(maps, *wide, source=long),
    ]
    assert maps.opening(bad) is None
    good = maps.opening([*bad, found_map(maps, own, other, source=("a", "b", "."))])
    assert good["source"] == ["a", "b", ".", "</s>"] and good["own"] == own and good["other"] == other
    assert json.loads(json.dumps(good)) is not None


def test_a_reader_reads_gold_and_nothing_from_a_flat_map(maps: Any) -> None:
    links = frozenset((k, 2 - k) for k in range(3))
    words = {"a": "x", "b": "y", "c": "z", "d": "w"}
    pairs = []
    for k in range(40):
        source = tuple(Random(k).sample("abcd", 3))
        pairs.append(SentencePair(source, tuple(words[w] for w in reversed(source)), links, links))
    someone = maps.reader(pairs[:30])
    kinds = {
        "gold": [maps.gold_weights(pair) for pair in pairs[30:]],
        "turned": [maps.gold_weights(pair)[:, ::-1] for pair in pairs[30:]],
        "flat": [np.full((4, 4), 0.25)] * 10,
    }
    told = maps.read_by(someone, pairs[30:], kinds, "fr")
    assert told["gold"]["all"] == {"n": 30, "right": 100}
    assert told["flat"]["all"]["right"] <= 50 and told["turned"]["all"]["right"] < 100
    two = SentencePair(("a", "b"), ("x",), frozenset({(0, 0), (1, 0)}), frozenset({(0, 0), (1, 0)}))
    assert maps.gold_weights(two).tolist() == [[0.5, 0.5, 0], [0, 0, 0]]
    assert maps.diagonal(pairs[0]).argmax(1).tolist() == [0, 1, 2, 3]
    assert someone.read(SentencePair(("q", "a"), ("x",)), np.array([[0, 1.0, 0], [0, 0, 1.0]]))[0] == "x"


# --- annotations


def linked(source: str, target: str, *sure: tuple[int, int]) -> SentencePair:
    links = frozenset(sure)
    return SentencePair(tuple(source.split()), tuple(target.split()), links, links)


def test_cases_of_minimal_pairs_are_found_where_one_word_decides(annotations: Any) -> None:
    noun = linked("the dog sees a door .", "le chien voit une porte .", *((k, k) for k in range(6)))
    (dog, door) = annotations.cases_at_noun(noun)
    assert (dog.noun, dog.exchanged, dog.step, dog.wanted) == (1, "cat", 1, "chat")
    assert (door.exchanged, door.wanted, door.other) == ("window", "fenêtre", tuple("the dog sees a window .".split()))
    elsewhere = linked("the dog sleeps", "le chien chien", (0, 0), (1, 1), (1, 2))  # which of the two?
    assert not list(annotations.cases_at_noun(elsewhere))

    red = linked("my red car sleeps", "ma voiture rouge dort", (0, 0), (1, 2), (2, 1), (3, 3))
    (case,) = annotations.cases_at_determiner(red)
    assert (case.determiner, case.noun, case.exchanged, case.step, case.wanted) == (0, 2, "bicycle", 0, "mon")
    assert case.sets(3) == {
        "all": range(5), "noun": [2], "all but the noun": [0, 1, 3, 4], "largest": [3],
        "neighbours": [1, 3], "determiner": [0], "both": [0, 2],
    }  # fmt: skip
    assert not list(
        annotations.cases_at_determiner(linked("an apple falls", "une pomme tombe", (0, 0), (1, 1), (2, 2)))
    )
    assert not list(annotations.cases_at_determiner(linked("a cake falls", "un gâteau tombe", (0, 0), (1, 1), (2, 2))))
    assert list(
        annotations.cases_at_determiner(linked("a big cake falls", "un gâteau x tombe", (0, 0), (2, 1), (3, 3)))
    )
    many = linked("the cars fall", "les voitures tombent", (0, 0), (1, 1), (2, 2))
    assert not list(annotations.cases_at_determiner(many))

    sure = ((0, 0), (0, 1), (1, 3), (2, 2), (2, 1), (3, 4))
    chinese = linked("the small dog sleeps", "那 条 小 狗 睡觉", (0, 0), (1, 2), (2, 3), (2, 1), (3, 4))
    (case,) = annotations.cases_at_classifier(chinese)
    assert (case.noun, case.exchanged, case.step, case.wanted, case.determiner) == (2, "cat", 1, "只", 0)
    assert not list(annotations.cases_at_classifier(linked("my dog sleeps now", "我 的 狗 睡觉 了", *sure[:1], (1, 2))))


NOUNS = (
    Vocabulary.build([("the", "dog", "cat", "sees", "door", ".")]),
    Vocabulary.build([("le", "chien", "chat", "voit", ".")]),
)


@pytest.mark.parametrize("query", CLOCKS)
def test_a_case_is_answered_as_the_library_patches(query: str, annotations: Any) -> None:
    """Each set of places, through patched(): the likeliest word, and what the other word gains."""
    pair = linked("the dog sees the door .", "le chien voit le chien .", *((k, k) for k in range(6)))
    asked = 0
    for seed in range(12):
        built = shaken(build_model("bahdanau", *NOUNS, **SIZES, query=query), seed)
        case = annotations.Case(pair, 1, "cat", 1, "chat", 0)
        told = annotations.asked(built, case)
        free = trace(built, pair.source, pair.target, top=9)
        best = next(c.token for c in free.candidates[1] if c.token not in ("<pad>", "<s>"))
        assert (told is None) == (best != "chien")
        if told is None:
            continue
        asked += 1
        largest = int(free.weights[1].argmax())
        assert told[0] == {1: "noun", 0: "determiner"}.get(largest, "other")
        odds = log_odds(free, "chat", "chien")
        for name, places in case.sets(largest).items():
            with patched(built, case.other, places, steps=[1]):
                run = trace(built, pair.source, pair.target, top=9)
            first = next(c.token for c in run.candidates[1] if c.token not in ("<pad>", "<s>"))
            flips, gain = told[1][name]
            assert flips == (first == "chat")
            assert gain == pytest.approx(log_odds(run, "chat", "chien") - odds, abs=1e-3)
    assert asked


def log_odds(run: Any, one: str, other: str) -> float:
    chances = {c.token: c.probability for c in run.candidates[1]}
    return math.log(chances[one] / chances[other])


def test_cases_are_counted_by_where_the_largest_weight_lies(annotations: Any) -> None:
    told = [
        ("noun", {"all": (True, 2.0), "noun": (False, 1.0)}),
        ("other", {"all": (True, 4.0), "noun": (True, 0.5)}),
        ("noun", {"all": (False, 3.0), "noun": (False, -1.0)}),
    ]
    found = annotations._counted(told)
    assert found["noun"] == {"n": 2, "flips": {"all": 1, "noun": 0}, "log_odds": {"all": 2.5, "noun": 0.0}}
    assert found["every"]["n"] == 3 and found["every"]["flips"] == {"all": 2, "noun": 1}


def test_a_probe_is_asked_for_the_word_k_places_on(annotations: Any) -> None:
    pairs = [SentencePair(("a", "b", "c"), ("x",)), SentencePair(("d", "e"), ("x",))]
    rows = [np.arange(4)[:, None], np.arange(10, 13)[:, None]]
    vectors, words = annotations.beside(pairs, rows, 1)
    assert vectors[:, 0].tolist() == [0, 1, 10] and words == ["b", "c", "e"]
    vectors, words = annotations.beside(pairs, rows, -2)
    assert vectors[:, 0].tolist() == [2] and words == ["a"]


def test_a_word_tells_of_itself_and_of_its_neighbours_what_the_language_gives_away(annotations: Any) -> None:
    pairs = [SentencePair(tuple(Random(k).choice(("abcde", "fghij"))), ("x",)) for k in range(30)]
    words = annotations.words_of({w: k for k, w in enumerate("abcdefghij")})
    told = dict(zip(annotations.OFFSETS, annotations.probed(words, pairs[:20], pairs[20:]), strict=True))
    assert told[0] == told[1] == told[-4] == 100
    never = dict(zip(annotations.OFFSETS, annotations.commonest(pairs[:20], pairs[20:]), strict=True))
    assert 30 <= never[-4] <= 80


def test_annotations_of_a_batch_are_those_of_its_sentences(annotations: Any) -> None:
    pairs, built = random_pairs()[:4], model()
    for pair, rows in zip(pairs, annotations.annotations_of(built)(pairs), strict=True):
        (alone,) = annotations.annotations_of(built)([pair])
        assert rows.shape == (len(pair.source) + 1, 48)
        np.testing.assert_allclose(rows, alone, rtol=1e-4, atol=1e-6)


# --- rows, and what is kept of them


def test_links_are_moved_in_the_lessons_and_nowhere_else(script: Any) -> None:
    pair = linked("a b c .", "w x y .", (0, 1), (1, 1), (2, 2), (3, 3))
    corpus = ParallelCorpus(
        "x", "en", "fr", (pair,), (replace(pair, source=tuple("defg")),), (replace(pair, source=tuple("hijk")),)
    )
    moved = {name: script.lessons(corpus, row) for name, row in script.ROWS.items()}
    assert moved["taught +1"].train[0].sure == {(1, 1), (2, 1), (3, 2), (3, 3)} == moved["taught +1"].train[0].possible
    assert moved["taught mirror"].train[0].sure == {(3, 1), (2, 1), (1, 2), (0, 3)}
    for name in ("before", "after", "flat", "taught gold"):
        assert moved[name] == corpus
    for one in moved.values():
        assert (one.test, one.validation) == (corpus.test, corpus.validation)
    with pytest.raises(ValueError, match="Nobody has linked"):
        script.with_links_moved(SentencePair(("a",), ("x",)), script.mirrored)


@pytest.fixture
def bench(script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(script.Bench, "pairs", lambda _, label: {"draws": label})
    pairs = random_pairs()
    corpus = SimpleNamespace(train=pairs, validation=pairs[:3], test=pairs[:3], vocabularies=lambda: WORDS)
    monkeypatch.setattr(script.Bench, "corpus", lambda *_: corpus)
    return script.Bench(tmp_path / "record.json", 10, 300)


def test_the_settings_of_a_run_say_all_that_it_depends_on(script: Any, bench: Any) -> None:
    planned = [(label, name) for label, name in script.PLANNED]
    assert len(set(planned)) == len(planned) == 9 and {name for _, name in planned} == set(script.ROWS)
    seen = {
        json.dumps(script.settings_of(bench, label, name, seed, rate), sort_keys=True)
        for label, name in planned
        for seed in script.SEEDS
        for rate in script.RATES
    }
    assert len(seen) == 9 * 3 * 2
    folders = {
        bench.folder(label, name, seed, rate)
        for label, name in planned
        for seed in script.SEEDS
        for rate in script.RATES
    }
    assert len(folders) == 9 * 3 * 2
    assert script.settings_of(bench, "en-fr", "after", 1, 5e-3)["options"] == {
        "embedding": 64,
        "hidden": 64,
        "query": "after",
    }


def test_the_row_that_may_lose_has_the_better_of_two_rates(script: Any) -> None:
    keys = [f"en-fr, flat, seed 1, rate {rate:g}" for rate in script.RATES]
    record = {keys[0]: {"validation_perplexity": 1.5}}
    assert script.own_rate(record, "flat") is None and script.own_rate({}, "before") == script.RATE
    assert script.own_rate(record | {keys[1]: {"validation_perplexity": 1.4}}, "flat") == script.RATES[1]
    assert script.own_rate(record | {keys[1]: {"validation_perplexity": 1.6}}, "flat") == script.RATES[0]


def test_a_try_of_a_rate_is_the_run_of_its_seed(script: Any, bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[int, float]] = []
    run = {"validation_perplexity": 1.0, "training_seconds": 1, "test": {"exact_match": 5, "alignment": None}}

    def trained(_: Any, settings: Any) -> dict[str, Any]:
        made.append((settings["seed"], settings["learning_rate"]))
        return {**run, "validation_perplexity": settings["learning_rate"]}

    monkeypatch.setattr(script, "trained", trained)
    script.train_row(bench, "en-fr", "flat", 1)
    assert not made  # no rate is chosen yet
    for rate in script.RATES:
        script.train_row(bench, "en-fr", "flat", 1, rate)
    for seed in (1, 2):
        script.train_row(bench, "en-fr", "flat", seed)
        script.train_row(bench, "en-fr", "flat", seed)
    assert made == [(1, 3e-3), (1, 5e-3), (2, 3e-3)]
    assert script.read(bench.out)["en-fr, flat, seed 1"]["settings"]["learning_rate"] == 3e-3


def kept(script: Any, bench: Any, name: str = "before", seed: int = 1) -> str:
    """Keep a model as if it had been trained, and return its key."""
    settings = script.settings_of(bench, "en-fr", name, seed, 5e-3)
    key = script.key_of("en-fr", name, seed)
    options = {**SIZES, **script.ROWS[name].options}
    built = model(options.get("query", "before"), seed)
    save_model(bench.folder("en-fr", name, seed, 5e-3), built, "bahdanau", options)
    record = script.read(bench.out) | {key: {"settings": settings, "hits": "1"}}
    bench.out.write_text(json.dumps(record))
    return key


def test_what_has_been_asked_is_not_asked_again_unless_it_is_asked_otherwise(
    script: Any, bench: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def asking(what: str) -> Any:
        return lambda built, *_: asked.append(what) or {what: len(list(built.parameters()))}

    table = {
        what: script.Asked(asking(what), rows, {"pairs": 3})
        for what, rows in (
            ("one", {"en-fr": ("before",)}),
            ("two", {"en-fr": ("after",)}),
            ("three", {"en-fr": ("before", "after")}),
        )
    }
    monkeypatch.setattr(script, "ASKED_OF", table)
    script.measure_row(bench, "en-fr", "before", 1)
    assert not asked and "train it first" in capsys.readouterr().out
    key = kept(script, bench)
    for _ in range(2):
        script.measure_row(bench, "en-fr", "before", 1)
    assert asked == ["one", "three"]
    table["one"] = replace(table["one"], settings={"pairs": 4})
    script.measure_row(bench, "en-fr", "before", 1)
    assert asked == ["one", "three", "one"]
    now = script.read(bench.out)[key]
    assert now["hits"] == "1" and now["asked"] == {"one": {"pairs": 4}, "three": {"pairs": 3}} and now["three"] > 5


def test_models_of_two_seeds_and_of_two_clocks_are_compared_once(script: Any, bench: Any, weights: Any) -> None:
    for name in ("before", "after"):
        for seed in (1, 2):
            kept(script, bench, name, seed)
    record = script.read(bench.out)
    record["en-fr, flat, seed 1"] = record["en-fr, before, seed 1, rate 0.003"] = dict(record["en-fr, before, seed 1"])
    record["en-fr, flat, seed 1"]["settings"] = script.settings_of(bench, "en-fr", "flat", 1, 5e-3)
    bench.out.write_text(json.dumps(record))
    script.compare(bench)
    now = script.read(bench.out)
    made = set(now) - set(record)
    assert made == {"between seeds, en-fr, before", "between seeds, en-fr, after", "between clocks, en-fr", "traces"}
    pairs = random_pairs()[:3]
    assert now["between seeds, en-fr, before"]["by_pair"] == {
        "1 and 2": weights.apart(model("before", 1), model("before", 2), pairs, "fr")
    }
    assert set(now["between clocks, en-fr"]["by_pair"]) == {"1", "2"}
    before = bench.out.read_text()
    script.compare(bench)
    assert bench.out.read_text() == before


def test_a_trace_of_the_record_keeps_words_weights_and_candidates_alone(script: Any) -> None:
    pair = random_pairs()[0]
    one = trace(model(), pair.source, pair.target, links=pair.sure)
    found = type(one).from_record(json.loads(json.dumps(script.without_vectors(one))))
    assert found.target == one.target and found.links == pair.sure and found.contexts is None
    np.testing.assert_allclose(found.weights, one.weights, atol=6e-4)
