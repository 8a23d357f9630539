"""Recipes: what they build, that words go in and words come out, and that each setting reaches what it is for."""

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from course_lib.corpora import ParallelCorpus, available, load
from course_lib.corpora.subword_draws import drawn_pairs
from course_lib.corpora.subwords import Subwords
from course_lib.metrics import bleu
from course_lib.models import build_model
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig
from course_lib.training.recipes import RECIPES, Recipe, Trained
from tests.oracles.models import SOURCE, TARGET

RECORD = Path(__file__).parent.parent / "course_lib" / "results" / "real_languages.json"
CONFIG = TrainConfig(4, batch_size=8, device="cpu", validate_every=2, validation_pairs=1, progress=False, unknown="unk")
SMALL = Recipe("phrasebook", CONFIG, pieces=300, options={"embedding": 8, "hidden": 8})


@pytest.fixture(scope="module")
def phrases() -> ParallelCorpus:
    return load("phrasebook")


@pytest.fixture(scope="module")
def trained(phrases: ParallelCorpus) -> Trained:
    return SMALL.run(phrases)


def test_the_recipes_name_corpora_and_options_that_there_are() -> None:
    """A misspelt option would be found after a download."""
    for recipe in RECIPES.values():
        assert set(recipe.corpus_options) <= set(available()[recipe.corpus])
        build_model(recipe.model, SOURCE, TARGET, **recipe.options)
        assert recipe.config.unknown == "unk"  # held-out sentences have words of their own
    assert {"multi30k", "tatoeba", "phrasebook"} == set(RECIPES)
    assert RECIPES["multi30k"].corpus_options == {"source": "de", "target": "en"}


@pytest.mark.parametrize(("name", "row"), [("multi30k", "multi30k, seed 1"), ("tatoeba", "tatoeba, fra, seed 1")])
def test_a_recipe_has_the_settings_with_which_its_scores_were_recorded(name: str, row: str) -> None:
    recorded = json.loads(RECORD.read_text("utf-8"))[row]["settings"]["recipe"]
    ours = asdict(RECIPES[name])
    later = {one.name for one in fields(Recipe) if one.metadata.get("came_later") and one.name not in recorded}
    assert all(ours.pop(one) == getattr(Recipe, one) for one in later), "what came later is not used"
    config = {key: value for key, value in ours.pop("config").items() if key in recorded["config"]}
    of_the_run = {"seed", "validate_every", "validation_pairs", "precision"}
    assert {key for key, value in config.items() if recorded["config"][key] != value} <= of_the_run
    assert ours == {key: value for key, value in recorded.items() if key != "config"}


def test_the_small_recipe_differs_from_the_large_one_in_size_alone() -> None:
    small, large = RECIPES["phrasebook"], RECIPES["multi30k"]
    assert small.config == replace(large.config, steps=900, batch_size=16)
    assert small.options == {**large.options, "embedding": 96, "hidden": 96, "dropout": 0.1}
    assert (small.pieces, small.corpus_options) == (None, {"language": "fr"})


def test_a_recipe_that_says_no_more_has_the_settings_of_the_records() -> None:
    own = {key: value for key, value in asdict(Recipe("phrasebook", CONFIG)).items() if key != "config"}
    of_pieces = {"pieces": None, "joint": True, "min_count": 1, "copies": None, "alpha": 0.25}
    of_a_model = {"model": "luong", "options": {}, "beam": 5, "length_normalisation": 1.0}
    assert own == {"corpus": "phrasebook", "corpus_options": {}, **of_pieces, **of_a_model}


def test_options_of_a_corpus_come_before_those_of_the_recipe() -> None:
    assert replace(SMALL, corpus_options={"language": "mr"}).load(language="hi").target_language == "Hindi"
    assert replace(SMALL, corpus_options={"language": "mr"}).load().target_language == "Marathi"


def test_pieces_are_learnt_from_both_sides_of_the_training_pairs_alone(phrases: ParallelCorpus) -> None:
    prepared = SMALL.prepare(phrases)
    both = [side for pair in phrases.train for side in (pair.source, pair.target)]
    learnt = set(Subwords.train(both, 300).encode(("chaque", "every")))
    assert learnt == set(Subwords(prepared.source_splitting.subwords).encode(("chaque", "every")))
    without = SMALL.prepare(replace(phrases, validation=(), test=()))
    assert prepared.source_splitting.subwords == without.source_splitting.subwords
    assert len(prepared.train) == len(phrases.train) and prepared.train != phrases.train


def test_one_model_of_pieces_serves_both_languages_or_each_has_its_own(phrases: ParallelCorpus) -> None:
    joint, apart = (replace(SMALL, joint=joint, pieces=200).prepare(phrases) for joint in (True, False))
    assert joint.source_splitting.subwords == joint.target_splitting.subwords
    assert apart.source_splitting.subwords != apart.target_splitting.subwords
    for corpus in (joint, apart):
        for splitting in (corpus.source_splitting, corpus.target_splitting):
            assert len(Subwords(splitting.subwords)) == 200
    of_target = Subwords.train([pair.target for pair in phrases.train], 200)
    assert apart.target_splitting.subwords == of_target.model
    assert replace(SMALL, pieces=None).prepare(phrases) is phrases


