"""The checks of the problem sets: each knows examples, and no solution.

``check("ps1", "padding", padding)`` tries a function on stored inputs, says what is wrong and names the mistake. What
is graded are other inputs. The examples are made from ``assignments/`` by ``python -m grading examples``.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from course_lib.checks.comparing import expect_close, number, parts
from course_lib.checks.report import NotRight, answer, checker, started
from course_lib.options import check_option


def check(problem_set: str, task: str, learner: Any) -> None:
    """Try the answer to one task on its examples; prints what it found, or raises ``NotRight`` in words.

    ValueError for a set or a task that there is not.
    """
    _checkers(problem_set, task)(learner)


def check_runs(results: Any, conditions: tuple[str, ...], seeds: tuple[int, ...] = (1, 2, 3)) -> None:
    """Look at the scores of an experiment, ``results[condition][seed]`` in per cent: are all there, and all scores?"""
    _runs(results, conditions, seeds)


@cache
def _checkers(problem_set: str, task: str) -> Callable[[Any], None]:
    """Return the checker of one task, which counts the wrong answers to it, for its hints."""
    found = _examples(problem_set)
    check_option("task", task, found)
    example = found[task]

    def run(learner: Any) -> str:
        for case in example["cases"]:
            _hold(learner, example, case)
        return str(example["passed"])

    return checker(run, hints=tuple(example["hints"]))


@cache
def _examples(problem_set: str) -> Mapping[str, Any]:
    folder = files("course_lib.checks") / "examples"
    there = sorted(path.name.removesuffix(".json") for path in folder.iterdir() if path.name.endswith(".json"))
    check_option("problem_set", problem_set, there)
    return json.loads((folder / f"{problem_set}.json").read_text(encoding="utf-8"))


def _hold(learner: Any, example: Mapping[str, Any], case: Mapping[str, Any]) -> None:
    arguments = [_read(argument) for argument in case["arguments"]]
    got, right = answer(learner, *arguments, keep_inputs=True), _read(case["right"])
    several = isinstance(example["values"], list)
    names = example["values"] if several else [example["values"]]
    shown = ", ".join(_shown(argument) for argument in arguments)
    for k, (one, name) in enumerate(zip(parts(got, tuple(names)) if several else [got], names, strict=True)):
        mistakes = {why: _read(wrong) for why, wrong in case["mistakes"].items()}
        expect_close(
            one,
            right[k] if several else right,
            name,
            mistakes={why: wrong[k] if several else wrong for why, wrong in mistakes.items()},
            where=f"for {shown}",
            axes=example["axes"],
            not_finite=example["not_finite"],
            rounding=example["rounding"],
        )


def _shown(argument: Any) -> str:
    text = repr(argument)
    if isinstance(argument, np.ndarray):
        return f"an array of shape {argument.shape}"
    if isinstance(argument, dict):
        return f"{', '.join(map(str, argument))} of shapes {', '.join(str(np.shape(one)) for one in argument.values())}"
    return text if len(text) <= 60 else f"{text[:60]}…"


def _read(value: Any) -> Any:
    """Undo what :func:`grading.tasks.plain` did."""
    if isinstance(value, list):
        return [_read(one) for one in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "array":
        return np.array(_read(content))
    if kind == "tuple":
        return tuple(_read(one) for one in content)
    return float(content) if kind == "float" else {key: _read(one) for key, one in content.items()}


@checker
def _checked_runs(given: Any) -> str:
    results, conditions, seeds = given
    started(results)
    if not isinstance(results, dict) or set(results) != set(conditions):
        raise NotRight(f"expected a dict with the keys {', '.join(map(repr, conditions))}.")
    seen = []
    for condition, row in results.items():
        if not isinstance(row, dict) or set(row) != set(seeds):
            raise NotRight(f"{condition}: expected a dict with the seeds {', '.join(map(str, seeds))} as keys.")
        for seed, value in row.items():
            started(value)
            share = number(value, f"{condition}, seed {seed}")
            if not 0 <= share <= 100:
                raise NotRight(f"{condition}, seed {seed}: a percentage is from 0 to 100; got {share:g}.")
            seen.append(share)
    if len(set(seen)) == 1:
        raise NotRight("all runs have the same score; were several models trained, and each scored by itself?")
    if max(seen) <= 1:
        raise NotRight("these look like shares; write percentages, from 0 to 100.")
    return f"{len(seen)} runs, each with its score. Whether they are true only you can say."


def _runs(results: Any, conditions: tuple[str, ...], seeds: tuple[int, ...]) -> None:
    _checked_runs((results, conditions, seeds))
