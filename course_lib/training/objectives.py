"""What training minimises: cross-entropy, and ways to bend it. Chapters 5 and 10 to 13."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.attention import HardAttention
from course_lib.batching import Batch
from course_lib.corpora.pairs import SentencePair
from course_lib.decoders import DecoderOutput
from course_lib.options import check_number, check_share
from course_lib.seq2seq import Loss, Seq2Seq
from course_lib.shapes import Bool, Float
from course_lib.training.reinforce import Reinforce, hard_attention, start_baseline, update_baseline
from course_lib.vocabulary import BOS, PAD


@dataclass(frozen=True)
class Objective:
    """Plain cross-entropy with teacher forcing, unless a field says otherwise.

    ``label_smoothing`` spreads that share of each target over the whole vocabulary: Szegedy et al.
    (2016), §7. ``scheduled_sampling`` is the share of previous words that are the model's own: Bengio
    et al. (2015). ``supervision`` is the weight of a second loss, the
    cross-entropy of the attention weights against gold links: Liu et al. (2016), §3.
    ``doubly_stochastic`` is the weight λ of Σ_i (1 − Σ_t α_ti)², which asks that every annotation be
    looked at: Xu et al. (2015), eq. 14. ``reinforce`` says how hard attention learns; models
    without it have no use for it.
    ValueError for a share outside [0, 1), a negative weight, and what is no number.

    Departs from the papers:

    - label smoothing: none by default; the paper: 0.1 (Vaswani et al., 2017, §5.4).
    - scheduled sampling: the model's own words come from a first, teacher-forced pass, so that the fast paths stay open
      (Mihaylova & Martins, 2019); the paper: from the step before (Bengio et al., 2015).
    """

    label_smoothing: float = 0.0
    scheduled_sampling: float = 0.0
    supervision: float = 0.0
    doubly_stochastic: float = 0.0
    reinforce: Reinforce = field(default_factory=Reinforce)

    def __post_init__(self) -> None:
        for name in ("label_smoothing", "scheduled_sampling"):
            check_share(name, getattr(self, name), whole=False)
        for name in ("supervision", "doubly_stochastic"):
            check_number(name, getattr(self, name), least=0)

    def loss(self, model: Seq2Seq, batch: Batch, pairs: Sequence[SentencePair], progress: float = 1.0) -> Loss:
        """Return what to minimise for ``batch``, made of ``pairs``, in nats over all target words.

        ``progress`` is the share of the updates done before this one. In training mode a model with
        hard attention draws its positions, and its baseline moves.
        """
        hard = hard_attention(model) if model.training else None
        if self == PLAIN and hard is None:
            return model.loss(batch)
        if hard is not None:
            hard.soften(self.reinforce.soft_share(progress))
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
        if self.doubly_stochastic:
            total = total + self.doubly_stochastic * doubly_stochastic_loss(output, batch.target_mask)
        if hard is not None and hard.soft_share < 1:
            total = total + self._of_the_draws(output, batch, hard)
        return Loss(total, int(batch.target_mask.sum()))

    def _of_the_draws(self, output: DecoderOutput, batch: Batch, hard: HardAttention) -> Float[Tensor, ""]:
        """Return the term by which the scores of ``hard`` learn from what was drawn, and let its baseline follow."""
        log_probs = sentence_log_probs(output, batch)
        if self.reinforce.baseline == "none":
            return self.reinforce.loss(output, log_probs, batch.target_mask, torch.zeros_like(hard.baseline))
        start_baseline(hard.baseline, log_probs)
        term = self.reinforce.loss(output, log_probs, batch.target_mask, hard.baseline)
        update_baseline(hard.baseline, log_probs)
        return term


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


def attention_loss(output: DecoderOutput, pairs: Sequence[SentencePair]) -> Float[Tensor, ""]:
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


def doubly_stochastic_loss(output: DecoderOutput, words: Bool[Tensor, "B T"]) -> Float[Tensor, ""]:
    """Return Σ_i (1 − Σ_t α_ti)² summed over sentences: Xu et al. (2015), eq. 14.

    Over the real words of the target and the source positions that may be looked at.
    ValueError for a model without attention.
    """
    if output.look is None:
        raise ValueError("doubly_stochastic sums attention weights over the words; this model has no attention.")
    looked_at = (output.look.weights * words.unsqueeze(-1)).sum(1)  # (B, S): padding looks at nothing
    may_be = (output.look.scores > -torch.inf).any(1)  # (B, S)
    return ((1 - looked_at) ** 2).masked_fill(~may_be, 0.0).sum()


@torch.no_grad()
def sentence_log_probs(output: DecoderOutput, batch: Batch) -> Float[Tensor, "B"]:
    """Return log p(y | x) of each target sentence, in nats."""
    logits = output.logits.mT  # (B, V, T): cross_entropy wants the classes second
    return -F.cross_entropy(logits, batch.target_out, ignore_index=PAD, reduction="none").sum(-1)
