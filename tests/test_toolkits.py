"""The page on toolkits names models that can be built here, says where facts were read, and is right on the order."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from course_lib.models import bahdanau2014, luong2015
from course_lib.seq2seq import Seq2Seq
from tests.oracles.models import PAIRS, SOURCE, TARGET, bahdanau, batch, shaken

PAGE = (Path(__file__).resolve().parent.parent / "book" / "toolkits.md").read_text("utf-8")
CARDS = dict(re.findall(r"^### (.+?)\n\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
ROWS = ("Starts from", "Fed back", "Nearest", "Still different", "Read in")
CALL = re.compile(r"`((?:bahdanau2014|luong2015)\([^`]*\))`")
MAKERS = {"bahdanau2014": bahdanau2014, "luong2015": luong2015}


def build(call: str) -> Seq2Seq:
    """Build a small model as the page writes it: a name and options that are literals."""
    written = ast.parse(call, mode="eval").body
    assert isinstance(written, ast.Call) and isinstance(written.func, ast.Name) and not written.args
    options = {word.arg: ast.literal_eval(word.value) for word in written.keywords if word.arg}
    return MAKERS[written.func.id](SOURCE, TARGET, embedding=4, hidden=6, **options)


@pytest.mark.parametrize("call", sorted({*CALL.findall(PAGE), "bahdanau2014()"}))
def test_a_model_that_the_page_calls_nearest_can_be_built(call: str) -> None:
    """An option that was renamed would leave the reader of a toolkit with a TypeError."""
    model = build(call)
    logits = model(batch()).logits
    assert logits.shape[-1] == len(TARGET) and bool(torch.isfinite(logits).all())


@pytest.mark.parametrize("wrong", ["luong2015(attend='dot')", "luong2015(score='mlp')"])
def test_an_option_that_is_not_there_is_seen(wrong: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        build(wrong)


@pytest.mark.parametrize("option", sorted(set(re.findall(r"`(\w+=\"\w+\")`", PAGE))))
def test_an_option_that_stands_alone_belongs_to_one_of_the_two_models(option: str) -> None:
    built = 0
    for name in MAKERS:
        try:
            build(f"{name}({option})")
            built += 1
        except TypeError:
            continue
    assert built == 1 or (built == 2 and option.startswith("query="))


@pytest.mark.parametrize("name", CARDS)
def test_a_card_has_every_row_and_a_source_that_cannot_move(name: str) -> None:
    """A link to a branch shows other code next year, and the claims beside it would still stand."""
    rows = dict(re.findall(r"^- \*\*(.+?):\*\* (.+)$", CARDS[name], re.MULTILINE))
    assert tuple(rows) == ROWS
    assert CALL.search(rows["Nearest"])
    sources = re.findall(r"\]\((https://[^)\s]+)\)", rows["Read in"])
    pinned = [link for link in sources if re.search(r"github\.com/[\w-]+/[\w.-]+/blob/[0-9a-f]{40}/", link)]
    assert pinned and all(link in pinned or "/issues/" in link for link in sources)


def test_every_card_has_its_line_in_the_table() -> None:
    table = PAGE.split("## At a glance")[1].split("## One by one")[0]
    words = [re.split(r"[`(,' ]+", name.strip("`"))[0] for name in CARDS]
    assert len(CARDS) == 10
    assert [word for word in words if word not in table] == []


def test_both_orders_run_through_the_same_states_once_the_first_context_is_the_same() -> None:
    """The switch was long said to change the recurrence; it moves the look by one step, and the first is empty."""
    before = shaken(bahdanau(embedding=5, hidden=6), seed=0)
    after = shaken(bahdanau(embedding=5, hidden=6, query="after"), seed=1)
    after.load_state_dict(before.state_dict())
    given = batch([PAIRS[0]])
    expected = before(given)
    assert not torch.allclose(after(given).states, expected.states)  # its first step has no context

    encoded = after.decoder.prepare(after.encode(given.source, given.source_lengths))
    state = after.decoder.initial_state(encoded)
    first = after.decoder.attention(state.top, *encoded.annotations())
    state = replace(state, fed_back=first.context)
    states, weights = [], []
    for previous in given.target_in.unbind(1):
        output = after.decoder.step(previous, state, encoded)
        state = output.state
        states.append(state.top)
        weights.append(output.weights)
    torch.testing.assert_close(torch.stack(states, 1), expected.states)
    torch.testing.assert_close(torch.stack(weights, 1)[:, :-1], expected.weights[:, 1:])
