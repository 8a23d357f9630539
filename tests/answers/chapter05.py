"""Right and wrong answers to the exercises of chapter 5."""

import numpy as np
import torch

from course_lib.checks import chapter05 as checks


def additive_scores(W_a, U_a, v_a, s, h):
    return torch.tanh((s @ W_a.T).unsqueeze(2) + (h @ U_a.T).unsqueeze(1)) @ v_a


def additive_scores_by_einsum(W_a, U_a, v_a, s, h):
    keys = torch.einsum("bsm,am->bsa", h, U_a)
    return torch.stack([torch.tanh(row @ W_a.T + keys.transpose(0, 1)).matmul(v_a).T for row in s.unbind(1)], 1)


def score_multiplications(S, T, H, M, A, keys_once):
    return T * A * H + (1 if keys_once else T) * S * A * M + T * S * A


def resets_apart():
    return torch.tensor([[0.0, 2.0], [0.0, 0.0]]), torch.tensor([0.9, 0.1]), torch.tensor([0.0, 0.8])


def resets_apart_in_the_second_unit():
    return torch.tensor([[0.0, 0.0], [-4.0, 1.0]]), torch.tensor([0.25, 0.75]), torch.tensor([0.75, 0.5])


def resets_apart_in_both():
    return torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([0.125, 0.875]), torch.tensor([-0.75, 0.75])


def _asked(sentences=2, words=5, W_s=None, scale=1.0):
    """Inputs of a learner's test, in double precision, drawn apart from the learner's own numbers."""
    numbers = torch.Generator().manual_seed(4)
    W_s = torch.randn(3, 3, generator=numbers).double() if W_s is None else W_s
    return W_s, scale * torch.randn(sentences, words, 6, generator=numbers).double()


def _agrees(initial_state, atol=1e-5, **inputs):
    W_s, memory = _asked(**inputs)
    return torch.allclose(initial_state(W_s, memory).double(), torch.tanh(memory[:, 0, 3:] @ W_s.T), atol=atol, rtol=0)


def is_first_state(initial_state):
    return _agrees(initial_state)


def is_first_state_by_loops(initial_state):
    W_s, memory = (x.tolist() for x in _asked(sentences=3, words=4))
    got = np.asarray(initial_state(np.array(W_s), np.array(memory)))
    sums = [[sum(w * x for w, x in zip(row, words[0][3:], strict=True)) for row in W_s] for words in memory]
    return bool(np.abs(got - np.tanh(sums)).max() < 1e-4)


def is_first_state_as_in_pytest(initial_state):
    W_s, memory = _asked()
    torch.testing.assert_close(
        initial_state(W_s, memory), torch.tanh(memory[:, 0, 3:] @ W_s.T), atol=1e-4, rtol=0, check_dtype=False
    )
    return True


RIGHT = [
    (checks.check_additive_scores, additive_scores),
    (checks.check_additive_scores, additive_scores_by_einsum),
    (checks.check_score_multiplications, score_multiplications),
    (checks.check_resets_apart, resets_apart),
    (checks.check_resets_apart, resets_apart_in_the_second_unit),
    (checks.check_resets_apart, resets_apart_in_both),
    (checks.check_is_first_state, is_first_state),
    (checks.check_is_first_state, is_first_state_by_loops),
    (checks.check_is_first_state, is_first_state_as_in_pytest),
]


