"""Checkers of chapter 3, The summary at every step, and the bottleneck."""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from operator import itemgetter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.checks.comparing import Array, array, expect_close, in_kind, judge, own_randomness, tensor_of
from course_lib.checks.report import NotRight, answer, checker

Step = Callable[[Any, Any, Any], tuple[Tensor, Tensor]]
Told = Callable[[Tensor, int], Tensor]
Handed = Callable[[Sequence[Tensor], Tensor], tuple[Tensor, Tensor]]

# Exercise 1


@checker(
    hints=(
        "Each product of a matrix and a vector has 3H numbers: cut it into three blocks of H.",
        "The reset gate multiplies what comes from the old state and from the summary, but not what the word says.",
        "With z, r and the three last blocks a, b, d of y, s, c: the candidate is tanh(a + r (b + d)).",
    )
)
def check_paper_step(paper_step: Callable[..., Any]) -> str:
    """Exercise 1: ``paper_step(y (E,), s (H,), c (C,), W (3H, E), U (3H, H), C (3H, C))`` is s (H,).

    Cho et al. (2014), appendix. The oracle goes unit by unit, with ``math``.
    """
    with own_randomness(31):
        for E, H, C in ((3, 4, 2), (2, 3, 5), (4, 1, 3)):
            given = _step_inputs(E, H, C)
            expect_close(
                answer(paper_step, *given, keep_inputs=True),
                _unit_by_unit(*given),
                "the new state",
                mistakes=_step_mistakes(*given),
                where=f"for E={E}, H={H}, C={C}",
                axes="(H,)",
            )
    return "this is the step of the paper: the reset gate holds back the summary too."


def _step_inputs(E: int, H: int, C: int) -> tuple[Tensor, ...]:
    shapes = ((E,), (H,), (C,), (3 * H, E), (3 * H, H), (3 * H, C))
    y, s, c, W, U, M = (torch.randn(shape, dtype=torch.float64) for shape in shapes)
    return y, torch.tanh(s), torch.tanh(c), W, U, M


def _unit_by_unit(y: Tensor, s: Tensor, c: Tensor, W: Tensor, U: Tensor, C: Tensor) -> list[float]:
    """Return the new state, one number at a time; row k, H + k and 2H + k of a matrix belong to unit k."""
    H = len(s)

    def heard(matrix: Tensor, vector: Tensor, row: int) -> float:
        return math.fsum(m * x for m, x in zip(matrix[row].tolist(), vector.tolist(), strict=True))

    def gate(row: int) -> float:
        return 1 / (1 + math.exp(-heard(W, y, row) - heard(U, s, row) - heard(C, c, row)))

    new = []
    for k in range(H):
        z, r, last = gate(k), gate(H + k), 2 * H + k
        candidate = math.tanh(heard(W, y, last) + r * (heard(U, s, last) + heard(C, c, last)))
        new.append(z * float(s[k]) + (1 - z) * candidate)
    return new


