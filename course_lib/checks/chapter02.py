"""Checkers of chapter 2, One vector for a sentence."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.report import NotRight, answer, checker
from course_lib.decoders import FixedVectorDecoder, StepOutput
from course_lib.encoders import Encoded, FixedVectorEncoder, State
from course_lib.vocabulary import BOS, EOS, PAD

Step = Callable[[Tensor, State, Encoded], StepOutput]


@checker
def check_bridge_size(bridge_size: Callable[[int, int, int], int]) -> str:
    """Exercise 2.1. The right number is counted on an encoder that has read a sentence."""
    random = Random(21)
    for layers in (1, 2, 4):
        hidden, words = random.randint(3, 9), random.randint(2, 12)
        got = answer(bridge_size, layers, hidden, words)
        expected = _numbers_handed_over(layers, hidden, words)
        if got != expected:
            raise NotRight(
                f"with {layers} layer(s) of {hidden} units and a sentence of {words} words the decoder is given "
                f"{expected} numbers; you say {got}. {_bridge_hint(got, layers, hidden, words)}"
            )
    paper = answer(bridge_size, 4, 1000, 30)
    if paper != 8000:
        raise NotRight(f"the paper's model, four layers of 1,000 units, hands over 8,000 numbers; you say {paper}.")
    return "The bridge is 2 × layers × hidden numbers wide, whatever the sentence; 8,000 in the paper."


@checker
def check_reverse_words(reverse_words: Callable[[Tensor, Tensor], Tensor]) -> str:
    """Exercise 2.2. The right rows are built one by one from Python lists."""
    random = Random(22)
    for _ in range(5):
        lengths = [random.randint(1, 7) + 1 for _ in range(random.randint(2, 5))]  # EOS included
        rows = [[random.randint(4, 60) for _ in range(n - 1)] for n in lengths]
        width = max(lengths) + random.randint(0, 1)
        source = _padded([[*row, EOS] for row in rows], width)
        expected = _padded([[*row[::-1], EOS] for row in rows], width)
        before = source.clone()
        got = answer(reverse_words, source, torch.tensor(lengths))
        if not torch.equal(source, before):
            raise NotRight("the tensor that came in has been changed; return a new one.")
        _check_tensor(got, expected.shape, "(B, S), the shape of source")
        for row, (ours, theirs) in enumerate(zip(got.tolist(), expected.tolist(), strict=True)):
            if ours != theirs:
                raise NotRight(
                    f"row {row} came in as {source[row].tolist()}. Expected {theirs}, got {ours}. "
                    f"{_reversal_hint(ours, source[row].tolist(), lengths[row])}"
                )
    return "The words are reversed; </s> still closes each sentence and padding stays at the end."


@checker
def check_from_tensorflow(from_tensorflow: Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]) -> str:
    """Exercise 2.3. torch's own cell, given the converted weights, must do what TensorFlow's formula does."""
    draw = np.random.default_rng(23)
    for _ in range(3):
        E, H = (int(size) for size in draw.choice(np.arange(2, 8), size=2, replace=False))
        kernel, bias, forget_bias = draw.normal(size=(E + H, 4 * H)), draw.normal(size=4 * H), float(draw.uniform(1, 2))
        converted = answer(from_tensorflow, kernel.copy(), bias.copy(), forget_bias)
        if not isinstance(converted, tuple | list) or len(converted) != 3:
            raise NotRight("return three arrays: W, U, b.")
        for name, got, shape in zip("WUb", converted, ((4 * H, E), (4 * H, H), (4 * H,)), strict=True):
            if np.shape(got) != shape:
                raise NotRight(f"E = {E}, H = {H}: expected {name} of shape {shape}, got {np.shape(got)}.")
        x, h, c = draw.normal(size=E), draw.normal(size=H), draw.normal(size=H)
        expected = _tensorflow_cell(x, h, c, kernel, bias, forget_bias)
        got = _torch_cell(x, h, c, *converted)
        if not np.allclose(got, expected, atol=1e-6):
            hint = _conversion_hint(got, x, h, c, kernel, bias, forget_bias)
            raise NotRight(
                f"c_t should start with {expected[1][:2].round(4)}, yours with {got[1][:2].round(4)}. {hint}"
            )
    return "torch's cell with your weights computes what TensorFlow's cell computes."


@checker
def check_log_probability(log_probability: Callable[[Tensor, Tensor], float]) -> str:
    """Exercise 2.4. The right sum is taken word by word with ``math``, in double precision."""
    random = Random(24)
    for _ in range(4):
        T, V = random.randint(2, 6), random.randint(7, 12)
        logits = torch.tensor([[random.gauss(0, 2) for _ in range(V)] for _ in range(T)])
        target = torch.tensor([*(random.randrange(4, V) for _ in range(T - 1)), EOS])
        words = [_log_softmax(row)[word] for row, word in zip(logits.tolist(), target.tolist(), strict=True)]
        got = answer(log_probability, logits, target)
        if np.size(got) != 1:
            raise NotRight(f"expected one number for the whole sentence, got an array of shape {np.shape(got)}.")
        got = float(got)
        if not math.isclose(got, sum(words), rel_tol=1e-4, abs_tol=1e-4):
            raise NotRight(
                f"for {T} words the log-probability is {sum(words):.4f} nats, got {got:.4f}. "
                f"{_log_probability_hint(got, words, logits, target)}"
            )
    return "The log-probability of a sentence is the sum over its words, </s> included."


@checker
def check_forgetful_step(forgetful_step: Callable[..., StepOutput]) -> str:
    """Exercise 2.5, break it. The bug must be the named one: an LSTM called without a state."""
    with _own_randomness(25):
        decoder, encoded, _ = _decoder_and_vector()
        state = State(torch.randn_like(encoded.initial.hidden), torch.randn_like(encoded.initial.hidden))
        previous = torch.randint(4, decoder.output.out_features, (encoded.initial.hidden.shape[1],))
        zeros = State(torch.zeros_like(state.hidden), torch.zeros_like(state.hidden))
        got = answer(forgetful_step, decoder, previous, state, encoded)
        if not isinstance(got, StepOutput):
            raise NotRight(f"expected a StepOutput(logits, state), got {type(got).__name__}.")
        _check_tensor(got.logits, (len(previous), decoder.output.out_features), "(B, V)")
        if _same(got.logits, decoder.step(previous, state, encoded).logits):
            raise NotRight("this step still remembers: its logits are those of the healthy decoder.step.")
        if _same(got.logits, decoder.step(previous, encoded.initial, encoded).logits):
            raise NotRight("this step starts each time from the sentence vector; the bug starts each time from zeros.")
        expected = decoder.step(previous, zeros, encoded)
        if not _same(got.logits, expected.logits):
            far = float((got.logits - expected.logits).abs().max())
            raise NotRight(
                f"the logits are {far:.3f} away from those of an LSTM that starts at zeros. The LSTM reads "
                "(B, 1, E), each sentence's word at one step, and both h and c are left out."
            )
        if not _same(got.state.hidden, expected.state.hidden):
            raise NotRight("the logits are right; the state to return is the (h, c) that decoder.rnn gave.")
    return "Broken as announced: the step sees the previous word and nothing else."


@checker
def check_steps_agree(steps_agree: Callable[[Step, FixedVectorDecoder, Tensor, Encoded], bool]) -> str:
    """Exercise 2.6. The learner's test must pass a healthy step and fail four sick ones."""
    with _own_randomness(26):
        decoder, encoded, target_in = _decoder_and_vector()
        for name, step, healthy in _patients(decoder):
            verdict = answer(steps_agree, step, decoder, target_in, encoded)
            if isinstance(verdict, Tensor) and verdict.numel() != 1:
                raise NotRight(f"expected one True or False, got a tensor of shape {tuple(verdict.shape)}.")
            if bool(verdict) and not healthy:
                raise NotRight(f"your test let a bug through: {name}. Compare the logits of every step.")
            if healthy and not bool(verdict):
                raise NotRight(
                    "your test rejects a healthy step. Two float32 roads to one number part in the last digits "
                    "(allow 1e-5), and the first state is decoder.initial_state(encoded)."
                )
    return "Your test passes the healthy step and catches a lost state, a lost cell, a late reset and a fading cell."


