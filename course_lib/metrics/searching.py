"""Whose error is it, the search's or the model's? And are translations too short? Chapter 13."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from course_lib.metrics.resampling import resampled_interval
from course_lib.metrics.score import Score
from course_lib.metrics.sides import check_parallel, check_words
from course_lib.shapes import Float, Int

TIE = 1e-4
"""Nats: log-probabilities as near as this are equal, for batches of other sizes round otherwise."""


class Scored(Protocol):
    """A sentence that a search found: a translation in words, or a hypothesis of ids."""

    @property
    def tokens(self) -> Sequence[Hashable]: ...

    @property
    def log_prob(self) -> float: ...

    @property
    def finished(self) -> bool: ...


@dataclass(frozen=True)
class SearchReport:
    """Errors of search and model, counted over ``n`` sentences.

    A *search error* is known where a more probable sentence is, proven to be the best or not: ``search_errors`` counts
    all of them, ``unproven_errors`` those without a proof. A *model error* is a most probable sentence that is not the
    reference; that can be said where it is proven, so ``model_errors``, ``both`` (an error of search and one of the
    model) and ``lucky`` (both, and what was found is the reference) are of the ``proven`` sentences alone.
    """

    n: int
    unproven: int
    search_errors: int
    unproven_errors: int
    model_errors: int
    both: int
    lucky: int

    @property
    def proven(self) -> int:
        """How many sentences have a proof."""
        return self.n - self.unproven

    def __str__(self) -> str:
        unproven = f"; {self.unproven} unproven, with {self.unproven_errors} search errors" if self.unproven else ""
        return (
            f"of {self.proven} proven sentences {self.search_errors - self.unproven_errors} search errors, "
            f"{self.model_errors} model errors, {self.both} both, {self.lucky} lucky{unproven}"
        )


def search_report(
    found: Sequence[Scored],
    best: Sequence[Scored],
    references: Sequence[Sequence[Hashable]],
    *,
    proven: Sequence[bool],
) -> SearchReport:
    """Hold what a search found against the best sentences, and these against the references: Stahlberg & Byrne (2019).

    ``best`` are what :meth:`Seq2Seq.exact_search` found, ``proven`` says of each whether it is the best there is. All
    sentences are in words (``model.in_words(result.hypothesis)``), or all in ids. Sentences whose log-probabilities
    differ by :data:`TIE` or less are equally good: to have found the one is no error, and where it is the reference,
    the model makes none either. A search that did not finish found no sentence.

    ValueError where the sides do not hold the same sentences, for words beside ids, and where something found is more
    probable than what is proven to be the best: then they are of two models, or of two limits of length.
    """
    check_parallel(found=found, best=best, references=references, proven=proven)
    _check_kinds(found, best, references)
    rows = [
        _judged(k, *row) for k, row in enumerate(zip(found, best, references, proven, strict=True))
    ]  # a row a sentence: search error, model error, found the reference, proven
    errors = [(search, model, right) for search, model, right, certain in rows if certain]
    known = sum(search for search, *_ in rows)
    return SearchReport(
        n=len(rows),
        unproven=len(rows) - len(errors),
        search_errors=known,
        unproven_errors=known - sum(search for search, *_ in errors),
        model_errors=sum(model for _, model, _ in errors),
        both=sum(search and model for search, model, _ in errors),
        lucky=sum(search and model and right for search, model, right in errors),
    )


def is_search_error(found: Scored, best: Scored) -> bool:
    """Say whether ``best`` is more probable than what was found, by more than rounding; see :func:`search_report`."""
    return not found.finished or best.log_prob > found.log_prob + TIE


def length_ratio(hypotheses: Sequence[Sequence[str]], references: Sequence[Sequence[str]], bootstrap: int = 0) -> Score:
    """Return the words of all translations over the words of all references: below 1 they are too short.

    Summed first and divided once: the mean of the sentences' own ratios weighs a word of a short sentence more. It is
    what BLEU's brevity penalty is of (Papineni et al., 2002, §2.2.2), and it hides repetitions:
    :func:`word_balance` belongs beside it. ``bootstrap`` > 0 adds a 95 % interval from that many resamplings of the
    sentences. Undefined where no reference holds a word.
    """
    check_parallel(hypotheses=hypotheses, references=references)
    check_words(hypotheses)
    check_words(references)
    counts = np.array([(len(ours), len(wanted)) for ours, wanted in zip(hypotheses, references, strict=True)])
    signature, (said, words) = "words said / words of the references", counts.sum(0).tolist()
    if not words:
        return Score(math.nan, len(counts), signature, undefined="no reference holds a word")
    return Score(said / words, len(counts), signature, resampled_interval(counts, _ratio_in_hundredths, bootstrap))


def _ratio_in_hundredths(sums: Int[np.ndarray, "_ 2"]) -> Float[np.ndarray, "_"]:
    """Return the ratio of each row (said, wanted) that has words; intervals come multiplied by a hundred."""
    sums = sums[sums[:, 1] > 0]
    return sums[:, 0] / sums[:, 1] / 100


def _judged(
    number: int, found: Scored, best: Scored, reference: Sequence[Hashable], proven: bool
) -> tuple[bool, bool, bool, bool]:
    """Return of one sentence: search error, model error, found is the reference, proven."""
    if proven and found.finished and found.log_prob > best.log_prob + TIE:
        raise ValueError(
            f"Sentence {number}: what was found ({found.log_prob:.4f} nats) is more probable than what is proven to be "
            f"the best ({best.log_prob:.4f}). Search both with one model, and up to one length."
        )
    error = is_search_error(found, best)
    right = found.finished and tuple(found.tokens) == tuple(reference)
    of_the_best = tuple(best.tokens) == tuple(reference) or (right and not error)
    return error, not of_the_best, right, proven


def _check_kinds(found: Sequence[Scored], best: Sequence[Scored], references: Sequence[Sequence[Hashable]]) -> None:
    """ValueError where one side holds words and another ids: nothing would ever be equal."""
    sides = {
        "found": [one.tokens for one in found],
        "best": [one.tokens for one in best],
        "references": list(references),
    }
    check_words([sentence for side in sides.values() for sentence in side])  # type: ignore[misc]
    kinds = {
        name: {"words" if isinstance(token, str) else "ids" for sentence in side for token in sentence}
        for name, side in sides.items()
    }
    if len(set().union(*kinds.values())) > 1:
        told = ", ".join(f"{name}: {' and '.join(sorted(of_side)) or 'empty'}" for name, of_side in kinds.items())
        raise ValueError(f"Expected words everywhere or ids everywhere, got {told}. model.in_words gives words.")
