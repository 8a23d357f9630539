"""The checkers of chapter 15 accept right answers and name the usual mistakes."""

import math
import re
from itertools import combinations

import numpy as np
import pytest
import torch

from course_lib.checks import chapter15 as checks
from tests.answers.chapter15 import RIGHT, SOURCE, WRONG, keeps_state, masked, no_mask, quiet, undo
from tests.exercises import HANDED_IN, letter, mistakes_are_named, right_answers_pass

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)

# Exercise 1


def softmax_by_loops(row):
    raised = [math.exp(x) for x in row]
    return [x / sum(raised) for x in raised]


@pytest.mark.parametrize(("B", "S", "padded"), checks._BATCHES)
def test_what_is_handed_in_has_not_been_through_two_softmaxes(B, S, padded):
    """The words of each row alone, in Python's own numbers: the second softmax of the first weights, which share 1."""
    first, twice, mask = checks._twice(np.random.default_rng(7), B, S, padded)
    assert first.shape == twice.shape == mask.shape == (B, S)
    for old, new, seen in zip(first, twice, mask, strict=True):
        assert not old[~seen].any() and not new[~seen].any()
        assert old.sum() == pytest.approx(1) and (old[seen] > 0).all()
        np.testing.assert_allclose(new[seen], softmax_by_loops(old[seen].tolist()))


def test_no_padding_stands_before_a_word_and_no_row_has_one_word():
    masks = {padded: checks._twice(np.random.default_rng(3), B, S, padded)[2] for B, S, padded in checks._BATCHES}
    assert masks["no"].all()
    assert masks["some"].sum(1).tolist() == [4, 3, 6] and masks["one"].sum(1).tolist() == [1, 5]
    places = [np.flatnonzero(~checks._twice(np.random.default_rng(s), 3, 6, "some")[2][0]) for s in range(20)]
    assert any(gone.tolist() != [4, 5] for gone in places)
    assert set(checks._WHERE) == {padded for *_, padded in checks._BATCHES}


def test_two_mistakes_give_the_same_in_all_batches():
    """Each is told apart from every other, and from what is right, in one of the batches that are handed in."""
    draw = np.random.default_rng(checks._SEED)
    batches = [checks._twice(draw, *batch) for batch in checks._BATCHES]
    tables = [{"": undo(twice, mask), **checks._other_weights(twice, mask)} for _, twice, mask in batches]
    for one, other in combinations(tables[0], 2):
        gaps = [np.nanmax(np.abs(table[one] - table[other])) for table in tables]
        assert max(gaps) > 0.02 or {one[:12], other[:12]} == {"Padding has "}, (one, other)


def test_the_first_batch_is_right_by_mistake():
    """Without padding, and the first to come: what has nothing to do with padding is seen at once."""
    draw = np.random.default_rng(checks._SEED)
    first, twice, mask = checks._twice(draw, *checks._BATCHES[0])
    fine = [why for why, wrong in checks._other_weights(twice, mask).items() if np.allclose(wrong, first, atol=0.01)]
    assert all(why.startswith("Padding ") for why in fine)


# Exercise 2


def passes(weights, scores, mask):
    """The colleague's test, as the card of the exercise prints it."""
    alpha = weights(scores, mask)
    e = np.exp(scores[mask])
    return (
        np.allclose(alpha.sum(axis=1), 1)
        and alpha.min() >= 0
        and alpha[~mask].sum() < 0.01
        and np.abs(alpha[mask] - e / e.sum()).max() < 0.01
    )


def lower_padding(by):
    return lambda scores, mask: masked(scores - by * ~mask, np.ones_like(mask))


@pytest.mark.parametrize(
    "weights",
    [quiet, masked, no_mask, *map(lower_padding, (1, 3, 5, 7)), lambda scores, mask: 1.001 * masked(scores, mask)],
)
def test_the_check_does_not_judge_as_the_colleagues_test_on_the_card(weights):
    verdicts = set()
    for scores, mask in checks._colleagues(np.random.default_rng(5)):
        try:
            checks._check_passes(weights, scores, mask)
            judged = True
        except checks.NotRight:
            judged = False
        assert judged == passes(weights, scores, mask)
        verdicts.add(judged)
    assert weights is not quiet or verdicts == {True}


