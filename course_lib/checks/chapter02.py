"""Checkers of chapter 2, One vector for a sentence."""

import math
from collections.abc import Callable, Sequence
from random import Random

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.comparing import array, compare, instance, judge, own_randomness, parts, rounding_of, whole
from course_lib.checks.report import NotRight, answer, checker
from course_lib.decoders import FixedVectorDecoder, StepOutput
from course_lib.encoders import Encoded, FixedVectorEncoder, State
from course_lib.vocabulary import BOS, EOS, PAD

Step = Callable[[Tensor, State, Encoded], StepOutput]


@checker(hints=("What does an LSTM carry from one step to the next, in each layer?", "2 × layers × hidden."))
def check_bridge_size(bridge_size: Callable[[int, int, int], int]) -> str:
    """Exercise 2.1. The right number is counted on an encoder that has read a sentence."""
    random = Random(21)
    for layers in (1, 2, 4):
        hidden, words = random.randint(3, 9), random.randint(2, 12)
        got = whole(answer(bridge_size, layers, hidden, words), "the number of numbers")
        if got != _numbers_handed_over(layers, hidden, words):
            raise NotRight(
                f"an encoder with {layers} layer(s) of {hidden} units, having read {words} words, does not hand over "
                f"{got} numbers. {_bridge_hint(got, layers, hidden, words)}".rstrip()
            )
    paper = whole(answer(bridge_size, 4, 1000, 30), "the number of numbers")
    if paper != 8000:
        raise NotRight(f"the paper's model, four layers of 1,000 units, hands over 8,000 numbers; you say {paper}.")
    return "The bridge is 2 × layers × hidden numbers wide, whatever the sentence; 8,000 in the paper."


@checker(hints=("Treat each row by its own length.", "lengths counts </s>: the words of a row are one fewer."))
def check_reverse_words(reverse_words: Callable[[Tensor, Tensor], Tensor]) -> str:
    """Exercise 2.2. The right rows are built one by one from Python lists."""
    random = Random(22)
    for _ in range(5):
        lengths = [random.randint(1, 7) + 1 for _ in range(random.randint(2, 5))]  # EOS included
        rows = [[random.randint(4, 60) for _ in range(n - 1)] for n in lengths]
        width = max(lengths) + random.randint(0, 1)
        source = _padded([[*row, EOS] for row in rows], width)
        expected = _padded([[*row[::-1], EOS] for row in rows], width)
        got = answer(reverse_words, source, torch.tensor(lengths), keep_inputs=True)
        turned = array(got, "the rows", source.shape, of="whole numbers", axes="(B, S), the shape of source")
        for row, (ours, theirs) in enumerate(zip(turned.tolist(), expected.tolist(), strict=True)):
            if ours != theirs:
                raise NotRight(
                    f"row {row} came in as {source[row].tolist()}. Expected {theirs}, got {ours}. "
                    f"{_reversal_hint(ours, source[row].tolist(), lengths[row])}".rstrip()
                )
    return "The words are reversed; </s> still closes each sentence and padding stays at the end."


@checker(
    hints=(
        "Split along the columns, change the order of the blocks, then turn the matrix round.",
        "A constant that is always added to one gate can be added to that gate's bias once.",
    )
)
def check_from_tensorflow(from_tensorflow: Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]) -> str:
    """Exercise 2.3. torch's own cell, given the converted weights, must do what TensorFlow's formula does."""
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
        compare(
            _torch_cell(x, h, c, W, U, b),
            _tensorflow_cell(x, h, c, kernel, bias, forget_bias),
            "h and c after one step with your weights",
            mistakes=_conversion_mistakes(x, h, c, kernel, bias, forget_bias),
            rounding=rounding_of(three),
        )
    return "torch's cell with your weights computes what TensorFlow's cell computes."


@checker(
    hints=(
        "Which axis holds the words, and what must sum to one along it?",
        "A probability of a sentence is a product over its words; the logarithm of a product is a sum.",
    )
)
def check_log_probability(log_probability: Callable[[Tensor, Tensor], float]) -> str:
    """Exercise 2.4. The right sum is taken word by word with ``math``, in double precision.

    In the last case the rows differ by 300 and more: each needs its own maximum.
    """
    random = Random(24)
    for shift in (0, 0, 0, 0, 300):
        T, V = random.randint(2, 6), random.randint(7, 12)
        logits = torch.tensor([[random.gauss(-shift * t, 2) for _ in range(V)] for t in range(T)])
        target = torch.tensor([*(random.randrange(4, V) for _ in range(T - 1)), EOS])
        words = [_log_softmax(row)[word] for row, word in zip(logits.tolist(), target.tolist(), strict=True)]
        compare(
            answer(log_probability, logits, target),
            sum(words),
            "the log-probability, in nats,",
            mistakes=_log_probability_mistakes(words, logits, target),
            where=f"of {T} words{', from logits of very different size in each row' if shift else ''}",
            not_finite="A softmax written out by hand over- or underflows where logits are large." if shift else "",
            rounding=1e-4,  # the logits are float32
        )
    return "The log-probability of a sentence is the sum over its words, </s> included."


