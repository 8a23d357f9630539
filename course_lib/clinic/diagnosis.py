"""Run every check that an implementation makes possible, and report. Chapter 15."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.clinic.calling import Caller, as_it_was
from course_lib.clinic.chart import Chart
from course_lib.clinic.functions import (
    check_accuracy,
    check_bridge,
    check_cutting,
    check_layers,
    check_perplexity,
    check_split,
)
from course_lib.clinic.interface import read_implementation
from course_lib.clinic.looks import check_look, check_score
from course_lib.clinic.losses import check_loss
from course_lib.clinic.report import Report
from course_lib.clinic.seq2seq_parts import parts_of
from course_lib.clinic.steps import check_steps
from course_lib.clinic.weights import check_weights
from course_lib.options import LAST_SEED, check_count
from course_lib.seq2seq import Seq2Seq

CheckFunction = Callable[[Caller, Chart, np.random.Generator], None]

CHECKS: tuple[tuple[tuple[str, ...], CheckFunction], ...] = (
    (("weights",), check_weights),
    (("score",), check_score),
    (("attend",), check_look),
    (("encode", "step"), check_steps),
    (("loss",), check_loss),
    (("bridge",), check_bridge),
    (("layers",), check_layers),
    (("accuracy",), check_accuracy),
    (("perplexity",), check_perplexity),
    (("split",), check_split),
    (("words",), check_cutting),
)
"""Each check, and the parts that it needs; what is nearest to the softmax first, for later ones build on it."""


def diagnose(implementation: Any, seed: int = 0) -> Report:
    """Look for twenty bugs in ``implementation``; report what was found and what could not be looked for.

    ``implementation`` is a :class:`~course_lib.seq2seq.Seq2Seq`, or anything that offers some of the functions of
    :mod:`course_lib.clinic.interface`: an object, a module of torch, a dict, a single function. ``seed`` draws the
    arrays and sentences that it is asked about.

    What goes wrong in the reader's code (an exception, a wrong shape, NaN, an input that is changed, two answers to
    one question) is a sentence in ``report.broken``. :class:`~course_lib.clinic.InterfaceError` where nothing is
    offered that could be called; ValueError for a seed that is none. Modules of torch are asked without dropout; they
    and the random states are afterwards as they were.
    """
    check_count("seed", seed, least=0, most=LAST_SEED)
    if isinstance(implementation, Seq2Seq):
        implementation = parts_of(implementation)
    offered = read_implementation(implementation)
    caller, chart = Caller(offered), Chart()
    for part, sentence in offered.refused:
        chart.fail(part, sentence)
    with as_it_was(offered):
        for number, (parts, check) in enumerate(CHECKS):
            if caller.has(*parts):
                check(caller, chart, np.random.default_rng([seed, number]))
    _say_what_half_is_missing(caller, chart)
    return chart.report(seed)


def _say_what_half_is_missing(caller: Caller, chart: Chart) -> None:
    for there, missing in (("encode", "step"), ("step", "encode")):
        if caller.has(there) and not caller.has(missing):
            chart.fail(there, f"`{there}` can be checked beside `{missing}` alone. Offer both.")
