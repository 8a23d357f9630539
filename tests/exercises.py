"""What all tests of checkers share: every check with a right answer, odd answers, and how to read a letter."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch

from course_lib.checks.report import NotRight

HINT = "\n  Hint "
_QUOTED = re.compile(r", in the line `.*?`(?=\.)", re.DOTALL)


def letter(check: Callable[[Any], None], learner: Any) -> str:
    """Return what a wrong answer is told, without the hint that a repeated one brings."""
    with pytest.raises(NotRight) as refusal:
        check(learner)
    return str(refusal.value).split(HINT)[0]


def unquoted(text: str) -> str:
    """Return a letter without the line that raised: if that is a row of WRONG, it holds its own pattern."""
    return _QUOTED.sub("", text)


def passes(check: Callable[[Any], None], learner: Any, capsys: pytest.CaptureFixture[str]) -> bool:
    """Return whether a right answer is told so."""
    check(learner)
    return capsys.readouterr().out.startswith("✓ ")


def is_not_yet(check: Callable[[Any], None], capsys: pytest.CaptureFixture[str]) -> bool:
    """Return whether an exercise that nobody has begun is called that, and no mistake."""
    check(lambda *arguments: ...)
    return capsys.readouterr().out.startswith("○ Not yet")


def right_answers_pass(right: Sequence[tuple[Callable[[Any], None], Any]]) -> Callable[..., None]:
    """Return the test of a chapter's right answers; none of its exercises is a mistake before it is begun."""

    @pytest.mark.parametrize(("check", "solution"), right)
    def test(check: Callable[[Any], None], solution: Any, capsys: pytest.CaptureFixture[str]) -> None:
        assert passes(check, solution, capsys)
        assert is_not_yet(check, capsys)

    return test


def mistakes_are_named(mistakes: Sequence[tuple[Callable[[Any], None], Any, str]]) -> Callable[..., None]:
    """Return the test of a chapter's usual mistakes, each with a pattern of what it is told."""

    @pytest.mark.parametrize(("check", "wrong", "message"), mistakes)
    def test(check: Callable[[Any], None], wrong: Any, message: str) -> None:
        assert re.search(message, unquoted(letter(check, wrong)))

    return test


def always(verdict: bool) -> Callable[..., bool]:
    """Return a test, as a learner may write it, that runs what it is handed and says ``verdict`` whatever comes."""

    def test(candidate: Callable[..., Any], *given: Any) -> bool:
        candidate(*given)
        return verdict

    return test


def raises(*arguments: Any) -> Any:
    raise ValueError("boom")


def divides_by_zero(*arguments: Any) -> Any:
    return 1 // 0


ODD_RESULTS: dict[str, Callable[[], Any]] = {
    "nothing": lambda: None,
    "dots": lambda: ...,
    "a text": lambda: "right",
    "a text that is a number": lambda: "3.0",
    "bytes": lambda: b"3",
    "an array of texts": lambda: np.array(["a", "b"]),
    "NaN": lambda: float("nan"),
    "infinity": lambda: torch.tensor(torch.inf),
    "an array of NaN": lambda: np.full((2, 3), np.nan),
    "four axes": lambda: np.zeros((3, 1, 2, 5)),
    "no entries": lambda: [],
    "an empty tensor": lambda: torch.zeros(0, 3),
    "ragged rows": lambda: [[1, 2], [3]],
    "a ragged pair": lambda: ([1.0, 2.0], [3.0]),
    "ragged tensors": lambda: [torch.zeros(2), torch.zeros(3)],
    "a number among rows": lambda: [1, [2, 3]],
    "nothings": lambda: (None, None, None),
    "two nothings": lambda: (None, None),
    "texts": lambda: ("a", "b", "c"),
    "a generator": lambda: (k for k in range(3)),
    "a map": lambda: map(float, range(3)),
    "a dict": lambda: {"a": 1},
    "a set": lambda: {1, 2, 3},
    "an object": object,
    "a class": lambda: int,
    "a function": lambda: raises,
    "a complex number": lambda: 1j,
    "a complex tensor": lambda: torch.zeros(2, 3, dtype=torch.complex64),
    "an array of objects": lambda: np.array([object(), None]),
    "a huge integer": lambda: 10**40,
    "minus one": lambda: -1,
}
ODD_LEARNERS: dict[str, Any] = {
    **{f"returns {name}": lambda *_, odd=odd: odd() for name, odd in ODD_RESULTS.items()},
    "raises": raises,
    "divides by zero": divides_by_zero,
    "takes nothing": lambda: 1,
    "takes nine": lambda a, b, c, d, e, f, g, h, i: 1,
    "a text in place of a function": "shift",
    "a number in place of a function": 3,
    "an array in place of a function": np.zeros((2, 3)),
    "a tuple in place of a function": (1, 2),
    "a built-in without a signature": max,
    "a class in place of a function": dict,
    "dots in place of a function": ...,
    "nothing in place of a function": None,
}


