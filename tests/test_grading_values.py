"""What may pass between a submission and its tests: everything that is a value, and nothing that could run."""

import json
import math
import socket

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grading import channel, values
from grading.channel import Channel, Closed, Nonsense, TooLate
from grading.values import NoValue, pack, unpack

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.complex_numbers(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def sent(value):
    """Return ``value`` as it comes out on the other side."""
    return unpack(json.loads(json.dumps(pack(value))))


@given(PLAIN)
def test_a_value_comes_out_as_it_went_in(value):
    back = sent(value)

    assert repr(back) == repr(value)


@pytest.mark.parametrize(
    "value",
    [{1, 2}, frozenset({"a"}), {(1, 2): [3]}, float("inf"), True, 10**40, "\ud800"],
    ids=["set", "frozenset", "tuple as key", "infinity", "True is no 1", "long number", "half a character"],
)
def test_rare_values_keep_their_kind(value):
    assert sent(value) == value and type(sent(value)) is type(value)


def test_nan_stays_nan():
    assert math.isnan(sent(float("nan")))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool", "uint8", "complex64"])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_an_array_and_a_tensor_come_out_as_they_went_in(dtype, shape):
    array = np.ones(shape, dtype)
    for value in (array, torch.from_numpy(array)):
        back = sent(value)
        assert type(back) is type(value) and back.dtype == value.dtype and tuple(back.shape) == shape
        assert bool((back == value).all())


def test_a_number_of_numpy_keeps_its_precision():
    assert type(sent(np.float32(0.1))) is np.float32 and sent(np.float32(0.1)) == np.float32(0.1)


def test_an_array_seen_from_behind_comes_out_in_its_order():
    array = np.arange(6).reshape(2, 3)
    assert np.array_equal(sent(array.T), array.T) and np.array_equal(sent(array.T[::-1]), array.T[::-1])


class _Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [object(), print, np.array([object()]), np.array(["text"]), _Text("a"), type("list", (list,), {})()],
    ids=["object", "function", "array of objects", "array of text", "text of another class", "list of another class"],
)
def test_what_could_run_is_refused(value):
    with pytest.raises(NoValue):
        pack(value)


def test_a_list_that_holds_itself_is_refused():
    value: list = []
    value.append(value)
    with pytest.raises(NoValue, match="hold itself"):
        pack(value)


def test_a_huge_array_is_refused(monkeypatch):
    monkeypatch.setattr(values, "MOST_BYTES", 100)
    with pytest.raises(NoValue, match="bytes"):
        pack(np.zeros(100))


@pytest.mark.parametrize(
    "packed",
    [
        {"array": {"dtype": "O", "shape": [1], "bytes": "AAAAAAAAAAA="}},
        {"array": {"dtype": "<f8", "shape": [3], "bytes": "AAAA"}},
        {"array": {}},
        {"dict": [[{"list": []}, 1]]},
        {"dict": [1]},
        {"pickle": "gASVCgAAAAAAAAB9lC4="},
        {"float": "no number"},
        {"list": 3},
        {"list": [], "tuple": []},
        [1],
    ],
    ids=lambda packed: str(packed)[:30],
)
def test_a_forged_value_is_refused(packed):
    with pytest.raises(NoValue):
        unpack(packed)


@pytest.fixture
def ends():
    one, other = socket.socketpair()
    yield Channel(one), other
    one.close()
    other.close()


def test_two_messages_in_one_piece_are_two(ends):
    ours, theirs = ends
    theirs.sendall(b'{"a": 1}\n{"b": 2}\n{"c"')
    assert ours.receive(1) == {"a": 1} and ours.receive(1) == {"b": 2}
    theirs.sendall(b": 3}\n")
    assert ours.receive(1) == {"c": 3}


def test_silence_ends(ends):
    with pytest.raises(TooLate):
        ends[0].receive(0.01)


def test_half_a_message_is_late_too(ends):
    ours, theirs = ends
    theirs.sendall(b'{"a": ')
    with pytest.raises(TooLate):
        ours.receive(0.05)


def test_an_end_is_told_from_silence(ends):
    ours, theirs = ends
    theirs.close()
    with pytest.raises(Closed):
        ours.receive(1)


@pytest.mark.parametrize("line", [b"no json\n", b"[1]\n", b"\xff\xfe\n", b"[" * 10_000 + b"\n"])
def test_nonsense_is_no_message(ends, line):
    ours, theirs = ends
    theirs.sendall(line)
    with pytest.raises(Nonsense):
        ours.receive(1)


def test_a_message_without_end_fills_no_memory(ends, monkeypatch):
    monkeypatch.setattr(channel, "MOST_BYTES", 1000)
    ours, theirs = ends
    theirs.sendall(b"a" * 100_000)
    with pytest.raises(Nonsense, match="more than"):
        ours.receive(1)
