"""The kit of the checkers: what it reads, what it calls right, and what it says."""

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

from course_lib.checks import comparing as kit
from course_lib.checks.report import NotRight, NotYet, answer, checker


def told(call: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    with pytest.raises(NotRight) as refusal:
        call(*arguments, **named)
    return str(refusal.value)


# Reading


@pytest.mark.parametrize(
    "value",
    [
        torch.tensor([[1.0, 2.0]]),
        torch.tensor([[1.0, 2.0]], dtype=torch.bfloat16, requires_grad=True),
        torch.tensor([[1.0, 2.0]]).to_sparse(),
        [[torch.tensor(1.0), np.float16(2)]],
        ([1, 2],),
        [np.array([1.0, 2.0], dtype=object)],
        [range(1, 3)],
    ],
)
def test_one_matrix_is_read_in_one_form_only(value: Any) -> None:
    assert kit.array(value, shape=(1, 2)).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([[1, 2], [3]], "rows have different lengths (1, 2)"),
        ([1, [2, 3]], "rows have different lengths (2, a single number)"),
        ([[1, [2, 3]], [4, [5, 6]]], "rows are made of parts that differ in size"),
        ([[[1, 2], [3]], torch.tensor(1.0)], "rows have different lengths (2, a single number)"),
        ("0.5", "expected numbers, got the text '0.5'"),
        ((k for k in "ab"), "got a generator, which computes nothing until it is asked; make it a list"),
        (len, "the function len; call it"),
        ({1: 2}, "got a dict"),
        (1j, "expected numbers, got a complex"),
        ([None, 1], "None: nothing was put there"),
        (np.zeros((2, 1)), "expected shape (1, 2), (B, S), got shape (2, 1). They differ by an axis of size 1."),
        (np.zeros((2, 1, 1)), "They differ by an axis of size 1."),
        (0.5, "expected shape (1, 2), (B, S), got one number."),
        ([[1.0, float("nan")]], "got NaN at (0, 1). Somewhere 0 was divided by 0"),
        ([[1.0, float("-inf")]], "got an infinity at (0, 1). Something was divided by 0"),
    ],
)
def test_what_is_no_matrix_gets_no_sentence(value: Any, sentence: str) -> None:
    assert sentence in told(kit.array, value, "e", (1, 2), axes="(B, S)")


def test_swapped_axes_are_not_named() -> None:
    assert "The axes stand in another order." in told(kit.array, np.zeros((3, 2)), "e", (2, 3))


@pytest.mark.parametrize("seven", [7, np.int8(7), torch.tensor(7), [7], np.array([[7]])])
def test_a_whole_number_is_one_type_only(seven: Any) -> None:
    assert kit.whole(seven) == 7 and type(kit.whole(seven)) is int


@pytest.mark.parametrize("wrong", [7.0, True, "7", [7, 8], torch.tensor(7.0)])
def test_what_is_no_whole_number_passes_for_one(wrong: Any) -> None:
    told(kit.whole, wrong)


@pytest.mark.parametrize("wrong", [1, 0.0, "yes", [True, False], None])
def test_what_is_neither_yes_nor_no_passes_for_one(wrong: Any) -> None:
    told(kit.yes_or_no, wrong)


def test_a_list_or_a_stacked_tensor_is_not_taken_for_several_values() -> None:
    assert kit.parts([1, 2], "ab") == [1, 2]
    assert len(kit.parts(torch.zeros(2, 3), "ab")) == 2
    assert told(kit.parts, (1, 2, 3), "ab") == "expected 2 values (a, b), got 3 in a tuple."
    assert "got one number" in told(kit.parts, torch.tensor(1), "ab")
    assert "got a str" in told(kit.parts, "ab", "ab")


# Comparing


def test_a_value_two_roundings_away_is_refused_or_a_wrong_one_accepted() -> None:
    right = np.array([0.1, 2.0, 1e-3, 300.0])
    kit.expect_close(right.astype(np.float32), right)
    kit.expect_close(right.astype(np.float16), right)
    kit.expect_close(torch.tensor(right).bfloat16().tolist(), right, rounding=0.01)
    told(kit.expect_close, right + np.array([0, 0, 1e-4, 0]), right)
    told(kit.expect_close, right * 1.001, right)
    told(kit.expect_close, (right * 1.1).astype(np.float16), right)


def test_a_mistake_hides_behind_the_rounding_of_half_precision() -> None:
    right, wrong = np.full(4, 1.0), np.full(4, 1.004)
    mistakes = {"That is the mistake.": wrong}
    kit.expect_close(right.astype(np.float16), right, mistakes=mistakes)
    assert "That is the mistake." in told(kit.expect_close, wrong.astype(np.float16), right, mistakes=mistakes)


