"""One sentence's beam search as a tree of words: what was kept, what was pruned, what ended. Chapter 13."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from course_lib.finite import require_finite
from course_lib.search.hypothesis import Hypothesis
from course_lib.search.scoring import Scoring
from course_lib.vocabulary import BOS, EOS

Fate = Literal["kept", "pruned", "finished"]


@dataclass(frozen=True)
class Node:
    """One word of the tree. ``parent`` is the place of the word before it, ``None`` for the root, BOS."""

    token: int
    parent: int | None
    depth: int  # words from the root to here, EOS counted
    log_prob: float  # of this word after those before it, nats
    total: float  # of all words to here
    score: float  # what a sentence that stops here is worth
    fate: Fate


@dataclass(frozen=True)
class BeamResult:
    """The n best hypotheses of one sentence, best score first, and the tree they grew on.

    Finished hypotheses stand before unfinished ones, whatever their scores. ``ends`` holds the
    place in the tree where each one ends. Of the pruned nodes the tree has the best few a step.
    """

    hypotheses: tuple[Hypothesis, ...]
    ends: tuple[int, ...]
    tree: tuple[Node, ...]

    @property
    def scores(self) -> tuple[float, ...]:
        """What each hypothesis is worth (see :class:`~course_lib.search.scoring.Scoring`)."""
        return tuple(self.tree[end].score for end in self.ends)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "BeamResult":
        """Return the result that ``dataclasses.asdict`` made ``record`` of, by way of JSON or not."""
        hypotheses = (Hypothesis(**{**told, "tokens": tuple(told["tokens"])}) for told in record["hypotheses"])
        return cls(tuple(hypotheses), tuple(record["ends"]), tuple(Node(**told) for told in record["tree"]))

    def path(self, end: int) -> tuple[Node, ...]:
        """Return the nodes from the first word to the one at place ``end``, the root left out."""
        return _path(self.tree, end)


class Expansion(NamedTuple):
    """A running hypothesis and one more word. ``row`` says which of the running ones."""

    row: int
    token: int
    log_prob: float
    total: float
    coverage: float


class TreeSearch:
    """Grows the tree of one sentence, step by step, from the expansions that the model scores.

    ``rows`` and ``running`` go together: the nodes that run on, best first, and the row each one's
    parent had in the step before.
    """

    def __init__(self, width: int, max_length: int, n_best: int, scoring: Scoring) -> None:
        self.width, self.max_length, self.n_best, self.scoring = width, max_length, n_best, scoring
        self.tree = [Node(BOS, None, 0, 0.0, 0.0, 0.0, "kept")]
        self.running = [0]
        self.rows: list[int] = []
        self.finished: list[int] = []
        self.unfinished: list[int] = []

    def advance(self, expansions: Sequence[Expansion]) -> None:
        """Take one step. ``expansions`` come most probable first; those beyond the width are pruned."""
        parents, self.running, self.rows = self.running, [], []
        depth = self.tree[parents[0]].depth + 1
        if any(math.isnan(expansion.total) for expansion in expansions):
            require_finite(f"log-probabilities of word {depth}", [expansion.total for expansion in expansions])
        for rank, expansion in enumerate(expansions):
            if expansion.total == -math.inf:  # a row nobody runs on
                continue
            node = self._add(expansion, parents[expansion.row], depth, rank)
            if self.tree[node].fate == "finished":
                self.finished.append(node)
            elif self.tree[node].fate == "kept":
                self.running.append(node)
                self.rows.append(expansion.row)
        if depth > self.max_length:
            ended = {self.tree[node].parent for node in self.finished}
            self.unfinished = [parent for parent in parents if parent not in ended]
        elif not self.running and not self.finished:
            raise ValueError(f"After {depth - 1} word(s) every next word has probability 0.")
        if self._is_settled():
            self.running, self.rows = [], []

    def result(self) -> BeamResult:
        """Return the best hypotheses found and the tree."""
        ends = (*self._best(self.finished), *self._best(self.unfinished))[: self.n_best]
        return BeamResult(tuple(map(self._hypothesis, ends)), ends, tuple(self.tree))

    def _add(self, expansion: Expansion, parent: int, depth: int, rank: int) -> int:
        fate: Fate = "kept" if rank < self.width and depth <= self.max_length else "pruned"
        if rank < self.width and expansion.token == EOS:
            fate = "finished"
        score = self.scoring.score(expansion.total, depth, expansion.coverage)
        self.tree.append(Node(expansion.token, parent, depth, expansion.log_prob, expansion.total, score, fate))
        return len(self.tree) - 1

    def _is_settled(self) -> bool:
        """Say whether something runs, and none of it can still push a hypothesis out of the n best."""
        if not self.running or len(self.finished) < self.n_best:
            return False
        worst = self.tree[self._best(self.finished)[self.n_best - 1]].score
        return self.scoring.bound(self.tree[self.running[0]].total, self.max_length + 1) <= worst

    def _best(self, ends: list[int]) -> list[int]:
        return sorted(ends, key=lambda end: -self.tree[end].score)

    def _hypothesis(self, end: int) -> Hypothesis:
        finished = self.tree[end].fate == "finished"
        tokens = [node.token for node in _path(self.tree, end)]
        return Hypothesis(tuple(tokens[:-1] if finished else tokens), self.tree[end].total, finished)


def _path(tree: "list[Node] | tuple[Node, ...]", end: int) -> tuple[Node, ...]:
    nodes: list[Node] = []
    place: int | None = end
    while place is not None:
        nodes.append(tree[place])
        place = tree[place].parent
    return tuple(reversed(nodes[:-1]))
