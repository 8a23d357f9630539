"""Checkers of chapter 16, From attention to Transformers."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib.checks.comparing import Array, array, expect_close, judge, on_arrays, parts, rounding_of
from course_lib.checks.report import NotRight, answer, checker

# Exercise 1


@checker(
    hints=(
        "At which words does the word just read look? All of these have to be in the list before it looks.",
        "Make its query, its key and its value. Put key and value below the others, then let the query ask all rows.",
        "With W_k @ x and W_v @ x as last rows: weights = softmax(keys @ (W_q @ x) / √A), and z = weights @ values.",
    )
)
def check_read_on(read_on: Callable[..., Any]) -> str:
    """Exercise 1: ``read_on(x (M,), keys (P, A), values (P, A), W_q, W_k, W_v)`` is z (A,), keys and values (P + 1, A).

    The W are (A, M). ``z`` is what the word just read brings back from the P words before it and from itself.
    """
    draw = np.random.default_rng(_SEED)
    for T, M, A in _SENTENCES:
        x, weights = _a_sentence(draw, T, M, A)
        for P in reversed(range(T)):  # a word with none before it hides most mistakes: it comes last
            _check_word(read_on, x[: P + 1], weights)
    return f"in {len(_SENTENCES)} sentences each word brings back what a causal mask gives it, and the past is kept."


_SEED = 63  # the last words look most at others, and no mistake comes so near that half precision could hide it
_SENTENCES = ((4, 7, 5), (6, 3, 4))
"""T, M, A: what a score is divided by is no other size of the last word's step, and A is not 3, for z is no triple."""


def _a_sentence(draw: np.random.Generator, T: int, M: int, A: int) -> tuple[Array, list[Array]]:
    """Draw words (T, M) and W_q, W_k, W_v (A, M); the entries of query, key and value are about 1.3 in size."""
    return draw.normal(size=(T, M)), [1.3 * draw.normal(size=(A, M)) / math.sqrt(M) for _ in range(3)]


def _check_word(read_on: Callable[..., Any], x: Array, weights: Sequence[Array]) -> None:
    """Hand in the last word of ``x`` (P + 1, M), with keys and values of those before it."""
    P, (A, M) = len(x) - 1, weights[0].shape
    query = weights[0] @ x[-1]
    keys, values = (x @ W.T for W in weights[1:])
    try:
        got = answer(read_on, x[-1], keys[:P], values[:P], *weights, keep_inputs=True)
    except NotRight as error:
        if P or error.__cause__ is None:
            raise
        raise NotRight(
            f"{error} It was the first word: keys and values have no row yet, (0, {A})."
        ) from error.__cause__
    given = dict(zip(("z", "keys", "values"), parts(got, ("z", "keys", "values")), strict=True))
    where = f"for P={P}, A={A}, M={M}"
    for name, right, other in (("keys", keys, values), ("values", values, keys)):
        mistakes = _other_rows(right, other, query, name)
        expect_close(given[name], right, f"the {name}", mistakes=mistakes, where=where, axes="(P+1, A)")
    alone = "" if P else "The first word has itself to look at."
    mistakes = _other_looks(query, keys, values, M)
    expect_close(
        given["z"], _whole_look(x, *weights)[-1], "z", mistakes=mistakes, where=where, axes="(A,)", not_finite=alone
    )


def _whole_look(x: Array, W_q: Array, W_k: Array, W_v: Array) -> list[list[float]]:
    """Return what each word (T, A) brings back under a causal mask, one product at a time."""
    queries, keys, values = (
        [
            [math.fsum(w * entry for w, entry in zip(row, word, strict=True)) for row in W.tolist()]
            for word in x.tolist()
        ]
        for W in (W_q, W_k, W_v)
    )
    found = []
    for t, query in enumerate(queries):
        scores = [
            math.fsum(q * k for q, k in zip(query, key, strict=True)) / math.sqrt(len(query)) for key in keys[: t + 1]
        ]
        raised = [math.exp(score - max(scores)) for score in scores]
        seen = zip(*values[: t + 1], strict=True)
        found.append(
            [math.fsum(e * v for e, v in zip(raised, column, strict=True)) / math.fsum(raised) for column in seen]
        )
    return found


