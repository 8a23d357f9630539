"""The checkers of chapter 16 accept right answers and name the usual mistakes."""

import math
from itertools import combinations

import numpy as np
import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from course_lib.attention import MultiHeadAttention, causal_mask
from course_lib.checks import chapter16 as checks
from course_lib.checks.comparing.equality import value_of
from tests.answers.chapter16 import CAUSAL, RIGHT, WRONG, drawn, expected, orders, words
from tests.exercises import HANDED_IN, answers_in_kind, letter, mistakes_are_named, passes, right_answers_pass

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)


def test_the_whole_look_is_not_the_one_of_a_pencil():
    """A = 4, so the root is 2. The second word scores the first ln 3 and itself 2 ln 3: weights 1/4 and 3/4."""
    x, same = np.array([[1, 0, 0, 0], [1, 1, 0, 0]]), np.eye(4)
    rows = checks._whole_look(x, 2 * math.log(3) * same, same, same)
    np.testing.assert_allclose(rows, [[1, 0, 0, 0], [1, 3 / 4, 0, 0]])


@pytest.mark.parametrize(("T", "M", "A"), checks._SENTENCES)
def test_the_whole_look_is_not_torchs_with_a_causal_mask(T, M, A):
    x, W = checks._a_sentence(np.random.default_rng(A), T, M, A)
    q, k, v = (torch.as_tensor(x @ one.T) for one in W)
    np.testing.assert_allclose(checks._whole_look(x, *W), scaled_dot_product_attention(q, k, v, is_causal=True))


def asked():
    """Return what the check hands in and expects: (x (P + 1, M), the W, the right z, keys and values), in its order."""
    draw = np.random.default_rng(checks._SEED)
    for size in checks._SENTENCES:
        x, W = checks._a_sentence(draw, *size)
        for P in reversed(range(len(x))):
            shown = x[: P + 1]
            yield shown, W, (np.array(checks._whole_look(shown, *W)[-1]), shown @ W[1].T, shown @ W[2].T)


def wrong_looks(x, W, right):
    return checks._other_looks(W[0] @ x[-1], right[1], right[2], x.shape[1])


def wrong_rows(part):
    name = ("keys", "values")[part - 1]
    return lambda x, W, right: checks._other_rows(right[part], right[3 - part], W[0] @ x[-1], name)


MISTAKES = [
    pytest.param(part, wrong, why, id=f"{'z keys values'.split()[part]}: {why}")
    for part, wrong in ((0, wrong_looks), (1, wrong_rows(1)), (2, wrong_rows(2)))
    for why in wrong(*next(asked()))
]


@pytest.mark.parametrize(("part", "wrong", "why"), MISTAKES)
def test_a_mistake_in_reading_on_passes_or_is_taken_for_another(part, wrong, why):
    """Every word of the list, given as an answer at each step where it can be made."""
    steps = asked()

    def learner(*given):
        x, W, right = next(steps)
        np.testing.assert_array_equal(given[0], x[-1])
        made = wrong(x, W, right)[why]
        made = value_of(made) if made is not None else None
        return [made if k == part and made is not None else one for k, one in enumerate(right)]

    assert letter(checks.check_read_on, learner).endswith(why)


@pytest.mark.parametrize("A", [1, 3])
def test_a_layer_without_matrices_is_not_torchs_look_with_the_words_added(A):
    x = np.random.default_rng(A).normal(size=(6, A))
    given = torch.as_tensor(x)
    look = scaled_dot_product_attention(given, given, given, is_causal=True, scale=1)
    np.testing.assert_allclose(checks._layer(x), x + look.numpy())


def test_the_two_orders_are_not_those_of_a_pencil(capsys):
    """1, −1, 0. In front: 2. Second: −1 with the weights e^−1 and e, so −1 − tanh 1. The mean of all three is told."""
    one, other = (x.astype(float) for x in orders())
    first = checks._layer(one)
    np.testing.assert_allclose(first, [[2], [-1 - math.tanh(1)], [0]], atol=1e-12)
    np.testing.assert_allclose(checks._layer(first)[-1], (1 - math.tanh(1)) / 3)
    np.testing.assert_allclose(checks._layer(checks._layer(other))[-1], (math.tanh(1) - 1) / 3)
    checks.check_orders(orders)
    assert "they differ by 0.16" in capsys.readouterr().out


@pytest.mark.parametrize(("size", "is_enough"), [(0.153, False), (0.155, True)])
def test_a_tenth_is_measured_wrongly(size, is_enough, capsys):
    """As above with a, −a, 0: the last rows are 2 a (1 − tanh a²) / 3 apart."""
    assert (2 * size * (1 - math.tanh(size**2)) / 3 > 0.1) == is_enough
    if is_enough:
        assert passes(checks.check_orders, words([size], [-size], [0]), capsys)
    else:
        assert "after two they differ by 0.1 at most. More" in letter(checks.check_orders, words([size], [-size], [0]))


