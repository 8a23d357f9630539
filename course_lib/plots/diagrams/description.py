"""What a diagram shows, in words for those who do not see it. Chapters 1 to 5 and 7."""

from collections.abc import Sequence

from course_lib.plots.diagrams.parts import Part

TO = "\t"  # between two names in the description of an arrow, until it is written out


def described(seen: Sequence[Part], title: str) -> str:
    """Say in words what the parts ``seen`` show, kind by kind."""
    groups = {"text": "Words", "box": "Boxes", "vector": "Vectors", "grid": "Grids", "brace": "Braces"}
    told = [f"{title.rstrip('.')}." if title else ""]
    for kind, heading in groups.items():
        named = [part.says for part in seen if part.kind == kind and part.says]
        told += [f"{heading}: {'; '.join(named)}."] if named else []
    arrows = _chained([part.says for part in seen if part.kind == "arrow" and part.says])
    told += [f"Arrows: {'; '.join(arrows)}."] if arrows else []
    return " ".join(filter(None, told))


def _chained(arrows: Sequence[str]) -> list[str]:
    """Write a→b, b→c as a→b→c where they follow one another."""
    told: list[str] = []
    for arrow in arrows:
        start, rest = arrow.split(TO, 1)
        if told and told[-1].rsplit(TO, 1)[1] == start:
            told[-1] += f"{TO}{rest}"
        else:
            told.append(arrow)
    return [arrow.replace(TO, " to ") for arrow in told]
