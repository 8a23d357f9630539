"""A source of words: its words tinted by weight, the lines to the target, the heat map."""

from dataclasses import dataclass

import numpy as np

from course_lib.traces import Trace
from course_lib.vocabulary import PAD_TOKEN
from course_lib.widgets import target
from course_lib.widgets.heatmap import heat_map_at, heat_map_definition, heat_map_with_values
from course_lib.widgets.lines import DRAWN_FROM, lines
from course_lib.widgets.looks import Window, looked_at, window_at
from course_lib.widgets.markup import decimal, direction, fraction, styled, tint, word
from course_lib.widgets.style import OF_WINDOWS, style

HERE = "<u>◎ taken</u>"  # hard attention's one position
UNSEEN = "–"  # the score of a word outside the window: nobody asked for it
SOURCE_LABEL = (
    "<p class=k>Source: <b class=score>score e</b>, <b class=weight>weight α</b> (its softmax), a line as thick</p>"
)
LABEL_HARD = "<p class=k>◎ Hard attention takes this one annotation, not an average: one line.</p>"


@dataclass(frozen=True)
class WordsView:
    """How a frame shows a trace whose source is a sentence."""

    trace: Trace

    @property
    def summary(self) -> str:
        """What stands for the widget where there is plain text only."""
        return f"Step through: ‘{' '.join(self.trace.source)}’"

    def name(self, position: int, markup: bool) -> str:
        """Say a source position in a sentence: its word, in quotation marks."""
        token = self.trace.labels[position]
        return f"‘{word(token) if markup else token}’"

    def main(self, step: int) -> str:
        """Return the source and the target at ``step``, and the look from one to the other."""
        trace = self.trace
        if trace.weights is None:
            chips = "".join(f"<span>{word(token)}</span>" for token in trace.labels)
            return (
                "<p class=k>Source: read once, out of sight now</p>"
                f"<div class='words src out' dir={direction(trace.source)}>{chips}</div>"
                f"{target.TARGET_LABEL}{target.target_words(trace, step, 'words tgt')}"
            )
        window = window_at(trace, step)
        look = "look through" if window else "look"
        return (
            f"{self._labels(step, window)}{target.TARGET_LABEL}"
            f"<div class='{look}'><div class=src dir={direction(trace.source)}>{self._source(step, window)}</div>"
            f"{lines(trace, step)}{target.target_words(trace, step)}</div>"
        )

    def side(self, step: int) -> str:
        """Return what stands beside: the weights of all steps."""
        if self.trace.weights is None:
            return ""
        label = "All weights: source across, target down; colour: √α"
        return f"<p class=k>{label}</p>{heat_map_at(self.trace, step)}"

    def definitions(self) -> str:
        """Return what the frames show by reference, and the rules of a window."""
        window = "" if self.trace.centres is None else style(OF_WINDOWS)
        return window if self.trace.weights is None else window + heat_map_definition(self.trace)

    def printed(self, head: str) -> str:
        """Return the weights of all steps for print."""
        if self.trace.weights is None:
            return ""
        S, T = len(self.trace.source), len(self.trace.target)
        alt = f"{head}heat map of the weights, {S} source words across, {T} target words down"
        return heat_map_with_values(self.trace, alt)

    def printed_source(self) -> str:
        """Return the sentence for print."""
        return " ".join(word(token) for token in self.trace.labels)

    def _labels(self, step: int, window: Window | None) -> str:
        label = SOURCE_LABEL
        if looked_at(self.trace, step) is not None:
            label += LABEL_HARD
        if window:
            label += (
                f"<p class=k>Window (line at the left): positions {window.first} to {window.last}, counted from 0, "
                f"around p = {decimal(window.centre, 1)} (▸)</p>"
            )
        return label + self._lost_on_padding(step)

    def _lost_on_padding(self, step: int) -> str:
        """Say how much weight goes where there is no word: something only where the mask is missing."""
        padding = np.array([token == PAD_TOKEN for token in self.trace.source])
        assert self.trace.weights is not None
        lost = float(self.trace.weights[step][padding].sum())
        if lost < DRAWN_FROM:
            return ""
        return f"<p class=k>{decimal(lost)} of the weight lies on padding: no word, so no line.</p>"

    def _source(self, step: int, window: Window | None) -> str:
        trace, here = self.trace, looked_at(self.trace, step)
        assert trace.weights is not None and trace.scores is not None
        rows = zip(trace.labels, trace.weights[step], trace.scores[step], strict=True)
        return "".join(
            f"<span{_look(weight, window, j)}>{word(token)}<b>{decimal(weight)}</b>"
            f"<i>{UNSEEN if window and np.isinf(score) else decimal(score)}</i>{HERE if j == here else ''}</span>"
            for j, (token, weight, score) in enumerate(rows)
        )


def _look(weight: float, window: Window | None, position: int) -> str:
    """Return the attributes of a source word: its tint, and its place in the window."""
    if window is None or not window.first <= position <= window.last:
        return styled(tint(weight))
    share = window.share(position)
    if share is None:
        return f"{styled(tint(weight))} class=in"
    return f"{styled(tint(weight), f'--p:{fraction(share)}')} class='in at'"