def spoilt(value: Any, odd: Any) -> Iterator[Any]:
    """Yield copies of a right answer of several parts, one part replaced by ``odd`` in each."""
    if is_dataclass(value):
        for field in fields(value):
            if getattr(value, field.name) is not None:
                yield replace(value, **{field.name: odd})
    elif isinstance(value, tuple):
        for k in range(len(value)):
            yield (*value[:k], odd, *value[k + 1 :])
    elif isinstance(value, dict):
        for key in value:
            yield {**value, key: odd}


def _floating(value: Any) -> bool:
    return np.asarray(torch.as_tensor(value).detach()).dtype.kind == "f"


def _cast(value: Any, dtype: torch.dtype) -> Any:
    tensor = torch.as_tensor(value)
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


def _grown(value: Any) -> Any:
    tensor = torch.as_tensor(value)
    return tensor.detach().clone().requires_grad_() if tensor.is_floating_point() else tensor


def _listed(value: Any) -> Any:
    return torch.as_tensor(value).tolist()


def _tupled(value: Any) -> Any:
    return tuple(map(_tupled, value)) if isinstance(value, list) else value


def _narrow(value: Any) -> Any:
    array = np.asarray(torch.as_tensor(value).detach())
    return array.astype({"f": np.float32, "i": np.int32, "b": np.bool_}[array.dtype.kind])


FORMS: dict[str, Callable[[Any], Any]] = {
    "a tensor": torch.as_tensor,
    "a tensor in float64": lambda value: _cast(value, torch.float64),
    "a tensor in float32": lambda value: _cast(value, torch.float32),
    "a tensor in float16": lambda value: _cast(value, torch.float16),
    "a tensor in bfloat16": lambda value: _cast(value, torch.bfloat16),
    "a tensor that wants a gradient": _grown,
    "an array": lambda value: np.asarray(torch.as_tensor(value).detach()),
    "an array in single precision, or of int32": _narrow,
    "a NumPy scalar": lambda value: np.asarray(torch.as_tensor(value).detach())[()],
    "lists": _listed,
    "tuples": lambda value: _tupled(_listed(value)),
    "a list of tensors": lambda value: list(tensor) if (tensor := torch.as_tensor(value)).ndim else tensor,
}


def reformed(value: Any, form: Callable[[Any], Any]) -> Any:
    """Return a right answer with every number in it in another form."""
    if is_dataclass(value):
        return value  # a part of it is what the exercise asks for: a tensor
    if isinstance(value, tuple):
        return type(value)(reformed(part, form) for part in value)
    if isinstance(value, dict):
        return {key: reformed(part, form) for key, part in value.items()}
    if isinstance(value, str) or (isinstance(value, np.ndarray) and value.dtype.kind == "U"):
        return value  # a word, or an array of words
    if isinstance(value, list):
        return value  # pairs of sentences
    given = form(value.copy() if isinstance(value, np.ndarray) else value)  # torch takes no array turned back to front
    if isinstance(value, torch.Tensor) and value.grad_fn is not None and getattr(given, "grad_fn", None) is None:
        return value  # its way back is part of the answer, and this form has none
    return given


HANDED_IN: dict[str, Callable[[torch.Tensor], Any]] = {
    "tensor": lambda x: x,
    "array": lambda x: x.numpy(),
    "lists": lambda x: x.tolist(),
    "single": torch.Tensor.float,
}
"""In which forms a learner's test may call a function that a check hands it."""


def answers_in_kind(
    functions: Mapping[str, Callable[..., Any]], arguments: Sequence[torch.Tensor], given: str, **tolerance: float
) -> None:
    """Assert that each function answers a tensor with a tensor of its kind, all else with an array, and alike."""
    form = HANDED_IN[given]
    for name, function in functions.items():
        got = function(*map(form, arguments))
        assert isinstance(got, torch.Tensor if given in ("tensor", "single") else np.ndarray), name
        assert given == "lists" or got.dtype == form(arguments[0]).dtype or "single" in name, name
        np.testing.assert_allclose(got, function(*arguments), err_msg=name, **tolerance)