def test_minus_infinity_is_refused_where_it_is_right_or_accepted_where_it_is_not() -> None:
    masked = [0.0, -np.inf]
    kit.expect_close(torch.tensor(masked), masked)
    assert "infinity" in told(kit.expect_close, masked, [0.0, 1.0])
    assert "expected -inf, got 5" in told(kit.expect_close, [0.0, 5.0], masked)
    assert "expected -inf, got inf" in told(kit.expect_close, [0.0, np.inf], masked)


def test_a_mistake_of_another_shape_or_with_nan_is_not_named() -> None:
    right = np.arange(6.0).reshape(2, 3)
    swapped = {"The axes are swapped.": right.T}
    assert "The axes are swapped." in told(kit.expect_close, right.T, right, mistakes=swapped)
    nan = np.full((2, 3), np.nan)
    assert told(kit.expect_close, nan, right, mistakes={"It overflows.": lambda: nan}).endswith("It overflows.")
    assert told(kit.expect_close, nan, right, not_finite="Too large.").endswith("Too large.")


def test_a_planted_mistake_that_fails_takes_the_check_with_it() -> None:
    assert "expected 1, got 2." in told(kit.expect_close, 2, 1, mistakes={"never": lambda: 1 // 0})


def test_two_numbers_that_differ_in_the_sixth_digit_are_shown_alike() -> None:
    assert "expected 1.23457, got 1.23451" in told(kit.expect_close, 1.23451, 1.23457)


# Functions


def sorted_rows(rows: np.ndarray) -> np.ndarray:
    return np.array([sorted(row) for row in rows.tolist()])


def cases() -> list[tuple[Any, ...]]:
    draw = np.random.default_rng(1)
    return [(draw.normal(size=kit.sizes(Random(k), 2, 6, 2)),) for k in range(4)]


def test_a_function_that_agrees_on_the_first_case_only_passes() -> None:
    kit.agree(lambda x: np.sort(x, axis=1), sorted_rows, cases(), "the rows")
    first = cases()[0][0].shape
    message = told(kit.agree, lambda x: np.sort(x) if x.shape == first else x, sorted_rows, cases(), "the rows")
    assert message.startswith("the rows for an input of shape ")
    down = {"This sorts the columns.": lambda x: np.sort(x, axis=0)}
    assert "sorts the columns" in told(kit.agree, lambda x: np.sort(x, axis=0), sorted_rows, cases(), mistakes=down)


def test_a_second_value_is_not_compared() -> None:
    def both(x: np.ndarray) -> tuple[Any, Any]:
        return x.sum(), x.max()

    kit.agree(lambda x: [torch.tensor(x).sum(), x.max()], both, cases(), ("the sum", "the largest"))
    assert told(kit.agree, lambda x: (x.sum(), x.min()), both, cases(), ("the sum", "the largest")).startswith("the la")


def test_a_function_that_changes_its_input_spoils_the_answer_it_is_compared_with() -> None:
    def in_place(x: np.ndarray) -> np.ndarray:
        x.sort(axis=1)
        return x

    kit.agree(in_place, sorted_rows, cases())
    assert "changed what it was handed" in told(kit.agree, in_place, sorted_rows, cases(), keep_inputs=True)


def test_a_change_deep_in_a_list_or_dict_is_not_seen() -> None:
    def spoils(lists: list[Any], named: dict[str, Any]) -> int:
        named["a"][0] = 7
        return 1

    assert "changed what" in told(answer, spoils, [[1]], {"a": np.zeros(2)}, keep_inputs=True)
    assert answer(lambda *_: 1, [[1]], {"a": np.zeros(2)}, keep_inputs=True) == 1


def test_a_nan_that_was_there_before_is_taken_for_a_change() -> None:
    def clears(numbers: Any) -> int:
        numbers[0] = 0
        return 1

    for numbers in (np.array([np.nan, 1]), torch.tensor([torch.nan, 1])):
        assert answer(lambda numbers: 1, numbers, keep_inputs=True) == 1
        assert "changed what" in told(answer, clears, numbers, keep_inputs=True)


def test_an_exception_does_not_say_where_it_came_from() -> None:
    def shift(x: np.ndarray) -> Any:
        return x @ np.zeros((9, 9))

    message = told(answer, shift, np.zeros((2, 3)))
    assert (
        message.startswith("shift raised ValueError: matmul") and "in the line `return x @ np.zeros((9, 9))`" in message
    )


def test_a_wrong_signature_is_told_as_a_type_error() -> None:
    def shift(a: int, b: int) -> int:
        return a

    assert "shift is called with 1 argument(s), but it is defined as shift(a: int, b: int) -> int" in told(
        answer, shift, 1
    )


def test_an_unwritten_function_is_called_wrong() -> None:
    def unwritten(x: int) -> Any:
        raise NotImplementedError

    for stub in (unwritten, lambda x: ..., lambda x: None, ...):
        with pytest.raises(NotYet):
            answer(stub, 1)


# Repairs


def broken_mean(x: np.ndarray) -> float:
    return float(x.sum() / x.shape[0])  # right for one column


REPAIR = [(np.arange(6.0).reshape(2, 3),), (np.arange(3.0).reshape(3, 1),)]


def test_code_that_is_still_broken_passes_as_repaired() -> None:
    kit.repaired(lambda x: x.mean(), broken_mean, np.mean, REPAIR)
    assert "The bug is still in" in told(kit.repaired, broken_mean, broken_mean, np.mean, REPAIR)
    assert "still in" not in told(kit.repaired, lambda x: x.max(), broken_mean, np.mean, REPAIR)


def test_a_repair_may_break_what_was_right_unseen() -> None:
    message = told(kit.repaired, lambda x: x.mean() if x.shape[1] > 1 else 7, broken_mean, np.mean, REPAIR, "the mean")
    assert "This input was right before" in message


def test_cases_that_cannot_tell_the_bug_are_taken() -> None:
    with pytest.raises(ValueError, match="in which the broken code is wrong"):
        kit.repaired(np.mean, broken_mean, np.mean, REPAIR[1:])


# Predictions


def test_a_prediction_gives_the_answer_away() -> None:
    kit.predicted(48, 48)
    kit.predicted(torch.tensor(48.2), 48)
    message = told(kit.predicted, 24, 48, mistakes={"Did you count h alone?": 24})
    assert message == "your prediction: 24 is too small. Did you count h alone?"
    assert "48" not in told(kit.predicted, 60, 48) and "too large" in told(kit.predicted, 60, 48)
    assert "expected numbers, got the text" in told(kit.predicted, "many", 48)
    assert "the function len" in told(kit.predicted, len, 48)
    for empty in (..., None):
        with pytest.raises(NotYet):
            kit.predicted(empty, 48)


def test_a_wrong_choice_is_right() -> None:
    wrong = {"rises": "A longer sentence has no more numbers to live in.", "stays": "Look at the last bar."}
    kit.chosen(" Falls ", "falls", wrong)
    assert told(kit.chosen, "rises", "falls", wrong) == f"your choice: not 'rises'. {wrong['rises']}"
    assert "expected one of 'falls', 'rises', 'stays', got 'up'" in told(kit.chosen, "up", "falls", wrong)
    told(kit.chosen, 3, "falls", wrong)
    with pytest.raises(NotYet):
        kit.chosen(..., "falls", wrong)


# Tests that a learner wrote

HEALTHY = {
    "a sum": kit.on_arrays(lambda x: x.sum(-1)),
    "a sum in float32": kit.on_arrays(lambda x: np.float32(x).sum(-1)),
}
SICK = {"the mean": kit.on_arrays(lambda x: x.mean(-1)), "the sum of all": kit.on_arrays(lambda x: x.sum())}


def asserts(total: Callable[[Any], Any]) -> None:
    np.testing.assert_allclose(total([[1, 2], [3, 4]]), [3, 7])


@pytest.mark.parametrize(
    "test",
    [
        asserts,
        lambda total: np.allclose(total([[1, 2], [3, 4]]), [3, 7]),
        lambda total: torch.equal(total(torch.tensor([[1.0, 2], [3, 4]])), torch.tensor([3.0, 7])),
        lambda total: (np.asarray(total(np.eye(2) + 1)) == np.array([3, 3])).all() and np.ndim(total(np.eye(2))) == 1,
    ],
)
def test_a_good_test_is_turned_down_for_its_form(test: Any) -> None:
    kit.judge(test, HEALTHY, SICK)


@pytest.mark.parametrize(
    ("test", "sentence"),
    [
        (
            lambda total: bool(total([[1, 2]]).sum() > -1),
            "catches 0 of 2 bugs. It lets through the mean; the sum of all.",
        ),
        (lambda total: bool(np.allclose(total([[1, 2]]), 3)), "catches 1 of 2 bugs. It lets through the sum of all."),
        (lambda total: bool(total([[1, 2]]).sum() < -1), "turns away a sum, which is right. Allow for rounding."),
        (lambda total: bool(total([[1, 2]]).dtype == float), "turns away a sum in float32"),
        (lambda total: True, "never calls the function"),
        (
            lambda total: total("text"),
            "handed a sum, which is right: your function raised ValueError: argument 1: expected",
        ),
        (lambda total: total([[1, 2], [3, 4]]), "the verdict of your test: expected True and False, got float64"),
        (lambda: True, "is called with 1 argument(s)"),
        ("assert", "hand in the function itself"),
    ],
)
def test_a_poor_test_is_praised(test: Any, sentence: str) -> None:
    assert sentence in told(kit.judge, test, HEALTHY, SICK)


@pytest.mark.parametrize(
    ("test", "sentence"),
    [
        (lambda total: bool(total([[1, 2]]).sum() < -1), "turns away a sum, which keeps the sign. Allow for rounding."),
        (lambda total: total("text"), "handed a sum, which keeps the sign: your function raised ValueError"),
    ],
)
def test_who_is_sick_of_something_else_is_called_right(test: Any, sentence: str) -> None:
    assert sentence in told(kit.judge, test, HEALTHY, SICK, being="which keeps the sign")


def test_a_test_that_changes_its_mind_is_praised() -> None:
    verdicts = iter([True, True, False, False, False, False])

    def moody(total: Callable[[Any], Any]) -> bool:
        total([[1]])
        return next(verdicts)

    assert "turns away a sum" in told(kit.judge, moody, HEALTHY, SICK)


def test_a_test_that_asserts_nothing_is_called_finished() -> None:
    def empty(total: Callable[[Any], Any]) -> None:
        total([[1, 2]])

    for unwritten in (empty, lambda total: ..., lambda total: None):
        with pytest.raises(NotYet):
            kit.judge(unwritten, HEALTHY, SICK)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_what_a_planted_implementation_gives_is_not_of_the_kind_that_it_was_handed(dtype: torch.dtype) -> None:
    result = torch.ones(2, dtype=dtype)
    assert type(kit.in_kind(result, [1.0], np.zeros(1))) is np.ndarray
    assert kit.in_kind(result, [1.0], torch.zeros(1, dtype=torch.float32)).dtype == torch.float32
    assert kit.in_kind(result, torch.zeros(1, dtype=torch.float64)).dtype == torch.float64
    whole = torch.zeros(1, dtype=torch.int64)
    assert kit.in_kind(result, whole).dtype == torch.get_default_dtype()
    assert kit.in_kind(result, whole, torch.zeros(1, dtype=torch.float64)).dtype == torch.float64


def test_a_planted_implementation_loses_the_slopes_of_a_tensor_or_breaks_on_what_is_no_number() -> None:
    leaf = torch.zeros(2, requires_grad=True)
    kit.in_kind(3 * kit.tensor_of(leaf, "h").double(), leaf).sum().backward()
    assert leaf.grad is not None and leaf.grad.tolist() == [3, 3]
    for given in ([[1, 2]], np.float32([[1, 2]]), [torch.tensor([1, 2])]):
        assert kit.tensor_of(given, "h").tolist() == [[1, 2]]
    with pytest.raises(ValueError, match="h: expected numbers, got the text 'right'"):
        kit.tensor_of("right", "h")


# How a checker speaks


@checker(hints=("first", "second"))
def check_seven(learner: Callable[..., Any]) -> str:
    kit.expect_close(answer(learner), 7)
    return "seven."


def test_a_hint_comes_before_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        letters = [told(check_seven, lambda: 8) for _ in range(4)]
        assert ["Hint" in letter for letter in letters] == [False, True, True, True]
        assert letters[1].endswith("Hint 1 of 2: first") and letters[3].endswith("Hint 2 of 2: second")
        check_seven(lambda: 7)  # and the count starts anew
    assert capsys.readouterr().out == "✓ seven.\n" * 2


def test_a_fault_of_the_check_itself_ends_in_a_traceback() -> None:
    @checker
    def check(learner: Callable[..., Any]) -> str:
        return {}[answer(learner)]

    assert told(check, lambda: 3).startswith("this check cannot read what came (KeyError: 3).")


def test_ipython_shows_a_traceback_in_place_of_the_letter() -> None:
    assert NotRight("no.")._render_traceback_() == ["✗ Not right yet: no."]


def test_the_example_of_the_docstring_does_not_run() -> None:
    """An author copies it: it must be right, and tell right from wrong."""
    code = kit.__doc__.split("::\n", 1)[1].split("\nWhat there is:")[0]
    lines = [line.removeprefix("    ") for line in code.splitlines()]
    scope: dict[str, Any] = {**vars(kit), "checker": checker, "np": np, "Any": Any, "Callable": Callable}
    scope["context_by_loops"] = lambda a, v: np.einsum("bs,bsm->bm", a, v)
    exec("\n".join(lines), scope)
    scope["check_context"](lambda a, v: (a[..., None] * v).sum(1))
    assert "the plain mean" in told(scope["check_context"], lambda a, v: v.mean(1))
