"""What stands around attention in every layer of a Transformer. Chapter 16."""

from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.built import Built
from course_lib.shapes import Float


class FeedForward(Built):
    """max(0, x W_1 + b_1) W_2 + b_2, at each position by itself: Vaswani et al. (2017), §3.3, eq. 2."""

    def __init__(self, size: int, inner: int) -> None:
        super().__init__()
        self.W_1 = nn.Linear(size, inner)
        self.W_2 = nn.Linear(inner, size)

    def forward(self, inputs: Float[Tensor, "B S M"]) -> Float[Tensor, "B S M"]:
        """Return a new vector for each position, from its own alone."""
        return self.W_2(F.relu(self.W_1(inputs)))


class AddAndNorm(Built):
    """LayerNorm(x + Sublayer(x)), the sublayer under dropout: Vaswani et al. (2017), §3.1 and §5.4.

    Each sublayer writes a correction onto the vector that is there; the norm then measures its entries from their
    mean, in standard deviations, and gives each a scale and a shift that are learnt.
    """

    def __init__(self, size: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.norm = nn.LayerNorm(size)

    def forward(self, inputs: Float[Tensor, "B S M"], correction: Float[Tensor, "B S M"]) -> Float[Tensor, "B S M"]:
        """Return the norm of ``inputs`` and what the sublayer made of them, added."""
        return self.norm(inputs + self.dropout(correction))
