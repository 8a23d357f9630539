"""The checkers of chapter 2 accept right answers and name the usual mistakes."""

import re

import numpy as np
import pytest
import torch

from course_lib.checks import chapter02 as checks
from course_lib.decoders import FixedVectorDecoder, StepOutput
from course_lib.encoders import State, reverse_words
from tests.exercises import letter


def bridge_size(layers, hidden, source_words):
    return 2 * layers * hidden


def from_tensorflow(kernel, bias, forget_bias):
    H = kernel.shape[1] // 4
    i, g, f, o = np.split(kernel, 4, axis=1)
    b_i, b_g, b_f, b_o = np.split(bias, 4)
    both = np.concatenate([i, f, g, o], axis=1).T
    return both[:, :-H], both[:, -H:], np.concatenate([b_i, b_f + forget_bias, b_g, b_o])


def log_probability(logits, target):
    return float(torch.log_softmax(logits, -1).gather(1, target.unsqueeze(1)).sum())


def forgetful_step(decoder, previous, state, encoded):
    outputs, (hidden, cell) = decoder.rnn(decoder.embedding(previous).unsqueeze(1))
    return StepOutput(decoder.output(outputs[:, 0]), State(hidden, cell))


def steps_agree(step, decoder, target_in, encoded):
    state, logits = decoder.initial_state(encoded), []
    for previous in target_in.unbind(1):
        output = step(previous, state, encoded)
        state = output.state
        logits.append(output.logits)
    return torch.allclose(torch.stack(logits, 1), decoder(target_in, encoded).logits, atol=1e-5)


RIGHT = [
    (checks.check_bridge_size, bridge_size),
    (checks.check_reverse_words, reverse_words),
    (checks.check_from_tensorflow, from_tensorflow),
    (checks.check_log_probability, log_probability),
    (checks.check_forgetful_step, forgetful_step),
    (checks.check_steps_agree, steps_agree),
]


@pytest.mark.parametrize(("check", "solution"), RIGHT)
def test_a_right_answer_passes_and_an_empty_one_is_only_not_yet(check, solution, capsys):
    check(solution)
    assert capsys.readouterr().out.startswith("✓ ")
    check(lambda *arguments: ...)
    assert capsys.readouterr().out.startswith("○ Not yet")


@pytest.mark.parametrize("check", [check for check, _ in RIGHT])
def test_a_check_leaves_the_learners_random_numbers_alone(check):
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    check(dict(RIGHT)[check])
    assert torch.equal(torch.rand(2), expected)


def swapped(source, lengths):
    return source.flip(1)


def with_eos_first(source, lengths):
    rows = [row[:n].flip(0).tolist() + row[n:].tolist() for row, n in zip(source, lengths.tolist(), strict=True)]
    return torch.tensor(rows)


def in_place(source, lengths):
    source.copy_(reverse_words(source, lengths))
    return source


def without_forget_bias(kernel, bias, forget_bias):
    return from_tensorflow(kernel, bias, 0.0)


def in_the_old_order(kernel, bias, forget_bias):
    H, b = kernel.shape[1] // 4, bias.copy()
    b[2 * H : 3 * H] += forget_bias
    return kernel.T[:, :-H], kernel.T[:, -H:], b


