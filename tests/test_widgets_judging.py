"""Several aligners under one gold: each frame is that of its slider, and a possible link is no mistake."""

import re
from typing import Any

import numpy as np
import pytest

from course_lib.corpora import SentencePair
from course_lib.metrics import AlignmentScore
from course_lib.widgets import gold_and_links
from course_lib.widgets.judging import LINK_SIGNS
from tests.pages import Browser, bytes_of, soup, texts

SURE, POSSIBLE = {(0, 0), (2, 1)}, {(0, 0), (2, 1), (1, 2), (0, 2)}
PAIR = SentencePair(("the", "black", "<b>"), ("le", "chat", "noir"), frozenset(SURE), frozenset(POSSIBLE))
ONE = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.6, 0.3, 0.0], [0.1, 0.5, 0.2, 0.2]])  # last: no word
OTHER = np.array([[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
WEIGHTS = {"counts": ONE, "a < b": OTHER}
THRESHOLDS = (None, 0.3)


def score(number: float) -> AlignmentScore:
    return AlignmentScore(number, number + 0.1, number + 0.2, 1000)


CORPUS = {(who, t): score(10.0 * k + 3 * n) for k, who in enumerate(WEIGHTS) for n, t in enumerate(THRESHOLDS)}


def page(**options: Any) -> Browser:
    return Browser(gold_and_links(PAIR, WEIGHTS, **{"thresholds": THRESHOLDS, **options}))


def frames(browser: Browser) -> list[Any]:
    found = []
    for who in range(len(WEIGHTS)):
        for threshold in range(len(THRESHOLDS)):
            browser.move(0, who)
            browser.move(1, threshold)
            found.append(soup(browser.frame()))
    return found


def test_every_frame_is_that_of_its_sliders_and_counts_by_both_kinds_of_gold() -> None:
    said = [frame.select_one(".says").get_text() for frame in frames(page(title="One pair"))]
    assert said == [
        # links (0, 0), (1, 1), (1, 2): |A ∩ S| = 1, |A ∩ P| = 2, |A| = 3, |S| = 2
        "One pair · counts, the largest weight of each word: 1 right, 1 allowed, 1 missing and 1 extra. "
        "This sentence: AER 40 %.",
        # (2, 1) reaches .3 too: 2, 3, 4, 2
        "One pair · counts, weights ≥ .30: 2 right, 1 allowed, 0 missing and 1 extra. This sentence: AER 17 %.",
        *(
            f"One pair · a < b, {rule}: 1 right, 0 allowed, 1 missing and 0 extra. This sentence: AER 33 %."
            for rule in ("the largest weight of each word", "weights ≥ .30")
        ),
    ]


def test_a_sign_lies_on_the_cell_of_its_link_over_the_weights_of_its_aligner() -> None:
    shown = frames(page())
    maps = [frame.select("svg use")[0]["href"] for frame in shown]
    assert maps[0] == maps[1] != maps[2] == maps[3]
    marks = [(use["href"], float(use["x"]), float(use["y"])) for use in shown[1].select("svg use")[1:]]
    ((_, left, top),) = [mark for mark in marks if mark[0] == "#right-18" and mark[2] == min(m[2] for m in marks)]
    found = {(kind[1:].split("-")[0], round((x - left) / 18), round((y - top) / 18)) for kind, x, y in marks}
    assert found == {("right", 0, 0), ("right", 2, 1), ("allowed", 1, 2), ("extra", 1, 1)}
    first = {use["href"] for use in shown[0].select("svg use")[1:]}
    assert "#missing-18" in first


def test_every_sign_and_every_map_is_drawn_once() -> None:
    shared = soup(gold_and_links(PAIR, WEIGHTS, thresholds=THRESHOLDS).widget.children[1].value)
    names = [tag["id"] for tag in shared.select("[id]")]
    assert sorted(name for name in names if not name.startswith("map-")) == sorted(f"{kind}-18" for kind in LINK_SIGNS)
    assert len([name for name in names if name.startswith("map-")]) == 2 and len(names) == len(set(names))
    drawn = {kind: str(shared.select_one(f"#{kind}-18").encode_contents()) for kind in LINK_SIGNS}
    assert len(set(drawn.values())) == len(LINK_SIGNS)


def test_the_table_tells_this_sentence_from_all() -> None:
    shown = frames(page(corpus=CORPUS))
    rows = [texts(row, "th, td") for row in shown[2].select("tr")]
    assert rows == [
        ["sentences", "precision", "recall", "AER"],
        ["this one", "100.0", "50.0", "33.3"],
        ["all 1,000", "10.1", "10.2", "10.0"],
    ]
    assert "All 1,000: AER 13.0 %." in shown[3].get_text() and "All 1,000: AER 3.0 %." in shown[1].get_text()
    assert "All" not in frames(page())[0].get_text()


def test_the_last_column_has_the_name_that_it_is_given() -> None:
    drawn = gold_and_links(PAIR, WEIGHTS, thresholds=[None], end="NULL").widget.children[1].value
    assert texts(soup(drawn), "#" + re.findall(r"map-\w+", drawn)[0] + " text") == [
        *("the", "black", "<b>", "NULL"),
        *("le", "chat", "noir"),
    ]


def test_a_sentence_without_sure_links_and_without_proposals_is_no_error() -> None:
    bare = SentencePair(("a",), ("b",), frozenset(), frozenset())
    nothing = gold_and_links(bare, {"x": np.array([[0.0, 1.0]])}, thresholds=[None])
    assert "0 right, 0 allowed, 0 missing and 0 extra." in Browser(nothing).frame()
    assert "AER" not in soup(Browser(nothing).frame()).select_one(".says").get_text()
    assert texts(soup(Browser(nothing).frame()), "td") == ["–"] * 3
    guessed = gold_and_links(bare, {"x": np.array([[1.0, 0.0]])}, thresholds=[None])
    assert texts(soup(Browser(guessed).frame()), "td") == ["0.0", "–", "100.0"]


def test_print_has_the_first_frame_and_every_sentence() -> None:
    static = soup(gold_and_links(PAIR, WEIGHTS, thresholds=THRESHOLDS).static)
    assert len(static.select("ol li")) == 4
    marks = [use["href"] for use in static.select("svg > use")]
    assert sorted(marks) == ["#allowed-26", "#extra-26", "#missing-26", "#right-26"]
    assert {tag["id"] for tag in static.select("defs [id]")} == {f"{kind}-26" for kind in LINK_SIGNS}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"pair": SentencePair(("a",), ("b",))}, "Nobody has linked"),
        ({"weights": {}}, "0 aligners and 2 thresholds"),
        ({"thresholds": []}, "2 aligners and 0 thresholds"),
        ({"weights": {"with </s>": np.ones((4, 4))}}, r"with </s>: expected weights of shape \(3, 4\).*got \(4, 4\)"),
        ({"thresholds": [0.0]}, "above 0"),
        ({"corpus": {("counts", None): score(1)}}, r"missing: \[\('counts', 0.3\), \('a < b', None\)"),
        ({"weights": {"counts": ONE * np.nan}}, "finite|NaN"),
    ],
)
def test_what_cannot_be_judged_is_refused(options: dict[str, Any], says: str) -> None:
    given = {"pair": PAIR, "weights": WEIGHTS, "thresholds": THRESHOLDS, **options}
    with pytest.raises(ValueError, match=says):
        gold_and_links(given.pop("pair"), given.pop("weights"), **given)


def test_five_aligners_and_seven_thresholds_weigh_what_a_page_can_carry() -> None:
    """Nine target and eleven source words; a look that is sharp where it is right, as trained ones are."""
    rng, T, S = np.random.default_rng(1), 9, 11
    sure = frozenset((i, i) for i in range(T))
    pair = SentencePair(tuple(f"source{j}" for j in range(S)), tuple(f"target{i}" for i in range(T)), sure, sure)
    looks = {f"aligner {k}": 0.8 * np.eye(T, S + 1, k=k % 2) + 0.2 * rng.dirichlet(np.ones(S + 1), T) for k in range(5)}
    looks = {who: rows / rows.sum(1, keepdims=True) for who, rows in looks.items()}
    thresholds = (None, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7)
    corpus = {(who, t): score(10) for who in looks for t in thresholds}
    assert bytes_of(gold_and_links(pair, looks, thresholds=thresholds, corpus=corpus)) <= 105_000
