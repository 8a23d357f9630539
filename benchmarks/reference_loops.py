"""Training loops as tutorials write them, in our own words: what ``benchmarks/speed.py`` holds the library against.

Nothing here is anybody's file. Each class says which habits it stands for and where they were seen. Two of them compute
what :func:`course_lib.models.bahdanau2014` computes, to rounding, so that a ratio of their times is the price of the
habits and of nothing else: ``take`` gives them the weights of a model of ours, and a test compares the logits. The
other two have the mechanism of the tutorials they stand for.

All read the batches of :mod:`course_lib.batching`; the two functions at the end fill these as the tutorials do.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from course_lib.batching import Batch
from course_lib.corpora import SentencePair
from course_lib.seq2seq import Loss, Seq2Seq
from course_lib.shapes import Bool, Float, Int
from course_lib.vocabulary import PAD

POOL = 100
"""Batches whose sentences are sorted together, where batches are sorted."""


class SameMechanism(nn.Module):
    """The parts of Bahdanau's model with its maxout: equal in arithmetic to ours, laid out as tutorials do.

    Parts that read several things read them side by side, out of one concatenation.
    """

    def __init__(self, source_words: int, target_words: int, embedding: int, hidden: int) -> None:
        super().__init__()
        self.source_embedding = nn.Embedding(source_words, embedding, padding_idx=PAD)
        self.target_embedding = nn.Embedding(target_words, embedding, padding_idx=PAD)
        self.encoder = nn.GRU(embedding, hidden, batch_first=True, bidirectional=True)
        self.start = nn.Linear(hidden, hidden)
        self.energy = nn.Linear(3 * hidden, hidden, bias=False)  # of [s; h_j]
        self.v = nn.Linear(hidden, 1, bias=False)
        self.inputs = nn.Linear(embedding + 2 * hidden, 3 * hidden)  # of [E y; c], for both gates and the candidate
        self.gates = nn.Linear(hidden, 2 * hidden, bias=False)
        self.candidate = nn.Linear(hidden, hidden, bias=False)
        self.pairs = nn.Linear(3 * hidden + embedding, 2 * hidden)  # of [s; E y; c], before the maxout
        self.words = nn.Linear(hidden, target_words)

    @torch.no_grad()
    def take(self, model: Seq2Seq) -> "SameMechanism":
        """Copy the weights of a model of ours with the same sizes; return the loop."""
        decoder: Any = model.decoder
        encoder: Any = model.encoder
        self.source_embedding.load_state_dict(encoder.embedding.state_dict())
        self.target_embedding.load_state_dict(decoder.embedding.state_dict())
        self.encoder.load_state_dict(encoder.rnn.state_dict())
        self.start.load_state_dict(decoder.W_s.state_dict())
        self.words.load_state_dict(decoder.readout.W_o.state_dict())
        score, cell, readout = decoder.attention, decoder.cell, decoder.readout
        self.energy.weight.copy_(torch.cat((score.W_a.weight, score.U_a.weight), dim=1))
        self.v.weight.copy_(score.v_a[None])
        self.inputs.weight.copy_(torch.cat((cell.W.weight, cell.C.weight), dim=1))
        self.inputs.bias.copy_(cell.W.bias)
        self.gates.weight.copy_(cell.U_gates.weight)
        self.candidate.weight.copy_(cell.U.weight)
        self.pairs.weight.copy_(torch.cat((readout.U_o.weight, readout.V_o.weight, readout.C_o.weight), dim=1))
        self.pairs.bias.copy_(readout.U_o.bias)
        return self

    def logits(self, batch: Batch) -> Float[Tensor, "B T V"]:
        """Return the scores of every word at every step, with teacher forcing."""
        raise NotImplementedError(f"{type(self).__name__} has no loop.")

    def loss(self, batch: Batch) -> Loss:
        """Return the cross-entropy over the real words, as :meth:`course_lib.seq2seq.Seq2Seq.loss` does."""
        return _loss(self.logits(batch), batch)

    def _step(
        self, embedded: Float[Tensor, "B E"], state: Float[Tensor, "B H"], context: Float[Tensor, "B M"]
    ) -> Float[Tensor, "B H"]:
        """Return the state after the gated unit of the paper's appendix."""
        read = self.inputs(torch.cat((embedded, context), dim=-1))
        hidden = state.shape[-1]
        update, reset = torch.sigmoid(read[:, : 2 * hidden] + self.gates(state)).chunk(2, dim=-1)
        candidate = torch.tanh(read[:, 2 * hidden :] + self.candidate(reset * state))
        return (1 - update) * state + update * candidate

    def _maxout(
        self, embedded: Float[Tensor, "B E"], state: Float[Tensor, "B H"], context: Float[Tensor, "B M"]
    ) -> Float[Tensor, "B H"]:
        pairs = self.pairs(torch.cat((state, embedded, context), dim=-1))
        return pairs.unflatten(-1, (-1, 2)).amax(-1)


