"""From sentence pairs to padded tensors, and the order in which training meets them. Every chapter."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Literal

import torch
from torch import Tensor

from course_lib.corpora.pairs import SentencePair
from course_lib.options import MOST_WORDS, check_count, check_option
from course_lib.shapes import Bool, Int
from course_lib.vocabulary import BOS, EOS, PAD, Unknown, Vocabulary

Alike = Literal["source", "both"]
"""What the sentences of a batch have in common: their source length, or their target length too, as near as may be."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Sentence pairs as ids, padded to the longest of each side.

    The decoder reads ``target_in`` and is asked for ``target_out``, the same sentence one position
    on: that is teacher forcing. Masks are True where a token is real.
    """

    source: Int[Tensor, "B S"]  # x_1 … x_n EOS PAD …
    source_lengths: Int[Tensor, "B"]  # EOS included; on the CPU, where torch's packing wants it
    source_mask: Bool[Tensor, "B S"]
    target_in: Int[Tensor, "B T"]  # BOS y_1 … y_m PAD …
    target_out: Int[Tensor, "B T"]  # y_1 … y_m EOS PAD …
    target_mask: Bool[Tensor, "B T"]

    def __len__(self) -> int:
        return len(self.source)


def collate(
    pairs: Sequence[SentencePair],
    source_vocabulary: Vocabulary,
    target_vocabulary: Vocabulary,
    device: torch.device | str | None = None,
    unknown: Unknown = "error",
) -> Batch:
    """Encode and pad ``pairs``. A word that is in no vocabulary raises, or becomes UNK on request."""
    source, lengths = encode_sources([pair.source for pair in pairs], source_vocabulary, device, unknown)
    targets = [target_vocabulary.encode(pair.target, unknown) for pair in pairs]
    target_in = _padded([[BOS, *ids] for ids in targets], device)
    target_out = _padded([[*ids, EOS] for ids in targets], device)
    return Batch(source, lengths, source != PAD, target_in, target_out, target_out != PAD)


def encode_sources(
    sentences: Sequence[Sequence[str]],
    vocabulary: Vocabulary,
    device: torch.device | str | None = None,
    unknown: Unknown = "error",
) -> tuple[Int[Tensor, "B S"], Int[Tensor, "B"]]:
    """Return padded source ids, each sentence ending in EOS, and its length.

    ValueError for no sentence at all, for an empty one, and for a string where words are expected.
    """
    if not sentences or isinstance(sentences, str):
        raise ValueError(f"Expected a list with at least one sentence, each a list of words; got {sentences!r}.")
    for number, sentence in enumerate(sentences):
        if not len(sentence):
            raise ValueError(f"Sentence {number} of {len(sentences)} is empty; give it at least one word.")
        check_length(sentence)
    ids = [[*vocabulary.encode(sentence, unknown), EOS] for sentence in sentences]
    return _padded(ids, device), torch.tensor([len(row) for row in ids])


def check_length(sentence: Sequence[str]) -> None:
    """ValueError for a sentence of more than 2,000 words: a model would write at it for minutes, without a word."""
    if len(sentence) > MOST_WORDS:
        raise ValueError(
            f"A sentence holds {len(sentence):,} words, {' '.join(sentence[:4])!r} …; a model of the course takes "
            f"{MOST_WORDS:,} at most. Is it a whole text? Split it into sentences."
        )


def epoch_batches(
    pairs: Sequence[SentencePair], batch_size: int, seed: int, epoch: int, alike: Alike = "source"
) -> list[list[int]]:
    """Return the indices of ``pairs`` in batches of one source length each, in shuffled order.

    With one length a batch the encoder never meets padding, which doubles its speed. With ``alike="both"``
    the pairs of one source length are cut into batches in order of their target length, so that the decoder hardly
    meets any either; which of them stand side by side is drawn anew for every epoch. The order is
    a function of (seed, epoch) alone, so that a training run can be taken up at any step.
    """
    check_count("batch_size", batch_size)
    check_option("alike", alike, Alike)
    random = Random(f"{seed} {epoch}")
    by_length: dict[int, list[int]] = defaultdict(list)
    for index in random.sample(range(len(pairs)), len(pairs)):
        by_length[len(pairs[index].source)].append(index)
    if alike == "source":
        batches = [
            bucket[start : start + batch_size]
            for bucket in by_length.values()
            for start in range(0, len(bucket), batch_size)
        ]
    else:
        batches = [batch for bucket in by_length.values() for batch in _by_target(bucket, pairs, batch_size, random)]
    random.shuffle(batches)
    return batches


def _by_target(bucket: list[int], pairs: Sequence[SentencePair], batch_size: int, random: Random) -> list[list[int]]:
    """Cut a shuffled ``bucket`` into batches of about one target length.

    Equal lengths stay in their shuffled order, and the batch that is not full may be any of them: so no pair has the
    same neighbours in every epoch.
    """
    ordered = sorted(bucket, key=lambda index: len(pairs[index].target))
    full, left = divmod(len(ordered), batch_size)
    sizes = [batch_size] * full
    if left:
        sizes.insert(random.randint(0, full), left)
    rest = iter(ordered)
    return [list(islice(rest, size)) for size in sizes]


def _padded(rows: list[list[int]], device: torch.device | str | None) -> Int[Tensor, "B _"]:
    longest = max(map(len, rows))
    filled = [[*row, *[PAD] * (longest - len(row))] for row in rows]
    return torch.tensor(filled, device=device)  # one tensor: a row each would take ten times as long
