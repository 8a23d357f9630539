"""Whatever students send is read: other encodings and formats, lost marks, cells split, moved, doubled or gone."""

import json

import pytest

from grading.notebooks import Cell, Unreadable, read_notebook
from grading.releasing import released
from grading.restoring import likeness, restore
from grading.sources import BadSource, read_set
from tests.oracles.small_set import SHARE, code, notebook, source, words, write_source

ANSWER = "def share_of_padding(lengths):\n    return 1 - sum(lengths) / (max(lengths) * len(lengths))"


@pytest.fixture(scope="module")
def problems(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assignments")
    write_source(folder)
    return read_set("ps1", folder)


@pytest.fixture(scope="module")
def public(problems):
    return released(problems)


def as_rows(cells):
    """Return released cells as rows of a file."""
    return [
        {"cell_type": cell.kind, "id": cell.id, "source": cell.source, "metadata": dict(cell.metadata)}
        for cell in cells
    ]


def answered(public):
    rows = as_rows(public)
    next(row for row in rows if row["id"] == "id-share")["source"] = ANSWER
    return rows


def restored(rows, public):
    return restore(read_notebook(notebook(rows)), public)


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_notebook_in_any_encoding_is_read(encoding):
    content = notebook([code("x = 'é'")]).decode().encode(encoding)
    (cell,) = read_notebook(content)
    assert cell.source == "x = 'é'"


def test_format_3_is_read():
    rows = [{"cell_type": "heading", "source": ["A ", "title"]}, {"cell_type": "code", "input": "x = 1\r\n"}]
    cells = read_notebook(json.dumps({"worksheets": [{"cells": rows}], "nbformat": 3}).encode())
    assert cells == [Cell("markdown", "A title"), Cell("code", "x = 1\n")]


def test_format_4_0_without_ids_is_read():
    row = {"cell_type": "code", "source": ["x = 1\n", "y = 2"], "metadata": {}}
    assert read_notebook(json.dumps({"cells": [row], "nbformat": 4}).encode()) == [Cell("code", "x = 1\ny = 2")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"{", "no notebook"),
        (b"<!DOCTYPE html><p>", "a web page"),
        (b"[1, 2]", "no notebook"),
        (b'{"a": 1}', "no cells"),
        (b'{"cells": []}', "empty"),
        (b'{"cells": [{"cell_type": "code", "source": 3}, 7, {"cell_type": "video", "source": "x"}]}', "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x81\x8d", "no text"),
        (b"[" * 100_000, "nested"),
        (b" " * (51 * 2**20), "MiB"),
    ],
    ids=["nothing", "blanks", "cut", "web page", "list", "no cells", "no rows", "odd rows", "picture", "deep", "large"],
)
def test_what_is_no_notebook_is_told(content, said):
    with pytest.raises(Unreadable, match=said):
        read_notebook(content)


# --- the source of a set ---------------------------------------------------------------------------------------------


def test_points_and_answers_of_a_set_are_found(problems):
    assert problems.points == {"share-values": 3.0, "share-one": 1.0, "counter-goes-on": 2.0, "why": 4.0}
    assert [answer.name for answer in problems.answers] == ["share", "counter", "why"]
    assert problems.defined == {"share_of_padding", "Counter"}
    assert problems.tests[0].reads(problems.defined) == ["share_of_padding"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.append(rows[3]), "two cells"),
        (lambda rows: rows[4].update(source="share_of_padding([1])"), "hides nothing"),
        (lambda rows: rows[4].update(source="### BEGIN HIDDEN TESTS\nassert (\n### END HIDDEN TESTS"), "no Python"),
        (lambda rows: rows[4]["metadata"]["nbgrader"].update(points=0), "worth nothing"),
        (lambda rows: rows.__delitem__(slice(3, None)), "expected answers"),
    ],
    ids=["a name twice", "no hidden test", "broken test", "no points", "no answers"],
)
def test_a_set_that_nobody_could_grade_is_told(tmp_path, change, said):
    rows = source()
    change(rows)
    path = tmp_path / "ps1" / "ps1.ipynb"
    path.parent.mkdir()
    path.write_bytes(notebook(rows))
    with pytest.raises(BadSource, match=said):
        read_set("ps1", tmp_path)


def test_a_set_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadSource, match="no problem set 'ps9'"):
        read_set("ps9", tmp_path)


# --- matching --------------------------------------------------------------------------------------------------------


def without_marks(rows):
    for row in rows:
        row["metadata"] = {}


def with_other_ids(rows):
    without_marks(rows)
    for k, row in enumerate(rows):
        row["id"] = f"colab{k}"


def doubled(rows):
    place = next(k for k, row in enumerate(rows) if row["id"] == "id-share")
    rows.insert(place, {**rows[place], "source": "def share_of_padding(lengths):\n    return 0.0"})


def split(rows):
    with_other_ids(rows)
    place = next(k for k, row in enumerate(rows) if row["source"] == ANSWER)
    head, body = ANSWER.split("\n")
    rows[place : place + 1] = [
        code("def longest(lengths):\n    return max(lengths)"),
        {**rows[place], "source": f"{head}\n{body}"},
    ]


def moved(rows):
    rows.append(rows.pop(next(k for k, row in enumerate(rows) if row["id"] == "id-share")))


def with_own_cells(rows):
    rows[2:2] = [code("scratch = 1"), words("My thoughts")]
    rows.append(code("print('done')"))


def without_checks(rows):
    rows[:] = [row for row in rows if not row["metadata"].get("nbgrader", {}).get("grade")]


@pytest.mark.parametrize(
    "change", [lambda rows: None, without_marks, with_other_ids, doubled, moved, with_own_cells, without_checks]
)
def test_an_answer_is_found_whatever_became_of_its_cell(public, change):
    rows = answered(public)
    change(rows)
    found = restored(rows, public).of("share")
    assert found[-1].source == ANSWER


def test_a_cell_that_was_split_stays_with_its_answer(public):
    rows = answered(public)
    split(rows)
    assert [cell.source for cell in restored(rows, public).of("share")][-1] == ANSWER


def test_the_cell_after_an_answer_belongs_to_it(public):
    rows = answered(public)
    place = next(k for k, row in enumerate(rows) if row["id"] == "id-share")
    rows.insert(place + 1, {**code("def helper(): return 1"), "id": "own"})
    names = restored(rows, public).names
    assert names[place + 1] == "share"


def test_a_check_that_was_overwritten_is_still_the_check(public):
    rows = answered(public)
    row = next(row for row in rows if row["id"] == "id-share-values")
    row["source"] = "points = 3"
    assert restored(rows, public).of("share-values")[0].source == "points = 3"


def test_what_is_missing_or_twice_is_noted(public):
    rows = answered(public)
    doubled(rows)
    rows[:] = [row for row in rows if row["id"] != "id-counter"]
    notes = restored(rows, public).notes
    assert any("share" in note and "twice" in note for note in notes) and "counter is missing." in notes


def test_a_submission_is_like_its_own_set(public):
    rows = answered(public)
    with_other_ids(rows)
    assert likeness(read_notebook(notebook(rows)), public) > 0.7
    assert likeness([Cell("code", SHARE)], public) == 0.0
