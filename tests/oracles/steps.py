"""Step functions that no model stands behind: each row's whole prefix decides its next word."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import torch

from course_lib.vocabulary import EOS, UNK

A, B = 4, 5
V = 6
WORDS = (UNK, A, B)


@dataclass(frozen=True)
class Prefixes:
    """A state that is all it has read: rows that moved wrongly tell on themselves."""

    rows: tuple[tuple[int, ...], ...]  # the sentence's number, BOS, the words so far

    def select(self, rows):
        return Prefixes(tuple(self.rows[int(row)] for row in rows))


def prefix_step(distribution, looks=None):
    """Return a step function and the list of its calls: each row's whole prefix decides its next word."""
    calls = []

    def step(previous, state):
        prefixes = tuple((*row, int(word)) for row, word in zip(state.rows, previous, strict=True))
        calls.append(prefixes)
        logits = torch.tensor(np.array([distribution(prefix) for prefix in prefixes])).log()
        weights = None if looks is None else torch.tensor(np.array([looks(prefix) for prefix in prefixes]))
        return SimpleNamespace(logits=logits, state=Prefixes(prefixes), weights=weights)

    return step, calls


def start(sentences, width):
    """Return the state before the first word, ``width`` rows a sentence."""
    return Prefixes(tuple((b,) for b in sentences for _ in range(width)))


def table(rows):
    """Return the distribution that looks the next word up by the last word alone."""
    return lambda prefix: [rows.get(prefix[-1], {EOS: 1.0}).get(word, 0.0) for word in range(V)]