def _step_mistakes(y: Tensor, s: Tensor, c: Tensor, W: Tensor, U: Tensor, C: Tensor) -> dict[str, Tensor]:
    """Return the usual wrong steps by what there is to say of them; n is the block of the candidate."""
    (z_y, r_y, n_y), (z_s, r_s, n_s), (z_c, r_c, n_c) = ((M @ v).chunk(3) for M, v in ((W, y), (U, s), (C, c)))
    z, r = torch.sigmoid(z_y + z_s + z_c), torch.sigmoid(r_y + r_s + r_c)
    reset_before = U[2 * len(s) :] @ (r * s)
    right = torch.tanh(n_y + r * (n_s + n_c))

    def new(candidate: Tensor, kept: Tensor = z) -> Tensor:
        return kept * s + (1 - kept) * candidate

    def with_gates(kept: Tensor, reset: Tensor) -> Tensor:
        return new(torch.tanh(n_y + reset * (n_s + n_c)), kept)

    gates_without_c = torch.sigmoid(z_y + z_s), torch.sigmoid(r_y + r_s)
    return {
        "The summary gets past the reset gate, as in torch and in the library; in this paper the gate holds it back "
        "too.": new(torch.tanh(n_y + r * n_s + n_c)),
        "The reset gate meets the state before the matrix does: that is the cell of Bahdanau et al. Here it comes "
        "after the matrices.": new(torch.tanh(n_y + reset_before + n_c)),
        "The reset gate meets the state before the matrix does, and the summary after it. Here it comes after both "
        "matrices.": new(torch.tanh(n_y + reset_before + r * n_c)),
        "The update gate says how much is rewritten; in this paper it says how much is kept.": with_gates(1 - z, r),
        "The gates have changed places: the first block is the update gate, the second the reset gate.": with_gates(
            r, z
        ),
        "This is torch's GRU: its first block is the reset gate, and the summary gets past it.": new(
            torch.tanh(n_y + z * n_s + n_c), r
        ),
        "The gates have changed places, and the update gate counts from the other side. The first "
        "block is the update gate, and it says how much is kept.": with_gates(1 - r, z),
        "The summary gets past the reset gate, and the update gate counts from the other side: here it says how much "
        "is kept.": new(torch.tanh(n_y + r * n_s + n_c), 1 - z),
        "The two gates have not heard the summary.": with_gates(*gates_without_c),
        "The two gates have not heard the old state.": with_gates(torch.sigmoid(z_y + z_c), torch.sigmoid(r_y + r_c)),
        "The summary is nowhere: this is a GRU as the encoder has it.": new(
            torch.tanh(n_y + gates_without_c[1] * n_s), gates_without_c[0]
        ),
        "The candidate has not heard the summary.": new(torch.tanh(n_y + r * n_s)),
        "The candidate has not heard the old state.": new(torch.tanh(n_y + r * n_c)),
        "The reset gate holds back the word as well; the word always gets through.": new(
            torch.tanh(r * (n_y + n_s + n_c))
        ),
        "The reset gate is not used.": with_gates(z, torch.ones_like(r)),
        "The update gate is not used: this is the candidate alone.": right,
        "The candidate has no tanh.": new(n_y + r * (n_s + n_c)),
        "There is a tanh over the whole new state; it belongs to the candidate alone.": torch.tanh(new(right)),
        "The gates went through tanh; a gate is a sigmoid, a share between 0 and 1.": with_gates(
            torch.tanh(z_y + z_s + z_c), torch.tanh(r_y + r_s + r_c)
        ),
        "The gates went through no sigmoid.": with_gates(z_y + z_s + z_c, r_y + r_s + r_c),
        "This is the old state: nothing was written.": s,
        "What is kept of the old state is missing.": (1 - z) * right,
    }


# Exercise 2


