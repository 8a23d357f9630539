"""Find the best sentence that there is, and know that it is: depth first, with a bound. Chapter 13."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.finite import require_finite
from course_lib.options import check_count
from course_lib.search.beam_search import beam
from course_lib.search.hypothesis import Hypothesis, Selectable, StepFunction, allowed
from course_lib.search.scoring import Scoring
from course_lib.search.tree import BeamResult
from course_lib.shapes import Float, Int
from course_lib.vocabulary import BOS, EOS, PAD

NO_WORDS = (PAD, BOS, EOS)
"""What continues no sentence: every other entry of the vocabulary does."""
BUDGET = 100_000
"""States that a search expands before it gives up, unless told otherwise."""


@dataclass(frozen=True)
class ExactResult:
    """The best sentence found, what a beam had found before, and what it cost to know.

    A state is a beginning of a sentence; to expand it is to ask the model for its next word. Each of its words makes
    a continuation, and every one is in the end expanded, cut or left: expanded + cut + left = 1 (the empty
    beginning) + the continuations of all expanded states.
    """

    hypothesis: Hypothesis
    score: float  # what it is worth (see Scoring)
    beam: Hypothesis  # the best of the beam that gave the first bound
    expanded: int  # states; those of the beam are not counted
    cut: int  # continuations that could not pass the best sentence of that moment, unlooked at
    left: int  # continuations that could have, when the budget was spent
    ceiling: float  # no sentence is worth more; equals ``score`` where that is proven

    @property
    def proven(self) -> bool:
        """Whether no sentence within the limit is better: nothing was left."""
        return self.left == 0

    @property
    def search_error(self) -> bool:
        """Whether the beam missed a better sentence, and this search found one; proven or not, it is there."""
        return (self.hypothesis.tokens, self.hypothesis.finished) != (self.beam.tokens, self.beam.finished)


@torch.no_grad()
def exact(
    step: StepFunction,
    state: Selectable,
    width: int,
    max_length: int,
    *,
    length_normalisation: float = 0.0,
    budget: int = BUDGET,
    device: torch.device | str | None = None,
) -> ExactResult:
    """Return the best finished sentence of at most ``max_length`` words, for one source.

    Stahlberg & Byrne (2019), §2: a beam brings a first sentence; then states are expanded depth first, the most
    probable continuation before the others. A word more can only lower log P(y|x), so what is not above the best
    sentence so far is cut, with all that would follow. Each ``</s>`` is weighed as its state is expanded: the empty
    sentence is among the first. Where several sentences are the best, it is one of them.

    With ``length_normalisation`` α (``Scoring``) a longer sentence is divided by more, and score no longer falls with
    every word. What holds is ``Scoring.bound``: log P so far over lp of the longest sentence allowed, since log P can
    only fall and lp is nowhere larger. It is loose where ``max_length`` is generous, and the search long.

    ``step`` and ``state`` hold ``width`` rows, copies of one sentence, as for a :func:`beam` of that width, which
    comes first. After it, up to ``width`` continuations of one length are expanded at once; their own ones wait
    together for the next turn. That changes the order, so the counts, but not what is best. 1 is the plain search.

    After ``budget`` states the result is the best so far and not ``proven``. ValueError where the search is complete
    and no sentence within the limit ends; :class:`~course_lib.finite.NotFiniteError` for a NaN.
    """
    check_count("budget", budget)
    (first,) = beam(step, state, 1, width, max_length, length_normalisation=length_normalisation, device=device)
    search = _DepthFirst(step, width, max_length, Scoring(length_normalisation), first)
    start = torch.zeros(1, dtype=torch.long, device=device)
    search.run(_Waiting(state, [()], start, start + BOS, torch.zeros(1, device=device)), budget)
    return search.result()


@dataclass(eq=False)
class _Waiting:
    """Continuations of one length that wait for their turn, the most probable first."""

    state: Selectable  # after the words before the last one
    words: list[tuple[int, ...]]  # those words, row by row
    rows: Int[Tensor, "N"]  # which row each continues …
    tokens: Int[Tensor, "N"]  # … with which word
    totals: Float[Tensor, "N"]  # log-probability of all words to here

    def __len__(self) -> int:
        return len(self.totals)

    def part(self, start: int, end: int) -> "_Waiting":
        """Return those from place ``start`` to before ``end``."""
        return _Waiting(self.state, self.words, self.rows[start:end], self.tokens[start:end], self.totals[start:end])


class _DepthFirst:
    """The search for one sentence: ``stack`` holds what waits, the longest beginnings last."""

    def __init__(self, step: StepFunction, width: int, max_length: int, scoring: Scoring, first: BeamResult) -> None:
        self.step, self.width, self.max_length, self.scoring = step, width, max_length, scoring
        (self.beam,), (self.score,) = first.hypotheses, first.scores
        self.best = self.beam
        self.stack: list[_Waiting] = []
        self.expanded = self.cut = 0

    def run(self, root: _Waiting, budget: int) -> None:
        """Expand states until nothing waits or ``budget`` is spent."""
        self.stack = [root]
        while self.stack:
            waiting = self._without_hopeless(self.stack.pop())
            if not waiting:
                continue
            size = min(self.width, budget - self.expanded)
            if not size:
                self.stack.append(waiting)
                return
            self.stack.append(waiting.part(size, len(waiting)))
            self._expand(waiting.part(0, size))

    def result(self) -> ExactResult:
        """Return the best found so far and the price."""
        waiting = [part for part in map(self._without_hopeless, self.stack) if part]
        if not waiting and not self.best.finished:
            raise ValueError(
                f"No sentence of up to {self.max_length} word(s) ends: </s> has probability 0 after each of them."
            )
        ceiling = max([self.score, *(self._bounds(part.totals[:1]).item() for part in waiting)])
        left = sum(map(len, waiting))
        return ExactResult(self.best, self.score, self.beam, self.expanded, self.cut, left, ceiling)

    def _bounds(self, totals: Float[Tensor, "*N"]) -> Float[Tensor, "*N"]:
        """Return what no sentence that begins so can pass; in double precision, as scores are."""
        return totals.double() / self.scoring.length_penalty(self.max_length + 1)

    def _is_open(self, totals: Float[Tensor, "*N"]) -> Tensor:
        """Say of each whether it could still lead to a better sentence than the best one found."""
        best = self.score if self.best.finished else -math.inf  # a sentence without an end is no bound
        return self._bounds(totals) > best

    def _without_hopeless(self, waiting: _Waiting) -> _Waiting:
        """Return those that could still pass the best: the first few, for they are sorted."""
        keep = int(self._is_open(waiting.totals).sum())
        self.cut += len(waiting) - keep
        return waiting.part(0, keep)

    def _expand(self, block: _Waiting) -> None:
        """Ask for the next word of all of ``block`` in one step; weigh their ends, and let the rest wait."""
        N = len(block)
        empty = self.width - N  # rows that copy the first and are not looked at
        rows = torch.cat((block.rows, block.rows[:1].expand(empty)))  # (K,), K = width
        output = self.step(torch.cat((block.tokens, block.tokens[:1].expand(empty))), block.state.select(rows))
        log_probs = torch.log_softmax(output.logits[:N].float(), dim=-1)  # (N, V)
        totals = block.totals.unsqueeze(-1) + allowed(log_probs)  # (N, V)
        words = [
            (*block.words[row], token) for row, token in zip(block.rows.tolist(), block.tokens.tolist(), strict=True)
        ]
        if bool(totals.isnan().any()):  # a NaN is above nothing: it would be cut without a word
            require_finite(f"log-probabilities of word {len(words[0])}", totals.cpu().numpy(), infinite=True)
        self.expanded += N
        self._weigh_ends(words, totals[:, EOS])
        if len(words[0]) <= self.max_length:  # the first of the words is BOS
            self.stack.append(self._continuations(output.state, words, totals))

    def _weigh_ends(self, words: list[tuple[int, ...]], totals: Float[Tensor, "N"]) -> None:
        """Keep the best of the sentences that stop here, if it is better than the best so far."""
        total, place = (found.item() for found in totals.max(0))
        score = self.scoring.score(total, len(words[0]))
        if total > -math.inf and (score > self.score or not self.best.finished):
            self.best, self.score = Hypothesis(words[int(place)][1:], total, finished=True), score

    def _continuations(self, state: Selectable, words: list[tuple[int, ...]], totals: Float[Tensor, "N V"]) -> _Waiting:
        """Return the continuations that could still pass the best, sorted; count the others as cut."""
        N, V = totals.shape
        totals = totals.index_fill(-1, torch.tensor([EOS], device=totals.device), -torch.inf)
        places = self._is_open(totals).flatten().nonzero().squeeze(-1)  # (M,) of N · V
        self.cut += N * (V - len(NO_WORDS)) - len(places)
        found, order = totals.flatten()[places].sort(descending=True, stable=True)
        return _Waiting(state, words, places[order] // V, places[order] % V, found)