def _numbers_handed_over(layers: int, hidden: int, words: int) -> int:
    with _own_randomness(0):
        encoder = FixedVectorEncoder(10, 3, hidden, layers, reverse_source=False, dropout=0.0)
        state = encoder(torch.full((1, words), 5), torch.tensor([words])).initial
    return state.hidden.numel() + state.cell.numel()


def _bridge_hint(got: object, layers: int, hidden: int, words: int) -> str:
    hints = {
        layers * hidden: "Did you count h alone? An LSTM hands over its cell c as well.",
        2 * hidden: "Each layer has its own h and c.",
        hidden: "Each layer hands over two vectors of this size, h and c.",
        2 * layers * hidden * words: "Only the state after the last word is handed over, not one for every word.",
    }
    return hints.get(got, "") if isinstance(got, int) else "Expected an int."


def _padded(rows: Sequence[Sequence[int]], width: int) -> Tensor:
    return torch.tensor([[*row, *[PAD] * (width - len(row))] for row in rows])


def _reversal_hint(ours: list[int], source: list[int], length: int) -> str:
    if ours == source:
        return "The words still stand in their old order."
    if ours == source[::-1]:
        return "You turned the whole row round: padding and </s> now come first."
    if ours[:length] == source[:length][::-1]:
        return "</s> has moved to the front: lengths count it, so the last word stands at length - 2."
    if sorted(ours) != sorted(source):
        return "Some token was lost or doubled."
    return ""


