"""Type a sentence and step through its translation; without a kernel, step through ready-made ones."""

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from course_lib.traces import Trace
from course_lib.vocabulary import UNK_TOKEN, Unknown
from course_lib.widgets.comparing import two_sliders
from course_lib.widgets.markup import listed, word
from course_lib.widgets.player import Axis, Player
from course_lib.widgets.stepping import static_steps, step_through
from course_lib.widgets.style import OF_QUESTIONS, style

if TYPE_CHECKING:  # a widget does without torch until there is a model
    from course_lib.seq2seq import Seq2Seq

WHY = "To type a sentence of your own, open this chapter in Colab or Jupyter: it takes Python to translate it."
LONGEST = 60  # words: beyond, the frames of one sentence weigh a megabyte


def explorer(
    model: "Seq2Seq",
    examples: Sequence[Sequence[str]],
    *,
    split: Callable[[str], Sequence[str]] = str.split,
    unknown: Unknown = "error",
) -> Player:
    """Translate what the reader types, and step through it in the place of the examples.

    ``examples`` are source sentences (words), traced now: they are what the page shows before
    anything is typed, and all that it shows without a kernel. ``split`` makes words of the typed
    text: give ``source_splitting`` of the corpus, and it is read as the command line reads it.
    ``unknown`` is that of :func:`~course_lib.tracing.trace`: with ``"unk"`` the model reads ``<unk>``
    in the place of a word that it does not know. What cannot be translated (no word, an unknown one) is
    explained beneath the box, and the frames stay. ValueError without an example, and for one that the
    model cannot read.
    """
    from course_lib.tracing import trace  # torch; and a widget's only meeting with a model

    if not examples or isinstance(examples, str):
        raise ValueError("examples: expected at least one sentence, a list of words each.")
    traces = [trace(model, list(words), unknown=unknown) for words in examples]
    shown = _ready_made(traces)
    asking = _Asking(lambda text: trace(model, _words(split(text), examples[0]), unknown=unknown), shown)
    return Player(asking.widget, shown.sliders, shown.static, shown.summary)


class _Asking:
    """A box to type in, a line that answers, and a stage below."""

    def __init__(self, translate: Callable[[str], Trace], shown: Player) -> None:
        self.translate = translate
        # 'continuous_update' off: a sentence is over at Enter, not at every letter
        self.box = widgets.Text(description="Sentence", placeholder="type, then Enter", continuous_update=False)
        self.button = widgets.Button(description="Translate", tooltip="Translate the sentence typed")
        self.line = widgets.HTML(f"{style(OF_QUESTIONS)}<p class=course-why>{WHY}</p>")
        self.line.add_class("course-said")
        ask = widgets.HBox([self.box, self.button], layout=widgets.Layout(flex_flow="row wrap", align_items="center"))
        ask.add_class("course-ask")
        self.stage = widgets.VBox([shown.widget])
        self.widget = widgets.VBox([ask, self.line, self.stage])
        self.widget.add_class("course-widget")
        self.box.observe(lambda _change: self.answer(), names="value")
        self.button.on_click(lambda _button: self.answer())

    def answer(self) -> None:
        """Translate what the box holds, or say in the line why not."""
        try:
            made = self.translate(self.box.value)
        except (ValueError, ImportError) as problem:  # the library that splits its words may be missing
            self._say(escape(str(problem)))
            return
        unknown = listed([f"‘{word(made.source[j])}’" for j in sorted(made.unknown)])
        read = f". The model read {word(UNK_TOKEN)} for {unknown}, which it does not know." if unknown else ""
        self._say(f"Translated: ‘{' '.join(map(word, made.target))}’{read}")
        self.stage.children = (step_through(made).widget,)

    def _say(self, text: str) -> None:
        self.line.value = f"{style(OF_QUESTIONS)}<p role=status>{text}</p>"


def _words(words: Sequence[str], example: Sequence[str]) -> list[str]:
    if not words:
        raise ValueError(f"There is no word to translate yet. Type a sentence, such as ‘{' '.join(example)}’.")
    if len(words) > LONGEST:
        raise ValueError(f"That sentence has {len(words)} words; {LONGEST} at most fit on the sliders. Shorten it.")
    return list(words)


def _ready_made(traces: Sequence[Trace]) -> Player:
    """Lay a slider over the examples and one over their steps; a single example needs the second alone."""
    if len(traces) == 1:
        return step_through(traces[0])
    count = len(traces)
    static = "".join(f"<section>{static_steps(made)}</section>" for made in traces)
    axis = Axis("Example", [f"{i + 1} of {count}" for i in range(count)])
    return two_sliders(axis, traces, [None] * count, static, f"Explorer with {count} ready-made sentences")
