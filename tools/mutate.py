"""Plant every mutant of a module, run the tests that reach its line, and record which of them nothing sees.

    python tools/mutate.py attention search      # these modules; without a name, all of them: hours
    python tools/mutate.py --most 100 training   # a sample of that many a module
    python tools/mutate.py --survivors           # once more those that survived, after new tests

The tests of a module are those of its own name and those that import it. All happens in forks of one pytest, which
has collected them: first each test is run alone, to see which lines it reaches; then a fork a mutant plants it among
the functions that are loaded already and runs the tests that reach it until one fails, first the quick ones that have
killed many. What survives is in ``tests/mutants.json``. What no test could see stands in
``tests/equivalent_mutants.toml`` with a reason; an entry that fits no mutant is an error.
What a test file computes while it is imported was computed without the mutant: put it into the tests.
"""

import argparse
import gc
import inspect
import json
import os
import pickle
import random
import resource
import signal
import sys
import time
import types
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import tomllib
from mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.forking_pytest import LATE, OPTIONS, imported, load, prepare  # noqa: E402

RECORD, EQUIVALENT = ROOT / "tests" / "mutants.json", ROOT / "tests" / "equivalent_mutants.toml"
SLOW = 2  # seconds of computing; slower tests are left out, for each mutant that survives would run them
LIMIT = 20  # seconds of computing for a mutant: an endless loop is seen

Lines = set[tuple[str, int]]

# module: its files, and the tests about it by the middle of their files' names
MODULES = {
    "attention": ("attention/*.py", "attention local_and_self_attention hard_attention vaswani"),
    "decoders": ("decoders/*.py", "decoders bare_steps vaswani luong_switches"),
    "seq2seq": ("seq2seq.py", "seq2seq beam"),
    "search": ("search/*.py", "search beam exact"),
    "batching": ("batching.py", "batching"),
    "metrics": ("metrics/*.py", "metrics undefined"),
    "evaluation": ("evaluation.py", "evaluation undefined"),
    "tracing": ("tracing.py", "tracing"),
    "splits": ("corpora/splits.py", "corpora"),
    "frames": ("widgets/frames.py", "widgets"),
    "encoders": ("encoders/*.py", "encoders vaswani"),
    "alignment": ("alignment/*.py", "alignment looks scenes pieces_in_words"),
    "training": ("training/*.py", "training objectives recipes"),
}
EVERY = {"properties", "options", "not_a_number", "captions"}
"""Tests that meet a module through whole models, whatever they import."""


def files_of(module: str) -> list[Path]:
    return sorted((ROOT / "course_lib").glob(MODULES[module][0]))


def seeing(module: str, own: bool = False) -> list[set[str]]:
    """Return the tests that can see a mutant of ``module``: its own, and unless these alone are asked for, those that
    import it. Tests of records only read it."""
    tests = {*MODULES[module][1].split()}
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in files_of(module)
    }
    about = {
        path.stem.removeprefix("test_")
        for path in (ROOT / "tests").glob("test_*.py")
        if not path.stem.endswith("_record") and imported(path.read_text("utf-8")) & names
    }
    return [tests] if own else [tests, (about | EVERY) - tests]


class Run:
    """A plugin of pytest: instead of the tests, it runs the mutants of ``modules``."""

    def __init__(self, modules: list[str], most: int, survivors: bool, own: bool, seconds: float) -> None:
        self.modules, self.most, self.survivors, self.own, self.seconds = modules, most, survivors, own, seconds
        self.sources = [path for module in modules for path in files_of(module)]
        self.reached: dict[pytest.Item, tuple[float, Lines | None]] = {}
        self.kills: Counter[tuple[str, pytest.Item]] = Counter()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for module in self.modules:
            made = [
                mutant
                for path in files_of(module)
                for mutant in mutants(str(path.relative_to(ROOT)), path.read_text("utf-8"))
            ]
            record = Record(module, made)
            if self.survivors and not record.entry:
                say(f"{module}: nothing recorded yet")
                continue
            chosen = record.survivors() if self.survivors else record.sample(self.most)
            tiers = [
                [item for item in session.items if item.path.stem.removeprefix("test_") in names]
                for names in seeing(module, self.own)
            ]
            say(f"{module}: {len(chosen)} of {len(made)} mutants, {' and '.join(str(len(t)) for t in tiers)} tests")
            for mutant in chosen:
                fate = next((fate for tier in tiers if (fate := self.fate(mutant, tier)) != "survived"), "survived")
                record.note(mutant, fate)
                say(f"{fate}: {' | '.join(mutant.key)}")
            say(f"{module}: {record.write()} %")
        return True

    def fate(self, mutant: Mutant, tests: list[pytest.Item]) -> str:
        """Plant a mutant and run those of the tests that reach it."""
        self.reach(tests)
        tests = sorted((test for test in tests if reaches(self.reached[test][1], mutant)), key=self.turn(mutant.file))
        until = list(accumulate(self.reached[test][0] for test in tests))
        tests = tests[: 1 + sum(seconds < self.seconds for seconds in until)]
        seconds = sum(self.reached[test][0] for test in tests)
        code, seen, _ = forked(lambda: attempt(mutant, tests), limit=LIMIT + int(2 * seconds))
        if seen is not None:
            self.kills[mutant.file, tests[seen]] += 1
        return {0: "survived", 1: "killed"}.get(code, "timed out" if code < 0 else "not planted")

    def turn(self, file: str) -> Callable[[pytest.Item], float]:
        """Return what orders tests: early the quick ones, earlier those that have killed much in ``file``."""
        return lambda test: self.reached[test][0] / (1 + self.kills[file, test])

    def reach(self, tests: list[pytest.Item]) -> None:
        """Find the seconds of each test and the lines of the modules that it runs; none where it is slow or red."""
        while wanted := [test for test in tests if test not in self.reached]:
            _, found, _ = forked(lambda: (0, reach(wanted, self.sources)), limit=2 * SLOW * len(wanted))
            self.reached |= zip(wanted, found, strict=False)
            if len(found) < len(wanted):
                say(f"left out, slow or red: {wanted[len(found) - 1].nodeid}")


