"""Traces with random numbers, for the tests of figures and widgets; no model is needed."""

from collections.abc import Sequence

import numpy as np

from course_lib.traces import Candidate, Trace

SOURCE = ("the", "black", "cat", "that", "we", "saw", "yesterday", "eats", "a", "small", "fish", "</s>")
TARGET = ("le", "chat", "noir", "que", "nous", "avons", "vu", "hier", "mange", "un", "poisson", "</s>")


def random_trace(
    source: Sequence[str] = SOURCE,
    target: Sequence[str] = TARGET,
    *,
    seed: int = 0,
    attends: bool = True,
    **fields: object,
) -> Trace:
    """Return a trace of ``target`` with random scores and vectors; the chosen word is the second candidate."""
    draw = np.random.default_rng(seed)
    S, T = len(source), len(target)
    scores = draw.normal(size=(T, S)) * 2
    weights = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    probabilities = np.sort(draw.dirichlet(np.ones(6), size=T))[:, :0:-1]
    others = ("<unk>", "&", "deux", "trois")
    candidates = tuple(
        tuple(Candidate(w, float(p)) for w, p in zip((others[0], word, *others[1:]), row, strict=True))
        for word, row in zip(target, probabilities, strict=True)
    )
    given: dict = {
        "scores": scores if attends else None,
        "weights": weights if attends else None,
        "contexts": draw.normal(size=(T, 128)) if attends else None,
        **fields,
    }
    states = draw.normal(size=(T, 96))
    return Trace("a model", tuple(source), tuple(target), candidates, states, **given)