def _tensorflow_cell(
    x: np.ndarray, h: np.ndarray, c: np.ndarray, kernel: np.ndarray, bias: np.ndarray, forget_bias: float
) -> np.ndarray:
    """BasicLSTMCell of TensorFlow 1, gate by gate: columns i, j (the candidate), f, o."""
    H = len(h)
    i, j, f, o = (np.concatenate([x, h]) @ kernel[:, k * H : (k + 1) * H] + bias[k * H : (k + 1) * H] for k in range(4))
    cell = c / (1 + np.exp(-f - forget_bias)) + np.tanh(j) / (1 + np.exp(-i))
    return np.stack([np.tanh(cell) / (1 + np.exp(-o)), cell])


def _torch_cell(x: np.ndarray, h: np.ndarray, c: np.ndarray, W: np.ndarray, U: np.ndarray, b: np.ndarray) -> np.ndarray:
    with _own_randomness(0):
        cell = torch.nn.LSTMCell(len(x), len(h)).double()
        for parameter, value in zip(cell.parameters(), (W, U, b, np.zeros_like(b)), strict=True):
            parameter.copy_(torch.as_tensor(np.ascontiguousarray(value)))
        row = [torch.as_tensor(value).unsqueeze(0) for value in (x, h, c)]
        return np.stack([value[0].numpy() for value in cell(row[0], (row[1], row[2]))])


def _conversion_hint(
    got: np.ndarray, x: np.ndarray, h: np.ndarray, c: np.ndarray, kernel: np.ndarray, bias: np.ndarray, extra: float
) -> str:
    """Redo the usual mistakes and say which one gives these numbers."""

    def stacked(order: Sequence[int], forget_at: int | None) -> np.ndarray:
        blocks = [kernel[:, k * len(h) : (k + 1) * len(h)] for k in order]
        biases = [bias[k * len(h) : (k + 1) * len(h)] for k in order]
        if forget_at is not None:
            biases[forget_at] = biases[forget_at] + extra
        both = np.concatenate(blocks, axis=1).T
        return _torch_cell(x, h, c, both[:, : len(x)], both[:, len(x) :], np.concatenate(biases))

    mistakes = (
        (stacked((0, 1, 2, 3), 2), "The gates still stand in the order i, g, f, o; torch wants i, f, g, o."),
        (stacked((0, 1, 2, 3), None), "The gates still stand in the order i, g, f, o, and forget_bias is missing."),
        (stacked((0, 2, 1, 3), None), "forget_bias is missing: TensorFlow adds it to the forget gate as it runs."),
        (stacked((0, 2, 1, 3), 2), "forget_bias went to the candidate; in torch's order the forget gate is second."),
    )
    return next((hint for result, hint in mistakes if np.allclose(got, result, atol=1e-6)), "")


