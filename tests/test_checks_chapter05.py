"""The checkers of chapter 5 accept right answers and name the usual mistakes."""

import re
from dataclasses import replace

import pytest
import torch

from course_lib.attention import Attended
from course_lib.checks import chapter05 as checks
from course_lib.decoders import ContextGRUCell
from tests.exercises import letter


def additive_scores(W_a, U_a, v_a, s, h):
    return torch.tanh((s @ W_a.T).unsqueeze(2) + (h @ U_a.T).unsqueeze(1)) @ v_a


def initial_state(W_s, memory):
    return torch.tanh(memory[:, 0, memory.shape[-1] // 2 :] @ W_s.T)


def gated_step(W, U, C, y, s, c):
    z = torch.sigmoid(W["z"] @ y + U["z"] @ s + C["z"] @ c)
    r = torch.sigmoid(W["r"] @ y + U["r"] @ s + C["r"] @ c)
    candidate = torch.tanh(W["s"] @ y + U["s"] @ (r * s) + C["s"] @ c)
    return (1 - z) * s + z * candidate


def gated_step_by_the_library(W, U, C, y, s, c):
    cell = ContextGRUCell(len(y), len(c), len(s)).double()
    with torch.no_grad():
        cell.W.weight.copy_(torch.cat([W[name] for name in "zrs"]))
        cell.C.weight.copy_(torch.cat([C[name] for name in "zrs"]))
        cell.U_gates.weight.copy_(torch.cat([U["z"], U["r"]]))
        cell.U.weight.copy_(U["s"])
        cell.W.bias.zero_()
        return cell(cell.W(y)[None], s[None], c[None])[0]


def maxout(t):
    return t.unflatten(-1, (-1, 2)).amax(-1)


def score_multiplications(S, T, H, M, A, keys_once):
    return T * A * H + (1 if keys_once else T) * S * A * M + T * S * A


def attend_everywhere(attention, query, keys, values, mask):
    weights = torch.softmax(attention.scores(query, keys), dim=-1)
    return Attended(attention.scores(query, keys), weights, torch.einsum("bs,bsm->bm", weights, values))


RIGHT = [
    (checks.check_additive_scores, additive_scores),
    (checks.check_initial_state, initial_state),
    (checks.check_gated_step, gated_step),
    (checks.check_gated_step, gated_step_by_the_library),
    (checks.check_maxout, maxout),
    (checks.check_score_multiplications, score_multiplications),
    (checks.check_attend_everywhere, attend_everywhere),
]


@pytest.mark.parametrize(("check", "solution"), RIGHT)
def test_a_right_answer_passes_and_an_empty_one_is_only_not_yet(check, solution, capsys):
    for _ in range(5):  # the sizes differ from call to call
        check(solution)
        assert capsys.readouterr().out.startswith("✓ ")
    check(lambda *arguments: ...)
    assert capsys.readouterr().out.startswith("○ Not yet")


def test_a_right_answer_in_single_precision_passes(capsys):
    def in_single_precision(*tensors):
        return additive_scores(*(tensor.float() for tensor in tensors))

    checks.check_additive_scores(in_single_precision)
    assert capsys.readouterr().out.startswith("✓ ")


@pytest.mark.parametrize("check", [check for check, _ in RIGHT])
def test_a_check_leaves_the_learners_random_numbers_alone(check):
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    check(lambda *arguments: ...)
    assert torch.equal(torch.rand(2), expected)


def _mixed(W, U, C, y, s, c, *, swap=False, after=False, unreset=False, context=True, mix=True):
    z = torch.sigmoid(W["z"] @ y + U["z"] @ s + C["z"] @ c)
    r = torch.sigmoid(W["r"] @ y + U["r"] @ s + C["r"] @ c)
    recurrent = r * (U["s"] @ s) if after else U["s"] @ (s if unreset else r * s)
    candidate = torch.tanh(W["s"] @ y + recurrent + (C["s"] @ c if context else 0))
    if not mix:
        return candidate
    return z * s + (1 - z) * candidate if swap else (1 - z) * s + z * candidate


def _at(position, part, squash=torch.tanh):
    """A wrong s_0: the state at ``position``, half ``part`` (0 forward, 1 backward)."""
    return lambda W_s, memory: squash(memory[:, position].chunk(2, dim=-1)[part] @ W_s.T)


MISTAKES = {
    "the score without tanh": (
        checks.check_additive_scores,
        lambda W_a, U_a, v_a, s, h: ((s @ W_a.T).unsqueeze(2) + (h @ U_a.T).unsqueeze(1)) @ v_a,
        "The tanh is missing",
    ),
    "weights for scores": (
        checks.check_additive_scores,
        lambda *given: torch.softmax(additive_scores(*given), -1),
        "weights already",
    ),
    "tanh outside the score": (
        checks.check_additive_scores,
        lambda W_a, U_a, v_a, s, h: torch.tanh(((s @ W_a.T).unsqueeze(2) + (h @ U_a.T).unsqueeze(1)) @ v_a),
        "it belongs inside",
    ),
    "one score a step, the index j gone": (
        checks.check_additive_scores,
        lambda *given: additive_scores(*given).sum(2),
        "expected shape",
    ),
    "a number a little off": (
        checks.check_additive_scores,
        lambda *given: additive_scores(*given) + 0.01,
        "e at",
    ),
    "s_0 from the forward state at the first word": (
        checks.check_initial_state,
        _at(0, 0),
        "forward half at the first",
    ),
    "s_0 from the backward state at the last": (checks.check_initial_state, _at(-1, 1), "starts there"),
    "s_0 from the forward state at the last": (checks.check_initial_state, _at(-1, 0), "→h at the last"),
    "s_0 without tanh": (checks.check_initial_state, _at(0, 1, squash=lambda x: x), "tanh is missing"),
    "s_0 from the mean": (
        checks.check_initial_state,
        lambda W_s, memory: torch.tanh(memory.mean(1).chunk(2, dim=-1)[1] @ W_s.T),
        "mean over the annotations",
    ),
    "W_s transposed": (
        checks.check_initial_state,
        lambda W_s, memory: torch.tanh(memory[:, 0].chunk(2, dim=-1)[1] @ W_s),
        "transposed",
    ),
    "z from the other side": (checks.check_gated_step, lambda *g: _mixed(*g, swap=True), "other way round"),
    "the reset after U": (checks.check_gated_step, lambda *g: _mixed(*g, after=True), "after the product"),
    "both traps of torch": (
        checks.check_gated_step,
        lambda *g: _mixed(*g, swap=True, after=True),
        "Both traps",
    ),
    "no reset": (checks.check_gated_step, lambda *g: _mixed(*g, unreset=True), "not used"),
    "no context in the candidate": (checks.check_gated_step, lambda *g: _mixed(*g, context=False), "has no C c"),
    "the candidate alone": (checks.check_gated_step, lambda *g: _mixed(*g, mix=False), "candidate s̃ alone"),
    "halves for neighbours": (
        checks.check_maxout,
        lambda t: t.unflatten(-1, (2, -1)).amax(-2),
        "pairs neighbours",
    ),
    "the smaller one": (checks.check_maxout, lambda t: t.unflatten(-1, (-1, 2)).amin(-1), "the smaller"),
    "every second entry": (checks.check_maxout, lambda t: t[..., ::2], "drops every second"),
    "three axes only": (checks.check_maxout, lambda t: maxout(t) if t.dim() == 3 else t, "single vector"),
    "the query counted once": (
        checks.check_score_multiplications,
        lambda S, T, H, M, A, once: score_multiplications(S, T, H, M, A, once) - (T - 1) * A * H,
        "another one at each step",
    ),
    "the query counted at each position": (
        checks.check_score_multiplications,
        lambda S, T, H, M, A, once: score_multiplications(S, T, H, M, A, once) + (S - 1) * T * A * H,
        "does not depend on the position",
    ),
    "v_a forgotten": (
        checks.check_score_multiplications,
        lambda S, T, H, M, A, once: score_multiplications(S, T, H, M, A, once) - T * S * A,
        "v_a",
    ),
    "the two cases swapped": (
        checks.check_score_multiplications,
        lambda S, T, H, M, A, once: score_multiplications(S, T, H, M, A, not once),
        "other value of keys_once",
    ),
    "a count that is no whole number": (
        checks.check_score_multiplications,
        lambda *given: float(score_multiplications(*given)),
        "whole number",
    ),
    "the mask still on": (
        checks.check_attend_everywhere,
        lambda attention, *given: attention(*given),
        "still gets no weight",
    ),
    "the context of the right weights": (
        checks.check_attend_everywhere,
        lambda attention, *given: Attended(
            attention.scores(*given[:2]), torch.softmax(attention.scores(*given[:2]), -1), attention(*given).context
        ),
        "context at",
    ),
    "weights alone": (
        checks.check_attend_everywhere,
        lambda attention, query, keys, values, mask: torch.softmax(attention.scores(query, keys), -1),
        "expected an Attended",
    ),
}


MISTAKES.update(
    {
        "a half of the state at the end": (checks.check_initial_state, _at(0, 1, squash=torch.sigmoid), "s_0 at"),
        "the mean of a pair": (checks.check_maxout, lambda t: t.unflatten(-1, (-1, 2)).mean(-1), "mean of each pair"),
        "every first entry dropped": (checks.check_maxout, lambda t: t[..., 1::2], "drops every first"),
        "keys forgotten": (
            checks.check_score_multiplications,
            lambda S, T, H, M, A, once: T * A * H + T * S * A,
            "the keys were missing",
        ),
        "padding alone": (
            checks.check_attend_everywhere,
            lambda attention, query, keys, values, mask: attention(query, keys, values, ~mask),
            "the mask is turned round",
        ),
        "the scores still masked": (
            checks.check_attend_everywhere,
            lambda *given: replace(attend_everywhere(*given), scores=given[0](*given[1:]).scores),
            "scores of padding are still masked",
        ),
    }
)
WRONG = list(MISTAKES.values())


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_answer_is_caught_and_named(mistake):
    check, wrong, message = MISTAKES[mistake]
    for _ in range(5):
        assert re.search(message, letter(check, wrong))
