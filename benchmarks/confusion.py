"""Plant each bug and each pair of bugs, ask diagnose, and print which are named: the confusion table of the clinic.

    .venv/bin/python benchmarks/confusion.py > confusion.md          # the styles of the wild, seed 0
    .venv/bin/python benchmarks/confusion.py --seeds 0 1 2 --models  # and the library's models, healthy and sick

A row is a style; what is named otherwise than planted stands below the table, pair by pair. Nothing is written.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the wild ones live with the tests

from course_lib.clinic import BUGS, IN_MODELS, clash, diagnose, sick  # noqa: E402
from course_lib.models import luong2015  # noqa: E402
from course_lib.seq2seq import Seq2Seq  # noqa: E402

models: Any = import_module("tests.oracles.models")  # no part of what mypy looks at
WILD: Any = import_module("tests.oracles.wild").WILD

KINDS = ("untrained", "shaken", "trained")


class Case(NamedTuple):
    """What is asked about: a style, the bugs planted, and what makes the implementation sick while it is asked."""

    style: str
    planted: tuple[str, ...]
    seed: int
    make: Callable[[], Any]
    ill: Callable[[Any], AbstractContextManager[Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 where anything was named otherwise than planted."""
    parser = argparse.ArgumentParser(description="Print the confusion table of diagnose.")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--models", action="store_true", help="the library's models, too")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    cases = [*_wild(options.seeds), *(_library(options.seeds) if options.models else ())]
    wrong: list[str] = []
    counts: dict[str, list[int]] = {}
    for case in cases:
        made = case.make()
        with case.ill(made):
            report = diagnose(made, case.seed)
        row = counts.setdefault(case.style, [0] * 6)
        exact = report.keys == set(case.planted) and not report.broken
        row[2 * len(case.planted)] += 1
        row[2 * len(case.planted) + 1] += exact
        if not exact:
            broken = f"; broken: {report.broken[0]}" if report.broken else ""
            named = ", ".join(sorted(report.keys)) or "nothing"
            wrong.append(
                f"- {case.style}, seed {case.seed}: {' and '.join(case.planted) or 'healthy'}: {named}{broken}"
            )
            print(wrong[-1], file=sys.stderr, flush=True)
        print(f"\r{case.style}: {sum(row[::2])}", end="", file=sys.stderr, flush=True)
    print("| style | healthy, nothing named | one bug, exactly it named | two bugs, exactly both named |")
    print("|---|---|---|---|")
    for style, (a, b, c, d, e, f) in counts.items():
        print(f"| {style} | {b} of {a} | {d} of {c} | {f} of {e} |")
    print("\nNamed otherwise than planted:\n" if wrong else "\nNothing was named otherwise than planted.")
    print("\n".join(wrong))
    print("\nPairs that are no pairs:\n")
    print("\n".join(_apart()))
    return 1 if wrong else 0


def _wild(seeds: Sequence[int]) -> Iterator[Case]:
    for style, wild in WILD.items():
        for planted in [(), *((key,) for key in wild.can), *wild.pairs()]:
            for seed in seeds:
                yield Case(style, planted, seed, _made(wild.make, planted, seed), nullcontext)


def _made(make: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    return lambda: make(*arguments)


def _library(seeds: Sequence[int]) -> Iterator[Case]:
    """Every model of the library in every kind; bugs where they have a place, pairs in the one that has all."""
    for seed in seeds:
        for name in models.MAKERS:
            for kind in KINDS:
                yield Case("models of the library", (), seed, _made(small, name, kind, seed), nullcontext)
            for key in IN_MODELS:
                if not BUGS[key].refusal(small(name, "shaken", seed)) and not without_effect(name, key):
                    made = _made(small, name, "shaken", seed)
                    yield Case("models of the library", (key,), seed, made, _sickness(key))
        for pair in combinations(IN_MODELS, 2):
            if not clash(*pair):
                yield Case("models of the library", pair, seed, _made(deep, seed), _sickness(*pair))


def _sickness(*keys: str) -> Callable[[Seq2Seq], AbstractContextManager[None]]:
    @contextmanager
    def ill(model: Seq2Seq) -> Iterator[None]:
        with sick(model, *keys):
            yield

    return ill


def small(name: str, kind: str, seed: int) -> Seq2Seq:
    """Return a small model as it begins, with parameters far from zero, or after a few updates."""
    torch.manual_seed(seed)
    model = models.MAKERS[name](embedding=6, hidden=6)
    if kind == "shaken":
        return models.shaken(model, seed)
    return models.a_little_trained(model) if kind == "trained" else model


def deep(seed: int) -> Seq2Seq:
    """Return a model in which every bug of a model has its place."""
    options: dict[str, Any] = {"score": "general", "direction": "bidirectional", "layers": 2}
    return models.shaken(luong2015(models.SOURCE, models.TARGET, embedding=6, hidden=6, **options), seed)


def without_effect(name: str, key: str) -> bool:
    """Say whether a bug can be switched on and changes nothing: a decoder that never reads the encoder's last state."""
    unread = name == "cho-no-source" or ("zeros" in name and "bidirectional" not in name)
    return key == "state_after_padding" and unread


def _apart() -> list[str]:
    reasons: dict[str, list[str]] = {}
    for style, wild in WILD.items():
        for pair in combinations(wild.can, 2):
            if why := wild.why_not(*pair):
                reasons.setdefault(f"{pair[0]} and {pair[1]}: {why}", []).append(style)
    return [f"- {reason} ({', '.join(styles)})" for reason, styles in reasons.items()]


if __name__ == "__main__":
    sys.exit(main())
