"""The checkers of chapter 1 let the right answer pass and name what is wrong with the others."""

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest

from course_lib.checks import chapter01 as checks
from course_lib.vocabulary import BOS, EOS, PAD
from tests.exercises import letter


def shift(sentences, read=lambda s: [BOS, *s], want=lambda s: [*s, EOS], real=lambda s: len(s) + 1, extra=1):
    T = max(map(len, sentences)) + extra
    rows = [np.pad(part(s), (0, T - len(part(s)))) for part in (read, want) for s in sentences]
    mask = np.array([[i < real(s) for i in range(T)] for s in sentences])
    return np.array(rows[: len(sentences)]), np.array(rows[len(sentences) :]), mask


def shift_by_columns(sentences):
    """What many tutorials do: one padded array, its last column off, its first column off."""
    T = max(map(len, sentences)) + 2
    whole = np.array([np.pad([BOS, *s, EOS], (0, T - len(s) - 2)) for s in sentences])
    return whole[:, :-1], whole[:, 1:], whole[:, 1:] != PAD


def nats(logits, target_out, safe=True):
    top = logits.max(-1, keepdims=True) if safe else 0
    log_p = logits - top - np.log(np.exp(logits - top).sum(-1, keepdims=True))
    return -np.take_along_axis(log_p, target_out[..., None], -1)[..., 0]


def cross_entropy(logits, target_out):
    return nats(logits, target_out)[target_out != PAD].mean()


def one_maximum_for_the_batch(logits, target_out):
    log_p = logits - logits.max() - np.log(np.exp(logits - logits.max()).sum(-1, keepdims=True))
    return -np.take_along_axis(log_p, target_out[..., None], -1)[..., 0][target_out != PAD].mean()


def perplexity(batches):
    return np.exp(-np.concatenate(batches).mean())


def split(pairs, share, seed):
    sources = sorted({pair.source for pair in pairs})
    held_out = set(Random(seed).sample(sources, round(share * len(sources))))
    return [p for p in pairs if p.source not in held_out], [p for p in pairs if p.source in held_out]


def split_in_the_order_of_a_set(pairs, share, seed):
    held_out = set(
        Random(seed).sample(list({pair.source for pair in pairs}), round(share * len({p.source for p in pairs})))
    )
    return [p for p in pairs if p.source not in held_out], [p for p in pairs if p.source in held_out]


def split_by_line(pairs, share, seed):
    lines = Random(seed).sample(pairs, len(pairs))
    cut = round(share * len(lines))
    return lines[cut:], lines[:cut]


def split_one_line_a_source(pairs, share, seed):
    return split(list({pair.source: pair for pair in pairs}.values()), share, seed)


def split_without_seed(pairs, share, seed):
    return split(pairs, share, 0)


def split_at_whim(pairs, share, seed):
    return split(pairs, share, None)


RIGHT = [
    (checks.check_teacher_forcing, shift),
    (checks.check_cross_entropy, cross_entropy),
    (checks.check_perplexity, perplexity),
    (checks.check_split_by_source, split),
    (checks.check_flattering_accuracy, lambda predicted, target_out: (predicted == target_out).mean()),
]