@pytest.mark.parametrize("seed", range(20))
def test_one_layer_can_tell_an_order_after_all(seed):
    """What the exercise says: however many words come before it, the last row of one layer knows no order."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(5, 3))
    moved = x[[*draw.permutation(4), 4]]
    np.testing.assert_allclose(checks._layer(x)[-1], checks._layer(moved)[-1])


@pytest.mark.parametrize(("largest", "is_small"), [(3, True), (3.001, False)])
def test_an_entry_of_three_is_too_large_or_one_above_it_is_not(largest, is_small, capsys):
    answer = words([largest, 0], [largest, -3], [0, 1])
    if is_small:
        assert passes(checks.check_orders, answer, capsys)
    else:
        assert "should lie between −3 and 3" in letter(checks.check_orders, answer)


def test_the_same_vectors_in_two_precisions_are_called_different(capsys):
    x = np.array([[1.1], [-0.9], [0.1]])
    assert passes(checks.check_orders, lambda: (x, x.astype(np.float32)[[1, 0, 2]]), capsys)
    assert passes(checks.check_orders, lambda: (torch.as_tensor(x[[1, 0, 2]]).half(), x), capsys)


QUESTIONS = [
    (T, M, N, mask)
    for T, M, N in ((5, 6, 3), (6, 6, 2), (4, 8, 4), (3, 4, 1), (7, 5, 5))
    for mask in (np.tri(T, dtype=bool), np.random.default_rng(T).random((T, T)) + np.eye(T) > 0.5)
]


@pytest.mark.parametrize(("T", "M", "N", "mask"), QUESTIONS)
def test_a_right_version_is_not_torchs_look_or_not_the_librarys(T, M, N, mask):
    x, *W = drawn(T, M, seed=N)
    library = MultiHeadAttention(M, N).double()
    for linear, matrix in zip((library.W_q, library.W_k, library.W_v, library.W_o), W, strict=True):
        linear.weight.data = torch.as_tensor(matrix)
    inputs = torch.as_tensor(x)[None]
    ours = library.attend(inputs, *library.project(inputs), torch.as_tensor(mask)[None])[0][0].detach()
    np.testing.assert_allclose(expected(x, *W, N, mask), ours)
    assert len(checks._RIGHT_LOOKS) == 3
    for name, look in checks._RIGHT_LOOKS.items():
        np.testing.assert_allclose(look(x, *W, N, mask), ours, rtol=1e-4, atol=1e-4, err_msg=name)


def test_the_causal_mask_of_the_answers_is_not_the_librarys():
    assert (causal_mask(5, 5, torch.device("cpu")).numpy() == CAUSAL).all()


def test_a_bug_changes_nothing_that_a_test_could_see_or_two_bugs_are_one():
    x, *W = drawn()
    seen = {name: look(x, *W, 3, CAUSAL) for name, look in checks._SICK_LOOKS.items()} | {
        "none": expected(x, *W, 3, CAUSAL)
    }
    for (one, rows), (other, others) in combinations(seen.items(), 2):
        assert np.isfinite(rows).all() and np.abs(rows - others).max() > 0.1, (one, other)


ONE, NEXT = np.eye(4), np.eye(4)[[1, 2, 3, 0]]  # NEXT @ v is v one place further up
EACH, ALL = np.eye(2, dtype=bool), np.ones((2, 2), bool)
X = np.arange(8.0).reshape(2, 4)


@pytest.mark.parametrize(
    ("name", "rows", "given"),
    [
        ("W_q, W_k, W_v transposed", [[3, 0, 1, 2], [7, 4, 5, 6]], {"W_v": NEXT}),
        ("values by W_k", [[1, 2, 3, 0], [5, 6, 7, 4]], {"W_k": NEXT}),
        ("W_o left out", X, {"W_o": NEXT}),
        ("W_o transposed", [[3, 0, 1, 2], [7, 4, 5, 6]], {"W_o": NEXT}),
        ("a head takes every N-th row", [[0, 2, 1, 3], [4, 6, 5, 7]], {}),
        ("heads cut across words", [[0, 1, 4, 5], [2, 3, 6, 7]], {}),
        ("heads joined across words", [[0, 1, 4, 5], [2, 3, 6, 7]], {}),
        ("heads in reverse", [[2, 3, 0, 1], [6, 7, 4, 5]], {}),
        ("heads added up", [[2, 4, 2, 4], [10, 12, 10, 12]], {}),
        ("one softmax for all heads", X / 2, {}),
        ("mask inverted", X[::-1], {}),
        ("mask after the softmax", X / 2, {}),
        ("no mask", [X.mean(0)] * 2, {}),
        ("hidden words scored 0", [X.mean(0)] * 2, {}),
        ("mask in one head alone", [[0, 1, 4, 5], [4, 5, 4, 5]], {}),
        ("mask transposed", [X.mean(0), X[1]], {"mask": np.tri(2, dtype=bool)}),
    ],
)
def test_a_bug_is_not_what_its_name_says(name, rows, given):
    """Two words, 0 1 2 3 and 4 5 6 7, two heads. All scores are 0, and each word sees itself alone."""
    given = {"W_k": ONE, "W_v": ONE, "W_o": ONE, "mask": EACH} | given
    got = checks._SICK_LOOKS[name](x=X, W_q=0 * ONE, heads=2, **given)
    np.testing.assert_allclose(got, rows, atol=1e-12)


SHARE = 3 / 4  # the sigmoid of ln 3


def sees(first, second):
    """Return the rows (2, 6) of two heads that are alike: what a word brings back of e_1 and e_2 is its two weights."""
    return [[*weights, 0] * 2 for weights in (first, second)]


@pytest.mark.parametrize(
    ("name", "divisor", "rows"),
    [
        ("no root", 1, sees((SHARE, 1 / 4), (1 / 2, 1 / 2))),
        ("A, not its root", 3, sees((SHARE, 1 / 4), (1 / 2, 1 / 2))),
        ("the root of M", 6**0.5, sees((SHARE, 1 / 4), (1 / 2, 1 / 2))),
        ("the root of N", 2**0.5, sees((SHARE, 1 / 4), (1 / 2, 1 / 2))),
        ("softmax over who asks", 3**0.5, sees((SHARE, 1 / 2), (1 / 4, 1 / 2))),
        ("one softmax for all heads", 3**0.5, sees((SHARE / 2, 1 / 8), (1 / 4, 1 / 4))),
    ],
)
def test_a_score_is_not_divided_or_shared_out_as_its_name_says(name, divisor, rows):
    """Two words, e_1 and e_2 in each head of three entries. e_1 scores ln 3 with itself, all else is 0."""
    x = np.array([[1, 0, 0] * 2, [0, 1, 0] * 2])
    W_q = np.diag([divisor * math.log(3), 0, 0] * 2)
    got = checks._SICK_LOOKS[name](x, W_q, np.eye(6), np.eye(6), np.eye(6), 2, ALL)
    np.testing.assert_allclose(got, rows, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("queries and keys exchanged", [[0.5, 0.5, 0, 0.5, 0.5, 0], [SHARE, 0.25, 0, 0.5, 0.5, 0]]),
        ("the first head's scores for all", sees((1 / 4, SHARE), (1 / 2, 1 / 2))),
    ],
)
def test_scores_are_not_turned_or_borrowed_as_the_name_says(name, rows):
    """In the first head e_1 scores ln 3 with e_2, all else is 0: right are 1/4 and 3/4 there, and halves elsewhere."""
    x = np.array([[1, 0, 0] * 2, [0, 1, 0] * 2])
    W_q, W_k = np.zeros((2, 6, 6))
    W_q[0, 0] = 3**0.5 * math.log(3)
    W_k[0, 1] = 1
    given = x, W_q, W_k, np.eye(6), np.eye(6), 2, ALL
    np.testing.assert_allclose(expected(*given), [[0.25, SHARE, 0, 0.5, 0.5, 0], [0.5, 0.5, 0] * 2])
    np.testing.assert_allclose(checks._SICK_LOOKS[name](*given), rows, atol=1e-12)


def test_a_bug_has_no_pencil():
    """Every bug is in one of the three tables above."""
    marked = (
        test_a_bug_is_not_what_its_name_says,
        test_a_score_is_not_divided_or_shared_out_as_its_name_says,
        test_scores_are_not_turned_or_borrowed_as_the_name_says,
    )
    named = {row[0] for test in marked for mark in test.pytestmark for row in mark.args[1]}
    assert named == set(checks._SICK_LOOKS)


@pytest.mark.parametrize("given", HANDED_IN)
def test_a_look_answers_arrays_with_tensors_or_breaks_on_lists(given):
    x, *W = map(torch.as_tensor, drawn())
    mask = torch.as_tensor(CAUSAL).double()
    heads = torch.tensor(3.0, dtype=torch.float64)
    answers_in_kind(checks._RIGHT_LOOKS | checks._SICK_LOOKS, (x, *W, heads, mask), given, rtol=1e-3, atol=1e-3)
