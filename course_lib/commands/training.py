"""``train``: from sentence pairs to a model in a folder, by a recipe of the course or by settings of your own."""

import os
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from course_lib.corpora import CorpusError, ParallelCorpus, load
from course_lib.evaluation import evaluate, spread
from course_lib.files import write_atomically
from course_lib.models import CONSTRUCTORS, build_model
from course_lib.saved_models import save_model
from course_lib.training import TrainConfig, fit
from course_lib.training.recipes import RECIPES, Recipe, Trained
from course_lib.vocabulary import Vocabulary

TRANSLATORS = [name for name in CONSTRUCTORS if name != "xu"]  # which reads pictures
ONE_SIZE = "vaswani"
WHERE_TO_GET_PAIRS = (
    "Sentence pairs in 80 languages are at https://www.manythings.org/anki/: for French download "
    "fra-eng.zip and give it as it is, or the fra.txt in it:\n\n    python -m course_lib train --tsv fra-eng.zip"
)
BASE = Recipe(
    "tsv",
    TrainConfig(steps=2500, batch_size=64, learning_rate=3e-3, validate_every=250, validation_pairs=300, unknown="unk"),
    corpus_options={"max_words": 10, "language": "unknown"},
    min_count=5,
    model="bahdanau",
    options={"embedding": 64, "hidden": 128, "dropout": 0.0},
    beam=1,
)
"""What is trained where no recipe is named, and what its options are where they are left out."""
OF_CORPUS = {name: name for name in ("max_words", "language", "source", "target", "accept_licence")} | {"data": "path"}
"""Options of the command line that are options of a corpus, and what they are called there."""
LENGTH_NORMALISATION = "length_normalisation"  # in the record of a saved model
_OUT, _TEST_PAIRS = Path("runs"), 1000
_OF_RECIPE = ("model", "min_count", "pieces", "beam")
_OF_CONFIG = (
    "steps batch_size learning_rate seed validate_every validation_pairs device precision alike average_last".split()
)
_BYTES = 4 * 4  # a parameter while training: itself, its gradient, two moments of Adam, each in float32


def defaults() -> dict[str, Any]:
    """Return what each option is where it is left out and no recipe is named."""
    of_config = {name: getattr(BASE.config, name) for name in _OF_CONFIG}
    smoothing = {"label_smoothing": BASE.config.objective.label_smoothing}
    of_recipe = {name: getattr(BASE, name) for name in _OF_RECIPE}
    at_the_end = {"test_pairs": _TEST_PAIRS, "examples": 10}
    return {**of_config, **smoothing, **of_recipe, **BASE.options, **at_the_end}


def recipe_of(options: Namespace) -> Recipe:
    """Return what ``options`` ask for: a recipe by its name, or ``BASE``, with all that was given in its place."""
    base = BASE if options.recipe is None else RECIPES[options.recipe]
    given = {name: value for name, value in vars(options).items() if value is not None}
    of_model = {**base.options, **_only(given, BASE.options)}
    if given.get("model", base.model) == ONE_SIZE:
        of_model.pop("embedding", None)
    objective = replace(base.config.objective, **_only(given, ["label_smoothing"]))
    config = replace(base.config, **_only(given, _OF_CONFIG), objective=objective, checkpoint=_checkpoint(options))
    return replace(
        base,
        **_only(given, _OF_RECIPE),
        **_corpus_of(options, base),
        config=config,
        options=of_model,
    )


def out_folder(options: Namespace) -> Path:
    """Return the folder for model and checkpoint: --out, or one in runs that is named after the recipe."""
    return options.out or _OUT / (options.recipe or "model")


def train(options: Namespace) -> None:
    """Train on a corpus, write the model into a folder, translate some sentences it has never seen."""
    recipe, out = recipe_of(options), out_folder(options)
    corpus = _loaded(recipe)
    prepared = recipe.prepare(corpus)
    source, target = prepared.vocabularies(recipe.min_count)
    held_out = f"{len(corpus.validation)} + {len(corpus.test)} held out"
    unit = "words" if recipe.pieces is None else "pieces of words"
    print(f"{corpus.name}: {len(corpus.train)} pairs to train on, {held_out}")
    print(f"vocabularies: {len(source)} source {unit}, {len(target)} target {unit}")
    if recipe.pieces is not None:
        print("While it trains, perplexity and BLEU are of pieces; at the end BLEU is of words.")
    _check_memory(recipe.model, source, target, recipe.options)
    model = recipe.build(prepared)
    trained = Trained(recipe, prepared, model, fit(model, prepared, recipe.config))
    extra = {**prepared.splittings_record(), LENGTH_NORMALISATION: recipe.length_normalisation}
    save_model(out, model, recipe.model, recipe.options, extra=extra)
    write_atomically(out / "history.json", trained.history.to_json().encode())
    print(f"\n{trained.history.steps} steps in {trained.history.seconds:.0f} s; the model is in {out}")
    _show_scores(trained, corpus, options)
    _show_translations(trained, corpus, 10 if options.examples is None else options.examples)


