"""Two sides of a comparison hold the same sentences, and sentences hold words. Chapter 2."""

from collections.abc import Sequence, Sized


def check_words(sentences: Sequence[Sequence[str]]) -> None:
    """Raise ValueError where a sentence is a string, which would be compared letter by letter."""
    for sentence in sentences:
        if isinstance(sentence, str):
            raise ValueError(f"A sentence is a sequence of words; got the string {sentence!r}. Split it first.")


def check_parallel(**sides: Sized) -> None:
    """Raise ValueError unless the sides have as many items as each other, and at least one."""
    counts = {name: len(side) for name, side in sides.items()}
    if len(set(counts.values())) > 1:
        raise ValueError(f"Expected one item a sentence on each side, got {_listed(counts)}.")
    if not min(counts.values()):
        raise ValueError(f"There is nothing to score: got {_listed(counts)}.")


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
