"""Checkers of chapter 2, One vector for a sentence."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.batching import Batch
from course_lib.checks.comparing import array, expect_close, judge, own_randomness, parts, rounding_of
from course_lib.checks.report import answer, checker
from course_lib.vocabulary import BOS, EOS, PAD

Pair = tuple[Tensor, Tensor]
Encode = Callable[[Tensor, Tensor], Tensor]
VOCABULARY = 9


class SmallEncoder(nn.Module):
    """The chapter's own encoder, small: source ids (B, S) to h and c, each (1, B, H)."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 4)
        self.lstm = nn.LSTM(4, 5, batch_first=True)

    def forward(self, source: Tensor) -> Pair:
        return self.lstm(self.embedding(source))[1]


class SmallDecoder(nn.Module):
    """The chapter's own decoder, small: previous words (B, T) and a state to logits (B, T, V) and a state."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 4)
        self.lstm = nn.LSTM(4, 5, batch_first=True)
        self.output = nn.Linear(5, VOCABULARY)

    def forward(self, previous: Tensor, state: Pair) -> tuple[Tensor, Pair]:
        states, state = self.lstm(self.embedding(previous), state)
        return self.output(states), state


@checker(
    hints=(
        "One step at a time: call the decoder with one column of words, as often as there are targets.",
        "What a step writes is the word with the largest logit, and that is what the next step reads.",
    )
)
def check_own_words_loss(own_words_loss: Callable[[SmallEncoder, SmallDecoder, Batch], Any]) -> str:
    """Exercise 1. The right sum is taken sentence by sentence and word by word, with ``math``."""
    with own_randomness(21):
        for lengths in ((3,), (2, 5), (6, 1, 4)):
            encoder, decoder = _lively(SmallEncoder()), _lively(SmallDecoder())
            batch = _batch(lengths)
            expect_close(
                answer(own_words_loss, encoder, decoder, batch),
                _mean(_own_words(encoder, decoder, batch)),
                "the loss, in nats a word,",
                mistakes=_loss_mistakes(encoder, decoder, batch),
                where=f"of {len(lengths)} sentences of {', '.join(map(str, lengths))} words and </s>",
                rounding=1e-4,  # the logits are float32
            )
    return "Each step reads what the step before it wrote, and is asked for the true word."


@checker(
    hints=(
        "Split along the columns, change the order of the blocks, then turn the matrix round.",
        "A constant that is always added to one gate can be added to that gate's bias once.",
    )
)
def check_from_tensorflow(from_tensorflow: Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]) -> str:
    """Exercise 2. torch's own cell, given the converted weights, must do what TensorFlow's formula does."""
    draw = np.random.default_rng(23)
    for _ in range(3):
        E, H = (int(size) for size in draw.choice(np.arange(2, 8), size=2, replace=False))
        kernel, bias, forget_bias = draw.normal(size=(E + H, 4 * H)), draw.normal(size=4 * H), float(draw.uniform(1, 2))
        three = parts(answer(from_tensorflow, kernel, bias, forget_bias), ("W", "U", "b"))
        shapes = ((4 * H, E), (4 * H, H), (4 * H,))
        W, U, b = (
            array(got, f"{name} for E={E}, H={H}", shape, axes=axes)
            for name, got, shape, axes in zip("WUb", three, shapes, ("(4H, E)", "(4H, H)", "(4H,)"), strict=True)
        )
        x, h, c = draw.normal(size=E), draw.normal(size=H), draw.normal(size=H)
        expect_close(
            _torch_cell(x, h, c, W, U, b),
            _tensorflow_cell(x, h, c, kernel, bias, forget_bias),
            "h and c after one step with your weights",
            mistakes=_conversion_mistakes(x, h, c, kernel, bias, forget_bias),
            rounding=rounding_of(three),
        )
    return "torch's cell with your weights computes what TensorFlow's cell computes."


@checker(hints=("Call decoder.lstm with its input alone.", "The state to return is what decoder.lstm gave, h and c."))
def check_forgetful(forgetful: Callable[[SmallDecoder, Tensor, Pair], Any]) -> str:
    """Exercise 3, break it. The bug must be the named one: an LSTM called without a state."""
    with own_randomness(25):
        decoder = _lively(SmallDecoder())
        h, c = (torch.randn(1, 3, 5) for _ in "hc")
        nothing = torch.zeros_like(h)
        previous = torch.randint(4, VOCABULARY, (3, 1))
        logits, state = parts(answer(forgetful, decoder, previous, (h, c)), ("logits", "state"))
        expected, (new_h, new_c) = decoder(previous, (nothing, nothing))
        expect_close(
            logits,
            expected,
            "the logits",
            axes="(B, T, V)",
            mistakes={
                "This step still remembers: these are the logits of the healthy decoder.": decoder(previous, (h, c))[0],
                "This step forgets c and keeps h.": decoder(previous, (h, nothing))[0],
                "This step forgets h and keeps c.": decoder(previous, (nothing, c))[0],
                "The batch was read as one sentence: the LSTM wants (B, T, E).": lambda: decoder.output(
                    decoder.lstm(decoder.embedding(previous[:, 0]))[0]
                ).unsqueeze(1),
            },
        )
        for name, got, right, old in zip("hc", parts(state, ("h", "c")), (new_h, new_c), (h, c), strict=True):
            kept = {f"This {name} is the one that came in.": old}
            expect_close(got, right, f"{name} of the state to return", axes="(1, B, H)", mistakes=kept)
    return "Broken as announced: each step sees the word before it and nothing else."


@checker(
    hints=(
        "Call encode once for the whole batch, and once for each row alone.",
        "A row alone has no padding: cut it to its own length.",
    )
)
def check_company(company_changes_nothing: Callable[[Encode, Tensor, Tensor], Any]) -> str:
    """Exercise 4. The learner's test must pass three sound encoders and fail six sick ones."""
    with own_randomness(26):
        encoder = _lively(SmallEncoder())
        # The first and the last row are the longest, without padding: a test of either alone is too lax.
        lengths = torch.tensor([7, 4, 2, 7])
        source = torch.full((4, 7), PAD)
        for row, n in enumerate(lengths.tolist()):
            source[row, :n] = torch.tensor([*torch.randint(4, VOCABULARY, (n - 1,)).tolist(), EOS])
        judge(
            company_changes_nothing,
            _sound_encoders(encoder),
            _sick_encoders(encoder),
            source,
            lengths,
            too_strict="Two ways to run one LSTM part in the last digits of float32.",
            too_lax="Which rows does it compare, how closely, and is a row that is alone still padded?",
        )
    return "Your test passes every sound encoder and catches six that let other sentences in."


