"""The checks of the problem sets: each knows examples, and no solution.

``check("ps1", "padding", padding)`` tries a function on stored inputs, says what is wrong and names the mistake. What
is graded are other inputs. The examples are made from ``assignments/`` by ``python -m grading publish``.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from course_lib.checks.comparing import agree, number
from course_lib.checks.report import NotRight, checker, started
from course_lib.options import check_option


def check(problem_set: str, task: str, learner: Any) -> None:
    """Try the answer to one task on its examples; prints what it found, or raises ``NotRight`` in words.

    ValueError for a set or a task that there is not.
    """
    _checkers(problem_set, task)(learner)


def check_runs(results: Any, conditions: tuple[str, ...], count: int = 3) -> None:
    """Look at the scores of an experiment, ``results[condition][k]`` in per cent: are all there, and all scores?"""
    _checked_runs((results, conditions, count))


def scores_of_runs(results: Any, conditions: tuple[str, ...], count: int = 3) -> list[float]:
    """Return the scores of an experiment in a row; ``NotRight`` and ``NotYet`` for what cannot be scores."""
    started(results)
    if not isinstance(results, dict) or set(results) != set(conditions):
        raise NotRight(f"expected a dict with the keys {', '.join(map(repr, conditions))}.")
    scores = []
    for condition in conditions:
        row = results[condition]
        if not isinstance(row, list | tuple) or len(row) != count:
            raise NotRight(f"{condition}: expected a list of {count} scores, in the order of the seeds.")
        for k, value in enumerate(row):
            started(value)
            share = number(value, f"{condition}, score {k + 1}")
            if not 0 <= share <= 100:
                raise NotRight(f"{condition}, score {k + 1}: a percentage is from 0 to 100; got {share:g}.")
            scores.append(float(share))
    if len(set(scores)) == 1:
        raise NotRight("all runs have the same score; were several models trained, and each scored by itself?")
    if max(scores) <= 1:
        raise NotRight("these look like shares; write percentages, from 0 to 100.")
    return scores


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
    names = example["values"]
    mistakes = {why: _always(_read(wrong)) for why, wrong in case["mistakes"].items()}
    try:
        agree(
            learner,
            _always(_read(case["right"])),
            [tuple(map(_read, case["arguments"]))],
            tuple(names) if isinstance(names, list) else names,
            mistakes=mistakes,
            axes=example["axes"],
            not_finite=example["not_finite"],
            keep_inputs=True,
            rounding=example["rounding"],
        )
    except NotRight as error:
        error.named = any(why in str(error) for why in mistakes)
        raise


def _always(value: Any) -> Callable[..., Any]:
    return lambda *_: value


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
    scores = scores_of_runs(*given)
    return f"{len(scores)} runs, each with its score. Whether they are true only you can say."
