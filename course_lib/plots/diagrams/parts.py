"""The parts of a diagram: where each is, from which stage on, and what draws it. Chapters 1 to 5 and 7."""

from dataclasses import dataclass

from course_lib.plots.diagrams.ink import Ink, Point, Rect


@dataclass(frozen=True, eq=False)
class Part:
    """One thing of a diagram: where it is, from which stage on, what draws it, what it is called."""

    name: str
    kind: str
    stage: int
    rect: Rect
    ink: tuple[Ink, ...]
    says: str  # for those who do not see it
    cells: tuple[Rect, ...] = ()
    columns: int = 1

    @property
    def top(self) -> Point:
        """The middle of the upper edge."""
        return self.rect.top

    @property
    def bottom(self) -> Point:
        """The middle of the lower edge."""
        return self.rect.bottom

    @property
    def left(self) -> Point:
        """The middle of the left edge."""
        return self.rect.left

    @property
    def right(self) -> Point:
        """The middle of the right edge."""
        return self.rect.right

    def cell(self, row: int, column: int | None = None) -> Rect:
        """Return a cell of a grid by row and column, or of a vector by its place, all from 0."""
        place = row if column is None else row * self.columns + column
        inside = column is None or 0 <= column < self.columns
        if not self.cells or not inside or not 0 <= place < len(self.cells):
            raise ValueError(
                f"{self.name!r} has {len(self.cells)} cells, {self.columns} a row; got {row, column}."
                if self.cells
                else f"{self.name!r} is a {self.kind}: it has no cells."
            )
        return self.cells[place]


End = Part | Rect | str | Point


@dataclass(frozen=True)
class Chain:
    """An unrolled recurrent network: its ``words``, its ``cells`` and, above them, its ``outputs``."""

    words: tuple[Part, ...]
    cells: tuple[Part, ...]
    outputs: tuple[Part, ...]