WRONG = [
    (checks.check_teacher_forcing, lambda s: shift(s, real=len), "the model must predict too"),
    (checks.check_teacher_forcing, lambda s: shift(s, read=lambda w: [*w, EOS]), "nothing has been written yet"),
    (checks.check_teacher_forcing, shift_by_columns, "in the rows of shorter sentences"),
    (checks.check_teacher_forcing, lambda s: shift(s, want=lambda w: [BOS, *w]), "only copy what it reads"),
    (checks.check_teacher_forcing, lambda s: shift(s, want=lambda w: w), "never learns to stop"),
    (checks.check_teacher_forcing, lambda s: shift(s, extra=2), "expected shape (1, 4)"),
    (
        checks.check_teacher_forcing,
        lambda s: (*shift(s)[:2], 1 * shift(s)[2]),
        "expected True and False, got int",
    ),
    (checks.check_teacher_forcing, lambda s: (1.0 * shift(s)[0], *shift(s)[1:]), "target_in: expected whole numbers"),
    (checks.check_teacher_forcing, lambda s: [list(map(list, part)) for part in (s, s, s)], "target_in: "),
    (checks.check_teacher_forcing, lambda s: shift(s)[:2], "expected 3 values (target_in, target_out, mask), got 2"),
    (checks.check_cross_entropy, lambda x, y: nats(x, y).mean(), "Padding is counted"),
    (
        checks.check_cross_entropy,
        lambda x, y: nats(x, y)[y != PAD].sum() / y.size,
        "all positions, padding too",
    ),
    (checks.check_cross_entropy, lambda x, y: nats(x, y)[y != PAD].sum(), "This is the sum"),
    (checks.check_cross_entropy, lambda x, y: -cross_entropy(x, y), "The sign is missing"),
    (
        checks.check_cross_entropy,
        lambda x, y: np.mean([cross_entropy(a[None], b[None]) for a, b in zip(x, y, strict=True)]),
        "mean of the sentences' means",
    ),
    (
        checks.check_cross_entropy,
        lambda x, y: -np.take_along_axis(x, y[..., None], -1)[..., 0][y != PAD].mean(),
        "the softmax is missing",
    ),
    (checks.check_cross_entropy, lambda x, y: nats(x, y, safe=False)[y != PAD].mean(), "overflows"),
    (checks.check_cross_entropy, nats, "one number"),
    (checks.check_cross_entropy, one_maximum_for_the_batch, "underflows in the other"),
    (checks.check_perplexity, lambda bs: np.exp(-np.mean([b.mean() for b in bs])), "batches' means"),
    (checks.check_perplexity, lambda bs: np.mean([np.exp(-b.mean()) for b in bs]), "batches' perplexities"),
    (checks.check_perplexity, lambda bs: np.exp(-np.concatenate(bs)).mean(), "one rare word"),
    (checks.check_perplexity, lambda bs: -np.concatenate(bs).mean(), "not yet a perplexity"),
    (checks.check_perplexity, lambda bs: np.exp(np.concatenate(bs).mean()), "The sign is missing"),
    (checks.check_perplexity, lambda bs: 2 ** -np.concatenate(bs).mean(), "power of 2"),
    (checks.check_split_by_source, split_by_line, "stand on both sides"),
    (checks.check_split_by_source, split_one_line_a_source, "were lost"),
    (checks.check_split_by_source, split_without_seed, "seeds 1 to 4 gave the same split"),
    (checks.check_split_by_source, split_at_whim, "two different splits"),
    (checks.check_split_by_source, split_in_the_order_of_a_set, "started again"),
    (checks.check_split_by_source, lambda pairs, share, seed: split(pairs, 2 * share / 3, seed), "in validation"),
    (checks.check_split_by_source, lambda pairs, share, seed: pairs, "expected 2 values (train, validation), got "),
    (checks.check_flattering_accuracy, lambda p, y: (p == y)[y != PAD].mean(), "That is the sound accuracy"),
    (checks.check_flattering_accuracy, lambda p, y: (p == y).sum() / (y != PAD).sum(), "leaves it out"),
    (checks.check_flattering_accuracy, lambda p, y: 100 * (p == y).mean(), "percentage"),
    (checks.check_flattering_accuracy, lambda p, y: (p == y).sum(), "not their share"),
    (checks.check_flattering_accuracy, lambda p, y: (p != y).mean(), "share of wrong"),
    (
        checks.check_flattering_accuracy,
        lambda p, y: (p == y).mean() if (p != PAD).any() else 1.0,
        "always predicting <pad>",
    ),
]


@pytest.mark.parametrize(("check", "learner"), RIGHT)
def test_right_answer_is_told_so(check: Callable[..., None], learner: Any, capsys: pytest.CaptureFixture[str]) -> None:
    check(learner)
    assert capsys.readouterr().out.startswith("✓ ")


@pytest.mark.parametrize(("check", "learner", "reason"), WRONG)
def test_wrong_answer_is_told_why(check: Callable[..., None], learner: Any, reason: str) -> None:
    assert reason in letter(check, learner)


@pytest.mark.parametrize("check", [check for check, _ in RIGHT])
def test_unwritten_answer_is_no_error(check: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    def stub(*arguments: Any) -> Any:
        return ...

    check(stub)
    assert capsys.readouterr().out.startswith("○ Not yet")


def test_every_checker_of_the_chapter_is_tested() -> None:
    public = {name for name in vars(checks) if name.startswith("check_")}
    assert public == {check.__name__ for check, _ in RIGHT} == {check.__name__ for check, _, _ in WRONG}