class PlainLoop(SameMechanism):
    """The same mechanism as a first version writes it: everything inside the loop.

    Habits: the keys are projected anew at every step, out of a concatenation of the state, repeated for each
    position, and the annotations; so are the scores of all words and the loss; the source is padded and not packed.
    Where a batch mixes lengths, the encoder's backward half therefore reads padding: there the loop has another
    answer than ours, and the equality holds in batches of one source length.
    """

    def steps(self, batch: Batch) -> Iterator[Float[Tensor, "B V"]]:
        """Yield the logits of each step."""
        annotations, ends = self.encoder(self.source_embedding(batch.source))  # (B, S, 2H), (2, B, H)
        state = torch.tanh(self.start(ends[-1]))
        for word in batch.target_in.unbind(1):
            embedded = self.target_embedding(word)
            repeated = state.unsqueeze(1).repeat(1, annotations.shape[1], 1)  # (B, S, H)
            energy = torch.tanh(self.energy(torch.cat((repeated, annotations), dim=-1)))  # (B, S, A)
            context = _context(self.v(energy).squeeze(-1), annotations, batch.source_mask)
            yield self.words(self._maxout(embedded, state, context))
            state = self._step(embedded, state, context)

    def logits(self, batch: Batch) -> Float[Tensor, "B T V"]:
        """Return the logits of all steps side by side."""
        return torch.stack(list(self.steps(batch)), dim=1)

    def loss(self, batch: Batch) -> Loss:
        """Sum the loss step by step, each with a softmax of its own."""
        total = batch.source.new_zeros((), dtype=self.words.weight.dtype)
        for logits, words in zip(self.steps(batch), batch.target_out.unbind(1), strict=True):
            total = total + F.cross_entropy(logits, words, ignore_index=PAD, reduction="sum")
        return Loss(total, int(batch.target_mask.sum()))


class PackedLoop(SameMechanism):
    """The same mechanism, as well as a loop of its kind does it: the yardstick for training on real batches.

    Habits, those of the *annotated encoder–decoder* (2018): batches sorted by length and packed, keys projected once a
    sentence, what comes before the scores of words inside the loop, the scores themselves and the loss after it.
    Expects the longest source first.
    """

    def logits(self, batch: Batch) -> Float[Tensor, "B T V"]:
        """Return the logits of all steps; only the last product is outside the loop."""
        annotations, ends = _read_packed(self.encoder, self.source_embedding(batch.source), batch)
        state = torch.tanh(self.start(ends[-1]))
        asks, makes_keys = self.energy.weight.split((state.shape[-1], annotations.shape[-1]), dim=1)
        keys = F.linear(annotations, makes_keys)  # (B, S, A)
        embedded = self.target_embedding(batch.target_in)
        outputs = []
        for word in embedded.unbind(1):
            energy = torch.tanh(F.linear(state, asks).unsqueeze(1) + keys)
            context = _context(self.v(energy).squeeze(-1), annotations, batch.source_mask)
            outputs.append(self._maxout(word, state, context))
            state = self._step(word, state, context)
        return self.words(torch.stack(outputs, dim=1))


