"""A small set, graded whole: right answers get all points, the released set none, and no hidden test is seen."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grading.__main__ import main
from grading.gradebook import BadSheet, Gradebook
from grading.grading_all import grade
from grading.marking import mark, read_marks
from grading.notebooks import Cell
from grading.releasing import WORDS, leaks, released, secret_lines
from grading.similar import similar_pairs
from grading.sources import read_set
from grading.tables import fill_canvas, fill_moodle, set_grades, write_grades
from grading.walls import Limits, best_wall
from tests.oracles.small_set import code, notebook, source, write_source

ROOT = Path(__file__).resolve().parent.parent
LIMITS = Limits(cell_seconds=2, call_seconds=2, whole_seconds=300)
ALL = {"share-values": 3.0, "share-one": 1.0, "counter-goes-on": 2.0}
NONE = dict.fromkeys(ALL, 0.0)


@pytest.fixture(scope="module")
def assignments(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assignments")
    write_source(folder)
    return folder


@pytest.fixture(scope="module")
def problems(assignments):
    return read_set("ps1", assignments)


@pytest.fixture(scope="module")
def public(problems):
    return released(problems)


def submission(public, **answers: str) -> bytes:
    rows = [
        {"cell_type": c.kind, "id": c.id, "source": answers.get(c.grade_id, c.source), "metadata": dict(c.metadata)}
        for c in public
    ]
    return notebook(rows)


def marked(content, problems, public):
    return mark("anna", content, problems, public, LIMITS)


# --- release ---------------------------------------------------------------------------------------------------------


def test_what_students_get_holds_no_solution_no_rubric_and_no_hidden_test(problems, public):
    text = "\n".join(cell.source for cell in public)
    assert "HIDDEN" not in text and "SOLUTION" not in text and WORDS in text
    assert len(secret_lines(problems)) > 10
    assert not [line for line in secret_lines(problems) if line in text]
    assert "share_of_padding([3, 3])" in text  # a visible check stays


def test_a_leak_is_seen_wherever_it_stands(problems):
    assert leaks(problems, "… longest = max(lengths)\n …") == ["longest = max(lengths)"]
    assert not leaks(problems, "nothing of it")


# --- marks -----------------------------------------------------------------------------------------------------------


def test_the_source_gets_all_points(problems, public):
    marks = marked(notebook(source()), problems, public)
    assert marks.points == ALL and not marks.reasons and marks.wall == best_wall()
    assert "Rubric" in marks.words["why"]


def test_what_was_released_gets_none(problems, public):
    marks = marked(submission(public), problems, public)
    assert marks.points == NONE and set(marks.reasons) == set(ALL)


WRONG = {
    "one value": ("return 0.25", {"share-values": 3.0}, "no padding"),
    "off by a word": ("return 1 - sum(lengths) / (max(lengths) * len(lengths) + 1)", {}, "quarter"),
    "an error": ("raise ValueError('I do not know')", {}, "I do not know"),
    "nothing": ("pass", {}, "another form"),
    "an endless loop": ("while True: pass", {}, "too long"),
    "an exit": ("import os; os._exit(0)", {}, "ended"),
    "something that is equal to everything": (
        "return type('Equal', (float,), {'__sub__': lambda s, o: 0.0, '__abs__': lambda s: 0.0})()",
        {},
        "",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_loses_its_points_and_is_told_why(problems, public, name):
    body, points, said = WRONG[name]
    content = submission(public, share=f"def share_of_padding(lengths):\n    {body}")
    marks = marked(content, problems, public)
    assert marks.points == NONE | points
    assert said in " ".join(marks.reasons.values())
    assert "1e-9" not in json.dumps(marks.reasons)


FORGERIES = {
    "the mark itself": "points = {'share-values': 3.0}\nshare_of_padding = lambda lengths: None",
    "assert made harmless": "import builtins\nbuiltins.abs = lambda x: 0.0\ndef share_of_padding(lengths): return 7.0",
    "the check replaced": "import sys\nsys.modules['grading.marking'] = None\ndef share_of_padding(x): return 7.0",
    "the protocol spoken": (
        "import os, json\nfor fd in range(3, 64):\n    try: os.write(fd, b'{\"value\": 0.25}\\n' * 9)\n"
        "    except OSError: pass\ndef share_of_padding(lengths): return 7.0"
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_mark_brings_nothing_more_than_its_task(problems, public, name):
    marks = marked(submission(public, share=FORGERIES[name]), problems, public)
    assert marks.points["counter-goes-on"] == 0.0 and marks.points["share-one"] == 0.0


def test_what_cannot_be_read_gets_none_and_says_so(problems, public):
    marks = marked(b"{", problems, public)
    assert marks.points == NONE and "no notebook" in marks.unreadable


# --- a class ---------------------------------------------------------------------------------------------------------

RIGHT = (
    "def share_of_padding(lengths):\n    cells = max(lengths) * len(lengths)\n    return (cells - sum(lengths)) / cells"
)


@pytest.fixture(scope="module")
def book(tmp_path_factory, problems, public):
    """A class of three, graded."""
    found = Gradebook(tmp_path_factory.mktemp("gradebook"))
    for student, content in {
        "anna": submission(public, share=RIGHT, why="Because the softmax would look there."),
        "ben": submission(public, why="=HYPERLINK('x')"),
        "cleo": b"",
    }.items():
        path = found.submission("ps1", student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    grade(found, problems, public, limits=LIMITS)
    return found


def test_a_class_is_marked(book):
    points = {student: sum(marks.points.values()) for student, marks in book.all_marks("ps1").items()}
    assert points == {"anna": 4.0, "ben": 0.0, "cleo": 0.0}


def test_marks_by_hand_are_taken_and_kept(book, problems):
    sheet = book.write_sheet(problems)
    text = sheet.read_text("utf-8-sig").replace("anna,why,,4,", 'anna,why,"3,5",4,good')
    sheet.write_text(text, "cp1252")
    assert book.by_hand(problems)["anna", "why"] == (3.5, "good")
    book.write_sheet(problems)
    assert book.by_hand(problems)["anna", "why"] == (3.5, "good")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("anna,why,5,4,", "0 to 4"),
        ("anna,why,a few,4,", "number"),
        ("anna,who,1,4,", "none of"),
        ("anna,why,nan,4,", "0 to 4"),
        ("anna,why,1,4,\nanna,why,2,4,", "twice"),
    ],
)
def test_a_mark_that_makes_no_sense_is_refused(tmp_path, problems, line, said):
    book = Gradebook(tmp_path)
    book.sheet("ps1").parent.mkdir()
    book.sheet("ps1").write_text(f"student,answer,points,most,comment\n{line}\n")
    with pytest.raises(BadSheet, match=said):
        book.by_hand(problems)


def test_the_table_has_a_row_a_student_and_a_column_a_part(book, problems, tmp_path):
    write_grades(tmp_path / "grades.csv", [set_grades(book, problems)])
    rows = (tmp_path / "grades.csv").read_text("utf-8-sig").split("\n")
    assert rows[0] == "student,share-values,share-one,counter-goes-on,why,ps1 total,total"
    assert rows[1].startswith("(of),3.0,1.0,2.0,4.0,10.0") and rows[2].startswith("anna,3.0,1.0,0.0,")


def test_canvas_and_moodle_get_the_total_of_the_right_student(book, problems, tmp_path):
    one = set_grades(book, problems)
    canvas, moodle = tmp_path / "canvas.csv", tmp_path / "moodle.csv"
    canvas.write_text('Student,ID,SIS Login ID,Section,ps1 (12)\n"    Points Possible",,,,\n"An, Na",7,x,1,\n')
    moodle.write_text("Identifier,Full name,Grade\nParticipant 7,An Na,\nParticipant 8,Nobody,\n")
    assert fill_canvas(canvas, tmp_path / "c.csv", one) == ["ben", "cleo"]
    assert fill_moodle(moodle, tmp_path / "m.csv", one) == ["ben", "cleo"]
    total = one.total("anna")
    assert (tmp_path / "c.csv").read_text().splitlines()[2].endswith(f",{total:g}")
    assert (tmp_path / "m.csv").read_text().splitlines()[1] == f"Participant 7,An Na,{total:.2f}"


def test_equal_steps_under_other_names_are_seen_and_the_stub_is_not():
    stub = "def f(x):\n    # Your code here.\n    raise NotImplementedError"
    work = (
        "def f(x):\n    total = 0\n    for k in range(len(x)):\n        if x[k] > 3 and k % 2 == 0:\n"
        "            total += x[k] ** 2 - 4 * k\n    return total / max(1, len(x)) + 7"
    )
    copied = work.replace("total", "s").replace("x", "values").replace("k", "i") + "  # all my own"
    other = "def f(x):\n    return sum(v * v for v in x if v > 3) + len(x) - 12 + min(x) * max(x) - sorted(x)[0]"
    pairs = similar_pairs({"anna": work, "ben": copied, "cleo": other, "dan": stub, "eve": stub}, stub)
    assert [(pair.one, pair.other) for pair in pairs] == [("anna", "ben")]


def test_killed_in_the_middle_it_goes_on_and_ends_the_same(assignments, problems, public, tmp_path):
    def command(folder):
        return [
            sys.executable, "-m", "grading", "--assignments", str(assignments), "--gradebook", str(folder),
            "grade", "ps1", "--workers", "1", "--no-wall",
        ]  # fmt: skip

    books = [Gradebook(tmp_path / name) for name in ("whole", "killed")]
    for found in books:
        for k in range(4):
            path = found.submission("ps1", f"student{k}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(submission(public, share=RIGHT) if k % 2 else submission(public))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    process = subprocess.Popen(command(books[1].path), env=environment, cwd=ROOT, start_new_session=True)
    first = books[1].marks_file("ps1", "student0")
    for _ in range(600):
        if first.exists():
            break
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = first.stat().st_mtime_ns
    assert len(list(first.parent.glob("*.json"))) < 4
    for found in books:
        subprocess.run(command(found.path), env=environment, cwd=ROOT, check=True, capture_output=True)
    assert first.stat().st_mtime_ns == kept  # not marked twice
    whole, killed = ({s: m.points for s, m in found.all_marks("ps1").items()} for found in books)
    assert whole == killed and len(whole) == 4


def test_a_changed_submission_is_marked_anew(book, problems, public):
    path, marks = book.submission("ps1", "ben"), book.marks_file("ps1", "ben")
    before = marks.stat().st_mtime_ns
    grade(book, problems, public, limits=LIMITS, only=["ben"])
    assert marks.stat().st_mtime_ns == before
    path.write_bytes(submission(public, share=RIGHT))
    grade(book, problems, public, limits=LIMITS, only=["ben"])
    assert read_marks(marks).points["share-values"] == 3.0


def test_from_downloads_to_grades_by_the_commands(assignments, public, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    downloads, folder = tmp_path / "downloads", tmp_path / "gradebook"
    (downloads / "anna").mkdir(parents=True)
    (downloads / "anna" / "ps1.ipynb").write_bytes(
        submission(public, share=RIGHT, counter="<script>alert(1)</script>", why="<b>bold</b>")
    )
    given = ["--assignments", str(assignments), "--gradebook", str(folder)]
    assert main([*given, "collect", "ps1", "--from", str(downloads)]) == 0
    assert main([*given, "grade", "ps1", "--no-wall"]) == 0
    assert main([*given, "feedback", "ps1"]) == 0
    assert main([*given, "grades"]) == 0
    page = (folder / "feedback" / "ps1" / "anna.html").read_text("utf-8")
    report = (folder / "ps1-report.html").read_text("utf-8")
    assert "4 of 10 points" in page and "<script" not in page + report and "1e-9" not in page
    assert "<b>bold" not in (folder / "by_hand" / "ps1.html").read_text("utf-8")
    assert (folder / "grades.csv").exists()


def test_a_class_has_its_own_numbers_and_keeps_them(tmp_path, capsys):
    given = ["--gradebook", str(tmp_path)]
    assert main([*given, "release", "ps1", "--seed", "2027"]) == 0
    assert "CLASS_SEED = 2027" in (tmp_path / "release" / "ps1.ipynb").read_text("utf-8")
    assert "Rubric" in (tmp_path / "solutions" / "ps1.md").read_text("utf-8")
    assert main([*given, "release", "ps1"]) == 0 and Gradebook(tmp_path).seed == 2027
    assert main([*given, "release", "ps1", "--seed", "2028"]) == 1
    assert "Give another class another folder" in capsys.readouterr().err
    (tmp_path / "class.json").write_text("{")
    assert main([*given, "release", "ps1"]) == 1


def test_what_cannot_be_done_is_said_in_a_line(assignments, tmp_path, capsys):
    given = ["--assignments", str(assignments), "--gradebook", str(tmp_path)]
    for command, said in (
        (["grade", "ps1", "--no-wall"], "nothing was collected"),
        (["grade", "ps7", "--no-wall"], "no problem set"),
        (["grades"], "Nothing is graded"),
        (["collect", "ps1", "--from", str(tmp_path / "none")], "no folder"),
    ):
        assert main([*given, *command]) == 1
        assert said in capsys.readouterr().err


def test_numbers_of_another_class_are_told(problems, public):
    rows = [code("CLASS_SEED = 1"), *json.loads(submission(public))["cells"]]
    seeded = [Cell("code", "CLASS_SEED = 2027"), *public]
    assert "another class" in " ".join(marked(notebook(rows), problems, seeded).notes)
    assert "another class" not in " ".join(marked(submission(seeded), problems, seeded).notes)


def test_a_cell_of_ours_that_failed_is_told(problems, public):
    """Its points are lost for want of an import, say; who reads the report marks this submission again."""
    ours = [Cell("code", "1 / 0"), *public]
    assert "ZeroDivisionError" in " ".join(marked(submission(ours), problems, ours).notes)


def test_a_cell_that_was_never_there_does_not_run_a_check(problems, public):
    rows = json.loads(submission(public, share=RIGHT))["cells"]
    rows.insert(0, {**code("raise SystemExit"), "id": "own"})
    assert marked(notebook(rows), problems, public).points["share-values"] == 3.0