def forget_bias_on_the_candidate(kernel, bias, forget_bias):
    W, U, b = from_tensorflow(kernel, bias, 0.0)
    H = len(b) // 4
    return W, U, b + forget_bias * (np.arange(4 * H) // H == 2)


def not_transposed(kernel, bias, forget_bias):
    W, U, b = from_tensorflow(kernel, bias, forget_bias)
    return W.T, U.T, b


def softmax_over_time(logits, target):
    return float(torch.log_softmax(logits, 0).gather(1, target.unsqueeze(1)).sum())


def restarting_step(decoder, previous, state, encoded):
    return decoder.step(previous, encoded.initial, encoded)


def state_kept_by_mistake(decoder, previous, state, encoded):
    return StepOutput(forgetful_step(decoder, previous, state, encoded).logits, state)


def first_step_only(step, decoder, target_in, encoded):
    first = step(target_in[:, 0], decoder.initial_state(encoded), encoded).logits
    return torch.allclose(first, decoder(target_in, encoded).logits[:, 0], atol=1e-5)


def hidden_only(step, decoder, target_in, encoded):
    """Feed each step the healthy state, so that a lost cell is never carried on."""
    state = decoder.initial_state(encoded)
    same = True
    for i, previous in enumerate(target_in.unbind(1)):
        same &= torch.allclose(step(previous, state, encoded).logits, decoder(target_in, encoded).logits[:, i])
        state = encoded.initial
    return same


def always_no(step, decoder, target_in, encoded):
    step(target_in[:, 0], decoder.initial_state(encoded), encoded)
    return False


def always_yes(step, decoder, target_in, encoded):
    step(target_in[:, 0], decoder.initial_state(encoded), encoded)
    return True


def one_maximum_for_all_steps(logits, target):
    powers = torch.exp(logits - logits.max())
    return float(torch.log(powers.gather(1, target[:, None])[:, 0] / powers.sum(1)).sum())


def cell_lost_on_return(decoder, previous, state, encoded):
    step = forgetful_step(decoder, previous, state, encoded)
    return StepOutput(step.logits, State(step.state.hidden, torch.zeros_like(step.state.cell)))


def best_words_only(step, decoder, target_in, encoded):
    state, same = decoder.initial_state(encoded), True
    for i, previous in enumerate(target_in.unbind(1)):
        output = step(previous, state, encoded)
        same &= torch.equal(output.logits.argmax(-1), decoder(target_in, encoded).logits[:, i].argmax(-1))
        state = output.state
    return same


def without_an_axis_of_time(decoder, previous, state, encoded):
    outputs, (hidden, cell) = decoder.rnn(decoder.embedding(previous))
    return StepOutput(decoder.output(outputs), State(hidden, cell))


WRONG = [
    (checks.check_bridge_size, lambda layers, hidden, words: layers * hidden, "two vectors|cell c"),
    (checks.check_bridge_size, lambda layers, hidden, words: 2 * hidden, "Each layer has its own"),
    (checks.check_bridge_size, lambda layers, hidden, words: 2 * layers * hidden * words, "not one for every word"),
    (checks.check_bridge_size, lambda layers, hidden, words: 2 * layers * min(hidden, 99), "8,000"),
    (
        checks.check_bridge_size,
        lambda layers, hidden, words: 2.0 * layers * hidden,
        "whole numbers, got the float",
    ),
    (checks.check_reverse_words, lambda source, lengths: source.clone(), "old order"),
    (checks.check_reverse_words, swapped, "padding and </s> now come first|</s> has moved"),
    (checks.check_reverse_words, with_eos_first, "</s> has moved to the front|whole row round"),
    (checks.check_reverse_words, in_place, "return a new one"),
    (checks.check_reverse_words, lambda source, lengths: source[:, 1:], "expected shape"),
    (checks.check_from_tensorflow, without_forget_bias, "forget_bias is missing: TensorFlow adds it"),
    (checks.check_from_tensorflow, in_the_old_order, "still stand in the order i, g, f, o; torch"),
    (
        checks.check_from_tensorflow,
        lambda kernel, bias, forget_bias: in_the_old_order(kernel, bias, 0.0),
        "i, g, f, o, and forget_bias is missing",
    ),
    (checks.check_from_tensorflow, forget_bias_on_the_candidate, "went to the candidate"),
    (
        checks.check_from_tensorflow,
        not_transposed,
        r"W .*expected shape \(8, 6\), \(4H, E\), got",
    ),
    (
        checks.check_from_tensorflow,
        lambda *given: from_tensorflow(*given)[:2],
        "expected 3 values .W, U, b., got 2",
    ),
    (checks.check_log_probability, lambda logits, target: log_probability(logits, target) / np.log(2), "bits"),
    (checks.check_log_probability, lambda logits, target: logits.gather(1, target[:, None]), "one number"),
    (checks.check_log_probability, lambda logits, target: -log_probability(logits, target), "sign"),
    (checks.check_log_probability, lambda logits, target: log_probability(logits, target) / len(target), "mean"),
    (checks.check_log_probability, lambda logits, target: log_probability(logits[:-1], target[:-1]), "</s>"),
    (checks.check_log_probability, lambda logits, target: float(logits.gather(1, target[:, None]).sum()), "logits"),
    (checks.check_log_probability, softmax_over_time, "time axis"),
    (checks.check_log_probability, one_maximum_for_all_steps, "written out by hand over- or underflows"),
    (checks.check_forgetful_step, cell_lost_on_return, "c of the state to return"),
    (checks.check_forgetful_step, FixedVectorDecoder.step, "still remembers"),
    (checks.check_forgetful_step, restarting_step, "from the sentence vector"),
    (checks.check_forgetful_step, without_an_axis_of_time, r"reads \(B, 1, E\)"),
    (checks.check_forgetful_step, state_kept_by_mistake, "h of the state to return"),
    (checks.check_forgetful_step, lambda decoder, previous, state, encoded: previous, "StepOutput"),
    (checks.check_steps_agree, lambda step, decoder, target_in, encoded: True, "never calls"),
    (checks.check_steps_agree, always_yes, "catches 0 of 4 bugs"),
    (checks.check_steps_agree, always_no, "turns away the healthy step"),
    (checks.check_steps_agree, first_step_only, "a cell c that is lost"),
    (checks.check_steps_agree, best_words_only, "a cell that fades"),
    (checks.check_steps_agree, hidden_only, "turns away the healthy step"),
]


@pytest.mark.parametrize(("check", "wrong", "message"), WRONG)
def test_a_usual_mistake_is_named(check, wrong, message):
    assert re.search(message, letter(check, wrong))
