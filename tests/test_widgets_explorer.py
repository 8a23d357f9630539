"""Typing with a kernel, sliding without one."""

from typing import Any

import ipywidgets
import pytest
from ipywidgets.embed import dependency_state

from course_lib.corpora.splitting import Splitting
from course_lib.tracing import trace
from course_lib.widgets import Player, explorer
from course_lib.widgets.exploring import WHY
from course_lib.widgets.frames import step_frame
from tests.oracles.models import make
from tests.pages import Browser, soup

EXAMPLES = [["the", "cat", "sleeps"], ["cats", "sleep"]]
MODEL = make("bahdanau")


def parts(player: Player) -> tuple[Any, Any, Any, Any]:
    """Return the box, the button, the line and the stage."""
    ask, line, stage = player.widget.children
    return *ask.children, line, stage


def first_frame(stage: Any) -> str:
    (shown,) = stage.children
    last = shown.children[-1]
    while hasattr(last, "selected_index"):
        last = last.children[last.selected_index]
    return str(last.value)


def test_the_page_shows_the_examples_and_says_why():
    player = explorer(MODEL, EXAMPLES)
    ready = Browser(player)
    ready.root = player.widget.children[-1].children[0].model_id
    for place, words in enumerate(EXAMPLES):
        ready.move(0, place)
        ready.move(1, 1)
        assert ready.frame() == step_frame(trace(MODEL, words), 1, compact=True)
    line = parts(player)[2]
    assert soup(line.value).select_one(".course-why").get_text() == WHY


def test_without_a_kernel_the_box_gives_way_to_the_reason():
    """The page of the book is known by the attribute that Sphinx gives its root."""
    rules = parts(explorer(MODEL, EXAMPLES))[2].value
    assert "html[data-content_root] .course-ask{display:none!important}" in rules
    assert ".course-why{display:none}html[data-content_root] .course-why{display:block}" in rules


@pytest.mark.parametrize("stack", [True, False])
def test_a_typed_sentence_takes_the_place_of_the_examples(stack: bool, monkeypatch: pytest.MonkeyPatch):
    if not stack:
        monkeypatch.delattr(ipywidgets, "Stack")
    box, _, line, stage = parts(explorer(MODEL, EXAMPLES))
    box.value = "  the black  dog "
    expected = trace(MODEL, ["the", "black", "dog"])
    assert first_frame(stage) == step_frame(expected, 0)
    said = soup(line.value).select_one("[role=status]").get_text()
    assert said == f"Translated: ‘{' '.join(expected.target)}’"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", "There is no word to translate yet. Type a sentence, such as ‘the cat sleeps’."),
        ("the catt sleeps", "'catt' is not among the 8 words of this vocabulary. Did you mean 'cat', 'cats'?"),
        ("the <s> cat", "'<s>' stands for no word"),
        ("the " * 61, "That sentence has 61 words; 60 at most fit on the sliders. Shorten it."),
    ],
)
def test_what_cannot_be_translated_is_explained_and_the_frames_stay(typed: str, answer: str):
    box, button, line, stage = parts(explorer(MODEL, EXAMPLES))
    before = stage.children
    box.value = typed
    button.click()
    status = soup(line.value).select_one("[role=status]")
    assert answer in status.get_text()
    assert not status.select("s")
    assert stage.children == before
    box.value = "cats sleep"
    assert "Translated" in line.value and stage.children != before


def test_a_typed_sentence_is_split_as_the_chapter_says():
    box, _, _, stage = parts(explorer(MODEL, EXAMPLES, split=lambda text: text.lower().rstrip(".").split()))
    box.value = "The cat sleeps."
    assert first_frame(stage) == step_frame(trace(MODEL, EXAMPLES[0]), 0)


def test_a_library_that_splits_and_is_missing_is_named_beneath_the_box() -> None:
    def split(_: str) -> list[str]:
        raise ImportError('Install it with "pip install jieba".')

    player = explorer(MODEL, EXAMPLES, split=split)
    box, _, line, stage = parts(player)
    before = first_frame(stage)
    box.value = "the cat"
    assert "pip install jieba" in soup(line.value).get_text() and first_frame(stage) == before


def test_a_typed_sentence_is_split_as_the_command_line_splits_it() -> None:
    player = explorer(MODEL, EXAMPLES, split=Splitting(), unknown="unk")
    box, _, _, stage = parts(player)
    box.value = "The cat’s!"
    assert first_frame(stage) == step_frame(trace(MODEL, ["the", "cat", "'s", "!"], unknown="unk"), 0)


def test_an_unknown_word_is_translated_around_where_the_page_says_so():
    box, _, line, stage = parts(explorer(MODEL, [["the", "okapi"], *EXAMPLES], unknown="unk"))
    box.value = "the <i>gnu sleeps"
    expected = trace(MODEL, ["the", "<i>gnu", "sleeps"], unknown="unk")
    assert first_frame(stage) == step_frame(expected, 0)
    assert "<i>gnu (<unk>)" in soup(first_frame(stage)).get_text()
    said = soup(line.value).select_one("[role=status]").get_text()
    written = " ".join(expected.target)
    assert said == f"Translated: ‘{written}’. The model read <unk> for ‘<i>gnu’, which it does not know."
    with pytest.raises(ValueError, match="okapi"):
        explorer(MODEL, [["the", "okapi"]])


def test_every_control_has_a_name():
    models = dependency_state(explorer(MODEL, EXAMPLES).widget).values()
    names = [m["state"]["description"] for m in models if m["model_name"] in ("TextModel", "ButtonModel")]
    assert names == ["Sentence", "Translate"]


@pytest.mark.parametrize("examples", [[], "the cat"])
def test_no_example_is_refused(examples: Any):
    with pytest.raises(ValueError, match="at least one sentence"):
        explorer(MODEL, examples)


def test_a_single_example_needs_one_slider():
    player = explorer(MODEL, EXAMPLES[:1])
    assert len(player.sliders) == 1
