"""What a frame shows of its source: the one place that asks whether that is a sentence or a picture."""

from typing import Protocol

from course_lib.traces import Trace
from course_lib.widgets.picture import PictureView
from course_lib.widgets.words import WordsView


class View(Protocol):
    """A way to show the source of a trace, step by step and in print."""

    @property
    def summary(self) -> str:
        """What stands for the widget where there is plain text only."""

    def name(self, position: int, markup: bool) -> str:
        """Say a source position in a sentence, as HTML with ``markup``."""

    def main(self, step: int) -> str:
        """Return the source, where it is told in words, and the target at ``step`` (from 0)."""

    def side(self, step: int) -> str:
        """Return the picture that stands beside."""

    def definitions(self) -> str:
        """Return the hidden HTML that all frames show by reference."""

    def printed(self, head: str) -> str:
        """Return the picture for print; ``head`` begins its description."""

    def printed_source(self) -> str:
        """Return the source for print, where it is told in words."""


def view_of(trace: Trace) -> View:
    """Return the view that suits the source of ``trace``."""
    return PictureView(trace) if trace.kind == "picture" else WordsView(trace)
