"""Follow several hypotheses at once and keep the best. Chapter 13."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from course_lib.options import check_sizes
from course_lib.search.hypothesis import Selectable, StepFunction, StepResult, check_limit, out_of_reach
from course_lib.search.scoring import Scoring
from course_lib.search.tree import BeamResult, Expansion, TreeSearch
from course_lib.shapes import Bool, Float, Int
from course_lib.vocabulary import BOS, PAD


@torch.no_grad()
def beam(
    step: StepFunction,
    state: Selectable,
    batch_size: int,
    width: int,
    max_length: int,
    *,
    length_normalisation: float = 0.0,
    coverage_penalty: float = 0.0,
    source_words: Bool[Tensor, "B S"] | None = None,
    n_best: int = 1,
    device: torch.device | str | None = None,
) -> list[BeamResult]:
    """Extend every running hypothesis by every word, keep the ``width`` most probable, and repeat.

    Sutskever et al. (2014), §3.2: what is kept and ends in EOS leaves the beam for the finished
    ones. Those are compared by s(Y, X) of Wu et al. (2016), §7, with α = ``length_normalisation``
    and β = ``coverage_penalty`` (see :class:`~course_lib.search.scoring.Scoring`); running ones,
    all of one length, by log-probability. β > 0 needs ``weights`` (B · width, S) in the step's
    output, and ``source_words``, True where a word wants to be covered.

    A sentence stops when its ``n_best`` finished hypotheses are safe: no running one could still
    pass the last of them by the longest length allowed (``Scoring.bound``). Going on to the limit
    would change nothing. Wu et al. instead prune what falls too far behind the best one finished.
    What has no EOS after ``max_length`` words is unfinished and ranks after all that has.

    ``step`` and ``state`` hold ``batch_size`` · ``width`` rows, those of a sentence side by side;
    rows move within their sentence alone. With width 1 this is :func:`greedy`. PAD and BOS are
    never chosen. Returns one result a sentence.
    """
    check_limit(max_length)
    check_sizes(width=width, n_best=n_best)
    if n_best > width:
        raise ValueError(f"n_best: a beam of {width} promises {width} at most, got {n_best}. Widen the beam.")
    scoring = Scoring(length_normalisation, coverage_penalty)
    searches = [TreeSearch(width, max_length, n_best, scoring) for _ in range(batch_size)]
    previous = torch.full((batch_size * width,), BOS, device=device)  # (B · K,), K = width: a row a hypothesis
    total = torch.full((batch_size, width), -torch.inf, device=device)  # (B, K)
    total[:, 0] = 0.0  # the other rows are copies of the first
    coverage = _Coverage(scoring, source_words, width) if coverage_penalty else None
    while True:
        output = step(previous, state)
        penalties = coverage.add(output) if coverage else torch.zeros(batch_size, width)
        for search, expansions in zip(searches, _expansions(output.logits, total, penalties), strict=True):
            if search.running:
                search.advance(expansions)
        if not any(search.running for search in searches):
            return [search.result() for search in searches]
        rows, previous, total = (part.to(previous.device) for part in _rows(searches, width))
        state = output.state.select(rows)
        if coverage:
            coverage.select(rows)


class _Coverage:
    """Σ_i α_ij of every row, (B · width, S), which moves as the hypotheses do."""

    def __init__(self, scoring: Scoring, source_words: Bool[Tensor, "B S"] | None, width: int) -> None:
        if source_words is None:
            raise ValueError("coverage_penalty: say with source_words (B, S) which positions are words to cover.")
        self.scoring, self.width = scoring, width
        self.source_words = source_words.repeat_interleave(width, dim=0)  # (B · K, S)
        self.sum = torch.zeros(self.source_words.shape, device=source_words.device)

    def add(self, output: StepResult) -> Float[Tensor, "B K"]:
        """Count one more look; return the penalties after it."""
        weights = getattr(output, "weights", None)
        if weights is None:
            raise ValueError("coverage_penalty: this model has no attention weights. Set it to 0.")
        self.sum = self.sum + weights
        return self.scoring.coverage_penalty(self.sum, self.source_words).view(-1, self.width)

    def select(self, rows: Int[Tensor, "_"]) -> None:
        self.sum = self.sum.index_select(0, rows)


def _expansions(
    logits: Float[Tensor, "_ V"], total: Float[Tensor, "B K"], penalties: Float[Tensor, "B K"]
) -> Iterator[list[Expansion]]:
    """Yield for each sentence its most probable continuations, twice the width: what to keep and what to show."""
    batch_size, width = total.shape
    V = logits.shape[-1]
    log_probs = torch.log_softmax(logits.float(), dim=-1)  # (B · K, V)
    totals = out_of_reach(total.view(-1, 1) + log_probs)
    # all continuations of a sentence compete: (B, K · V), of which the best 2K stay
    best = totals.view(batch_size, -1).topk(min(2 * width, width * V))
    words = log_probs.view(batch_size, -1).gather(-1, best.indices)
    found = zip(best.indices.tolist(), words.tolist(), best.values.tolist(), penalties.tolist(), strict=True)
    for places, log_prob, values, penalty in found:
        yield [
            Expansion(place // V, place % V, word, value, penalty[place // V])
            for place, word, value in zip(places, log_prob, values, strict=True)
        ]


def _rows(
    searches: Sequence[TreeSearch], width: int
) -> tuple[Int[Tensor, "_"], Int[Tensor, "_"], Float[Tensor, "B K"]]:
    """Return for every row of the next step the row it comes from, its word, and its log-probability.

    A row without a hypothesis copies the first of its sentence and stays out of reach at minus infinity.
    """
    rows, words, totals = [], [], []
    for b, search in enumerate(searches):
        empty = width - len(search.running)
        nodes = [search.tree[place] for place in search.running]
        rows += [b * width + row for row in search.rows] + [b * width] * empty
        words += [node.token for node in nodes] + [PAD] * empty
        totals += [node.total for node in nodes] + [-torch.inf] * empty
    return torch.tensor(rows), torch.tensor(words), torch.tensor(totals).view(-1, width)
