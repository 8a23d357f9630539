"""What ``benchmarks/speed.py`` times, and one of these by itself: a process reports its seconds and its memory.

    PYTHONPATH=. python benchmarks/alone.py "greedy, one by one"

Written for any version of the library, so that an earlier checkout can be measured by the same works: it imports
nothing that came later than the models.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from itertools import cycle
from random import Random
from typing import Any

import torch
from peak_memory import peak_megabytes

from course_lib.batching import Batch, collate
from course_lib.corpora import SentencePair
from course_lib.models import bahdanau2014, luong2015
from course_lib.training import seed_everything
from course_lib.vocabulary import Vocabulary

WORDS, BATCH, LENGTH = 4_000, 64, 20
ONE_BY_ONE = 4  # sentences a round


class Trainer:
    """Makes updates of a model or of a reference loop on the batches that it is given, in turn, without end."""

    def __init__(self, model: torch.nn.Module, batches: Iterable[Batch], precision: str = "float32") -> None:
        self.model = model.train()
        self.optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
        self.batches = iter(batches)
        self.halved = precision == "bf16"

    def update(self) -> int:
        """Make one update; return the number of real target words."""
        batch = next(self.batches)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.halved):
            loss = self.model.loss(batch)  # type: ignore[operator]
        self.optimiser.zero_grad()
        loss.mean.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        return loss.tokens

    def updates(self, count: int) -> Callable[[], int]:
        """Return the work of making ``count`` updates."""
        return lambda: sum(self.update() for _ in range(count))


def decoders(hidden: int = 256, words: int = WORDS) -> dict[str, Any]:
    """Return models that are timed while they translate. They are not trained: a step costs the same."""
    of_words = vocabulary(words)
    options: dict[str, Any] = {"embedding": hidden, "hidden": hidden}
    seed_everything(1)
    return {
        "Bahdanau": bahdanau2014(of_words, of_words, **options),
        "Luong dot": luong2015(of_words, of_words, **options),
        "Luong dot, input feeding": luong2015(of_words, of_words, input_feeding=True, **options),
    }


def translating(model: Any, batches: Sequence[Sequence[Sequence[str]]], limit: int, width: int) -> Callable[[], int]:
    """Return the work of translating ``batches`` with at most ``limit`` words a sentence; it returns words written."""

    def work() -> int:
        options: dict[str, Any] = {} if width == 1 else {"beam": width}
        found = [t for batch in batches for t in model.translate(batch, max_length=limit, **options)]
        return sum(len(translation.tokens) + translation.finished for translation in found)

    return work


def vocabulary(words: int) -> Vocabulary:
    """Return a vocabulary of ``words`` made-up words, the special ones included."""
    return Vocabulary.build([[f"w{number}" for number in range(words - 4)]])


def random_pairs(
    words: Vocabulary, count: int, length: int, seed: int, target: int | None = None
) -> list[SentencePair]:
    """Return pairs of random words, so long that a batch has ``length`` cells a side with ``</s>``."""
    random = Random(seed)
    known = [word for word in words.tokens if word.startswith("w")]

    def sentence(cells: int) -> tuple[str, ...]:
        return tuple(random.choices(known, k=cells - 1))

    return [SentencePair(sentence(length), sentence(target or length)) for _ in range(count)]


def sources(words: Vocabulary, count: int, length: int, seed: int) -> list[tuple[str, ...]]:
    """Return source sentences of random words."""
    return [pair.source for pair in random_pairs(words, count, length, seed)]


def _alone_decoding(seed: int, width: int, together: bool = False) -> Callable[[], int]:
    model = decoders()["Bahdanau"]
    sentences = sources(model.source_vocabulary, BATCH if together else ONE_BY_ONE, LENGTH, seed)
    return translating(model, [sentences] if together else [[sentence] for sentence in sentences], LENGTH, width)


def _alone_update(seed: int, length: int, **options: Any) -> Callable[[], int]:
    words = vocabulary(WORDS)
    build: Any = luong2015 if options else bahdanau2014
    model = build(words, words, embedding=256, hidden=256, **options)
    batch = collate(random_pairs(words, BATCH, length, seed, target=LENGTH), words, words)
    return Trainer(model, cycle([batch])).updates(1)


ALONE: dict[str, Callable[[int], Callable[[], int]]] = {
    "nothing but imports": lambda _: lambda: 1,
    "greedy, one by one": partial(_alone_decoding, width=1),
    "beam 5, one by one": partial(_alone_decoding, width=5),
    "beam 5, together": partial(_alone_decoding, width=5, together=True),
    "Bahdanau, update, 20 words": partial(_alone_update, length=20),
    "Bahdanau, update, 320 words": partial(_alone_update, length=320),
    "Luong general, update, 320 words": partial(_alone_update, length=320, score="general"),
    "local-p, update, 320 words": partial(_alone_update, length=320, score="general", local="predictive"),
}
"""Works that a process of their own does: name -> from a seed to the work."""


def alone(name: str, seed: int, times: int = 3) -> dict[str, float]:
    """Do one of ALONE some times: units and seconds of the last, and the largest memory of the process so far."""
    work = made(name, seed)
    for _ in range(times - 1):
        work()
    started = time.process_time()
    units = work()
    seconds = time.process_time() - started
    return {"units": units, "seconds": seconds, "megabytes": peak_megabytes()}


@cache
def made(name: str, seed: int) -> Callable[[], int]:
    """Return one of ALONE, made once."""
    return ALONE[name](seed)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time works in this process, and print their numbers as JSON.")
    parser.add_argument("name", nargs="?", choices=list(ALONE), help="default: a name a line of standard input")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.name:
        print(json.dumps(alone(given.name, given.seed)))
        return
    for line in sys.stdin:
        print(json.dumps(alone(line.strip(), given.seed, times=1)), flush=True)


if __name__ == "__main__":
    main()