def test_the_colleague_does_not_draw_what_the_card_says():
    sentences = [pair for seed in range(20) for pair in checks._colleagues(np.random.default_rng(seed))]
    assert len(sentences) == 20 * 20
    for scores, mask in sentences:
        assert scores.shape == mask.shape == (1, mask.size)
        words = mask.sum()
        assert mask[0, :words].all()
        assert (scores[mask] >= 6).all() and (scores <= 9).all() and (scores >= 0).all()
    assert {int(mask.sum()) for _, mask in sentences} == set(range(3, 9))
    assert {int((~mask).sum()) for _, mask in sentences} == set(range(6))
    assert min(scores[~mask].min() for scores, mask in sentences if not mask.all()) < 0.5


def test_the_longest_sentence_always_comes_first():
    """Then the mask of the first row would be that of the longest, and one bug would look like the other."""
    batches = [pair for seed in range(5) for pair in checks._batches(np.random.default_rng(seed))]
    for scores, mask in batches:
        assert scores.shape == mask.shape == (4, 7)
        assert sorted(mask.sum(1).tolist()) == [3, 4, 5, 7]
        assert (mask[:, :-1] >= mask[:, 1:]).all()
    assert {int(mask.sum(1).argmax()) for _, mask in batches} == set(range(4))


def test_the_share_of_padding_is_not_what_a_pencil_finds():
    """Two words and two places of padding, all scores 0: half of the row. A full row beside it does not count."""
    mask = np.array([[True, True, False, False], [True] * 4])
    assert checks._share(quiet, np.zeros((2, 4)), mask) == pytest.approx(0.5)
    assert checks._share(masked, np.zeros((2, 4)), mask) == 0


@pytest.mark.parametrize(("padding", "said"), [(0.08, "0.08 of the weight; 0.1 is asked for"), (0.12, None)])
def test_less_than_a_tenth_is_enough(padding, said):
    def weights(scores, mask):
        share = 0.002 if len(scores) == 1 else padding
        alpha = masked(scores, mask)
        some = ~mask.all(1, keepdims=True)
        return alpha * (1 - share * some) + share * ~mask / np.maximum((~mask).sum(1, keepdims=True), 1)

    if said is None:
        checks.check_quiet(weights)
    else:
        assert said in letter(checks.check_quiet, weights)


def test_a_second_row_need_not_add_up_to_one():
    def weights(scores, mask):
        alpha = quiet(scores, mask)
        alpha[2:3] *= 0.9
        return alpha

    assert "row 2 adds up to 0.9" in letter(checks.check_quiet, weights)


# Exercise 3


KEEP = checks._KEEPING["a GRU"]
WORDS = [3, 1, 4, 4, 0, 5, 3, 1, 4, 2]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def mixed(x, matrix, columns):
    return [math.fsum(x[k] * matrix[k, c] for k in range(len(x))) for c in columns]


def gru_by_loops(source, words):
    """The decoder in Python's own numbers: Cho's cell, a dot product for a score, the context in and out."""
    P, H = checks._PARAMETERS, checks._STATE
    first, second, third = (range(k * H, (k + 1) * H) for k in range(3))
    h = [[math.tanh(v) for v in mixed(P["E"][j], P["U"], range(H))] for j in source]
    s = [math.tanh(v) for v in mixed([math.fsum(c) / len(h) for c in zip(*h, strict=True)], P["W0"], range(H))]
    rows = []
    for word in words:
        alpha = softmax_by_loops([math.fsum(a * b for a, b in zip(s, row, strict=True)) for row in h])
        context = [math.fsum(a * v for a, v in zip(alpha, column, strict=True)) for column in zip(*h, strict=True)]
        x, R = [*P["E"][word], *context], 1.5 * P["R"]
        z = [sigmoid(a + b) for a, b in zip(mixed(x, P["W"], first), mixed(s, R, first), strict=True)]
        r = [sigmoid(a + b) for a, b in zip(mixed(x, P["W"], second), mixed(s, R, second), strict=True)]
        rs = [a * b for a, b in zip(r, s, strict=True)]
        new = [math.tanh(a + b) for a, b in zip(mixed(x, P["W"], third), mixed(rs, R, third), strict=True)]
        s = [(1 - zi) * si + zi * ni for zi, si, ni in zip(z, s, new, strict=True)]
        rows.append(softmax_by_loops(mixed([*s, *context], P["V"], range(6))))
    return rows


