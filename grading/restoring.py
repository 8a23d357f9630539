"""Find the answers in what was handed in, whatever happened to its cells on the way.

Colab may drop the marks of nbgrader and change ids; students delete, split, duplicate and move cells. Each cell of
the released notebook is looked for by its mark, then by its id, then by the function that it defines, then by its
content; what stands between two cells that were found belongs to the first. The rest is kept: an answer may use it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from grading.notebooks import Cell

DEFINITION = re.compile(r"^(?:def|class)\s+(\w+)", re.M)
ALIKE = 0.6
"""Share of a cell that must be as released for it to be that cell, where neither mark nor id is left."""


@dataclass(frozen=True)
class Restored:
    """The cells of a submission, each with the name of the released cell that it is or belongs to ('' for none)."""

    cells: tuple[Cell, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def of(self, name: str) -> list[Cell]:
        """Return the cells that answer ``name``."""
        return [cell for cell, owner in zip(self.cells, self.names, strict=True) if owner == name]


def restore(handed_in: Sequence[Cell], released: Sequence[Cell]) -> Restored:
    """Say which released cell each cell of a submission is."""
    found: list[int | None] = [None] * len(handed_in)
    notes: list[str] = []
    taken: dict[int, int] = {}
    for way in (_by_mark, _by_id, _by_definition):
        for k, cell in enumerate(handed_in):
            if found[k] is None and (place := way(cell, released)) is not None:
                if place in taken:
                    notes.append(f"{_called(released[place])} stands there twice; both run, the last one counts.")
                taken[place] = k
                found[k] = place
    for k, place in _by_content(handed_in, released, found, taken).items():
        found[k] = place
        taken[place] = k
    names = _owners(handed_in, released, found)
    missing = [cell.grade_id for k, cell in enumerate(released) if cell.grade_id and k not in taken]
    notes += [f"{name} is missing." for name in missing if name not in names]
    return Restored(tuple(handed_in), tuple(names), tuple(dict.fromkeys(notes)))


def likeness(handed_in: Sequence[Cell], released: Sequence[Cell]) -> float:
    """Return the share of the released cells that stand in the submission as they were: which set is it?"""
    sources = {cell.source.strip() for cell in handed_in}
    kept = [cell for cell in released if cell.source.strip()]
    return sum(cell.source.strip() in sources for cell in kept) / max(1, len(kept))


def _by_mark(cell: Cell, released: Sequence[Cell]) -> int | None:
    if not cell.grade_id:
        return None
    return next((k for k, other in enumerate(released) if other.grade_id == cell.grade_id), None)


def _by_id(cell: Cell, released: Sequence[Cell]) -> int | None:
    if not cell.id:
        return None
    return next((k for k, other in enumerate(released) if other.id == cell.id and other.kind == cell.kind), None)


def _by_definition(cell: Cell, released: Sequence[Cell]) -> int | None:
    names = _defined(cell)
    return next((k for k, other in enumerate(released) if names & _defined(other)), None) if names else None


def _defined(cell: Cell) -> set[str]:
    return set(DEFINITION.findall(cell.source)) if cell.kind == "code" else set()


def _by_content(
    handed_in: Sequence[Cell], released: Sequence[Cell], found: Sequence[int | None], taken: dict[int, int]
) -> dict[int, int]:
    """Match what is left, the most alike first."""
    left = [k for k, place in enumerate(found) if place is None]
    free = [k for k in range(len(released)) if k not in taken]
    scores = [
        (score, k, place)
        for k in left
        for place in free
        if handed_in[k].kind == released[place].kind
        and (score := _alike(handed_in[k].source, released[place].source)) >= ALIKE
    ]
    matched: dict[int, int] = {}
    for _, k, place in sorted(scores, key=lambda row: (-row[0], abs(row[1] - row[2]))):
        if k not in matched and place not in matched.values():
            matched[k] = place
    return matched


def _alike(one: str, released: str) -> float:
    """Return how much of the released cell stands in ``one``: an answer only adds to it."""
    if one.strip() == released.strip():
        return 1.0
    lines = [line.strip() for line in released.splitlines() if line.strip()]
    kept = [line.strip() for line in one.splitlines()]
    if not lines:
        return 0.0
    share = sum(line in kept for line in lines) / len(lines)
    return share if share >= ALIKE else SequenceMatcher(None, one[:2000], released[:2000], autojunk=False).ratio() - 0.1


def _owners(handed_in: Sequence[Cell], released: Sequence[Cell], found: Sequence[int | None]) -> list[str]:
    """Give each cell that is none of the released ones to the answer before it, as a cell that was split."""
    owner, names = "", []
    for place in found:
        if place is not None:
            is_answer = bool(released[place].metadata.get("nbgrader", {}).get("solution"))
            owner = released[place].grade_id if is_answer else ""
            names.append(released[place].grade_id)
        else:
            names.append(owner)
    return names


def _called(cell: Cell) -> str:
    first = cell.source.strip().partition("\n")[0][:40]
    return cell.grade_id or f"The cell {first!r}"