def _other_rows(right: Array, other: Array, query: Array, name: str) -> dict[str, Any]:
    """Return what is kept by mistake in place of ``right`` (P + 1, A), by what there is to say of it."""
    one, stranger = name[:-1], "value" if name == "keys" else "key"
    before, new = right[:-1], right[-1]

    def with_last(row: Array) -> Array:
        return np.vstack([before, row])

    return {
        f"Keys and values have changed places: the rows are all those of the {stranger}s.": other,
        f"The new {one} is missing.": before,
        f"This is the new {one} alone; those of the words before have to be kept, too.": right[-1:],
        f"This is the new {one} as it is. It should be a row, the last below those of all words before.": new,
        f"The new {one} stands before all others. It was read last, so it stands last.": np.vstack([new, before]),
        f"The {stranger} of the word has been kept as its {one}.": with_last(other[-1]),
        f"The query of the word has been kept as its {one}. Nobody will need that query again.": with_last(query),
        f"The {one} has been kept divided by the root of A. Keep it as it is: the root belongs to the score.": (
            with_last(new / math.sqrt(len(new)))
        ),
        f"The new {one} stands there twice.": np.vstack([right, new]),
        f"The new {one} stands where the {one} of the last word stood.": np.vstack([before[:-1], new]),
        f"The new {one} has been added to each of the others. Put it below them, as a row of its own.": before + new,
        "The rows have run together into one; each word has a row of its own.": right.ravel(),
        "Each word has a row here, not a column.": right.T,
    }


