"""What attention cures, and where its cure ends: models that have trained on up to 15, 20 and 40 words.

    python benchmarks/lengths.py                                       # 50 runs, about two hours of one core
    python benchmarks/lengths.py --rows "Bahdanau" --longest 15 --seeds 1
    python benchmarks/lengths.py --list                                # the rows, in the order in which they run

One draw of English-French, that of the ladder, is cut at 15 and at 20 words, as Bahdanau et al. cut one corpus
at 30 and 50; the vocabularies of the whole draw serve all, so that models are equal in size to the parameter. Each
row is held against "Bahdanau" at the same length: equal size and updates; equal size and seconds, for which
Cho's model gets twice the updates; a reversed source; no choice (v_a held at 0, so that every look is the plain
average: one switch); as many target words read; and the floor, to which nothing of the source arrives. A pilot
tries learning rates: Cho's model gets the one that is best for it, twice that of Bahdanau's, which stays with the
ladder's. The rows without which chapter 6 cannot be written come first.

Raw scores go to course_lib/results/lengths.json, run by run, each model into a folder beside it that git ignores;
a run that stands there with the same settings, on the same draws, is not repeated.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import torch
from records import drawn, measured, pairs_by_length, run_once, timed_fit
from torch import nn

import course_lib
from course_lib.attention import AdditiveAttention
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.encoders import Encoded, State
from course_lib.models import build_model
from course_lib.saved_models import save_model
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, seed_everything

RESULTS = Path(course_lib.__file__).parent / "results" / "lengths.json"
CORPUS = {"size": 100_000, "seed": 1, "max_length": 40}
PER_BUCKET = 100
EMBEDDING = 64
BAHDANAU, CHO = {"hidden": 128}, {"hidden": 164}  # as large as each other, within 2 % on either corpus
RATE_OF_CHO = 4e-3  # half of it and twice as much end at a higher validation perplexity: rows "learning rate"
SEEDS = (1, 2, 3)
Change = Callable[[Seq2Seq], AbstractContextManager[None]]


def unchanged(_model: Seq2Seq) -> AbstractContextManager[None]:
    """Leave the model as its paper has it."""
    return nullcontext()


@contextmanager
def no_choice(model: Seq2Seq) -> Iterator[None]:
    """Hold v_a at 0, where it starts: every word is looked at alike, whatever is learnt elsewhere."""
    (v_a,) = (part.v_a for part in model.modules() if isinstance(part, AdditiveAttention))
    nn.init.zeros_(v_a)
    v_a.requires_grad_(False)
    try:
        yield
    finally:
        v_a.requires_grad_(True)


@contextmanager
def no_source(model: Seq2Seq) -> Iterator[None]:
    """Let zeros arrive in place of what a GRU has read: the decoder knows French, and no sentence of English."""

    def silent(_encoder: nn.Module, _source: tuple[torch.Tensor, ...], encoded: Encoded) -> Encoded:
        return replace(encoded, initial=State(torch.zeros_like(encoded.initial.hidden)))

    hook = model.encoder.register_forward_hook(silent)
    try:
        yield
    finally:
        hook.remove()


@dataclass(frozen=True)
class Row:
    """A row of the record: a model, the longest sentence it trains on, and for how long it trains."""

    name: str
    longest: int
    model: str = "bahdanau"
    steps: int = 2_500
    reverse_source: bool = False
    learning_rate: float = 2e-3
    change: Change = unchanged
    corpus: str = "en-fr"
    seeds: tuple[int, ...] = SEEDS
    validated: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """Return what the model is built with, beside its vocabularies."""
        size = BAHDANAU if self.model == "bahdanau" else CHO
        return {"embedding": EMBEDDING, **size, **({"reverse_source": True} if self.reverse_source else {})}


_cho = partial(Row, "Cho", model="cho", learning_rate=RATE_OF_CHO)
_cho_longer = partial(Row, "Cho, as many seconds", model="cho", steps=5_000, learning_rate=RATE_OF_CHO)
_pilot = partial(Row, longest=40, steps=1_250, seeds=(4,), validated=True)
ROWS = (
    Row("Bahdanau", 15),
    Row("Bahdanau", 20),
    Row("Bahdanau", 40),
    _cho(15),
    _cho(20),
    _cho_longer(40),
    Row("Bahdanau, no choice", 40, change=no_choice),
    Row("floor", 40, "cho", learning_rate=RATE_OF_CHO, change=no_source),
    _cho(40),
    *(
        _pilot(f"{name}, learning rate {rate:g}", model=model, learning_rate=rate)
        for name, model in (("Cho", "cho"), ("Bahdanau", "bahdanau"))
        for rate in (1e-3, 2e-3, 4e-3, 8e-3)
    ),
    Row("Cho, reversed, as many seconds", 40, "cho", 5_000, reverse_source=True, learning_rate=RATE_OF_CHO),
    Row("Bahdanau, as many words read", 15, steps=3_950),  # 350 target words an update; up to 40 words: 552
    _cho_longer(20),
    _cho_longer(15),
    Row("Bahdanau", 20, corpus="en-zh"),
)
"""In the order in which they are missed most."""


def main() -> None:
    arguments = _arguments()
    rows = [row for row in ROWS if row.name in arguments.rows and row.longest in arguments.longest]
    if arguments.list:
        print(*(f"{row.corpus}, {row.name}, {row.longest} words: {row.steps:,} updates" for row in rows), sep="\n")
        return
    torch.set_num_threads(1)
    corpora, held_out = cache(_corpus), cache(partial(pairs_by_length, per_bucket=PER_BUCKET))
    for row in rows:
        steps = min(row.steps, arguments.most_steps or row.steps)
        corpus = corpora(row.corpus)
        for seed in arguments.seeds or row.seeds:
            key = f"{row.corpus}, {row.name}, {row.longest} words, seed {seed}"
            settings = {
                "corpus": row.corpus,
                "row": row.name,
                "longest": row.longest,
                "seed": seed,
                "steps": steps,
                "learning_rate": row.learning_rate,
                "pairs": drawn(CORPUS, corpus),
                "model": row.model,
                **row.options,
            }
            folder = arguments.out.with_suffix("") / key.replace(", ", "-").replace(" ", "_")
            work = partial(run, row, seed, steps, corpus, held_out(row.corpus), folder)
            run_once(arguments.out, key, settings, work)


def _corpus(name: str) -> ParallelCorpus:
    return load(name, **CORPUS)


def run(
    row: Row, seed: int, steps: int, whole: ParallelCorpus, held_out: Sequence[SentencePair], folder: Path
) -> dict[str, Any]:
    """Train one model on the pairs that are not too long, keep it, and score it on held-out pairs of all lengths."""
    corpus = up_to(whole, row.longest)
    seed_everything(seed)
    model = build_model(row.model, *whole.vocabularies(), **row.options)
    validate_every = steps if row.validated else None
    config = TrainConfig(
        steps,
        learning_rate=row.learning_rate,
        seed=seed,
        device="cpu",
        validate_every=validate_every,
        validation_pairs=None,
        unknown="unk",
    )
    with row.change(model):
        history, seconds = timed_fit(model, corpus, config)
        numbers = measured(model, history, held_out)
    save_model(folder, model, row.model, row.options, extra=whole.splittings_record())
    return {
        **numbers,
        "processor_seconds": round(seconds, 1),
        "processor_seconds_per_update": round(seconds / steps, 5),
        "training_pairs": len(corpus.train),
        "epochs": round(steps * config.batch_size / len(corpus.train), 3),
        "test_sentences_with_an_unseen_word": round(unseen(corpus, held_out), 2),
        "length_ratio": {
            bucket: round(length_ratio(scores["words"]), 4)
            for bucket, scores in numbers["test_by_source_length"].items()
        },
    }


def up_to(corpus: ParallelCorpus, longest: int) -> ParallelCorpus:
    """Return the corpus without the training and validation pairs of more than ``longest`` source words."""
    train, validation = (
        tuple(pair for pair in split if len(pair.source) <= longest) for split in (corpus.train, corpus.validation)
    )
    return replace(corpus, train=train, validation=validation)


def unseen(corpus: ParallelCorpus, pairs: Sequence[SentencePair]) -> float:
    """Return how many of ``pairs``, in per cent, hold a word on either side that no training pair shows."""
    source, target = ({word for pair in corpus.train for word in getattr(pair, side)} for side in ("source", "target"))
    strange = [not (source.issuperset(pair.source) and target.issuperset(pair.target)) for pair in pairs]
    return 100 * sum(strange) / len(strange)


def length_ratio(words: dict[str, int]) -> float:
    """Return the words of the model's own translations over those of the references."""
    said = words["reference"] - words["omitted"] + words["repeated"] + words["invented"]
    return said / words["reference"]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = list(dict.fromkeys(row.name for row in ROWS))
    lengths = sorted({row.longest for row in ROWS})
    parser.add_argument("--rows", nargs="+", choices=names, default=names)
    parser.add_argument("--longest", nargs="+", type=int, choices=lengths, default=lengths)
    parser.add_argument("--seeds", nargs="+", type=int, help="in place of those of each row")
    parser.add_argument("--most-steps", type=int, help="no run makes more updates than this, to try the script")
    parser.add_argument("--list", action="store_true", help="name the rows, in order, and run none")
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
