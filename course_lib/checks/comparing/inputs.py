"""Draw the inputs of a check, and leave the learner's random numbers alone. All chapters with checks."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import torch


def sizes(random: Random, low: int, high: int, count: int) -> list[int]:
    """Draw ``count`` sizes from ``low`` to ``high`` that all differ, so that no swap of two axes stays hidden."""
    return random.sample(range(low, high + 1), count)


@contextmanager
def own_randomness(seed: int) -> Iterator[None]:
    """Draw from ``seed`` inside the block, without gradients, and leave the learner's generator as it was."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        yield