def _softmax(scores: Array, axis: int | tuple[int, ...] = -1) -> Array:
    raised = np.exp(scores - scores.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


def _other_looks(query: Array, keys: Array, values: Array, M: int) -> dict[str, Any]:
    """Return what is brought back by mistake from keys and values (P + 1, A), by what there is to say of it."""
    return {
        **_without_itself(keys @ query, values),
        **_of_other_scores(query, keys, values, M),
        **_of_other_weights(keys * query / math.sqrt(len(query)), keys, values),
    }


def _without_itself(products: Array, values: Array) -> dict[str, Any]:
    """Return looks that see fewer than the P + 1 words, by what there is to say of them."""
    words, A = values.shape
    before, root = products[:-1], math.sqrt(max(words - 1, 1))
    looks = {
        "The word does not see itself. A causal mask hides what comes after it, and not itself.": math.sqrt(A),
        "The word does not see itself, and the scores are not divided at all.": 1,
        "The word does not see itself, and the scores are divided by the root of P, how many words there were.": root,
    }
    return {why: _softmax(before / divisor) @ values[:-1] for why, divisor in looks.items() if words > 1} | {
        "The first word brings back nothing. It sees itself, and nobody else.": np.zeros(A) if words == 1 else None,
        "This is the word's own value: it looks at nobody but itself.": values[-1],
    }


def _of_other_scores(query: Array, keys: Array, values: Array, M: int) -> dict[str, Any]:
    """Return looks whose scores are divided by something else, or made of something else."""
    words, A = keys.shape
    products, root = keys @ query, math.sqrt(A)
    divisors = {
        "The scores are divided by the root of M, the size of what was read. How many entries does a key have?": (
            math.sqrt(M)
        ),
        "The scores are divided by the root of the number of words.": math.sqrt(words),
        "The scores are divided by the root of P. How many products are added up in a score?": (
            math.sqrt(max(words - 1, 1))
        ),
        "The scores are divided by A itself, and not by its root.": A,
        "The scores are not divided at all: the root is missing.": 1,
        "The scores are multiplied by the root; it divides them.": 1 / root,
        "The powers are those of 2. A softmax has e.": root / math.log(2),
    }
    return {why: _softmax(products / divisor) @ values for why, divisor in divisors.items()} | {
        "The word asks with its key. What it asks with is its query.": _softmax(keys @ keys[-1] / root) @ values,
        "The word asks with its value. What it asks with is its query.": _softmax(keys @ values[-1] / root) @ values,
        "Key and value have changed places in the look: values are scored, and keys brought back.": (
            _softmax(values @ query / root) @ keys
        ),
        "The values are scored here. A key is what a query is held against.": _softmax(values @ query / root) @ values,
    }


def _of_other_weights(entries: Array, keys: Array, values: Array) -> dict[str, Any]:
    """Return looks that make something else of the scores (P + 1, A), entry by entry before they are added up."""
    words, A = values.shape
    scores = entries.sum(1)
    weights = _softmax(scores)
    right = weights @ values
    return {
        "The root divides the weights here. It divides the scores, before the softmax.": right / math.sqrt(A),
        "Keys are brought back here; the values are what the weights are for.": weights @ keys,
        "This is the plain mean of the values: the weights are not used.": values.mean(0),
        "This is the plain sum of the values. Did the softmax run over an axis with one entry?": values.sum(0),
        "This is the value of the word with the highest score, alone.": values[scores.argmax()],
        "The scores themselves weigh the values; the softmax is missing.": scores @ values,
        "The scores are raised, but not divided by their sum: that is no softmax yet.": np.exp(scores) @ values,
        "The sum is right and has been divided by the number of words. The weights share one whole already.": (
            right / words
        ),
        "The softmax runs over the entries of a key, and not over the words.": (_softmax(entries) * values).sum(0),
        "Each entry has a softmax of its own here. Add the products of a word up to one score first.": (
            (_softmax(entries, 0) * values).sum(0)
        ),
        "These are the weights, a number a word. What do the values make of them?": weights,
        "Each row of it is the share of one word; z is their sum.": weights[:, None] * values,
        "The entries are added up; z has A of them.": right.sum(),
        "The word's own value has been added once more. It is in the list, with a weight.": right + values[-1],
    }


# Exercise 2


@checker(
    hints=(
        "Two words and a last one are enough. What does the vector of a word know of the others after the first layer?",
        "The word in front sees itself alone, the one behind it sees both. So make the two differ, and let the last "
        "word listen to both of them.",
        "A last word of 0 has the score 0 with all, so it looks at all alike. Try one entry a word: a, b, 0 and b, a, "
        "0, with b = −a.",
    )
)
def check_orders(orders: Callable[..., Any]) -> str:
    """Exercise 2, break it: ``orders()`` is two sequences (3, M) of the same vectors, with the same one at the end.

    A causal layer adds to each word its look at itself and all before it, without any matrix. After one layer the last
    rows are equal, whatever comes before them in whatever order; after two they differ by more than 0.1 in an entry.
    """
    one, other = _same_vectors(*parts(answer(orders), ("first sequence", "second sequence")))
    mine, yours = (_layer(_layer(x))[-1] for x in (one, other))
    apart = float(np.abs(mine - yours).max())
    if not apart > _APART:
        raise NotRight(
            f"after one layer the last rows are equal, and after two they differ by {apart:.2g} at most. More than "
            f"{_APART} is asked for. {_why_alike(one, other)}"
        )
    return (
        f"after one layer the last rows are equal, after two they differ by {apart:.2f}: the order has left its trace."
    )


_APART, _LARGEST = 0.1, 3.0


def _layer(x: Array) -> Array:
    """Add to each word (T, M) what it brings back from itself and all before it; scores are plain dot products."""
    hidden = np.triu(np.full((len(x), len(x)), -np.inf), 1)
    return x + _softmax(x @ x.T + hidden) @ x


def _same_vectors(*given: Any) -> tuple[Array, Array]:
    """Return two sequences (3, M) of the same vectors, the same one at the end, or say what they are instead."""
    one, other = (_words(x, name) for x, name in zip(given, ("the first sequence", "the second sequence"), strict=True))
    if one.shape != other.shape:
        raise NotRight(f"the two sequences have shapes {one.shape} and {other.shape}; they hold the same vectors.")
    tolerance = max(map(rounding_of, given))

    def same(a: Array, b: Array) -> bool:
        return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance))

    if not same(one[-1], other[-1]):
        raise NotRight(
            f"the last vectors are {_shown(one[-1])} and {_shown(other[-1])}. They should be the same: else the last "
            "rows differ from the beginning, whatever stands before them."
        )
    if same(one[0], one[1]):
        raise NotRight("the two words before the last have the same vector, so no order can be told from the other.")
    if same(one, other):
        raise NotRight("this is the same order twice. Let the two words before the last change places in one of them.")
    if not same(one[[1, 0, 2]], other):
        raise NotRight(
            f"before the last come {_shown(one[0])} and {_shown(one[1])} in the first sequence, {_shown(other[0])} "
            f"and {_shown(other[1])} in the second. Both should have the same two vectors."
        )
    return one, other