def _lively(module: Any) -> Any:
    """Return ``module`` with weights so large that no two ways to use it give nearly the same."""
    for parameter in module.parameters():
        parameter.copy_(torch.randn_like(parameter))
    return module


def _batch(lengths: Sequence[int]) -> Batch:
    """Return a batch of sources of one length, and of targets of ``lengths`` words, padded."""
    source = torch.cat((torch.randint(4, VOCABULARY, (len(lengths), 3)), torch.full((len(lengths), 1), EOS)), dim=1)
    target_in, target_out = (torch.full((len(lengths), max(lengths) + 1), PAD) for _ in range(2))
    for row, n in enumerate(lengths):
        words = torch.randint(4, VOCABULARY, (n,)).tolist()
        target_in[row, : n + 1], target_out[row, : n + 1] = torch.tensor([BOS, *words]), torch.tensor([*words, EOS])
    return Batch(source, torch.full((len(lengths),), 4), source != PAD, target_in, target_out, target_out != PAD)


def _own_words(
    encoder: SmallEncoder,
    decoder: SmallDecoder,
    batch: Batch,
    *,
    padding_too: bool = False,
    forgets: bool = False,
    teacher: bool = False,
    asks_itself: bool = False,
    starts_late: bool = False,
) -> list[float]:
    """Return the nats of every target word; each option makes one mistake."""
    nats = []
    for source, read, wanted in zip(batch.source, batch.target_in.tolist(), batch.target_out.tolist(), strict=True):
        first = state = encoder(source.unsqueeze(0))
        previous = wanted[0] if starts_late else BOS
        for given, word in zip(read, wanted, strict=True):
            if word == PAD and not padding_too:
                break
            logits, state = decoder(torch.tensor([[given if teacher else previous]]), first if forgets else state)
            row = logits.flatten().tolist()
            previous = row.index(max(row))
            asked = previous if asks_itself else word
            nats.append(max(row) + math.log(math.fsum(math.exp(x - max(row)) for x in row)) - row[asked])
    return nats