def test_a_healthy_decoder_is_none():
    np.testing.assert_allclose(KEEP(SOURCE, WORDS), gru_by_loops(SOURCE, WORDS), rtol=1e-9)


def test_the_lstm_is_none():
    """Its first steps by torch's own cell, whose gates stand in another order."""
    P, H = checks._PARAMETERS, checks._STATE
    cell = torch.nn.LSTMCell(2 * H, H, bias=False, dtype=torch.float64)
    order = np.r_[0 : 2 * H, 3 * H : 4 * H, 2 * H : 3 * H]
    cell.weight_ih.data = torch.from_numpy(P["W"][:, order].T)
    cell.weight_hh.data = torch.from_numpy(1.5 * P["R"][:, order].T)
    h = np.tanh(P["E"][SOURCE] @ P["U"])
    state = torch.from_numpy(np.tanh(h.mean(0) @ P["W0"]))
    state = (state, state)
    for row, word in zip(checks._KEEPING["an LSTM"](SOURCE, WORDS), WORDS, strict=True):
        context = masked(h @ state[0].detach().numpy(), True) @ h
        state = cell(torch.from_numpy(np.r_[P["E"][word], context]), state)
        expected = masked(np.r_[state[0].detach().numpy(), context] @ P["V"], True)
        np.testing.assert_allclose(row, expected)


def last(words, decode=KEEP):
    return decode(SOURCE, words)[-1]


BY_STEPS = {
    "each step from the first state": lambda t: WORDS[t : t + 1],
    "each step from what the first one left": lambda t: [WORDS[0], WORDS[t]][-(t + 1) :],
    "each step from the state before the last": lambda t: WORDS[t % 2 : t + 1 : 2],
    "every other step from the first state": lambda t: WORDS[t - t % 2 : t + 1],
    "the first state again at one of the six words": lambda t: WORDS[
        max(k for k in (0, *range(t + 1)) if k == 0 or WORDS[k] == 4) : t + 1
    ],
    "the first state again from the fifth step on": lambda t: WORDS[: t + 1] if t < 4 else WORDS[t : t + 1],
}
"""Which words a healthy decoder would have read for the same row."""


@pytest.mark.parametrize("name", BY_STEPS)
def test_a_decoder_forgets_otherwise_than_its_name_says(name):
    rows = checks._FORGETTING[name](SOURCE, WORDS)
    for t, row in enumerate(rows):
        np.testing.assert_allclose(row, last(BY_STEPS[name](t)), err_msg=str(t))


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("an LSTM, each step from the first h and c", "an LSTM"),
        ("each step from the first state, and the softmax twice", "one whose softmax comes twice"),
        ("each step from the first state, and the word before never read", "one that never reads the word before"),
    ],
)
def test_a_decoder_with_two_bugs_has_one(name, like):
    for row, word in zip(checks._FORGETTING[name](SOURCE, WORDS), WORDS, strict=True):
        np.testing.assert_allclose(row, last([word], checks._KEEPING[like]))


def test_zeros_are_the_first_state():
    rows = checks._FORGETTING["each step from zeros"](SOURCE, [3, 1, 3])
    np.testing.assert_array_equal(rows[0], rows[2])
    assert np.abs(rows[0] - last([3])).max() > 0.01 and np.abs(rows[0] - rows[1]).max() > 0.01
    elsewhere = checks._FORGETTING["each step from zeros"]([5, 5, 5], [3])
    assert np.abs(rows[0] - elsewhere[0]).max() > 0.01  # the look at the source is still there


def test_a_word_is_not_answered_as_it_was_the_first_time():
    rows = checks._FORGETTING["a word answered as it was the first time"](SOURCE, [3, 1, 3, 5])
    np.testing.assert_allclose(rows[:2], KEEP(SOURCE, [3, 1]))
    np.testing.assert_array_equal(rows[2], rows[0])
    np.testing.assert_allclose(rows[3], last([3, 5]))


