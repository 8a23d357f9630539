"""Look at a window of the source, not at all of it. Chapter 9."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from course_lib.attention.base import Attended, Attention, masked_softmax
from course_lib.built import Built
from course_lib.options import check_count, check_switch
from course_lib.shapes import Bool, Float, Int


class LocalAttention(Built):
    """Luong, Pham & Manning (2015), §3.2: attend within [p_t - D, p_t + D] by the score of ``align``.

    *local-m* (``predictive=False``) takes p_t = t. *local-p* predicts p_t = S · σ(v_pᵀ tanh(W_p h_t))
    and multiplies the weights by exp(-(s - p_t)² / 2σ²), σ = D / 2, so that p_t can learn; as in
    the paper, what is left then no longer sums to one. ``gaussian`` says whether there is such a bell; None, as in
    the paper: in local-p alone. ``renormalise`` divides what the bell leaves by its sum. ValueError for
    ``renormalise`` without a bell, and for an option of the wrong kind.

    Only the 2D + 1 keys and values of the window are gathered: a step costs the same for any source.

    Departs from the paper:

    - positions: counted from 0, so that local-m begins with p_t = 0; the paper: p_t in [0, S], first position not said.
    - S of local-p: counts ``</s>``, which has an annotation; the paper: the length of the source sentence.
    - local-p's window: around the position nearest to p_t; the paper: around p_t itself.
    - local-m past the end: p_t stays on the last position; the paper: p_t = t, also where the target is longer.
    """

    def __init__(
        self,
        align: Attention,
        query_size: int,
        window: int,
        predictive: bool,
        gaussian: bool | None = None,
        renormalise: bool = False,
    ) -> None:
        super().__init__()
        self.align = align
        self.window = check_count("window", window)
        self.predictive = predictive
        self.gaussian = predictive if gaussian is None else check_switch("gaussian", gaussian)
        self.renormalise = check_switch("renormalise", renormalise)
        if renormalise and not self.gaussian:
            raise ValueError(
                "renormalise divides what the Gaussian leaves of the weights by its sum; without one they sum to one "
                "as they are. Set gaussian=True, or leave renormalise out."
            )
        if predictive:
            self.W_p = nn.Linear(query_size, query_size, bias=False)
            self.v_p = nn.Parameter(torch.empty(query_size).uniform_(-(query_size**-0.5), query_size**-0.5))

    def project_keys(self, memory: Float[Tensor, "B S M"]) -> Float[Tensor, "B S A"]:
        """Return the keys of the score inside."""
        return self.align.project_keys(memory)

    def forward(
        self,
        query: Float[Tensor, "B *T H"],
        keys: Float[Tensor, "B S A"],
        values: Float[Tensor, "B S M"],
        mask: Bool[Tensor, "B S"],
        first_step: int = 0,
    ) -> Attended:
        """Look at the window of each query; ``first_step`` is t of the first one.

        Scores and weights come back over the whole source: minus infinity and 0 outside the window.
        """
        if query.dim() == 2:
            looks: Attended = self(query.unsqueeze(1), keys, values, mask, first_step)
            return looks.at(0)
        lengths = mask.sum(-1, keepdim=True)  # (B, 1)
        centre = self.centre(query, lengths, first_step)  # (B, T)
        offsets = torch.arange(-self.window, self.window + 1, device=query.device)  # (W,), W = 2D + 1
        nearest = centre.detach().round().clamp(max=lengths - 1).long()
        positions = nearest.unsqueeze(-1) + offsets  # (B, T, W), off the sentence too
        inside = (positions >= 0) & (positions < lengths.unsqueeze(-1))
        index = positions.clamp(0, mask.shape[1] - 1)  # a place to gather from, even where nothing is inside
        scores = self.align.scores(query, _gather(keys, index))  # (B, T, W), off the sentence too
        weights = masked_softmax(scores, inside, check=False)
        if self.gaussian:
            weights = weights * torch.exp(-((positions - centre.unsqueeze(-1)) ** 2) / (2 * (self.window / 2) ** 2))
        if self.renormalise:  # never by 0: no place of a window has a bell below e^-8
            weights = weights / weights.sum(-1, keepdim=True)
        context = (weights.unsqueeze(-2) @ _gather(values, index)).squeeze(-2)  # (B, T, 1, W) @ (B, T, W, M): (B, T, M)
        return Attended(
            _spread(scores, index, inside, mask, -torch.inf), _spread(weights, index, inside, mask), context, centre
        )

    def centre(
        self, query: Float[Tensor, "B T H"], lengths: Int[Tensor, "B 1"], first_step: int
    ) -> Float[Tensor, "B T"]:
        """Return p_t for each query and the length of its source."""
        if self.predictive:
            return lengths * torch.sigmoid(torch.tanh(self.W_p(query)) @ self.v_p)
        steps = torch.arange(first_step, first_step + query.shape[1], device=query.device, dtype=query.dtype)
        return torch.minimum(steps.unsqueeze(0), lengths - 1)


def _gather(of_source: Float[Tensor, "B S A"], index: Int[Tensor, "B T W"]) -> Float[Tensor, "B T W A"]:
    """Pick the positions ``index`` of each sentence: rows of one table, in which all sentences stand below each other.

    ``Tensor.gather`` gives the same numbers, but looks up each entry of a vector by itself and not the vector at once.
    """
    B, S, _ = of_source.shape
    first_row = S * torch.arange(B, device=index.device).view(B, 1, 1)
    return functional.embedding(first_row + index, of_source.flatten(0, 1))


def _spread(
    of_window: Float[Tensor, "B T W"],
    index: Int[Tensor, "B T W"],
    inside: Bool[Tensor, "B T W"],
    mask: Bool[Tensor, "B S"],
    empty: float = 0.0,
) -> Float[Tensor, "B T S"]:
    """Put what a window holds where it belongs in the source, ``empty`` elsewhere."""
    B, T, _ = index.shape
    # positions off the sentence all share the last column of one that is one wider, which is cut off
    target = torch.where(inside, index, mask.shape[1])
    whole = of_window.new_full((B, T, mask.shape[1] + 1), empty)
    return whole.scatter(-1, target, of_window)[..., :-1]
