"""What training minimises: cross-entropy, and three ways to bend it. Chapters 5, 11 and 13."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.batching import Batch
from course_lib.corpora.pairs import SentencePair
from course_lib.decoders import DecoderOutput
from course_lib.seq2seq import Loss, Seq2Seq
from course_lib.vocabulary import BOS, PAD


@dataclass(frozen=True)
class Objective:
    """Plain cross-entropy with teacher forcing, unless a field says otherwise.

    ``label_smoothing`` spreads that share of each target over the whole vocabulary: Szegedy et al.
    (2016), §7. ``scheduled_sampling`` is the share of previous words that are the model's own: Bengio
    et al. (2015). Departs in taking them from a first, teacher-forced pass, so that the fast paths
    stay open: Mihaylova & Martins (2019). ``supervision`` is the weight of a second loss, the
    cross-entropy of the attention weights against gold links: Liu et al. (2016), §3.
    ValueError for a share outside [0, 1) or a negative weight.
    """

    label_smoothing: float = 0.0
    scheduled_sampling: float = 0.0
    supervision: float = 0.0

    def __post_init__(self) -> None:
        for name in ("label_smoothing", "scheduled_sampling"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(
                    f"{name}: expected a share from 0 up to but not including 1, got {getattr(self, name)}."
                )
        if self.supervision < 0:
            raise ValueError(f"supervision: expected a weight of 0 or more, got {self.supervision}.")

    def loss(self, model: Seq2Seq, batch: Batch, pairs: Sequence[SentencePair]) -> Loss:
        """Return what to minimise for ``batch``, made of ``pairs``, in nats over all target words."""
        if self == PLAIN:
            return model.loss(batch)
        if self.scheduled_sampling:
            batch = with_own_words(model, batch, self.scheduled_sampling)
        output = model(batch)
        total = F.cross_entropy(
            output.logits.flatten(0, 1),
            batch.target_out.flatten(),
            ignore_index=PAD,
            reduction="sum",
            label_smoothing=self.label_smoothing,
        )
        if self.supervision:
            total = total + self.supervision * attention_loss(output, pairs)
        return Loss(total, int(batch.target_mask.sum()))


PLAIN = Objective()


@torch.no_grad()
def with_own_words(model: Seq2Seq, batch: Batch, share: float) -> Batch:
    """Replace a random ``share`` of the words the decoder reads by what the model would have written there.

    BOS and padding stay. torch's random state decides which words.
    """
    logits = model(batch).logits[:, :-1]
    logits[..., [PAD, BOS]] = -torch.inf  # search never writes them either
    own = logits.argmax(-1)
    read = batch.target_in[:, 1:]
    replaced = (torch.rand(read.shape, device=read.device) < share) & (read != PAD)
    words = torch.where(replaced, own, read)
    return replace(batch, target_in=torch.cat((torch.full_like(words[:, :1], BOS), words), dim=1))


def attention_loss(output: DecoderOutput, pairs: Sequence[SentencePair]) -> Tensor:
    """Return -Σ_ij A_ij log α_ij; row i of A shares 1 evenly among the sure links of y_i.

    Words without a sure link ask for nothing. ValueError for a model without attention and for
    pairs without gold links.
    """
    if output.weights is None:
        raise ValueError("supervision compares attention weights with gold links; this model has no attention.")
    gold = torch.zeros_like(output.weights)
    for row, pair in enumerate(pairs):
        if pair.sure is None:
            raise ValueError(f"supervision needs gold links; this pair has none: {' '.join(pair.source)!r}.")
        for j, i in pair.sure:
            gold[row, i, j] = 1.0
    gold = gold / gold.sum(-1, keepdim=True).clamp(min=1.0)
    tiny = torch.finfo(output.weights.dtype).tiny
    return -(gold * output.weights.clamp(min=tiny).log()).sum()