@checker(
    hints=(
        "Write the sound loop first: each step is told the same c. Then change one line.",
        "What a step returns is its logits and the new state. From step 2 on, that state is handed in twice.",
    )
)
def check_overwritten(overwritten: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``overwritten(step, words (T,), s (H,), c (H,))`` is the logits (T, V).

    The bug must be the named one: after step 1 the state stands in place of the summary.
    """
    with own_randomness(32):
        step = _small_step()
        for length in (4, 1, 6):
            words = torch.randint(_WORDS, (length,))
            s, c = (torch.tanh(torch.randn(_UNITS, dtype=torch.float64)) for _ in "sc")
            got = answer(overwritten, step, words, s, c, keep_inputs=True)
            _check_logits_alone(got, length)
            expect_close(
                got,
                _overwritten_by_recursion(step, words, s, c),
                "the logits",
                mistakes=_other_loops(step, words, s, c),
                where=f"of {length} step{'s' * (length > 1)}",
                axes="(T, V)",
            )
    return "broken as announced: step 1 is sound, and from step 2 on the state has taken the summary's place."


_WORDS, _UNITS = 7, 5


def _small_step() -> Step:
    """Return ``step(word, s, c)``, which gives logits (V,) and a new state (H,), with weights of its own."""
    shapes = {"E": (_WORDS, 3), "W": (_UNITS, 3), "U": (_UNITS, _UNITS), "C": (_UNITS, _UNITS), "O": (_WORDS, _UNITS)}
    weights = {name: torch.randn(shape, dtype=torch.float64) for name, shape in shapes.items()}

    def step(word: Any, s: Any, c: Any) -> tuple[Tensor, Tensor]:
        s, c = (torch.as_tensor(vector, dtype=torch.float64) for vector in (s, c))
        for name, vector in (("s", s), ("c", c)):
            if vector.shape != (_UNITS,):
                raise ValueError(f"{name}: expected shape {(_UNITS,)}, (H,), got {tuple(vector.shape)}.")
        heard = weights["W"] @ weights["E"][int(word)] + weights["U"] @ s + weights["C"] @ c
        new = 0.4 * s + 0.6 * torch.tanh(heard)
        return weights["O"] @ (new + 0.5 * c), new

    return step


def _check_logits_alone(got: Any, length: int) -> None:
    """Refuse a tuple (logits, s), or one such pair for each step, as ``step`` itself returns it.

    A tuple of two rows is right where there are two steps; a row has more than two logits.
    """
    if isinstance(got, tuple) and len(got) == 2 != length:
        raise NotRight("expected the logits, got two values: the state comes with the logits. Return the logits alone.")
    if isinstance(got, list | tuple) and got and all(isinstance(row, tuple) and len(row) == 2 for row in got):
        raise NotRight("every row is a pair: the states come with the logits. Return the logits alone.")


def _overwritten_by_recursion(step: Step, words: Tensor, s: Tensor, c: Tensor) -> Tensor:
    """Return row k as what step k says after the state that step k − 1 left, which is all that it is told."""

    def after(k: int) -> Tensor:
        return step(words[k - 1], after(k - 1), told(k - 1))[1] if k else s

    def told(k: int) -> Tensor:
        return after(k) if k else c

    return torch.stack([step(words[k], after(k), told(k))[0] for k in range(len(words))])


def _other_loops(step: Step, words: Tensor, s: Tensor, c: Tensor) -> dict[str, Any]:
    """Return the logits of loops that hand on something else; ``so_far`` holds s_0 and all states since."""

    def rows(handed: Handed, kept: int = 0) -> Callable[[], Tensor]:
        def run() -> Tensor:
            so_far, found = [s], []
            for word in words:
                both = step(word, *handed(so_far, c))
                so_far.append(both[1])
                found.append(both[kept])
            return torch.stack(found)

        return run

    def broken(so_far: Sequence[Tensor], c: Tensor) -> tuple[Tensor, Tensor]:
        return so_far[-1], so_far[-1] if len(so_far) > 1 else c

    return {
        "This decoder is still sound: every step is told the summary.": rows(lambda so_far, c: (so_far[-1], c)),
        "The summary is gone before step 1; that step should still be told it.": rows(
            lambda so_far, c: (so_far[-1], so_far[-1])
        ),
        "The summary is overwritten with the state that went into the step before, not with the one that came out.": (
            rows(lambda so_far, c: (so_far[-1], so_far[-2] if len(so_far) > 1 else c))
        ),
        "The wrong one is overwritten: the state is replaced by the summary.": rows(
            lambda so_far, c: (so_far[-1] if len(so_far) == 1 else c, c)
        ),
        "Every step starts from the summary, the first too: the state is lost.": rows(lambda so_far, c: (c, c)),
        "State and summary are added; the state should take the summary's place.": rows(
            lambda so_far, c: (so_far[-1], c + so_far[-1] if len(so_far) > 1 else c)
        ),
        "The summary grows by every state; the last state should take its place.": rows(
            lambda so_far, c: (so_far[-1], c + sum(so_far[1:]))
        ),
        "The summary is overwritten once, after step 1; it should happen after every step.": rows(
            lambda so_far, c: (so_far[-1], so_far[1] if len(so_far) > 1 else c)
        ),
        "The summary lasts one step too long; step 2 should be told the state already.": rows(
            lambda so_far, c: (so_far[-1], so_far[-1] if len(so_far) > 2 else c)
        ),
        "State and summary have changed places in the call of step.": rows(lambda so_far, c: (c, so_far[-1])),
        "The state is not handed on as the state: every step starts from the first one.": rows(
            lambda so_far, c: (s, so_far[-1] if len(so_far) > 1 else c)
        ),
        "The state is not handed on: every step starts from the first one, and the summary is sound.": rows(
            lambda so_far, c: (s, c)
        ),
        "Each step reads the word that the step before would write; it should read the next of those handed in.": (
            lambda: _reading_its_own(step, words, s, c)
        ),
        "These are the states, not the logits.": rows(broken, kept=1),
        "These are probabilities; return the logits.": lambda: torch.softmax(rows(broken)(), dim=-1),
        "These are log-probabilities; return the logits.": lambda: torch.log_softmax(rows(broken)(), dim=-1),
        "These are the logits of the last step alone.": lambda: rows(broken)()[-1],
        "The first step is missing.": lambda: rows(broken)()[1:],
    }


def _reading_its_own(step: Step, words: Tensor, s: Tensor, c: Tensor) -> Tensor:
    """Return the logits of a loop that is broken as announced but reads its own words after the first."""
    word, rows = words[0], []
    for _ in words:
        logits, s = step(word, s, c)
        word, c = logits.argmax(), s
        rows.append(logits)
    return torch.stack(rows)


# Exercise 3


@checker(
    hints=(
        "Run decode once as it is. Then change one row of a copy of told, run it again, and see which steps differ.",
        "Do that for every row, the first and the last too. Steps that may not hear the row are as telling as others.",
        "For each i and k: the difference is larger than rounding if i is at most k, and not otherwise.",
    )
)
def check_hears(hears: Callable[..., Any]) -> str:
    """Exercise 3, write the test: ``hears(decode, words (T,), told (T + 1, C))``.

    True only for a ``decode(words, told)``, logits (T, V), whose step k depends on told[i] exactly where i ≤ k.
    """
    with own_randomness(33):
        decoders = _decoders()
        words, told = torch.randint(_WORDS, (5,)), torch.randn(6, _TOLD, dtype=torch.float64)
    judge(
        hears,
        *decoders,
        words,
        told,
        too_strict="Check first that row 0 of the logits is step 1. The decoder hears each row of told at that "
        "row's own step and at all later ones, if faintly. See small changes, forgive the last digits of float32, and "
        "leave told as it was for the next row.",
        too_lax="Which rows do you change, one at a time, and which steps do you compare?",
    )
    return f"your test passes every sound decoder and catches {len(decoders[1])} that hear too little or too much."


_TOLD = 4


def _decoders() -> tuple[dict[str, Callable[..., Any]], dict[str, Callable[..., Any]]]:
    """Return sound and sick ``decode(words, told)``, all with the same weights."""
    shapes = {
        "E": (_WORDS, 3),
        "V": (_UNITS, _TOLD),
        "W": (_UNITS, 3),
        "U": (_UNITS, _UNITS),
        "C": (_UNITS, _TOLD),
        "O": (_WORDS, _UNITS),
        "P": (_WORDS, _TOLD),
    }
    weights = {name: 0.6 * torch.randn(shape, dtype=torch.float64) for name, shape in shapes.items()}

    def decoder(told_at: Told = lambda told, k: told[k], **options: Any) -> Callable[..., Any]:
        return lambda words, told: _decode(weights, words, told, told_at, **options)

    noise = np.random.default_rng(33)
    sound = {
        "a decoder in double precision": decoder(),
        "a decoder in single precision": decoder(dtype=torch.float32),
        "a decoder whose last digits change from call to call": decoder(noise=noise),
        "a decoder whose readout hears the state alone": decoder(readout=False),
    }
    sick = {
        "one that is told in its first state only": decoder(steps=False, readout=False),
        "one that is told the first summary at every step": decoder(lambda told, k: told[1]),
        "one whose later steps never hear what a readout was told": decoder(steps=False),
        "one that hears everything one step late": decoder(lambda told, k: told[k - 1]),
        "one that is told what the next step should be told": decoder(lambda told, k: told[min(k + 1, len(told) - 1)]),
        "one that is told the mean of all summaries": decoder(lambda told, k: told[1:].mean(0)),
        "one that drops its state at each step": decoder(memory=1),
        "one that remembers two steps": decoder(memory=2),
        "one whose first state hears nothing": decoder(state=False),
        "one whose last step is told what the step before it was told": decoder(
            lambda told, k: told[min(k, len(told) - 2)]
        ),
        "one that lets a hundredth of what comes later in": decoder(
            lambda told, k: told[k] + 0.01 * told[k + 1 :].sum(0)
        ),
    }
    return sound, sick


def _decode(
    weights: dict[str, Tensor],
    words: Any,
    told: Any,
    told_at: Told,
    *,
    state: bool = True,
    steps: bool = True,
    readout: bool = True,
    memory: int | None = None,
    dtype: torch.dtype = torch.float64,
    noise: np.random.Generator | None = None,
) -> Any:
    """Return logits (T, V), of the kind that ``told`` is."""
    given = tensor_of(told, "told").to(dtype)
    if given.shape != (len(words) + 1, _TOLD):
        expected = f"expected shape {(len(words) + 1, _TOLD)}, a row for the first state and one a word"
        raise ValueError(f"told: {expected}, got {tuple(given.shape)}.")
    w = {name: matrix.to(dtype) for name, matrix in weights.items()}
    nothing, rows = given.new_zeros(_UNITS), []
    for k in range(1, len(words) + 1):
        begun = max(1, k - memory + 1) if memory else 1  # the first step that is still remembered
        s = torch.tanh(w["V"] @ given[0]) if state and begun == 1 else nothing
        for i in range(begun, k + 1):
            heard = w["W"] @ w["E"][int(words[i - 1])] + w["U"] @ s
            s = 0.5 * s + 0.5 * torch.tanh(heard + w["C"] @ told_at(given, i) if steps else heard)
        said = 4 + w["O"] @ s  # far from 0: a tolerance that is relative will do
        rows.append(said + w["P"] @ told_at(given, k) if readout else said)
    logits = torch.stack(rows)
    if noise is not None:
        logits = logits + torch.as_tensor(noise.uniform(-1e-7, 1e-7, size=tuple(logits.shape)), dtype=dtype)
    return in_kind(logits, told)


# Exercise 5


@checker(
    hints=(
        "List the types first: each word once, in an order that is the same in every session.",
        "Draw one class for each type, then look up every word.",
        "rng = np.random.default_rng(seed) is a generator of its own; rng.choice(classes) draws from the list.",
    )
)
def check_control_labels(control_labels: Callable[..., Any]) -> str:
    """Exercise 5: ``control_labels(words, classes, seed)`` is one class for each of ``words``, (N,).

    Every type has one, drawn from the list ``classes``; the same seed gives the same (Hewitt & Liang, 2019).
    """
    with own_randomness(35), _notebooks_own() as disturbed:
        types = ["".join(letters) for letters in product("bdf", "aeio", "lmnrt")]
        texts = [types[k] for k in np.random.default_rng(35).permutation(np.repeat(np.arange(60), [1, 2, 3, 5] * 15))]
        first = _labels(control_labels, _words(texts), seed=11)
        _check_one_label_a_type(texts, first)
        if (first == first[0]).all():
            raise NotRight(f"all {len(types)} types have the class {first[0]}. Draw for each type anew.")
        _check_chance(dict(zip(texts, first.tolist(), strict=True)))
        if (_labels(control_labels, _words(texts), seed=11) != first).any():
            raise NotRight("the same words and the same seed gave other labels. Draw from a generator with that seed.")
        if (_labels(control_labels, _words(texts, session=2), seed=11) != first).any():
            raise NotRight(
                "in another session the same seed gives other labels: Python hashes a text anew in each, and the "
                "order of a set goes by the hash. Take an order that does not."
            )
        if all((_labels(control_labels, _words(texts), seed) == first).all() for seed in (12, 13, 14)):
            raise NotRight("four seeds gave the same labels: the seed is not used.")
        if disturbed():
            raise NotRight(
                "the random numbers of the whole notebook have been used or set anew; what runs after this draws "
                "others. Make a generator of your own."
            )
        _check_shares(control_labels)
    return "every type has one random class, the same in every session."


_CLASSES = [3, 7, 3, 9, 3, 7, 3, 3, 7, 3]  # 60, 30 and 10 %: neither their numbers nor their order count


class _Word(str):
    """A text whose hash differs from session to session, as that of any text does from process to process."""

    session: int

    def __new__(cls, text: str, session: int = 1) -> "_Word":
        word = super().__new__(cls, text)
        word.session = session
        return word

    def __eq__(self, other: object) -> bool:
        return str(self) == other

    def __hash__(self) -> int:
        return hash((self.session, str(self)))


def _words(texts: Sequence[str], session: int = 1) -> list[str]:
    return [_Word(text, session) for text in texts]


@contextmanager
def _notebooks_own() -> Iterator[Callable[[], bool]]:
    """Leave Python's and NumPy's own random numbers as they were; what is yielded says whether any were touched."""

    def states() -> tuple[Any, ...]:
        numpy = np.random.get_state(legacy=False)  # noqa: NPY002  (the one that a learner may have seeded)
        return random.getstate(), numpy["state"]["key"].tolist(), numpy["state"]["pos"], torch.get_rng_state().tolist()

    before, of_python, of_numpy = states(), random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield lambda: states() != before
    finally:
        random.setstate(of_python)
        np.random.set_state(of_numpy)  # noqa: NPY002


def _labels(control_labels: Callable[..., Any], words: list[str], seed: int) -> Array:
    """Return the learner's labels (N,), each one of the classes."""
    got = answer(control_labels, words, list(_CLASSES), seed, keep_inputs=True)
    labels = array(got, "the labels")
    if labels.ndim == 1 and len(labels) != len(words):
        types = len(set(words))
        why = f": one for each of the {types} types. Look up the class of every word" if len(labels) == types else ""
        expected = f"expected {len(words)}, one for each word that was handed in"
        raise NotRight(f"the labels: {expected}, got {len(labels)}{why}.")
    labels = array(labels, "the labels", (len(words),))
    strange = labels[~np.isin(labels, _CLASSES)]
    if len(strange):
        raise NotRight(
            f"the label {strange[0]:g} is none of the classes {sorted(set(_CLASSES))}. "
            "Is it a place in the list? Return what stands there."
        )
    return labels.astype(int)


def _check_one_label_a_type(texts: Sequence[str], labels: Array) -> None:
    seen: dict[str, int] = {}
    for text, label in zip(texts, labels.tolist(), strict=True):
        if seen.setdefault(text, label) != label:
            raise NotRight(
                f"the word {text!r} has the label {seen[text]} in one place and {label} in another. "
                "The class belongs to the type, wherever it stands."
            )


def _check_chance(class_of: dict[str, int]) -> None:
    """Refuse a class that follows from one letter of the word, or from the sum of its letters' codes."""
    features: tuple[Callable[[str], Any], ...] = (
        *(itemgetter(k) for k in range(3)),
        lambda word: sum(map(ord, word)),
    )
    for feature in features:
        groups: dict[Any, set[int]] = {}
        for word, one in class_of.items():
            groups.setdefault(feature(word), set()).add(one)
        if all(len(classes) == 1 for classes in groups.values()):
            raise NotRight("types with letters in common have the same class: spelling decides, not chance.")


def _check_shares(control_labels: Callable[..., Any]) -> None:
    """Draw for so many types that a class drawn too often shows: 600, whose shares stray by 2 points."""
    labels = _labels(control_labels, _words([f"type{k:03}" for k in range(600)]), seed=15)
    shares = {one: float((labels == one).mean()) for one in _CLASSES}
    wanted = {one: times / len(_CLASSES) for one, times in Counter(_CLASSES).items()}
    if all(abs(shares[one] - wanted[one]) < 0.12 for one in wanted):
        return
    if all(abs(share - 1 / len(wanted)) < 0.12 for share in shares.values()):
        raise NotRight(
            "every class came about equally often. Draw from the list as it stands: a class that stands there "
            "more often should be drawn more often."
        )
    worst = max(wanted, key=lambda one: abs(shares[one] - wanted[one]))
    raise NotRight(
        f"the class {worst} makes up {100 * wanted[worst]:.0f} % of the list, but {100 * shares[worst]:.0f} % of "
        "600 types got it."
    )