def _log_softmax(row: Sequence[float]) -> list[float]:
    log_total = math.log(sum(math.exp(value) for value in row))
    return [value - log_total for value in row]


def _log_probability_hint(got: float, words: Sequence[float], logits: Tensor, target: Tensor) -> str:
    total = sum(words)
    raw = float(logits.gather(1, target.unsqueeze(1)).sum())
    over_time = float(torch.log_softmax(logits, 0).gather(1, target.unsqueeze(1)).sum())
    hints = (
        (-total, "The sign is the loss's: a log-probability is negative."),
        (total / len(words), "That is the mean over the words; a sentence is a product, so sum the logarithms."),
        (math.exp(total), "That is the probability; return its logarithm, which does not underflow."),
        (total / math.log(2), "Those are bits (base 2) where nats (base e) are asked for."),
        (total - words[-1], "The last word, </s>, counts too: without it no sentence ever ends."),
        (raw, "Those are logits; the softmax over the vocabulary is missing."),
        (over_time, "The softmax went over the time axis; it belongs over the words (dim=-1)."),
    )
    return next((hint for value, hint in hints if math.isclose(got, value, rel_tol=1e-4, abs_tol=1e-6)), "")


def _decoder_and_vector() -> tuple[FixedVectorDecoder, Encoded, Tensor]:
    """Return a decoder with lively weights, a sentence vector for three sentences, and BOS y_1 … y_6."""
    vocabulary, hidden, batch = 11, 5, 3
    decoder = FixedVectorDecoder(vocabulary, 4, hidden, layers=1, dropout=0.0).eval()
    encoded = Encoded(State(torch.randn(1, batch, hidden), torch.randn(1, batch, hidden)))
    words = torch.randint(4, vocabulary, (batch, 6))
    return decoder, encoded, torch.cat((torch.full((batch, 1), BOS), words), dim=1)


def _patients(decoder: FixedVectorDecoder) -> list[tuple[str, Step, bool]]:
    def state_lost(previous: Tensor, state: State, encoded: Encoded) -> StepOutput:
        nothing = torch.zeros_like(state.hidden)
        return decoder.step(previous, State(nothing, nothing), encoded)

    def cell_lost(previous: Tensor, state: State, encoded: Encoded) -> StepOutput:
        first = state is encoded.initial
        return decoder.step(previous, state if first else State(state.hidden, torch.zeros_like(state.hidden)), encoded)

    calls = {"steps": 0}

    def late_reset(previous: Tensor, state: State, encoded: Encoded) -> StepOutput:
        calls["steps"] += 1
        return decoder.step(previous, encoded.initial if calls["steps"] % 7 == 0 else state, encoded)

    def cell_fades(previous: Tensor, state: State, encoded: Encoded) -> StepOutput:
        assert state.cell is not None  # the decoder is an LSTM
        return decoder.step(previous, State(state.hidden, 0.99 * state.cell), encoded)

    return [
        ("the healthy step", decoder.step, True),
        ("the state is lost at every step", state_lost, False),
        ("the cell c is lost between steps", cell_lost, False),
        ("the state is reset at the seventh step", late_reset, False),
        ("the cell fades by one per cent a step, and the best word stays the same", cell_fades, False),
        ("the healthy step", decoder.step, True),
    ]


def _check_tensor(got: Any, shape: Sequence[int], letters: str) -> None:
    if not isinstance(got, Tensor):
        raise NotRight(f"expected a tensor, got {type(got).__name__}.")
    if tuple(got.shape) != tuple(shape):
        raise NotRight(f"expected shape {tuple(shape)}, {letters}; got {tuple(got.shape)}.")


def _same(left: Tensor, right: Tensor) -> bool:
    return left.shape == right.shape and torch.allclose(left, right, atol=1e-6)


@contextmanager
def _own_randomness(seed: int) -> Iterator[None]:
    """Draw from ``seed`` inside the block, without gradients, and leave the learner's generator as it was."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        yield