def test_copies_are_of_the_training_pairs_alone_and_drawn_by_the_seed(phrases: ParallelCorpus) -> None:
    recipe = replace(SMALL, pieces=200, joint=False, copies=2, alpha=0.7, config=replace(CONFIG, seed=5))
    once, drawn = replace(recipe, copies=None).prepare(phrases), recipe.prepare(phrases)
    models = Subwords(once.source_splitting.subwords), Subwords(once.target_splitting.subwords)
    assert drawn == replace(once, train=drawn_pairs(phrases.train, *models, 2, 0.7, 5))


def test_the_model_is_a_function_of_the_seed_and_knows_what_is_frequent_enough(phrases: ParallelCorpus) -> None:
    words = replace(SMALL, pieces=None, min_count=2)
    models = [replace(words, config=replace(CONFIG, seed=seed)).build(words.prepare(phrases)) for seed in (1, 1, 2)]
    first, again, other = (model.decoder.embedding.weight for model in models)
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert first.shape[1] == 8  # as the options say
    assert models[0].source_vocabulary == phrases.vocabularies(2)[0] != phrases.vocabularies(1)[0]


def test_a_run_has_the_changes_that_it_was_given_and_nothing_else(phrases: ParallelCorpus) -> None:
    trained = SMALL.run(phrases, steps=3, seed=5, validate_every=None)
    assert trained.history.steps == 3 and not trained.history.validations
    assert trained.recipe == replace(SMALL, config=replace(CONFIG, steps=3, seed=5, validate_every=None))
    assert SMALL.config.steps == 4


def test_a_run_reads_the_corpus_that_it_is_given_and_loads_its_own_without_one(phrases: ParallelCorpus) -> None:
    words, few = replace(SMALL, pieces=None), replace(phrases, train=phrases.train[:40])
    assert words.run(few, steps=1, validate_every=None).corpus == few
    assert words.run(steps=1, validate_every=None).corpus == phrases


def test_the_same_run_gives_the_same_model(phrases: ParallelCorpus, trained: Trained) -> None:
    again = SMALL.run(phrases)
    assert again.history == trained.history and len(again.history.losses) == 4
    pairs = zip(again.model.parameters(), trained.model.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_who_watches_sees_the_model_at_each_validation_and_changes_nothing(
    phrases: ParallelCorpus, trained: Trained
) -> None:
    seen: dict[int, Any] = {}

    def watch(step: int, now: Trained) -> None:
        seen[step] = next(now.model.parameters()).detach().clone()
        assert len(now.translate([phrases.test[0].source])) == 1
        torch.rand(3)

    watched = SMALL.run(phrases, on_validation=watch)
    assert list(seen) == [2, 4] and not torch.equal(seen[2], seen[4])
    assert torch.equal(seen[4], next(watched.model.parameters())) and watched.history == trained.history


def test_words_go_in_and_words_come_out_in_the_order_of_the_sentences(
    phrases: ParallelCorpus, trained: Trained
) -> None:
    sentences = [pair.source for pair in phrases.test]
    pieces = Subwords(trained.corpus.source_splitting.subwords)
    one_by_one = [
        pieces.decode(trained.model.translate([pieces.encode(sentence)], unknown="unk")[0].tokens)
        for sentence in sentences
    ]
    assert trained.translate(sentences, batch_size=4) == one_by_one
    assert trained.translate(sentences[::-1]) == one_by_one[::-1]
    assert trained.translate([["zzyzx"]])  # a word that nobody has seen


def test_bleu_is_counted_on_words(phrases: ParallelCorpus, trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    some = phrases.train[:40]
    said = [pair.target if k % 2 else ("rien",) for k, pair in enumerate(some)]
    beams: list[int] = []
    monkeypatch.setattr(Trained, "translate", lambda _, sentences, beam: beams.append(beam) or said)
    assert trained.bleu(some) == bleu(said, [pair.target for pair in some])
    assert 20 < trained.bleu(some, beam=3).value < 100 and trained.bleu(some, bootstrap=20).interval
    assert beams == [1, 3, 1]


@pytest.mark.parametrize(("beam", "asked"), [(1, 0.0), (2, 0.7)])
def test_a_beam_is_compared_as_the_recipe_says_and_greedy_search_is_not(
    trained: Trained, monkeypatch: pytest.MonkeyPatch, beam: int, asked: float
) -> None:
    """With a length normalisation even a beam of 1 is a beam search, five times as slow."""
    given: list[dict[str, Any]] = []
    translate = Seq2Seq.translate

    def watched(model: Seq2Seq, sentences: Any, **options: Any) -> Any:
        given.append(options)
        return translate(model, sentences, **options)

    monkeypatch.setattr(Seq2Seq, "translate", watched)
    replace(trained, recipe=replace(SMALL, length_normalisation=0.7)).translate([["hello"]], beam)
    assert [(options["beam"], options["length_normalisation"]) for options in given] == [(beam, asked)]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("pieces", 0),
        ("pieces", 2.5),
        ("joint", "yes"),
        ("min_count", 0),
        ("model", "sutskever2014"),
        ("beam", 0),
        ("length_normalisation", -1),
        ("copies", 0),
        ("alpha", -0.5),
    ],
)
def test_a_wrong_value_is_named_before_anything_is_read(field: str, wrong: Any) -> None:
    with pytest.raises(ValueError, match=f"^{field}: expected"):
        replace(SMALL, **{field: wrong})


def test_copies_of_whole_words_would_all_be_the_same() -> None:
    with pytest.raises(ValueError, match="leaves words whole"):
        replace(SMALL, pieces=None, copies=2)
