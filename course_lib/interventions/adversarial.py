"""Search for weights far from a model's own that leave its next word as it was. Chapter 12."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.attention import Attended, weighted_sum
from course_lib.batching import encode_sources
from course_lib.encoders import Encoded, State
from course_lib.interventions.looks import changing
from course_lib.options import check_count, check_share
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.shapes import Bool, Float, Int
from course_lib.vocabulary import BOS, EOS, Unknown

STRIDE = 1.0
"""How far the first update moves the logits of a row; the later ones ever less, the last hardly."""


@dataclass(frozen=True, eq=False)
class Adversarial:
    """For each step of a translation its own weights, others, and how far apart both and their next words are."""

    own: Float[Tensor, "T S"]
    other: Float[Tensor, "T S"]
    moved: Float[Tensor, "T"]  # Jensen–Shannon divergence of the two rows, in nats: 0 … ln 2
    changed: Float[Tensor, "T"]  # total variation distance of the two next-word distributions: 0 … 1


def adversarial_weights(
    model: Seq2Seq,
    source: Sequence[str],
    target: Sequence[str],
    *,
    within: float = 0.01,
    updates: int = 100,
    unknown: Unknown = "error",
) -> Adversarial:
    """Return for each step of ``target`` weights as far as found from the model's own, with nearly its next word.

    After Jain & Wallace (2019), for a translator: at step i maximise the Jensen–Shannon divergence of α_i and α̂_i
    while the distribution over y_i moves by at most ``within`` in total variation. All else is as without: states
    are those of the model's own run over the given words, so a step answers for itself alone. (To hold them all in one
    run: :func:`~course_lib.interventions.weighed`.)

    The search begins half-way between α_i and each position of the source, and takes ``updates`` strides over the
    logits of α̂_i, ever shorter: away from α_i where the next word allows it, back towards the old next word where it
    does not. Of all rows it passes, the farthest allowed one is returned, at worst the model's own: what is found can
    be done; what is not found may still be there. Jain & Wallace take Adam, a penalty and chance beginnings.

    ``target`` is in words; the last row is that of ``</s>``. The model is not changed and gathers no gradient.
    ValueError for a model without global attention and for a share ``within`` that is not above 0.
    """
    if not check_share("within", within):
        raise ValueError("within: expected a share above 0: with nothing allowed there is nothing to search.")
    check_count("updates", updates)
    words = [BOS, *model.target_vocabulary.encode(target, unknown), EOS]
    with evaluating(model):
        search = _Search(model, *encode_sources([source], model.source_vocabulary, model.device, unknown), words)
        free = search.start()
        for update in range(updates):
            moved, changed = search.distances(torch.softmax(free, dim=-1), within)
            (slope,) = torch.autograd.grad(torch.where(changed <= within, -moved, changed).sum(), free)
            stride = STRIDE * (1 - update / updates)
            free = (free - stride * torch.nn.functional.normalize(slope, dim=-1)).detach().requires_grad_()
    return search.result()


class _Search:
    """All steps of one translation side by side, once for each position: row j · T + i is step i, begun towards j."""

    def __init__(self, model: Seq2Seq, source: Int[Tensor, "1 S"], lengths: Int[Tensor, "1"], words: list[int]) -> None:
        self.model = model
        previous = torch.tensor(words[:-1], device=model.device)
        with torch.no_grad():
            encoded = model.encode(source, lengths)
            states, own, probabilities = _own_run(model, previous, encoded)
        rows = torch.arange(len(own), device=model.device).repeat(own.shape[1])
        self.own = own  # (T, S)
        self.own_rows, self.probabilities = own[rows], probabilities[rows]  # (S · T, S), (S · T, V)
        self.previous, self.state = previous[rows], states.select(rows)
        self.encoded = encoded.select(torch.zeros_like(rows))
        self.best = self.own_rows.clone()
        self.moved = torch.zeros(len(rows), dtype=own.dtype, device=model.device)
        self.changed = torch.zeros_like(self.moved)

    def start(self) -> Float[Tensor, "N S"]:
        """Return the logits of the rows half-way between the model's own and each position."""
        T, S = self.own.shape
        corners = torch.eye(S, dtype=self.own.dtype, device=self.own.device).repeat_interleave(T, dim=0)
        return ((self.own_rows + corners) / 2).clamp(min=torch.finfo(self.own.dtype).tiny).log().requires_grad_()

    def distances(self, weights: Float[Tensor, "N S"], within: float) -> tuple[Float[Tensor, "N"], Float[Tensor, "N"]]:
        """Return how far ``weights`` and their next words are from the model's own; remember the best within."""

        def change(look: Attended, values: Float[Tensor, "N S M"], mask: Bool[Tensor, "N S"]) -> Attended:
            return Attended(look.scores, weights, weighted_sum(weights, values))

        with changing(self.model, change):
            logits = self.model.decoder.step(self.previous, self.state, self.encoded).logits
        moved = jensen_shannon(self.own_rows, weights)
        changed = total_variation(self.probabilities, torch.softmax(logits, dim=-1))
        better = ((changed <= within) & (moved > self.moved)).detach()
        self.best[better] = weights.detach()[better]
        self.moved[better], self.changed[better] = moved.detach()[better], changed.detach()[better]
        return moved, changed

    def result(self) -> Adversarial:
        """Return of each step the farthest row of all its starts."""
        T = len(self.own)
        rows = self.moved.view(-1, T).argmax(0) * T + torch.arange(T, device=self.moved.device)
        return Adversarial(self.own, self.best[rows], self.moved[rows], self.changed[rows])