class Record:
    """What became of the mutants of one module, and its entry in the file."""

    def __init__(self, module: str, made: list[Mutant]) -> None:
        self.module, self.made = module, made
        self.entry = recorded().get(module, {})
        self.fates: dict[str, list[Mutant]] = {"killed": [], "timed out": [], "survived": [], "not planted": []}
        self.excused = equivalents().keys()

    def sample(self, most: int) -> list[Mutant]:
        """Choose among all, the same ones each time, and begin anew."""
        self.entry = {"mutants": len(self.made), "tried": 0, "killed": 0, "timed out": 0, "survivors": []}
        places = sorted(random.Random(self.module).sample(range(len(self.made)), min(len(self.made), most)))
        return [self.made[k] for k in places]

    def survivors(self) -> list[Mutant]:
        last = {tuple(key) for key in self.entry.get("survivors", [])}
        return [mutant for mutant in self.made if mutant.key in last - self.excused]

    def note(self, mutant: Mutant, fate: str) -> None:
        self.fates[fate].append(mutant)

    def write(self) -> float:
        """Add what was seen; return the per cent killed of those that can be."""
        entry = self.entry
        for fate in ("killed", "timed out"):
            entry[fate] += len(self.fates[fate])
        entry["survivors"] = sorted(list(m.key) for m in self.fates["survived"] if m.key not in self.excused)
        known = entry["killed"] + entry["timed out"]
        entry["tried"] = entry["tried"] or known + len(self.fates["survived"])
        entry["equivalent"] = entry["tried"] - known - len(entry["survivors"])
        entry["score"] = round(100 * known / max(1, known + len(entry["survivors"])), 1)
        told = recorded() | {self.module: entry}
        RECORD.write_text(json.dumps(dict(sorted(told.items())), indent=1, ensure_ascii=False) + "\n", "utf-8")
        return entry["score"]


def recorded() -> dict[str, Any]:
    return json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, file=sys.__stderr__, flush=True)


def reaches(lines: Lines | None, mutant: Mutant) -> bool:
    """Say whether a test that runs these lines may see the mutant; one that was left out has none. What stands outside
    of every function may be seen by a test that runs nothing, and reads a constant or a default."""
    file = str(ROOT / mutant.file)
    if lines is None:
        return False
    if mutant.lines:
        return any((file, n) in lines for n in mutant.lines)
    return not lines or any(name == file for name, _ in lines)