def _words(given: Any, name: str) -> Array:
    x = array(given, name, finite=False)
    if x.ndim != 2 or not x.shape[1]:
        raise NotRight(
            f"{name}: expected a vector a word, (T, M), got shape {x.shape}. With one entry a word, write "
            "[[1], [2], [3]]."
        )
    if len(x) < 3:
        raise NotRight(
            f"{name} has {len(x)} of at least 3 words, each row a word: before the last two are needed, or nothing can "
            "be exchanged."
        )
    if len(x) > 3:
        raise NotRight(f"{name} has {len(x)} words. It goes with fewer: make it as short as it can be.")
    if not (np.abs(x) <= _LARGEST).all():
        raise NotRight(f"{name}: entries should lie between −{_LARGEST:g} and {_LARGEST:g}; got {_shown(x.ravel())}.")
    return x


def _shown(entries: Array) -> str:
    text = ", ".join(f"{entry:.3g}".replace("-", "−") for entry in entries[:6])
    return f"[{text}{', …' if len(entries) > 6 else ''}]"


def _why_alike(one: Array, other: Array) -> str:
    """Say where the order gets lost on its way to the last word of the second layer."""
    mine, yours = _layer(one), _layer(other)
    moved = np.abs(mine[:2] - yours[[1, 0]]).max(1)
    if moved.max() < _APART:
        return (
            f"After the first layer both words before it are nearly the same in both orders: an entry changes by "
            f"{moved.max():.2g} at most. Who comes second looks at the one in front of it; let it be moved by that."
        )
    heard = max(float(_softmax(x @ x[-1])[:2].max()) for x in (mine, yours))
    if heard < _APART:
        return (
            f"After the first layer the words before it do differ, by up to {moved.max():.2g}. But in the second layer "
            f"the last word gives none of them more than {heard:.2g} of its weight. Let it listen to them."
        )
    return (
        f"After the first layer the words before it do differ, by up to {moved.max():.2g}, and the last word gives up "
        f"to {heard:.2g} of its weight to one of them. But what changes in one is made up for by the other, or by the "
        "weights."
    )


# Exercise 3


@checker(
    hints=(
        "Which bugs does a single head hide, which a head with one entry, which a mask that hides nothing?",
        "Take 3 heads of 2 entries, more words than entries or fewer, random matrices, and a mask that is not its own "
        "mirror image. Put together yourself what should come.",
        "Rows n A to (n + 1) A of W_q, W_k, W_v make head n: softmax(q·k / √A) over what the mask shows. Compare every "
        "entry of [head_0; …] W_oᵀ.",
    )
)
def check_is_multi_head(is_multi_head: Callable[..., Any]) -> str:
    """Exercise 3, write the test: True only for a ``look`` that is multi-head attention.

    ``look(x (T, M), W_q, W_k, W_v, W_o (M, M), heads, mask (T, T))`` is (T, M): each word asks all words of ``x`` that
    its row of the mask shows; head n has rows n A to (n + 1) A of the first three matrices, A = M / heads.
    """
    judge(
        is_multi_head,
        _RIGHT_LOOKS,
        _SICK_LOOKS,
        too_strict="Allow for the rounding of single precision. Then read the card again: which rows has a head, what "
        "divides the scores, and whom does a row of the mask show?",
        too_lax="Which sizes, matrices and masks would show these, and do you compare every entry?",
    )
    return f"your test passes {len(_RIGHT_LOOKS)} right versions and catches all {len(_SICK_LOOKS)} bugs."