def kept(options: Namespace) -> str:
    """Say what an interrupted training leaves, and how to go on."""
    checkpoint = _checkpoint(options)
    if checkpoint.exists():
        return f"{checkpoint} holds the training up to its last validation; the same command goes on from there."
    return (
        "No validation was reached, so nothing is kept; the same command starts from the beginning. A smaller "
        "--validate-every keeps it sooner."
    )


def _checkpoint(options: Namespace) -> Path:
    return out_folder(options) / "checkpoint.pt"


def _corpus_of(options: Namespace, base: Recipe) -> dict[str, Any]:
    """Return the fields of a recipe that say which corpus is read, and how."""
    given = {OF_CORPUS[name]: value for name in OF_CORPUS if (value := getattr(options, name)) is not None}
    if options.tsv is not None:
        return {"corpus_options": {**base.corpus_options, "path": options.tsv, **given}}
    if options.corpus is not None:
        return {"corpus": options.corpus, "corpus_options": given}
    return {"corpus_options": {**base.corpus_options, **given}}


def _only(given: Mapping[str, Any], names: Any) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _loaded(recipe: Recipe) -> ParallelCorpus:
    path = recipe.corpus_options.get("path")
    if recipe.corpus == "tsv" and isinstance(path, Path) and not path.exists():
        raise CorpusError(f"There is no file {path}. {WHERE_TO_GET_PAIRS}")
    return load(recipe.corpus, **recipe.corpus_options)


def _check_memory(name: str, source: Vocabulary, target: Vocabulary, sizes: Mapping[str, Any]) -> None:
    """Refuse a model that this machine cannot hold: the system would end the process without a word."""
    if "SC_PHYS_PAGES" not in getattr(os, "sysconf_names", {}):
        return  # this system does not say how much it has
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    units = sizes.get("embedding", sizes["hidden"]) + sizes["hidden"]
    if _BYTES * units * (40 * units + 4 * (len(source) + len(target))) <= there:
        return  # more than any model has; to build one without memory takes torch seconds
    with torch.device("meta"):  # shapes alone
        parameters = sum(parameter.numel() for parameter in build_model(name, source, target, **sizes).parameters())
    if (needed := _BYTES * parameters) > there:
        raise ValueError(
            f"A model of {parameters:,} parameters needs {needed / 1e9:,.0f} GB of memory to be trained; this machine "
            f"has {there / 1e9:,.0f}. Take smaller numbers for --hidden and --embedding."
        )


def _show_scores(trained: Trained, corpus: ParallelCorpus, options: Namespace) -> None:
    """Print the scores on test pairs: some of them, or of a recipe all."""
    count = options.test_pairs or (None if options.recipe else _TEST_PAIRS)
    test, as_read = spread(corpus.test, count), spread(trained.corpus.test, count)
    bootstrap = 1000 if options.recipe else 0
    scores = evaluate(trained.model, as_read, unknown="unk", bootstrap=bootstrap)
    if trained.recipe.pieces is not None:  # BLEU of words is what others report
        scores = replace(scores, bleu=trained.bleu(test, bootstrap=bootstrap))
    print(f"On {len(test)} test pairs:\n{scores}")
    if (beam := trained.recipe.beam) > 1:
        print(f"With a beam of {beam}:\n{trained.bleu(test, beam, bootstrap)}")


def _show_translations(trained: Trained, corpus: ParallelCorpus, count: int) -> None:
    """Print test sentences, what the model makes of them, and the reference."""
    by_source = {pair.source: pair for pair in corpus.test}
    chosen = spread(list(by_source.values()), count)
    found = trained.translate([pair.source for pair in chosen], trained.recipe.beam)
    for pair, translation in zip(chosen, found, strict=True):
        print(f"\n  {' '.join(pair.source)}\n  → {' '.join(translation)}\n  = {' '.join(pair.target)}")