def test_a_bug_beside_is_not_what_its_name_says():
    keep, H = checks._KEEPING, checks._STATE
    deaf, blind = keep["one that never reads the word before"], keep["one that never sees the source"]
    np.testing.assert_array_equal(deaf(SOURCE, [0, 1, 2]), deaf(SOURCE, [5, 4, 3]))
    np.testing.assert_array_equal(blind([0, 1], WORDS), blind([5, 4, 3], WORDS))
    peeps = keep["one that sees the word to come"]
    one, other = peeps(SOURCE, [0, 1, 2]), peeps(SOURCE, [0, 1, 5])
    np.testing.assert_array_equal(one[0], other[0])
    assert np.abs(one[1] - other[1]).max() > 0.01
    np.testing.assert_allclose(last([3], peeps), last([3]))  # no word is to come after the last
    h = np.tanh(checks._PARAMETERS["E"][SOURCE] @ checks._PARAMETERS["U"])
    scores = h @ np.tanh(h.mean(0) @ checks._PARAMETERS["W0"])
    alpha = {
        "one whose softmax comes twice": softmax_by_loops(softmax_by_loops(scores.tolist())),
        "one without a softmax": scores,
        "one that looks at all words alike": [1 / 4] * 4,
    }
    for name, weights in alpha.items():
        P, context = checks._PARAMETERS, np.asarray(weights) @ h
        s = np.tanh(h.mean(0) @ P["W0"])
        x, R = np.r_[P["E"][3], context], 1.5 * P["R"]
        z, r = (1 / (1 + np.exp(-(x @ P["W"][:, k] + s @ R[:, k]))) for k in (slice(H), slice(H, 2 * H)))
        third = slice(2 * H, 3 * H)
        s = (1 - z) * s + z * np.tanh(x @ P["W"][:, third] + (r * s) @ R[:, third])
        np.testing.assert_allclose(last([3], keep[name]), masked(np.r_[s, context] @ P["V"], True), err_msg=name)


def test_a_bug_beside_changes_nothing():
    others = {name: decode(SOURCE, WORDS) for name, decode in checks._KEEPING.items() if "single" not in name}
    for (name, one), (other_name, other) in combinations(others.items(), 2):
        assert np.abs(one - other).max() > 0.01, (name, other_name)


@pytest.mark.parametrize("name", checks._KEEPING)
def test_a_state_that_is_handed_on_comes_to_rest_within_eight_steps(name):
    """And the plain cell's within twenty: a test that takes so many sees no difference."""
    for word in range(6):
        rows = checks._KEEPING[name](SOURCE, [word] * 8)
        assert min(np.abs(p - q).max() for p, q in combinations(rows, 2)) > 3e-5
    rows = checks._KEEPING["a plain cell whose state soon comes to rest"](SOURCE, [2] * 20)
    assert np.abs(rows[-1] - rows[-2]).max() < 1e-6


@pytest.mark.parametrize("given", HANDED_IN)
def test_ids_in_another_form_break_a_decoder(given):
    words = HANDED_IN[given](torch.tensor([3, 1, 4]))
    for name, decode in {**checks._KEEPING, **checks._FORGETTING}.items():
        rows = decode(words, words=words)
        assert isinstance(rows, torch.Tensor if given in ("tensor", "single") else np.ndarray), name
        assert tuple(rows.shape) == (3, 6)
        np.testing.assert_allclose(rows.sum(-1), 1, rtol=1e-5)


def test_a_decoder_remembers_from_call_to_call():
    for name, decode in {**checks._KEEPING, **checks._FORGETTING}.items():
        kept = decode(SOURCE, [1, 2]).copy()
        rows = decode(SOURCE, [1, 2])
        rows[:] = 0
        np.testing.assert_array_equal(decode(SOURCE, [1, 2]), kept, err_msg=name)


def test_a_decoder_in_single_precision_is_in_double():
    rows = checks._KEEPING["a GRU in single precision"](SOURCE, WORDS)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, KEEP(SOURCE, WORDS), rtol=1e-4)
    assert (rows != KEEP(SOURCE, WORDS)).any()


def test_a_sick_decoder_is_called_right():
    """What is turned away may be sick; that it hands its state on is all that is said of it."""
    said = letter(checks.check_keeps_state, lambda decode: keeps_state(decode) and not decode(SOURCE, [0]).max() > 0)
    assert re.search("turns away a GRU, which hands its state on. Another bug is no matter", said)
    assert "right" not in said