def _mean(nats: Sequence[float]) -> float:
    return math.fsum(nats) / len(nats)


def _loss_mistakes(encoder: SmallEncoder, decoder: SmallDecoder, batch: Batch) -> dict[str, Any]:
    def with_mistake(**mistake: bool) -> Callable[[], float]:
        return lambda: _mean(_own_words(encoder, decoder, batch, **mistake))

    right = _own_words(encoder, decoder, batch)
    words = iter(right)
    rows = [[next(words) for _ in range(int(n))] for n in batch.target_mask.sum(dim=1)]
    columns = [[row[k] for row in rows if k < len(row)] for k in range(batch.target_out.shape[1])]
    return {
        "That is teacher forcing: each step has read the true word.": with_mistake(teacher=True),
        "That is the sum over the words, not their mean.": math.fsum(right),
        "The sign is that of a log-probability; a loss is positive.": -_mean(right),
        "Padding was counted: it is no word.": with_mistake(padding_too=True),
        "Each step has started from the encoder's state: carry on the state that the decoder returns.": with_mistake(
            forgets=True
        ),
        "It asks for the word that the model has written, not for the true one.": with_mistake(asks_itself=True),
        "The first step has read the first true word; it reads <s>.": with_mistake(starts_late=True),
        "Those are bits (base 2), not nats.": _mean(right) / math.log(2),
        "That is a mean of means, step by step: sum over all words, then divide by their number, once.": _mean(
            [_mean(column) for column in columns]
        ),
        "That is a mean of means, sentence by sentence: sum over all words, then divide by their number, once.": _mean(
            [_mean(row) for row in rows]
        ),
    }


def _tensorflow_cell(
    x: np.ndarray, h: np.ndarray, c: np.ndarray, kernel: np.ndarray, bias: np.ndarray, forget_bias: float
) -> np.ndarray:
    """BasicLSTMCell of TensorFlow 1, gate by gate: columns i, j (the candidate), f, o."""
    H = len(h)
    i, j, f, o = (np.concatenate([x, h]) @ kernel[:, k * H : (k + 1) * H] + bias[k * H : (k + 1) * H] for k in range(4))
    cell = c / (1 + np.exp(-f - forget_bias)) + np.tanh(j) / (1 + np.exp(-i))
    return np.stack([np.tanh(cell) / (1 + np.exp(-o)), cell])


def _torch_cell(x: np.ndarray, h: np.ndarray, c: np.ndarray, W: np.ndarray, U: np.ndarray, b: np.ndarray) -> np.ndarray:
    with own_randomness(0):
        cell = torch.nn.LSTMCell(len(x), len(h)).double()
        for parameter, value in zip(cell.parameters(), (W, U, b, np.zeros_like(b)), strict=True):
            parameter.copy_(torch.as_tensor(np.ascontiguousarray(value)))
        row = [torch.as_tensor(value).unsqueeze(0) for value in (x, h, c)]
        return np.stack([value[0].numpy() for value in cell(row[0], (row[1], row[2]))])


