"""The tree on the page is the tree of the search."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise

import pytest
from ipywidgets.embed import dependency_state

from course_lib.search import BeamResult, Hypothesis, Node
from course_lib.vocabulary import BOS, EOS, Vocabulary
from course_lib.widgets import beam_tree
from tests.oracles.models import TARGET as TARGET_WORDS
from tests.oracles.models import make
from tests.pages import ROOM, Browser, bytes_of, shown, soup, texts

VOCABULARY = Vocabulary.build([["le", "chat", "<b>&"]])
LE, CHAT, NASTY = VOCABULARY.encode(["le", "chat", "<b>&"])


def node(token: int, parent: int, depth: int, log_prob: float, total: float, fate: str, score: float | None = None):
    return Node(token, parent, depth, log_prob, total, total if score is None else score, fate)


def by_hand(score: float | None = None) -> BeamResult:
    """A beam of 2 that keeps two words, then finishes one and keeps one, then finishes that."""
    tree = (
        Node(BOS, None, 0, 0.0, 0.0, 0.0, "kept"),
        node(LE, 0, 1, -0.4, -0.4, "kept"),
        node(NASTY, 0, 1, -1.5, -1.5, "kept"),
        node(CHAT, 0, 1, -2.5, -2.5, "pruned"),
        node(CHAT, 1, 2, -0.3, -0.7, "kept"),
        node(EOS, 2, 2, -0.2, -1.7, "finished", score),
        node(LE, 2, 2, -3.0, -4.5, "pruned"),
        node(LE, 1, 2, -4.4, -4.8, "pruned"),
        node(EOS, 4, 3, -0.1, -0.8, "finished", score),
        node(LE, 4, 3, -2.1, -2.8, "pruned"),
    )
    hypotheses = (Hypothesis((LE, CHAT), -0.8, True), Hypothesis((NASTY,), -1.7, True))
    return BeamResult(hypotheses, (8, 5), tree)


def rows(frame: str) -> list[list[str]]:
    return [[cell.get_text() for cell in row.select("th, td")] for row in soup(frame).select("tr")[1:]]


def test_each_step_tells_what_was_kept_finished_and_pruned():
    page = Browser(beam_tree(by_hand(), VOCABULARY, title="Width 2"))
    said = []
    for step in range(4):
        page.move(0, step)
        said.append(soup(page.frame()).select_one(".says").get_text())
    assert said == [
        "Width 2 · Step 1 of 3: keeps ‘le’ \u22120.40 and ‘<b>&’ \u22121.50; finishes none; prunes 1.",
        "Width 2 · Step 2 of 3: keeps ‘le chat’ \u22120.70; finishes ‘<b>& </s>’ \u22121.70; prunes 2.",
        "Width 2 · Step 3 of 3: keeps none; finishes ‘le chat </s>’ \u22120.80; prunes 1.",
        "Width 2 · Result: ‘le chat </s>’ \u22120.80, the best of 2.",
    ]


def test_a_step_compares_the_whole_hypotheses_with_their_numbers():
    page = Browser(beam_tree(by_hand(), VOCABULARY))
    page.move(0, 1)
    assert rows(page.frame()) == [
        ["▸ kept", "le chat", "\u22120.30", "\u22120.70"],
        ["✓ finished", "<b>& </s>", "\u22120.20", "\u22121.70"],
        ["× pruned", "<b>& le", "\u22123.00", "\u22124.50"],
        ["× pruned", "le le", "\u22124.40", "\u22124.80"],
    ]
    page.move(0, 3)
    assert [row[:2] for row in rows(page.frame())] == [
        ["1. ✓ finished", "le chat </s>"],
        ["2. ✓ finished", "<b>& </s>"],
    ]


def test_a_score_is_shown_where_it_is_not_the_log_probability():
    page = Browser(beam_tree(by_hand(score=-0.25), VOCABULARY))
    page.move(0, 2)
    assert rows(page.frame())[0] == ["✓ finished", "le chat </s>", "\u22120.10", "\u22120.80", "\u22120.25"]
    assert "finishes ‘le chat </s>’ \u22120.25" in soup(page.frame()).get_text()
    assert "score" not in texts(soup(Browser(beam_tree(by_hand(), VOCABULARY)).frame()), "th")


def lines(path: str) -> list[tuple[float, ...]]:
    """Return the pieces of a path: from x, y to x, y."""
    straight = re.sub(r"M(\d+) (\d+)V(\d+)", r"M\1 \2L\1 \3", path)
    return [tuple(map(float, re.split("[ L]", piece))) for piece in straight.split("M") if piece]


def test_the_picture_hangs_every_word_under_the_word_before_it():
    result = by_hand()
    drawing = soup(beam_tree(result, VOCABULARY).static).svg
    marks = {"kept": "", "pruned": "× ", "finished": "✓ "}
    written = drawing.select("text")
    tokens = VOCABULARY.decode(n.token for n in result.tree)
    assert [t.get_text() for t in written] == [marks[n.fate] + w for w, n in zip(tokens, result.tree, strict=True)]
    place = {i: (float(t["x"]), float(t["y"])) for i, t in enumerate(written)}
    drawn = sorted((line[0], line[2]) for path in drawing.select("path") for line in lines(path.get("d", "")))
    assert drawn == sorted((place[n.parent][0], place[i][0]) for i, n in enumerate(result.tree) if n.parent is not None)
    dashed = [line for path in drawing.select("path[stroke-dasharray]") for line in lines(path["d"])]
    assert len(dashed) == sum(n.fate == "pruned" for n in result.tree)
    assert len(drawing.select("rect")) == sum(n.fate != "pruned" for n in result.tree)
    for one, other in pairwise(sorted({y for _, y in place.values()})):
        assert other - one == 44


def test_a_frame_shows_the_tree_so_far_and_the_running_paths_in_bold():
    player = beam_tree(by_hand(), VOCABULARY)
    page = Browser(player)
    groups = soup(player.widget.children[1].value).select("defs > g")
    names = [group["id"] for group in groups]
    assert [[use["href"] for use in group.select("use")] for group in groups] == [[], *([f"#{n}"] for n in names[:-1])]
    # le, <b>& | le chat, <b>& </s> | le chat </s> | the last two together
    for step, edges in enumerate([2, 4, 3, 5]):
        page.move(0, step)
        frame = soup(page.frame())
        assert [use["href"] for use in frame.select("use")] == [f"#{names[min(step, 2) + 1]}"]
        assert len(lines(frame.select_one("path.alive")["d"])) == edges


@pytest.mark.parametrize("alpha", [0.0, 0.8])
def test_the_search_of_a_model_is_shown_as_it_went(alpha: float):
    result = make("bahdanau").beam_search([["the", "cat", "sleeps"]], 3, 5, length_normalisation=alpha, n_best=2)[0]
    page = Browser(beam_tree(result, TARGET_WORDS))
    deepest = max(n.depth for n in result.tree)
    for depth in range(1, deepest + 1):
        page.move(0, depth - 1)
        here = [n for n in result.tree if n.depth == depth]
        found = rows(page.frame())
        assert [row[0].split()[1] for row in found] == [n.fate for n in here]
        assert [row[2:4] for row in found] == [[shown(n.log_prob), shown(n.total)] for n in here]
    page.move(0, deepest)
    ends: Sequence[list[str]] = [row[1].split() for row in rows(page.frame())]
    assert [[w for w in words if w != "</s>"] for words in ends] == [
        TARGET_WORDS.decode(h.tokens) for h in result.hypotheses
    ]
    assert all(math.isfinite(s) for s in result.scores)


def test_a_recorded_search_is_the_search():
    result = make("luong-dot").beam_search([["the", "cat", "sleeps"]], 3, 6, n_best=2)[0]
    assert BeamResult.from_record(json.loads(json.dumps(asdict(result)))) == result


def test_no_word_breaks_the_tree_and_it_weighs_little():
    player = beam_tree(by_hand(), VOCABULARY, title="<i>")
    values = [str(m["state"].get("value", "")) for m in dependency_state(player.widget).values()]
    assert not [value for value in [*values, player.static] if soup(value).select("s, i, bdi b")]
    result = make("luong-dot").beam_search([["the", "cat", "sleeps"]], 4, 11)[0]
    assert max(n.depth for n in result.tree) == 12
    assert bytes_of(beam_tree(result, TARGET_WORDS)) <= ROOM
