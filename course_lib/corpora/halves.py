"""Long sentences taken apart at a word that joins two clauses: the same words, half the length. Chapter 6."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from course_lib.corpora.pairs import Link, SentencePair
from course_lib.corpora.splits import Words
from course_lib.options import check_count

BECAUSE: dict[str, tuple[Words, ...]] = {"because": (("parce", "que"), ("parce", "qu'"))}
"""The English joint and the French ones; *but*, *when*, *so* and *while* are rare in short sentences."""
_STOP = "."


@dataclass(frozen=True)
class Halves:
    """A sentence of two clauses with its translation, and both clauses as sentences of their own."""

    whole: SentencePair
    left: SentencePair
    right: SentencePair


def halves(
    pairs: Iterable[SentencePair], joints: Mapping[str, Sequence[Words]] = BECAUSE, shortest: int = 4
) -> list[Halves]:
    """Return those of ``pairs`` that one joint takes apart into two sentences, in their order. Chapter 6.

    ``joints`` holds, for a source word, what the target may say for it. A pair counts if it is a statement, each
    side holds one joint of them all, and both halves have ``shortest`` source words or more, the full stop among
    them. The left half gets a full stop of its own, surely linked, where the pair has links; links from one half to
    the other, or to the joint, are left out. ValueError for joints that are not so written.

    A half is in a split by its own words, not by those of the whole: of the halves of test sentences, seven in eight
    may be trained on, and short ones are. Leave out those that a model has seen before you score it on halves.
    """
    check_count("shortest", shortest)
    if not joints or any(isinstance(said, str) or not said for target in joints.values() for said in (target, *target)):
        raise ValueError(
            'joints: expected what the target may say for each source word, as in {"because": [("parce", "que")]}, '
            f"got {joints!r}."
        )
    cut = (_halves(pair, joints) for pair in pairs)
    return [found for found in cut if found and min(len(found.left.source), len(found.right.source)) >= shortest]


def _halves(pair: SentencePair, joints: Mapping[str, Sequence[Words]]) -> Halves | None:
    """Return a pair and its halves; None for what is no statement, or holds no joint or several."""
    every = [said for target in joints.values() for said in target]
    here = _places(pair.source, [(word,) for word in joints])
    there = _places(pair.target, every)
    if pair.source[-1] != _STOP or pair.target[-1] != _STOP or len(here) != 1 or len(there) != 1:
        return None
    (source, right_source), (target, right_target) = here[0], there[0]
    if pair.target[target:right_target] not in [tuple(said) for said in joints[pair.source[source]]]:
        return None
    if min(source, target) == 0 or right_source == len(pair.source) - 1 or right_target == len(pair.target) - 1:
        return None  # nothing but a full stop on one side
    return Halves(pair, _left(pair, source, target), _right(pair, right_source, right_target))


def _places(words: Words, wanted: Sequence[Words]) -> list[tuple[int, int]]:
    """Return where one of ``wanted`` starts in ``words`` and where it ends."""
    return [
        (start, start + len(said))
        for start in range(len(words))
        for said in wanted
        if words[start : start + len(said)] == tuple(said)
    ]


def _left(pair: SentencePair, source: int, target: int) -> SentencePair:
    sure, possible = (
        None
        if links is None
        else frozenset({(j, i) for j, i in links if j < source and i < target} | {(source, target)})
        for links in (pair.sure, pair.possible)
    )
    return SentencePair((*pair.source[:source], _STOP), (*pair.target[:target], _STOP), sure, possible)


def _right(pair: SentencePair, source: int, target: int) -> SentencePair:
    sure, possible = (_moved(links, source, target) for links in (pair.sure, pair.possible))
    return SentencePair(pair.source[source:], pair.target[target:], sure, possible)


def _moved(links: frozenset[Link] | None, source: int, target: int) -> frozenset[Link] | None:
    """Return the links behind the joint, counted from there."""
    if links is None:
        return None
    return frozenset((j - source, i - target) for j, i in links if j >= source and i >= target)