def _resets(**changed):
    """The right answer with one part changed."""
    answer = dict(zip("Urs", resets_apart(), strict=True)) | {k: torch.tensor(v) for k, v in changed.items()}
    return lambda: tuple(answer.values())


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
    "the hidden units added up, without v_a": (
        checks.check_additive_scores,
        lambda W_a, U_a, v_a, s, h: torch.tanh((s @ W_a.T).unsqueeze(2) + (h @ U_a.T).unsqueeze(1)).sum(-1),
        "product with v_a is missing",
    ),
    "scaled as a dot product": (
        checks.check_additive_scores,
        lambda *given: additive_scores(*given) / len(given[2]) ** 0.5,
        "divided by the root of A",
    ),
    "the first query at all steps": (
        checks.check_additive_scores,
        lambda W_a, U_a, v_a, s, h: additive_scores(W_a, U_a, v_a, s[:, :1].expand_as(s), h),
        "a query of its own",
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
    "all projected for each pair": (
        checks.check_score_multiplications,
        lambda S, T, H, M, A, once: T * S * (A * H + A * M + A),
        "anew for each pair",
    ),
    "v_a counted as one multiplication": (
        checks.check_score_multiplications,
        lambda S, T, H, M, A, once: score_multiplications(S, T, H, M, A, once) - T * S * A + T * S,
        "takes A multiplications",
    ),
    "the two cases swapped": (
        checks.check_score_multiplications,
        lambda S, T, H, M, A, once: score_multiplications(S, T, H, M, A, not once),
        "other value of keys_once",
    ),
    "keys forgotten": (
        checks.check_score_multiplications,
        lambda S, T, H, M, A, once: T * A * H + T * S * A,
        "the keys were missing",
    ),
    "a unit that hears itself alone": (
        checks.check_resets_apart,
        _resets(U=[[2.0, 0.0], [0.0, 5.0]]),
        "hears only itself",
    ),
    "a gate that is one number": (checks.check_resets_apart, _resets(r=[0.5, 0.5]), "entries of the gate are equal"),
    "a gate beyond a sigmoid": (checks.check_resets_apart, _resets(r=[1.5, 0.1]), "r: a sigmoid"),
    "a state beyond a tanh": (checks.check_resets_apart, _resets(s=[0.0, 3.0]), "s: a tanh"),
    "no state": (checks.check_resets_apart, _resets(s=[0.0, 0.0]), "The state is zero"),
    "the unit that is carried is zero": (
        checks.check_resets_apart,
        _resets(s=[0.8, 0.0]),
        "unit that it carries is zero",
    ),
    "too small a difference": (checks.check_resets_apart, _resets(U=[[0.0, 0.25], [0.0, 0.0]]), "too small"),
    "a matrix for three units": (checks.check_resets_apart, _resets(U=np.eye(3).tolist()), "expected shape"),
    "a sentence of one word": (
        checks.check_is_first_state,
        lambda initial_state: _agrees(initial_state, words=1),
        "lets through the backward state at the last position",
    ),
    "a batch of one": (
        checks.check_is_first_state,
        lambda initial_state: _agrees(initial_state, sentences=1),
        "the first sentence's state for all",
    ),
    "an identity matrix": (
        checks.check_is_first_state,
        lambda initial_state: _agrees(initial_state, W_s=torch.eye(3).double()),
        "W_s transposed",
    ),
    "numbers near zero": (
        checks.check_is_first_state,
        lambda initial_state: _agrees(initial_state, scale=1e-3),
        "a missing tanh",
    ),
    "the shape alone": (
        checks.check_is_first_state,
        lambda initial_state: initial_state(*_asked()).shape == (2, 3),
        "catches 0 of 7",
    ),
    "equal to the last bit": (
        checks.check_is_first_state,
        lambda initial_state: _agrees(initial_state, atol=0.0),
        "turns away .* Allow for rounding",
    ),
    "another idea of s_0": (
        checks.check_is_first_state,
        lambda initial_state: torch.equal(initial_state(*_asked()), torch.tanh(_asked()[1][:, -1, 3:])),
        "turns away",
    ),
    "the forward half at the first word": (
        checks.check_is_first_state,
        lambda initial_state: torch.allclose(
            initial_state(*_asked()), torch.tanh(_asked()[1][:, 0, :3] @ _asked()[0].T), atol=1e-5
        ),
        "ask for ←h_1",
    ),
}
WRONG = list(MISTAKES.values())