class TutorialLoop(nn.Module):
    """What the best-known tutorial of this model does, *Neural Machine Translation by Jointly Learning to Align and
    Translate* in bentrevett's series, and with its sizes.

    Habits: time before batch; a concatenation of repeated state and annotations at every step; a GRU layer called for
    one step; the scores of all words inside the loop, written into a tensor of zeros; the most likely word looked up
    at every step, and read at half of them; padded batches in random order, neither packed nor masked.
    """

    def __init__(
        self,
        source_words: int,
        target_words: int,
        embedding: int = 256,
        hidden: int = 512,
        dropout: float = 0.5,
        teacher_forcing: float = 0.5,
        seed: int = 1,
    ) -> None:
        super().__init__()
        self.source_embedding = nn.Embedding(source_words, embedding)
        self.target_embedding = nn.Embedding(target_words, embedding)
        self.encoder = nn.GRU(embedding, hidden, bidirectional=True)
        self.start = nn.Linear(2 * hidden, hidden)
        self.energy = nn.Linear(3 * hidden, hidden)
        self.v = nn.Linear(hidden, 1, bias=False)
        self.decoder = nn.GRU(embedding + 2 * hidden, hidden)
        self.words = nn.Linear(embedding + 3 * hidden, target_words)
        self.dropout = nn.Dropout(dropout)
        self.teacher_forcing = teacher_forcing
        self.coin = Random(seed)

    def logits(self, batch: Batch) -> Float[Tensor, "B T V"]:
        """Return the scores of all steps, batch first as everywhere else."""
        source, target = batch.source.T, batch.target_in.T  # (S, B), (T, B)
        annotations, ends = self.encoder(self.dropout(self.source_embedding(source)))  # (S, B, 2H), (2, B, H)
        state = torch.tanh(self.start(torch.cat((ends[0], ends[1]), dim=-1)))
        outputs = annotations.new_zeros(*target.shape, self.words.out_features)
        word = target[0]
        for step in range(len(target)):
            outputs[step], state = self._advance(word, state, annotations)
            own = outputs[step].argmax(-1)
            if step + 1 < len(target):
                word = target[step + 1] if self.coin.random() < self.teacher_forcing else own
        return outputs.transpose(0, 1)

    def loss(self, batch: Batch) -> Loss:
        """Return the cross-entropy over the real words."""
        return _loss(self.logits(batch), batch)

    def _advance(
        self, word: Int[Tensor, "B"], state: Float[Tensor, "B H"], annotations: Float[Tensor, "S B M"]
    ) -> tuple[Float[Tensor, "B V"], Float[Tensor, "B H"]]:
        embedded = self.dropout(self.target_embedding(word.unsqueeze(0)))  # (1, B, E)
        weights = self._weights(state, annotations.transpose(0, 1))  # (B, S)
        context = torch.bmm(weights.unsqueeze(1), annotations.transpose(0, 1)).transpose(0, 1)  # (1, B, M)
        output, after = self.decoder(torch.cat((embedded, context), dim=-1), state.unsqueeze(0))
        return self.words(torch.cat((output[0], context[0], embedded[0]), dim=-1)), after[0]

    def _weights(self, state: Float[Tensor, "B H"], annotations: Float[Tensor, "B S M"]) -> Float[Tensor, "B S"]:
        repeated = state.unsqueeze(1).repeat(1, annotations.shape[1], 1)
        energy = torch.tanh(self.energy(torch.cat((repeated, annotations), dim=-1)))
        return torch.softmax(self.v(energy).squeeze(-1), dim=-1)  # padding has its share