def jensen_shannon(p: Float[Tensor, "*B S"], q: Float[Tensor, "*B S"]) -> Float[Tensor, "*B"]:
    """Return the Jensen–Shannon divergence of two distributions in nats, from 0 (the same) to ln 2 (no overlap)."""
    middle = (p + q) / 2
    smallest = torch.finfo(p.dtype).tiny  # 0 · log 0 counts 0

    def to_middle(x: Float[Tensor, "*B S"]) -> Float[Tensor, "*B"]:
        return (x * (x.clamp(min=smallest) / middle.clamp(min=smallest)).log()).sum(-1)

    return (to_middle(p) + to_middle(q)) / 2


def total_variation(p: Float[Tensor, "*B V"], q: Float[Tensor, "*B V"]) -> Float[Tensor, "*B"]:
    """Return half the sum of |p − q|: the greatest difference in probability that any set of outcomes can have."""
    return (p - q).abs().sum(-1) / 2


def _own_run(
    model: Seq2Seq, previous: Int[Tensor, "T"], encoded: Encoded
) -> tuple[State, Float[Tensor, "T S"], Float[Tensor, "T V"]]:
    """Return the state before each step, side by side, with the weights and the next-word distribution of each."""
    states: list[State] = []
    weights: list[Tensor] = []
    probabilities: list[Tensor] = []

    def seen(look: Attended, _values: Float[Tensor, "1 S M"], _mask: Bool[Tensor, "1 S"]) -> Attended:
        weights.append(look.weights[0])
        return look

    state = model.decoder.initial_state(encoded)
    with changing(model, seen):
        for word in previous.unsqueeze(-1):
            states.append(state)
            output = model.decoder.step(word, state, encoded)
            state = output.state
            probabilities.append(torch.softmax(output.logits[0], dim=-1))
    return _side_by_side(states), torch.stack(weights), torch.stack(probabilities)


def _side_by_side(states: Sequence[State]) -> State:
    """Return states of one sentence as one of many; global attention asks for no step number."""

    def joined(parts: list[Tensor | None], axis: int) -> Tensor | None:
        there = [part for part in parts if part is not None]
        return torch.cat(there, dim=axis) if there else None

    return State(
        torch.cat([state.hidden for state in states], dim=1),
        joined([state.cell for state in states], 1),
        joined([state.fed_back for state in states], 0),
        joined([state.coverage for state in states], 0),
    )