def forked(work: Callable[[], tuple[int, Any]], limit: int = LIMIT) -> tuple[int, Any, float]:
    """Do ``work`` in a fork; return its code (below zero: it was ended), what it found, and its seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        gc.disable()  # it would write to every page that the fork shares
        before, code = time.process_time(), 2
        try:
            code, found = work()
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump((found, time.process_time() - before), pipe)
        finally:
            os._exit(code)  # whatever happens, no second pytest goes on from here
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    found, seconds = pickle.loads(told) if told else (None, float("inf"))
    return code, found, seconds


def passed(items: list[pytest.Item], alone: bool = False) -> Iterator[bool]:
    """Run tests in this process, one after the other or each ``alone``; say of each whether it passed."""
    for item, following in zip(items, [*items, None][1:], strict=True):
        reports: list[Any] = []
        item.config.pluginmanager.register(collector := _Reports(reports))
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None if alone else following)
        item.config.pluginmanager.unregister(collector)
        yield not any(report.failed for report in reports)


class _Reports:
    def __init__(self, reports: list[Any]) -> None:
        self.reports = reports

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.reports.append(report)


def reach(items: list[pytest.Item], files: list[Path]) -> list[tuple[float, Lines | None]]:
    """Run tests, up to the first that is slow or red and may leave anything behind; find the seconds of each and the
    lines of ``files`` that it runs, ``None`` of that last one."""
    names, lines, found = {str(path) for path in files}, set(), []

    def local(frame: types.FrameType, event: str, _: Any) -> Any:
        lines.add((frame.f_code.co_filename, frame.f_lineno))
        return local

    def too_slow(*_: Any) -> None:
        raise TimeoutError(f"More than {SLOW} seconds.")

    signal.signal(signal.SIGPROF, too_slow)
    sys.settrace(lambda frame, event, _: local if frame.f_code.co_filename in names else None)
    signal.setitimer(signal.ITIMER_PROF, SLOW)
    for green in passed(items, alone=True):
        found.append((SLOW - signal.getitimer(signal.ITIMER_PROF)[0], set(lines) if green else None))
        if not green:
            break
        lines.clear()
        signal.setitimer(signal.ITIMER_PROF, SLOW)
    signal.setitimer(signal.ITIMER_PROF, 0)
    sys.settrace(None)
    return found


def attempt(mutant: Mutant, tests: list[pytest.Item]) -> tuple[int, int | None]:
    """Plant a mutant; return 1 if it is seen, and the number of the test that did."""
    try:
        plant(mutant)
    except (SyntaxError, ValueError, TypeError):
        return 3, None  # it is no program, or a function of another kind
    except Exception:
        return 1, None  # the module cannot be imported: everything sees it
    seen = next((number for number, green in enumerate(passed(tests)) if not green), None)
    return int(seen is not None), seen


def plant(mutant: Mutant) -> None:
    """Put what the changed source defines into the module that everybody has imported already."""
    name = mutant.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    module, fresh = sys.modules[name], types.ModuleType(name)
    fresh.__package__ = module.__package__
    exec(compile(mutant.tree(), str(ROOT / mutant.file), "exec"), fresh.__dict__)
    for key, new in list(vars(fresh).items()):
        old = getattr(module, key, None)
        if inspect.isclass(new) and new.__module__ == name:
            for part, value in list(vars(new).items()):
                _take_over(vars(old)[part], value, partial(setattr, old, part))
        elif not key.startswith("__"):
            _take_over(old, new, partial(_everywhere, key, old))


def _take_over(old: Any, new: Any, put: Callable[[Any], None]) -> None:
    """Give the old function the new one's code and defaults; ``put`` a new constant in the old one's place."""
    old, new = (getattr(f, "fget", None) or getattr(f, "__func__", None) or f for f in (old, new))
    if isinstance(new, types.FunctionType) and isinstance(old, types.FunctionType):
        old, new = inspect.unwrap(old), inspect.unwrap(new)
        if (old.__code__, old.__defaults__, old.__kwdefaults__) != (new.__code__, new.__defaults__, new.__kwdefaults__):
            old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
    elif isinstance(new, bool | int | float | str | tuple | dict) and new != old:
        put(new)


def _everywhere(key: str, old: Any, new: Any) -> None:
    for module in list(sys.modules.values()):
        if getattr(module, key, None) is old:
            setattr(module, key, new)


def equivalents() -> dict[tuple[str, str, str], str]:
    """Return the reasons why some mutants change nothing that a test could see."""
    entries = tomllib.loads(EQUIVALENT.read_text("utf-8"))["mutant"] if EQUIVALENT.exists() else []
    return {(entry["file"], entry["line"], entry["change"]): entry["reason"] for entry in entries}


def unknown_equivalents() -> list[tuple[str, str, str]]:
    """Return the entries of the list that fit no mutant of the sources as they are now."""
    keys = equivalents().keys()
    files = {file for file, _, _ in keys}
    made = {mutant.key for file in files for mutant in mutants(file, (ROOT / file).read_text("utf-8"))}
    return sorted(keys - made)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", choices=[*MODULES, []], metavar="MODULE", help=", ".join(MODULES))
    parser.add_argument("--most", type=int, default=sys.maxsize, help="a sample of that many mutants of a module")
    parser.add_argument("--survivors", action="store_true", help="only those that survived last time")
    parser.add_argument("--own", action="store_true", help="only the tests named in MODULES")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of tests a mutant; the others come later")
    parser.add_argument("-k", default="", metavar="EXPRESSION", help="only these tests, as pytest names them")
    options = parser.parse_args(arguments)
    if wrong := unknown_equivalents():
        print("No such mutant; was the line changed?", *wrong, sep="\n", file=sys.stderr)
        return 1
    modules = options.modules or list(MODULES)
    names = sorted({name for module in modules for tests in seeing(module, options.own) for name in tests})
    prepare()
    for name in LATE:
        load(name)  # once: an optimiser imports for two seconds, and made every test slow that trains
    tests = [str(ROOT / f"tests/test_{name}.py") for name in names]
    run = Run(modules, options.most, options.survivors, options.own, options.seconds)
    return pytest.main([*OPTIONS, "-s", "-k", options.k, *tests], [run])


if __name__ == "__main__":
    sys.exit(main())
