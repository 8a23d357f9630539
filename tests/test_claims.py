"""A claim that does not hold stops the page; one that holds prints the same line everywhere."""

import numpy as np
import pytest
import torch

from course_lib.claims import ClaimError, claim

YES = [True, np.bool_(True), np.array(True), np.array([True]), torch.tensor(2.0) > 1, np.float64(2) > 1]


@pytest.mark.parametrize("holds", YES)
def test_a_claim_that_holds_prints_its_text_and_no_number(holds: object, capsys: pytest.CaptureFixture[str]) -> None:
    claim("attention wins", holds, attention=98.3, fixed=12.1)
    assert capsys.readouterr().out == "✓ attention wins\n"


@pytest.mark.parametrize("holds", [False, np.bool_(False), torch.tensor(0.0) > 1])
def test_a_claim_that_does_not_hold_never_passes_in_silence(holds: object, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ClaimError, match=r"(?s)✗ attention wins.*attention = 12\.5.*fixed = 98"):
        claim("attention wins", holds, attention=12.5, fixed=98)
    assert "✓" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("holds", "wrong"),
    [
        (np.array([True, False]), "shape \\(2,\\)"),
        (torch.ones(2, 2) > 0, "shape \\(2, 2\\)"),
        (np.array([]), "shape \\(0,\\)"),
        (float("nan"), "number nan"),  # a NaN is true to Python
        (0.4, "number 0.4"),
        (np.float64(0.4), "number 0.4"),
        ("False", "'False'"),
        (None, "None"),
    ],
)
def test_what_is_no_yes_or_no_is_not_taken_for_a_yes(holds: object, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        claim("attention wins", holds)


def test_a_claim_says_something() -> None:
    with pytest.raises(ValueError, match="empty text"):
        claim(" ", True)
