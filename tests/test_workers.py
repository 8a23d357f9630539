"""What the processes that share the tests tell the one that gathers them."""

import pytest

from tests.conftest import WithPlaces, is_read


def told(when: str, outcome: str) -> dict[str, str]:
    return {"when": when, "outcome": outcome}


@pytest.mark.parametrize(
    "data",
    [
        told("call", "passed"),
        *[told(when, bad) for when in ("setup", "call", "teardown") for bad in ("failed", "skipped")],
    ],
)
def test_an_outcome_is_kept_from_the_report(data: dict[str, str]) -> None:
    assert is_read("testreport", data=data)


@pytest.mark.parametrize("name", ["logfinish", "runtest_protocol_complete", "warning_recorded", "workerfinished"])
def test_what_the_scheduler_waits_for_is_never_sent(name: str) -> None:
    assert is_read(name, nodeid="tests/test_claims.py::test")


def test_what_nobody_reads_is_sent() -> None:
    assert not is_read("logstart", nodeid="tests/test_claims.py::test")
    assert not any(is_read("testreport", data=told(when, "passed")) for when in ("setup", "teardown"))


def test_a_test_is_taken_for_its_neighbour() -> None:
    names = [f"test[{k}]" for k in range(5)]
    places = WithPlaces(names)
    assert places == names
    assert [places.index(name) for name in reversed(names)] == [4, 3, 2, 1, 0]
