"""Right and wrong answers to the exercises of chapter 16."""

import math

import numpy as np
import torch
from numpy import vstack
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from course_lib.attention import MultiHeadAttention
from course_lib.checks import chapter16 as checks

# Right answers


def softmax(scores, axis=-1):
    raised = np.exp(scores - scores.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


def read_on(x, keys, values, W_q, W_k, W_v):
    keys, values = vstack([keys, W_k @ x]), vstack([values, W_v @ x])
    return softmax(keys @ (W_q @ x) / math.sqrt(len(W_q))) @ values, keys, values


def by_lists(x, keys, values, W_q, W_k, W_v):
    """Lists of rows, every product in Python."""

    def times(W):
        return [sum(w * entry for w, entry in zip(row, x, strict=True)) for row in W]

    q = times(W_q)
    keys, values = [*keys.tolist(), times(W_k)], [*values.tolist(), times(W_v)]
    raised = [math.exp(sum(a * b for a, b in zip(q, key, strict=True)) / len(q) ** 0.5) for key in keys]
    z = [0.0] * len(q)
    for share, value in zip(raised, values, strict=True):
        for k, entry in enumerate(value):
            z[k] += share / sum(raised) * entry
    return z, keys, values


def in_torch(x, keys, values, W_q, W_k, W_v):
    """Tensors, and the shares of what is seen by torch's own look."""
    x, keys, values, W_q, W_k, W_v = map(torch.as_tensor, (x, keys, values, W_q, W_k, W_v))
    keys, values = (torch.cat([old, (W @ x)[None]]) for old, W in ((keys, W_k), (values, W_v)))
    return scaled_dot_product_attention((W_q @ x)[None], keys, values)[0], keys, values


def in_single(x, keys, values, W_q, W_k, W_v):
    """Everything in float32; the root is taken from query and key in equal parts, and rows are kept in a list."""
    x, keys, values, W_q, W_k, W_v = (one.astype(np.float32) for one in (x, keys, values, W_q, W_k, W_v))
    keys, values = [*keys, W_k @ x], [*values, W_v @ x]
    part = len(W_q) ** -0.25
    scores = np.stack(keys) * part @ (W_q @ x * part)
    return [softmax(scores) @ np.stack(values), keys, values]


def as_a_running_mean(x, keys, values, W_q, W_k, W_v):
    """One row after the other, without a list of scores: the mean moves towards each value by its share so far."""
    q = x @ W_q.T / math.sqrt(W_q.shape[0])
    keys, values = np.r_[keys, [x @ W_k.T]], np.concatenate((values, (W_v @ x).reshape(1, -1)), axis=0)
    highest, total, z = -math.inf, 0.0, np.zeros(len(q))
    for key, value in zip(keys, values, strict=True):
        score = key @ q
        old = total * math.exp(highest - max(highest, score))
        highest = max(highest, score)
        new = math.exp(score - highest)
        total = old + new
        z += (value - z) * new / total
    return z, keys, values


def orders():
    return np.array([[1], [-1], [0]]), np.array([[-1], [1], [0]])


def two_entries():
    a, b, last = [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]
    return [a, b, last], [b, a, last]


def far_apart():
    """Whole numbers, five entries, in one tensor; an entry of the last row is 2.9 more in one order."""
    x = torch.tensor([[3, 0, 0, 0, 0], [3, 0, -3, 0, 0], [0, 0, 1, 0, 0]])
    return torch.stack([x, x[[1, 0, 2]]])


def all_alike_but_one():
    """The last word is also the first of one order, and the second of the other."""
    return ((0.0,), (1.0,), (0.0,)), ((1.0,), (0.0,), (0.0,))


def expected(x, W_q, W_k, W_v, W_o, heads, mask):
    """What should come, by torch's own look."""
    T, M = x.shape
    q, k, v = (torch.as_tensor(x @ W.T).reshape(T, heads, M // heads).transpose(0, 1) for W in (W_q, W_k, W_v))
    found = scaled_dot_product_attention(q, k, v, attn_mask=torch.as_tensor(mask))
    return found.transpose(0, 1).reshape(T, M).numpy() @ W_o.T


def drawn(T=5, M=6, seed=0):
    draw = np.random.default_rng(seed)
    return draw.normal(size=(T, M)), *(draw.normal(size=(4, M, M)))


CAUSAL = np.tri(5, dtype=bool)


def is_multi_head(look):
    x, *W = drawn()
    return np.allclose(look(x, *W, 3, CAUSAL), expected(x, *W, 3, CAUSAL), atol=1e-4)


def by_loops(look):
    """With an assertion, entry by entry, with a mask that is not causal."""
    draw = np.random.default_rng(5)
    x, T, M, N, A = draw.normal(size=(4, 8)), 4, 8, 4, 2
    W_q, W_k, W_v, W_o = draw.normal(size=(4, M, M))
    mask = np.array([[1, 0, 1, 1], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]])
    got = look(x, W_q, W_k, W_v, W_o, N, mask)
    for t in range(T):
        joined = []
        for n in range(N):
            head = slice(n * A, n * A + A)
            scores = {j: (W_q[head] @ x[t]) @ (W_k[head] @ x[j]) / A**0.5 for j in range(T) if mask[t, j]}
            total = sum(map(math.exp, scores.values()))
            joined += list(sum(math.exp(s) / total * (W_v[head] @ x[j]) for j, s in scores.items()))
        np.testing.assert_allclose(got[t], W_o @ joined, rtol=1e-3, atol=1e-3)
    return True


def by_torchs_module(look):
    """torch's own module with the four matrices put in; single precision, tensors and named arguments."""
    torch.manual_seed(2)
    x, heads, M = torch.randn(7, 12), 4, 12
    with torch.no_grad():
        module = nn.MultiheadAttention(M, heads, bias=False)
        W_o = module.out_proj.weight
        mask = torch.rand(7, 7) < 0.4
        mask |= torch.eye(7, dtype=torch.bool)
        right, _ = module(x, x, x, attn_mask=~mask)
        W_q, W_k, W_v = (4 * module.in_proj_weight).chunk(3)
        module.in_proj_weight.mul_(4)
        right, _ = module(x, x, x, attn_mask=~mask)
        got = look(x=x, W_q=W_q, W_k=W_k, W_v=W_v, W_o=W_o, heads=heads, mask=mask)
    return torch.allclose(got, right, atol=1e-4)


def by_the_librarys(look):
    """The course's own layer, and a second question with one word that nobody sees."""
    for heads in (3, 2):
        x, *W = drawn(T=4, seed=heads)
        ours = MultiHeadAttention(6, heads).double()
        for linear, matrix in zip((ours.W_q, ours.W_k, ours.W_v, ours.W_o), W, strict=True):
            linear.weight.data = torch.as_tensor(matrix)
        mask = np.tri(4, dtype=bool)
        mask[3, 1] = False
        inputs = torch.as_tensor(x)[None]
        right, _ = ours.attend(inputs, *ours.project(inputs), torch.as_tensor(mask)[None])
        if np.abs(look(x.tolist(), *W, heads, mask.tolist()) - right[0].detach().numpy()).max() > 1e-4:
            return False
    return True


E1, E2, E3 = checks.check_read_on, checks.check_orders, checks.check_is_multi_head
RIGHT = [
    (E1, read_on),
    (E1, by_lists),
    (E1, in_torch),
    (E1, in_single),
    (E1, as_a_running_mean),
    (E2, orders),
    (E2, two_entries),
    (E2, far_apart),
    (E2, all_alike_but_one),
    (E3, is_multi_head),
    (E3, by_loops),
    (E3, by_torchs_module),
    (E3, by_the_librarys),
]


# Wrong answers


def look(*, seen=lambda rows: rows, shares=softmax, root=math.sqrt, asks=0, scored=0, brought=1, after=lambda z, *_: z):
    """Return an answer to exercise 1 that keeps what it should, and looks in some other way.

    ``asks`` is the W of what is asked with; ``scored`` and ``brought`` are 0 for the keys and 1 for the values.
    """

    def answer(x, keys, values, *W):
        q = W[asks] @ x
        kept = vstack([keys, W[1] @ x]), vstack([values, W[2] @ x])
        weights = shares(seen(kept[scored]) @ q / root(len(q)))
        return after(weights @ seen(kept[brought]), weights, *kept, q), *kept

    return answer


def keep(rows):
    """Return an answer that looks right and keeps keys and values by ``rows(old, new, the other new, query)``."""

    def answer(x, keys, values, W_q, W_k, W_v):
        z, *_ = read_on(x, keys, values, W_q, W_k, W_v)
        q, k, v = W_q @ x, W_k @ x, W_v @ x
        return z, rows(keys, k, v, q), rows(values, v, k, q)

    return answer


def without_itself(x, keys, values, W_q, W_k, W_v):
    z = np.zeros(len(W_q))
    if len(keys):
        z = softmax(keys @ (W_q @ x) / math.sqrt(len(W_q))) @ values
    return z, *read_on(x, keys, values, W_q, W_k, W_v)[1:]


def as_it_comes(divisor):
    """Return an answer that looks first and keeps later, and divides by ``divisor(q, keys)``."""

    def answer(x, keys, values, W_q, W_k, W_v):
        q = W_q @ x
        raised = np.exp(keys @ q / divisor(q, keys))
        return raised / raised.sum() @ values, vstack([keys, W_k @ x]), vstack([values, W_v @ x])

    return answer


def nothing_first(x, keys, values, W_q, W_k, W_v):
    z, *kept = read_on(x, keys, values, W_q, W_k, W_v)
    return z if len(keys) else 0 * z, *kept


def nan_first(x, keys, values, W_q, W_k, W_v):
    z, *kept = read_on(x, keys, values, W_q, W_k, W_v)
    return z * (len(keys) / len(keys) if len(keys) else np.nan), *kept


def breaks_at_first(*given):
    z, keys, values = read_on(*given)
    return z + 0 * largest_of(given[1]), keys, values


def largest_of(rows):
    return rows.max()


def by_the_root_of_what_was(x, keys, values, W_q, W_k, W_v):
    z, keys, values = read_on(x, keys, values, W_q * (len(W_q) / max(len(keys), 1)) ** 0.5, W_k, W_v)
    return z, keys, values


def by_the_root_of_what_is(x, keys, values, W_q, W_k, W_v):
    return read_on(x, keys, values, W_q * (len(W_q) / (len(keys) + 1)) ** 0.5, W_k, W_v)


def by_the_root_of_x(x, keys, values, W_q, W_k, W_v):
    return read_on(x, keys, values, W_q * (len(W_q) / len(x)) ** 0.5, W_k, W_v)


def entry_by_entry(axis):
    def answer(x, keys, values, W_q, W_k, W_v):
        _, keys, values = read_on(x, keys, values, W_q, W_k, W_v)
        weights = softmax(keys * (W_q @ x) / math.sqrt(len(W_q)), axis)
        return (weights * values).sum(0), keys, values

    return answer


def changed_in_place(x, keys, values, W_q, W_k, W_v):
    """Moves the rows up where there are any, as a ring of fixed size would."""
    if len(keys):
        keys[0] = W_k @ x
    return read_on(x, keys, values, W_q, W_k, W_v)


def exchanged(x, keys, values, W_q, W_k, W_v):
    z, keys, values = read_on(x, keys, values, W_q, W_k, W_v)
    return z, values, keys


def projected_unturned(x, keys, values, W_q, W_k, W_v):
    return [column_by_column(W, x) for W in (W_q, W_k, W_v)]


def column_by_column(W, x):
    return W.T.dot(x)


def unprojected(x, keys, values, W_q, W_k, W_v):
    keys, values = below(keys, x), below(values, x)
    return softmax(keys @ x) @ values, keys, values


def below(rows, row):
    return vstack([rows, row])


def words(*one, other=None):
    """Return an answer to exercise 2: the words of one order, and by default the first two exchanged."""
    return lambda: (list(one), list(other or (one[1], one[0], *one[2:])))


def at(heads=3, T=5, M=6, mask=None, of=lambda *W: W, compared=None, atol=1e-4):
    """Return a test of one question, which may hide a bug."""

    def test(look):
        x, *W = drawn(T, M)
        W, seen = of(*W), np.tri(T, dtype=bool) if mask is None else mask
        got, right = look(x, *W, heads, seen), expected(x, *W, heads, seen)
        return np.allclose(*map(compared or (lambda one: one), (got, right)), atol=atol)

    return test


def says(verdict):
    """Return a test that asks, and takes no notice of what comes."""

    def test(look):
        look(*drawn(), 3, CAUSAL)
        return verdict

    return test


def asks(heads=3, mask=CAUSAL, matrices=None):
    """Return a test that asks what cannot be asked."""

    def test(look):
        x, *W = drawn()
        return look(x, *(W if matrices is None else matrices), heads, mask).shape == x.shape

    return test


def to_the_last_digit(look):
    x, *W = drawn()
    return np.array_equal(look(x, *W, 3, CAUSAL), checks._version()(x, *W, 3, CAUSAL))


def other_heads_expected(look):
    x, *W = drawn()
    every_third = np.arange(6).reshape(2, 3).T.ravel()
    mine = [matrix[every_third] for matrix in W[:3]]
    return np.allclose(look(x, *W, 3, CAUSAL), expected(x, *mine, W[3], 3, CAUSAL), atol=1e-4)


def breaks_on_single(look):
    x, *W = drawn()
    got = look(x, *W, 3, CAUSAL)
    if got.dtype != np.float64:
        raise TypeError("not in double precision")
    return np.allclose(got, expected(x, *W, 3, CAUSAL), atol=1e-4)


WRONG = [
    (E1, without_itself, "does not see itself. A causal mask hides"),
    (E1, look(seen=lambda rows: rows[:-1] if len(rows) > 1 else rows), "does not see itself. A causal mask hides"),
    (E1, as_it_comes(lambda q, keys: 1), "does not see itself, and the scores are not divided at all"),
    (E1, as_it_comes(lambda q, keys: max(len(keys), 1) ** 0.5), "does not see itself, and .* root of P, how many"),
    (E1, look(seen=lambda rows: rows[-1:]), "it looks at nobody but itself"),
    (E1, nothing_first, "for P=0, .* The first word brings back nothing"),
    (E1, nan_first, "for P=0, .*got NaN at .* The first word has itself to look at"),
    (E1, breaks_at_first, "It was the first word: keys and values have no row yet"),
    (E1, by_the_root_of_x, "root of M, the size of what was read"),
    (E1, by_the_root_of_what_was, "the root of P. How many products"),
    (E1, by_the_root_of_what_is, "the root of the number of words"),
    (E1, look(root=lambda A: A), "by A itself, and not by its root"),
    (E1, look(root=lambda A: 1), "not divided at all"),
    (E1, look(root=lambda A: A**-0.5), "multiplied by the root"),
    (E1, look(after=lambda z, *_: z / 5**0.5), "The root divides the weights here"),
    (E1, look(asks=1), "asks with its key"),
    (E1, look(asks=2), "asks with its value"),
    (E1, look(scored=1, brought=0), "Key and value have changed places in the look"),
    (E1, look(scored=1), "The values are scored here"),
    (E1, look(brought=0), "Keys are brought back here"),
    (E1, look(shares=lambda scores: np.full(len(scores), 1 / len(scores))), "plain mean of the values"),
    (E1, look(shares=lambda scores: softmax(scores[None], 0)[0]), "plain sum of the values. Did the softmax"),
    (E1, look(shares=lambda scores: scores == scores.max()), "the value of the word with the highest score, alone"),
    (E1, look(shares=lambda scores: scores), "the softmax is missing"),
    (E1, look(shares=np.exp), "that is no softmax yet"),
    (E1, look(shares=lambda scores: 2**scores / (2**scores).sum()), "The powers are those of 2"),
    (E1, look(after=lambda z, weights, *_: z / len(weights)), "has been divided by the number of words"),
    (E1, look(after=lambda z, weights, *_: weights), r"expected shape \(5,\), got \(4,\). These are the weights"),
    (E1, look(after=lambda z, weights, k, v, q: weights[:, None] * v), "the share of one word; z is their sum"),
    (E1, look(after=lambda z, weights, k, v, q: np.mean(v, 0).sum()), r"expected shape \(5,\), \(A,\), got one number"),
    (E1, look(after=lambda z, *_: z.sum()), "The entries are added up"),
    (E1, look(after=lambda z, weights, k, v, q: z + v[-1]), "own value has been added once more"),
    (E1, look(after=lambda z, *_: z[None]), r"expected shape \(5,\), .*differ by an axis of size 1"),
    (E1, look(after=lambda z, *_: -z), r"z for P=3, A=5, M=7 at \(\d,\): expected"),
    (E1, entry_by_entry(0), "Each entry has a softmax of its own"),
    (E1, entry_by_entry(1), "over the entries of a key, and not over the words"),
    (E1, keep(lambda old, new, other, q: old), "The new key is missing"),
    (E1, keep(lambda old, new, other, q: new[None]), "new key alone; those of the words before"),
    (E1, keep(lambda old, new, other, q: new), "the new key as it is. It should be a row"),
    (E1, keep(lambda old, new, other, q: vstack([new, old])), "new key stands before all others"),
    (E1, keep(lambda old, new, other, q: vstack([old, other])), "The value of the word has been kept as its key"),
    (E1, keep(lambda old, new, other, q: vstack([old, q])), "The query of the word has been kept as its key"),
    (E1, keep(lambda old, new, other, q: vstack([old, new / 5**0.5])), "divided by the root of A. Keep it"),
    (E1, keep(lambda old, new, other, q: vstack([old, new, new])), "The new key stands there twice"),
    (E1, keep(lambda old, new, other, q: vstack([old[:-1], new])), "where the key of the last word stood"),
    (E1, keep(lambda old, new, other, q: old + new), "has been added to each of the others"),
    (E1, keep(lambda old, new, other, q: list(old) + list(new)), "rows have different lengths"),
    (E1, keep(lambda old, new, other, q: np.append(old, new)), "have run together into one"),
    (E1, keep(lambda old, new, other, q: vstack([old, new]).T), "has a row here, not a column"),
    (E1, exchanged, "Keys and values have changed places"),
    (E1, changed_in_place, "has changed what it was handed"),
    (E1, projected_unturned, "raised ValueError: shapes .* not aligned"),
    (E1, unprojected, "raised ValueError: all the input array dimensions"),
    (E1, lambda *given: read_on(*given)[0], r"expected 3 values \(z, keys, values\), got 5 in"),
    (E1, lambda *given: (read_on(*given)[0], read_on(*given)[1:]), r"expected 3 values \(z, keys, values\), got 2"),
    (E1, lambda x, said, W_q, W_k, W_v: x, "is called with 6 argument"),
    (
        E2,
        words([1], [-1], [0], other=([-1], [0], [1])),
        r"the last vectors are \[0\] and \[1\]. They should be the same",
    ),
    (
        E2,
        words([1], [2], [0], other=([2], [-1], [0])),
        r"\[1\] and \[2\] in the first sequence, \[2\] and \[−1\] in the",
    ),
    (E2, words([1], [-1], [0], other=([1], [-1], [0])), "the same order twice"),
    (E2, words([1], [1], [0]), "have the same vector, so no order"),
    (E2, words([1], [0]), "has 2 of at least 3 words"),
    (E2, lambda: (np.array([[1, -1, 0]]), np.array([[-1, 1, 0]])), "has 1 of at least 3 words, each row a word"),
    (E2, words([1], [-1], [0.5], [0]), "has 4 words. It goes with fewer"),
    (E2, words([1, 0], [4, 1], [0, 0]), r"between −3 and 3; got \[1, 0, 4, 1, 0, 0\]"),
    (E2, words([1], [-1], [math.nan]), "between −3 and 3; got .*nan"),
    (E2, words([0.3], [0.2], [0]), "nearly the same in both orders: an entry changes by"),
    (E2, words([-3], [-2], [0]), "what changes in one is made up for by the other"),
    (E2, words([1, 0], [0.5, 0], [-2, -2]), "the last word gives none of them more than"),
    (E2, words(1, -1, 0), r"expected a vector a word, \(T, M\), got shape \(3,\). With one entry"),
    (E2, words([1], [-1], [0], other=([-1, 0], [1, 0], [0, 0])), r"shapes \(3, 1\) and \(3, 2\)"),
    (E2, lambda: np.array([[1], [-1], [0]]), "expected 2 values .first sequence, second sequence., got 3 in "),
    (E2, lambda: ([[1], [-1, 2], [0]], [[-1, 2], [1], [0]]), "rows have different lengths"),
    (E3, says(True), "catches 0 of 23 bugs"),
    (E3, says(False), "turns away one that computes all heads at once"),
    (E3, at(heads=1), "catches 14 of 23 bugs.*every N-th row; .*the root of M; "),
    (E3, at(heads=6), "catches 20 of 23 .*every N-th row; no root; A, not its root[.] "),
    (E3, at(M=4, heads=2), "lets through the root of N[.] "),
    (E3, at(mask=np.ones((5, 5), bool)), "catches 18 of 23 bugs. It lets through no mask; mask transposed; "),
    (E3, at(mask=np.eye(5, dtype=bool)), "catches 15 of 23 bugs"),
    (E3, at(mask=np.abs(np.subtract.outer(range(5), range(5))) < 2), "lets through mask transposed[.] "),
    (E3, at(of=lambda q, k, v, o: (q, k, v, np.eye(6))), "lets through W_o left out; W_o transposed"),
    (E3, at(of=lambda q, k, v, o: (q, k, k, o)), "lets through values by W_k"),
    (E3, at(of=lambda q, k, v, o: (q, q, v, o)), "lets through queries and keys exchanged"),
    (E3, at(of=lambda *W: [one + one.T for one in W]), "lets through W_q, W_k, W_v transposed; W_o transposed"),
    (E3, at(of=lambda *W: [one / 1e3 for one in W]), "catches 1 of 23 bugs"),
    (E3, at(compared=np.shape), "catches 0 of 23 bugs"),
    (E3, at(compared=lambda rows: rows[0]), "It lets through "),
    (E3, at(T=1, mask=np.ones((1, 1), bool)), "It lets through .*no root"),
    (E3, at(atol=5), "It lets through "),
    (E3, to_the_last_digit, "turns away .*Allow for the rounding of single precision"),
    (E3, other_heads_expected, "turns away one that computes all heads at once, .*which rows has a head"),
    (E3, breaks_on_single, "which is right: breaks_on_single raised TypeError"),
    (E3, asks(heads=4), "raised ValueError: look: expected a number of heads that divides M=6, got 4[.]"),
    (E3, asks(mask=np.zeros((5, 5), bool)), "expected a mask .*got a row in which nobody is seen"),
    (E3, asks(mask=np.where(CAUSAL, 0, -np.inf)), "expected a mask .*got other numbers"),
    (E3, asks(mask=CAUSAL[0]), r"expected a mask .*T=5, got shape \(5,\)"),
    (E3, asks(matrices=np.ones((4, 2, 6))), "raised ValueError: look: expected x .*and four matrices"),
    (E3, lambda look: True, "never calls the function"),
    (E3, lambda look: look(*drawn(), 3, CAUSAL)[0, 0], "the verdict of your test: expected True and False"),
]