def _conversion_mistakes(
    x: np.ndarray, h: np.ndarray, c: np.ndarray, kernel: np.ndarray, bias: np.ndarray, extra: float
) -> dict[str, np.ndarray]:
    """Redo the usual mistakes: which blocks in which order, and which gate gets forget_bias."""

    def stacked(order: Sequence[int], forget_at: int | None, order_of_bias: Sequence[int] = ()) -> np.ndarray:
        blocks = [kernel[:, k * len(h) : (k + 1) * len(h)] for k in order]
        biases = [bias[k * len(h) : (k + 1) * len(h)] for k in order_of_bias or order]
        if forget_at is not None:
            biases[forget_at] = biases[forget_at] + extra
        both = np.concatenate(blocks, axis=1).T
        return _torch_cell(x, h, c, both[:, : len(x)], both[:, len(x) :], np.concatenate(biases))

    return {
        "The gates still stand in the order i, g, f, o; torch wants i, f, g, o.": stacked((0, 1, 2, 3), 2),
        "The gates still stand in the order i, g, f, o, and forget_bias is missing.": stacked((0, 1, 2, 3), None),
        "forget_bias is missing: TensorFlow adds it to the forget gate as it runs.": stacked((0, 2, 1, 3), None),
        "forget_bias went to the candidate; in torch's order the forget gate is second.": stacked((0, 2, 1, 3), 2),
        "forget_bias went to the input gate.": stacked((0, 2, 1, 3), 0),
        "W and U stand in torch's order, the bias still in TensorFlow's.": stacked((0, 2, 1, 3), 2, (0, 1, 2, 3)),
    }


def _one_by_one(encoder: SmallEncoder, source: Tensor, lengths: Tensor) -> Tensor:
    """Return h (B, H), each row read by itself and without its padding."""
    return torch.cat([encoder(row[:n].unsqueeze(0))[0][0] for row, n in zip(source, lengths.tolist(), strict=True)])


def _sound_encoders(encoder: SmallEncoder) -> dict[str, Encode]:
    def packed(source: Tensor, lengths: Tensor) -> Tensor:
        embedded = encoder.embedding(source)
        rows = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        return encoder.lstm(rows)[1][0][0]

    def other_digits(source: Tensor, lengths: Tensor) -> Tensor:
        return _one_by_one(encoder, source, lengths) * (1 + 3e-7 * (len(source) > 1))

    return {
        "an encoder that packs its rows": packed,
        "an encoder that reads row by row": lambda source, lengths: _one_by_one(encoder, source, lengths),
        "an encoder whose last digits differ in a batch": other_digits,
    }


def _sick_encoders(encoder: SmallEncoder) -> dict[str, Encode]:
    def turned(source: Tensor, lengths: Tensor) -> Tensor:
        return encoder(source.flip(1))[0][0]

    def in_order_of_length(source: Tensor, lengths: Tensor) -> Tensor:
        return _one_by_one(encoder, source, lengths)[lengths.argsort(descending=True)]

    def without_the_mean(source: Tensor, lengths: Tensor) -> Tensor:
        h = _one_by_one(encoder, source, lengths)
        return h - h.mean(dim=0)

    def cut_short(source: Tensor, lengths: Tensor) -> Tensor:
        return encoder(source[:, : int(lengths.min())])[0][0]

    def leaks(source: Tensor, lengths: Tensor) -> Tensor:
        h = _one_by_one(encoder, source, lengths)
        return h + 0.001 * h.sum(dim=0)

    return {
        "one that reads the padding": lambda source, lengths: encoder(source)[0][0],
        "one that turns whole rows round, padding first": turned,
        "one that returns the rows in order of length": in_order_of_length,
        "one that subtracts the mean of the batch": without_the_mean,
        "one that cuts every row to the shortest": cut_short,
        "one that lets a thousandth of the other rows in": leaks,
    }
