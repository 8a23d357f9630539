"""Where it leads: a sentence that attends to itself. Chapter 16."""

from torch import Tensor

from course_lib.attention.multi_head import MultiHeadAttention, causal_mask
from course_lib.options import check_switch
from course_lib.shapes import Bool, Float


class SelfAttention(MultiHeadAttention):
    """Multi-head attention whose queries, keys and values are one sentence: Vaswani et al. (2017), §3.2.3.

    ``causal`` hides what comes later. ``scaled`` is that of :class:`~course_lib.attention.MultiHeadAttention`.
    """

    def __init__(self, size: int, heads: int, causal: bool = False, scaled: bool = True) -> None:
        super().__init__(size, heads, scaled)
        self.causal = check_switch("causal", causal)

    def forward(
        self, inputs: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]
    ) -> tuple[Float[Tensor, "B S M"], Float[Tensor, "B N S S"]]:
        """Return new vectors of the same size, and the weights of each head: the positions ask and answer."""
        seen = mask.unsqueeze(1)  # (B, 1, S): the same for every query
        if self.causal:
            seen = seen & causal_mask(inputs.shape[1], inputs.shape[1], inputs.device)  # (B, S, S)
        return self.attend(inputs, *self.project(inputs), seen)
