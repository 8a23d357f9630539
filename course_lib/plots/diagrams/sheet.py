"""A sheet with parts on it: its stages, and the figure of each. Chapters 1 to 5 and 7."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.figure import Figure

from course_lib.plots.diagrams.description import described
from course_lib.plots.diagrams.faults import faults_of
from course_lib.plots.diagrams.ink import UNIT, Ink, Label, Rect
from course_lib.plots.diagrams.parts import End, Part
from course_lib.plots.fonts import unprintable
from course_lib.plots.theme import use_theme


@dataclass(eq=False)
class Sheet:
    """A sheet of ``width`` × ``height`` units; ``captions``, one sentence a stage; ``title`` for the description."""

    width: float
    height: float
    captions: Sequence[str] = ()
    title: str = ""
    parts: list[Part] = field(default_factory=list, init=False)

    @property
    def stages(self) -> int:
        """How many stages there are. ValueError for an empty one, or where captions are not one a stage."""
        last = max((part.stage for part in self.parts), default=0)
        if not last:
            raise ValueError("The diagram is empty: add a box, a text, a vector or a grid first.")
        if idle := sorted(set(range(1, last + 1)) - {part.stage for part in self.parts}):
            raise ValueError(f"Nothing appears at stage {idle[0]}, though there are {last} stages. Count without gaps.")
        if self.captions and len(self.captions) != last:
            raise ValueError(
                f"captions: expected one sentence a stage, {last} in all, got {len(self.captions)}. "
                "The stages are those at which a part appears."
            )
        return last

    def at_stage(self, stage: int | None = None) -> list[Part]:
        """Return the parts that are seen at ``stage`` (from 1; the last one unless told)."""
        last = self.stages
        if stage is not None and not 1 <= stage <= last:
            raise ValueError(f"stage: expected 1 … {last}, got {stage}.")
        return [part for part in self.parts if part.stage <= (stage or last)]

    def figure(self, stage: int | None = None) -> Figure:
        """Draw the diagram at ``stage`` (the last one unless told).

        ValueError for texts on top of one another, outside the sheet or crossed by an arrow, and for signs
        that no font on this machine has (``widgets.stages`` writes them with the reader's fonts).
        """
        labels = [ink for part in self.parts for ink in part.ink if isinstance(ink, Label)]
        unknown = unprintable("".join(label.text for label in labels if not label.math))
        if unknown:
            raise ValueError(
                f"No font on this machine has a letter for {unknown!r}. Show the diagram by widgets.stages(diagram): "
                "there the reader's browser writes them."
            )
        return self.drawing(stage)

    def figures(self) -> list[Figure]:
        """Return one figure a stage."""
        return [self.figure(stage) for stage in range(1, self.stages + 1)]

    def drawing(self, stage: int | None = None) -> Figure:
        """Draw as :meth:`figure` does, with letters that only a browser may have."""
        seen = self.at_stage(stage)
        if faults := self.faults():
            raise ValueError("The diagram cannot be read:\n" + "\n".join(f"- {fault}" for fault in faults))
        with use_theme():
            figure = Figure(figsize=(self.width * UNIT, self.height * UNIT))
            ax = figure.add_axes((0, 0, 1, 1))
            ax.set(xlim=(0, self.width), ylim=(0, self.height))
            ax.set_axis_off()
            for depth, (part, ink) in enumerate(sorted(_pieces(seen), key=_layer)):
                for artist in ink.draw(ax):
                    artist.set(gid=part.name, zorder=depth)
        return figure

    def alt(self, stage: int | None = None) -> str:
        """Say in words what is seen at ``stage`` (the last one unless told)."""
        return described(self.at_stage(stage), self.title)

    def faults(self) -> list[str]:
        """Return what would spoil the picture, in words: texts that overlap, leave the sheet or are crossed."""
        return faults_of(self.parts, self.width, self.height)

    # --- what the making of a part shares

    def _add(
        self,
        kind: str,
        name: str,
        stage: int,
        rect: Rect,
        ink: Sequence[Ink],
        says: str,
        cells: tuple[Rect, ...] = (),
        columns: int = 1,
    ) -> Part:
        if not isinstance(stage, int) or stage < 1:
            raise ValueError(f"stage: stages are counted from 1, got {stage!r}.")
        names = {part.name for part in self.parts}
        unique, n = name, 1
        while unique in names:
            n += 1
            unique = f"{name} {n}"
        part = Part(unique, kind, stage, rect, tuple(ink), says, cells, columns)
        self.parts.append(part)
        return part

    def _end(self, end: End) -> tuple[Part | None, Rect]:
        """Return the part and the place that an arrow ends at."""
        if isinstance(end, Part):
            if all(end is not part for part in self.parts):
                raise ValueError(f"{end.name!r} is a part of another diagram.")
            return end, end.rect
        if isinstance(end, Rect):
            return None, end
        if isinstance(end, str):
            for part in self.parts:
                if part.name == end and part.kind not in ("arrow", "brace"):
                    return part, part.rect
            known = [part.name for part in self.parts if part.kind not in ("arrow", "brace")]
            raise ValueError(f"No part is called {end!r}; there are {known}.")
        x, y = end
        return None, Rect(x, y, x, y)


def _pieces(parts: Sequence[Part]) -> list[tuple[Part, Ink]]:
    return [(part, ink) for part in parts for ink in part.ink]


def _layer(piece: tuple[Part, Ink]) -> int:
    """Say what lies on what: arrows below, then fillings, lines, and the letters on top."""
    part, ink = piece
    if isinstance(ink, Label):
        return 3
    if part.kind == "arrow":
        return 0
    return 1 if ink.fill and not ink.line else 2