Look = Callable[..., Array]


def _handed_in(rule: Look) -> Callable[..., Any]:
    """Make of ``rule`` what a learner's test is handed; ValueError for sizes that do not fit and for no mask."""

    @on_arrays
    def on_numbers(x: Array, *given: Array) -> Array:
        *W, heads, mask = given
        if x.ndim != 2 or any(one.shape != (x.shape[1],) * 2 for one in W):
            shapes = ", ".join(str(one.shape) for one in W)
            raise ValueError(f"look: expected x (T, M) and four matrices (M, M), got {x.shape} and {shapes}.")
        if heads.ndim or heads < 1 or x.shape[1] % heads:
            got = str(heads.tolist()).removesuffix(".0")
            raise ValueError(f"look: expected a number of heads that divides M={x.shape[1]}, got {got}.")
        if fault := _fault(mask, len(x)):
            raise ValueError(f"look: expected a mask (T, T) of True and False, T={len(x)}, got {fault}.")
        return rule(x, *W, int(heads), mask != 0)

    def look(x: Any, W_q: Any, W_k: Any, W_v: Any, W_o: Any, heads: Any, mask: Any) -> Any:
        return on_numbers(x, W_q, W_k, W_v, W_o, heads, mask)

    return look


def _fault(mask: Array, T: int) -> str:
    """Return what makes ``mask`` none, in words; nothing for one that is."""
    if mask.shape != (T, T):
        return f"shape {mask.shape}"
    if not np.isin(mask, (0, 1)).all():
        return "other numbers"
    return "" if mask.any(1).all() else "a row in which nobody is seen"


def _cut(rows: Array, heads: int) -> Array:
    """Cut vectors (T, M) into heads (N, T, A)."""
    return rows.reshape(len(rows), heads, -1).swapaxes(0, 1)


def _join(found: Array) -> Array:
    """Put what heads brought back (N, T, A) side by side, (T, M)."""
    return found.swapaxes(0, 1).reshape(found.shape[1], -1)


def _hide(scores: Array, mask: Array) -> Array:
    """Return scores (N, T, T) that a softmax takes for nothing where the mask is False; never NaN."""
    return np.where(mask, scores, -1e9)


def _weigh(scores: Array, mask: Array) -> Array:
    return _softmax(_hide(scores, mask))