class AnnotatedLoop(nn.Module):
    """What the *annotated encoder–decoder* (bastings, 2018) does, its mechanism included.

    Habits: packed and sorted batches, longest first; keys once a sentence; a GRU layer called for one step; a linear
    layer over [E y; s; c] inside the loop; the scores of words and a log-softmax after it, without a bias.
    """

    def __init__(
        self, source_words: int, target_words: int, embedding: int = 256, hidden: int = 256, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.source_embedding = nn.Embedding(source_words, embedding)
        self.target_embedding = nn.Embedding(target_words, embedding)
        self.encoder = nn.GRU(embedding, hidden, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden, hidden)
        self.key = nn.Linear(2 * hidden, hidden, bias=False)
        self.query = nn.Linear(hidden, hidden, bias=False)
        self.v = nn.Linear(hidden, 1, bias=False)
        self.decoder = nn.GRU(embedding + 2 * hidden, hidden, batch_first=True)
        self.before_words = nn.Linear(embedding + 3 * hidden, hidden, bias=False)
        self.words = nn.Linear(hidden, target_words, bias=False)
        self.dropout = nn.Dropout(dropout)

    def logits(self, batch: Batch) -> Float[Tensor, "B T V"]:
        """Return the scores of all steps."""
        annotations, ends = _read_packed(self.encoder, self.source_embedding(batch.source), batch)
        state = torch.tanh(self.bridge(torch.cat((ends[0], ends[1]), dim=-1))).unsqueeze(0)  # (1, B, H)
        keys = self.key(annotations)
        embedded = self.target_embedding(batch.target_in)
        outputs = []
        for word in embedded.split(1, dim=1):  # T times (B, 1, E)
            energy = torch.tanh(self.query(state[-1].unsqueeze(1)) + keys)
            context = _context(self.v(energy).squeeze(-1), annotations, batch.source_mask).unsqueeze(1)
            output, state = self.decoder(torch.cat((word, context), dim=-1), state)
            outputs.append(self.before_words(self.dropout(torch.cat((word, output, context), dim=-1))))
        return self.words(torch.cat(outputs, dim=1))

    def loss(self, batch: Batch) -> Loss:
        """Return the cross-entropy over the real words, by a log-softmax over every place, padding included."""
        log_probs = torch.log_softmax(self.logits(batch), dim=-1).flatten(0, 1)
        total = F.nll_loss(log_probs, batch.target_out.flatten(), ignore_index=PAD, reduction="sum")
        return Loss(total, int(batch.target_mask.sum()))


def shuffled_batches(pairs: Sequence[SentencePair], batch_size: int, seed: int) -> list[list[int]]:
    """Return the indices of ``pairs`` in batches in random order, whatever their lengths."""
    order = Random(seed).sample(range(len(pairs)), len(pairs))
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def sorted_batches(pairs: Sequence[SentencePair], batch_size: int, seed: int) -> list[list[int]]:
    """Return the indices of ``pairs`` in batches of like lengths, longest source first, the batches in random order.

    A hundred batches' worth of pairs, drawn at random, are sorted at a time by source and then target length.
    """
    random = Random(seed)
    order = random.sample(range(len(pairs)), len(pairs))
    pool = POOL * batch_size
    batches = []
    for start in range(0, len(order), pool):
        like = sorted(
            order[start : start + pool], key=lambda k: (len(pairs[k].source), len(pairs[k].target)), reverse=True
        )
        batches += [like[first : first + batch_size] for first in range(0, len(like), batch_size)]
    random.shuffle(batches)
    return batches


def _read_packed(
    encoder: nn.GRU, embedded: Float[Tensor, "B S E"], batch: Batch
) -> tuple[Float[Tensor, "B S M"], Float[Tensor, "2 B H"]]:
    packed, ends = encoder(pack_padded_sequence(embedded, batch.source_lengths, batch_first=True))
    return pad_packed_sequence(packed, batch_first=True)[0], ends


def _context(
    scores: Float[Tensor, "B S"], annotations: Float[Tensor, "B S M"], mask: Bool[Tensor, "B S"]
) -> Float[Tensor, "B M"]:
    """Return the mean of the annotations under the softmax of ``scores``, padding left out."""
    weights = torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)
    return torch.bmm(weights.unsqueeze(1), annotations).squeeze(1)


def _loss(logits: Float[Tensor, "B T V"], batch: Batch) -> Loss:
    total = F.cross_entropy(logits.flatten(0, 1), batch.target_out.flatten(), ignore_index=PAD, reduction="sum")
    return Loss(total, int(batch.target_mask.sum()))
