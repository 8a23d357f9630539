"""``train``: from a file of sentence pairs to a model in a folder."""

import os
from argparse import Namespace
from typing import Any

import torch

from course_lib.corpora import ParallelCorpus, load
from course_lib.evaluation import evaluate, spread, translations
from course_lib.files import write_atomically
from course_lib.models import CONSTRUCTORS, build_model
from course_lib.saved_models import save_model
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, fit, seed_everything
from course_lib.vocabulary import Vocabulary

TRANSLATORS = [name for name in CONSTRUCTORS if name != "xu"]  # which reads pictures
ONE_SIZE = "vaswani"
MAX_WORDS = 10
EMBEDDING = 64
WHERE_TO_GET_PAIRS = (
    "Sentence pairs in 80 languages are at https://www.manythings.org/anki/: for French download "
    "fra-eng.zip and give it as it is, or the fra.txt in it:\n\n    python -m course_lib train --tsv fra-eng.zip"
)
_BYTES = 4 * 4  # a parameter while training: itself, its gradient, two moments of Adam, each in float32


def train(options: Namespace) -> None:
    """Train on a corpus, write the model into a folder, translate some sentences it has never seen."""
    corpus = _corpus(options)
    source, target = corpus.vocabularies(options.min_count)
    held_out = f"{len(corpus.validation)} + {len(corpus.test)} held out"
    print(f"{corpus.name}: {len(corpus.train)} pairs to train on, {held_out}")
    print(f"vocabularies: {len(source)} source words, {len(target)} target words")
    sizes = _sizes(options)
    _check_memory(options.model, source, target, sizes)
    seed_everything(options.seed)
    model = build_model(options.model, source, target, **sizes)
    history = fit(model, corpus, _config(options))
    save_model(options.out, model, options.model, sizes, extra=corpus.splittings_record())
    write_atomically(options.out / "history.json", history.to_json().encode())
    print(f"\n{history.steps} steps in {history.seconds:.0f} s; the model is in {options.out}")
    test = spread(corpus.test, options.test_pairs)
    print(f"On {len(test)} test pairs:\n{evaluate(model, test, unknown='unk')}")
    _show_translations(model, corpus, options.examples)


def kept(options: Namespace) -> str:
    """Say what an interrupted training leaves, and how to go on."""
    checkpoint = options.out / "checkpoint.pt"
    if checkpoint.exists():
        return f"{checkpoint} holds the training up to its last validation; the same command goes on from there."
    return (
        "No validation was reached, so nothing is kept; the same command starts from the beginning. A smaller "
        "--validate-every keeps it sooner."
    )


def _corpus(options: Namespace) -> ParallelCorpus:
    if options.corpus is not None:
        return load(options.corpus)
    if not options.tsv.exists():
        raise FileNotFoundError(f"There is no file {options.tsv}. {WHERE_TO_GET_PAIRS}")
    language = "unknown" if options.language is None else options.language
    return load("tsv", path=options.tsv, max_words=options.max_words or MAX_WORDS, language=language)


def _sizes(options: Namespace) -> dict[str, Any]:
    """Return the options of the model's constructor; a Transformer's word vectors are as wide as its states."""
    sizes = {"embedding": options.embedding or EMBEDDING, "hidden": options.hidden, "dropout": options.dropout}
    return {name: size for name, size in sizes.items() if name != "embedding" or options.model != ONE_SIZE}


def _check_memory(name: str, source: Vocabulary, target: Vocabulary, sizes: dict[str, Any]) -> None:
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


def _config(options: Namespace) -> TrainConfig:
    return TrainConfig(
        steps=options.steps,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        seed=options.seed,
        device=options.device,
        precision=options.precision,
        validate_every=options.validate_every,
        validation_pairs=options.validation_pairs,
        checkpoint=options.out / "checkpoint.pt",
        unknown="unk",
    )


def _show_translations(model: Seq2Seq, corpus: ParallelCorpus, count: int) -> None:
    """Print test sentences, what the model makes of them, and the reference."""
    by_source = {pair.source: pair for pair in corpus.test}
    chosen = spread(list(by_source.values()), count)
    found = translations(model, chosen, unknown="unk") if chosen else []
    for pair, translation in zip(chosen, found, strict=True):
        print(f"\n  {' '.join(pair.source)}\n  → {translation}\n  = {' '.join(pair.target)}")