def _version(
    project: Look = lambda x, W: x @ W.T,
    cut: Look = _cut,
    score: Look = lambda q, k: q @ k.swapaxes(1, 2),
    divisor: Callable[[int, int], float] = lambda heads, A: math.sqrt(A),
    weigh: Look = _weigh,
    join: Look = _join,
    leave: Look = lambda joined, W_o: joined @ W_o.T,
    values_by: int = 2,
) -> Callable[..., Any]:
    """Return multi-head attention as a learner's test is handed it; whoever passes a part plants a bug."""

    def rule(x: Array, *given: Any) -> Array:
        *W, W_o, heads, mask = given
        q, k, v = (cut(project(x, W[n]), heads) for n in (0, 1, values_by))  # (N, T, A) each
        weights = weigh(score(q, k) / divisor(heads, x.shape[1] // heads), mask)  # (N, T, T)
        return leave(join(weights @ v), W_o)

    return _handed_in(rule)


def _by_words(x: Array, W_q: Array, W_k: Array, W_v: Array, W_o: Array, heads: int, mask: Array) -> Array:
    """Let each word of each head ask on its own, whom it may see and nobody else."""
    A = x.shape[1] // heads
    joined = np.zeros(x.shape)
    for n in range(heads):
        rows = slice(n * A, (n + 1) * A)
        for t, shown in enumerate(mask):
            seen = x[shown]
            weights = _softmax(seen @ W_k[rows].T @ (W_q[rows] @ x[t]) / math.sqrt(A))
            joined[t, rows] = weights @ (seen @ W_v[rows].T)
    return joined @ W_o.T


def _head_by_head(x: Array, W_q: Array, W_k: Array, W_v: Array, W_o: Array, heads: int, mask: Array) -> Array:
    """Add up what each head's columns of W_o make of it; all in single precision."""
    x, W_q, W_k, W_v, W_o = (one.astype(np.float32) for one in (x, W_q, W_k, W_v, W_o))
    A = x.shape[1] // heads
    total = np.zeros_like(x)
    for rows in (slice(n * A, (n + 1) * A) for n in range(heads)):
        scores = x @ (W_q[rows].T / np.float32(math.sqrt(A))) @ (x @ W_k[rows].T).T
        total += _softmax(np.where(mask, scores, np.float32(-1e9))) @ (x @ W_v[rows].T) @ W_o[:, rows].T
    return total


def _first_head_alone(scores: Array, mask: Array) -> Array:
    return _softmax(np.concatenate([_hide(scores[:1], mask), scores[1:]]))


_RIGHT_LOOKS = {
    "one that computes all heads at once": _version(),
    "one that lets word after word ask": _handed_in(_by_words),
    "one in single precision, head by head": _handed_in(_head_by_head),
}
_SICK_LOOKS = {
    "W_q, W_k, W_v transposed": _version(project=lambda x, W: x @ W),
    "a head takes every N-th row": _version(
        cut=lambda rows, heads: rows.reshape(len(rows), -1, heads).transpose(2, 0, 1)
    ),
    "heads cut across words": _version(cut=lambda rows, heads: rows.reshape(heads, len(rows), -1)),
    "heads joined across words": _version(join=lambda found: found.reshape(found.shape[1], -1)),
    "heads in reverse": _version(join=lambda found: _join(found[::-1])),
    "heads added up": _version(join=lambda found: np.tile(found.sum(0), len(found))),
    "queries and keys exchanged": _version(score=lambda q, k: k @ q.swapaxes(1, 2)),
    "the first head's scores for all": _version(score=lambda q, k: np.repeat((q @ k.swapaxes(1, 2))[:1], len(q), 0)),
    "no root": _version(divisor=lambda heads, A: 1),
    "A, not its root": _version(divisor=lambda heads, A: A),
    "the root of M": _version(divisor=lambda heads, A: math.sqrt(heads * A)),
    "the root of N": _version(divisor=lambda heads, A: math.sqrt(heads)),
    "softmax over who asks": _version(weigh=lambda scores, mask: _softmax(_hide(scores, mask), 1)),
    "one softmax for all heads": _version(weigh=lambda scores, mask: _softmax(_hide(scores, mask), (0, 2))),
    "no mask": _version(weigh=lambda scores, mask: _softmax(scores)),
    "mask inverted": _version(weigh=lambda scores, mask: _weigh(scores, ~mask)),
    "mask transposed": _version(weigh=lambda scores, mask: _weigh(scores, mask.T)),
    "mask in one head alone": _version(weigh=_first_head_alone),
    "hidden words scored 0": _version(weigh=lambda scores, mask: _softmax(scores * mask)),
    "mask after the softmax": _version(weigh=lambda scores, mask: _softmax(scores) * mask),
    "values by W_k": _version(values_by=1),
    "W_o left out": _version(leave=lambda joined, W_o: joined),
    "W_o transposed": _version(leave=lambda joined, W_o: joined @ W_o),
}