@checker(hints=("Call decoder.rnn with its input alone.", "The state to return is what decoder.rnn gave, h and c."))
def check_forgetful_step(forgetful_step: Callable[..., StepOutput]) -> str:
    """Exercise 2.5, break it. The bug must be the named one: an LSTM called without a state."""
    with own_randomness(25):
        decoder, encoded, _ = _decoder_and_vector()
        state = State(torch.randn_like(encoded.initial.hidden), torch.randn_like(encoded.initial.hidden))
        previous = torch.randint(4, decoder.output.out_features, (encoded.initial.hidden.shape[1],))
        zeros = State(torch.zeros_like(state.hidden), torch.zeros_like(state.hidden))
        got = answer(forgetful_step, decoder, previous, state, encoded)
        got = instance(got, StepOutput, "StepOutput(logits, state)")
        expected = decoder.step(previous, zeros, encoded)
        compare(
            got.logits,
            expected.logits,
            "the logits",
            axes="(B, V)",
            mistakes={
                "This step still remembers: these are the logits of the healthy decoder.step.": decoder.step(
                    previous, state, encoded
                ).logits,
                "This step starts each time from the sentence vector; the bug starts each time from zeros.": (
                    decoder.step(previous, encoded.initial, encoded).logits
                ),
                "The batch was read as one sentence: the LSTM reads (B, 1, E), each sentence's word at one step.": (
                    _read_as_one_sentence(decoder, previous)
                ),
            },
        )
        returned = instance(got.state, State, "State(hidden, cell) as the second part of StepOutput")
        compare(returned.hidden, expected.state.hidden, "h of the state to return", axes="(1, B, H)")
        compare(returned.cell, expected.state.cell, "c of the state to return", axes="(1, B, H)")
    return "Broken as announced: the step sees the previous word and nothing else."


@checker(
    hints=(
        "Carry the state that each step returns into the next one.",
        "Put the logits of all steps side by side before you compare.",
    )
)
def check_steps_agree(steps_agree: Callable[[Step, FixedVectorDecoder, Tensor, Encoded], bool]) -> str:
    """Exercise 2.6. The learner's test must pass a healthy step and fail four sick ones."""
    with own_randomness(26):
        decoder, encoded, target_in = _decoder_and_vector()
        judge(
            steps_agree,
            {"the healthy step": decoder.step},
            _sick_steps(decoder),
            decoder,
            target_in,
            encoded,
            too_strict="Two float32 roads to one number part in the last digits, and every sentence has a first state.",
            too_lax="Which steps, and which of their numbers, does it compare?",
        )
    return "Your test passes the healthy step and catches a lost state, a lost cell, a late reset and a fading cell."


def _numbers_handed_over(layers: int, hidden: int, words: int) -> int:
    with own_randomness(0):
        encoder = FixedVectorEncoder(10, 3, hidden, layers, reverse_source=False, dropout=0.0)
        state = encoder(torch.full((1, words), 5), torch.tensor([words])).initial
    return state.hidden.numel() + state.cell.numel()


def _bridge_hint(got: int, layers: int, hidden: int, words: int) -> str:
    hints = {
        layers * hidden: "Did you count h alone? An LSTM hands over its cell c as well.",
        2 * hidden: "Each layer has its own h and c.",
        hidden: "Each layer hands over two vectors of this size, h and c.",
        2 * layers * hidden * words: "Only the state after the last word is handed over, not one for every word.",
        layers * hidden * words: "Only the state after the last word is handed over, not one for every word.",
        4 * layers * hidden: "That counts the four gates; they are not handed over.",
    }
    return hints.get(got, "")


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

    def stacked(order: Sequence[int], forget_at: int | None) -> np.ndarray:
        blocks = [kernel[:, k * len(h) : (k + 1) * len(h)] for k in order]
        biases = [bias[k * len(h) : (k + 1) * len(h)] for k in order]
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
    }


def _log_softmax(row: Sequence[float]) -> list[float]:
    top = max(row)
    log_total = top + math.log(math.fsum(math.exp(value - top) for value in row))
    return [value - log_total for value in row]


def _log_probability_mistakes(words: Sequence[float], logits: Tensor, target: Tensor) -> dict[str, float]:
    total = sum(words)
    chosen = target.unsqueeze(1)
    return {
        "The sign is the loss's: a log-probability is negative.": -total,
        "That is the mean over the words, not the logarithm of their product.": total / len(words),
        "That is the probability; return its logarithm, which does not underflow.": math.exp(total),
        "Those are bits (base 2) where nats (base e) are asked for.": total / math.log(2),
        "The last word, </s>, counts too: without it no sentence ever ends.": total - words[-1],
        "Those are logits; the softmax over the vocabulary is missing.": float(logits.gather(1, chosen).sum()),
        "The softmax went over the time axis; it belongs over the words.": float(
            torch.log_softmax(logits, 0).gather(1, chosen).sum()
        ),
        "The softmax was taken over all steps and words at once; each step has its own.": float(
            torch.log_softmax(logits.flatten(), 0).view_as(logits).gather(1, chosen).sum()
        ),
    }


def _decoder_and_vector() -> tuple[FixedVectorDecoder, Encoded, Tensor]:
    """Return a decoder with lively weights, a sentence vector for three sentences, and BOS y_1 … y_6."""
    vocabulary, hidden, batch = 11, 5, 3
    decoder = FixedVectorDecoder(vocabulary, 4, hidden, layers=1, dropout=0.0).eval()
    encoded = Encoded(State(torch.randn(1, batch, hidden), torch.randn(1, batch, hidden)))
    words = torch.randint(4, vocabulary, (batch, 6))
    return decoder, encoded, torch.cat((torch.full((batch, 1), BOS), words), dim=1)


def _read_as_one_sentence(decoder: FixedVectorDecoder, previous: Tensor) -> Tensor:
    """Return the logits of an LSTM that reads the words of the batch one after the other."""
    outputs, _ = decoder.rnn(decoder.embedding(previous))
    return decoder.output(outputs)


def _sick_steps(decoder: FixedVectorDecoder) -> dict[str, Step]:
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

    return {
        "a state that is lost at every step": state_lost,
        "a cell c that is lost between steps": cell_lost,
        "a state that is reset at the seventh step": late_reset,
        "a cell that fades by one per cent a step, while the best word stays the same": cell_fades,
    }
