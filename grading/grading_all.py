"""Grade a whole class: side by side, in any order, interrupted as often as it may be."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from tqdm.auto import tqdm

from course_lib.files import write_atomically
from grading.gradebook import Gradebook
from grading.marking import Marks, mark, read_marks, tests_digest
from grading.notebooks import Cell
from grading.sources import ProblemSet
from grading.walls import Limits


def grade(
    book: Gradebook,
    problems: ProblemSet,
    released: Sequence[Cell],
    workers: int = 2,
    limits: Limits | None = None,
    only: Sequence[str] = (),
    again: bool = False,
) -> dict[str, Marks]:
    """Mark what is not marked yet and return all marks.

    Marks are kept as each submission is done; a second call goes on where the first one was stopped. ``again``
    marks anew (of ``only``, if given), as happens by itself where the submission or the tests have changed.
    """
    _ = book.secret  # drawn before the first of several asks for it
    students = [student for student in book.students(problems.name) if not only or student in only]
    unknown = sorted(set(only) - set(students))
    if unknown:
        raise ValueError(f"Nobody called {unknown[0]!r} has handed in {problems.name}.")
    waiting = [student for student in students if again or not _is_marked(book, problems, student)]
    with ThreadPoolExecutor(workers) as pool, tqdm(total=len(students), unit="student", desc=problems.name) as bar:
        bar.update(len(students) - len(waiting))
        futures = [pool.submit(_mark_one, book, problems, released, student, limits) for student in waiting]
        try:
            for future in as_completed(futures):
                future.result()
                bar.update()
        except BaseException:
            for future in futures:
                future.cancel()
            raise
    return book.all_marks(problems.name)


def _is_marked(book: Gradebook, problems: ProblemSet, student: str) -> bool:
    marks = read_marks(book.marks_file(problems.name, student))
    if marks is None or marks.tests != tests_digest(problems):
        return False
    content = book.submission(problems.name, student).read_bytes()
    return marks.submission == hashlib.sha256(content).hexdigest()


def _mark_one(
    book: Gradebook, problems: ProblemSet, released: Sequence[Cell], student: str, limits: Limits | None
) -> None:
    content = book.submission(problems.name, student).read_bytes()
    try:
        found = mark(student, content, problems, released, limits, book.secret).as_json()
    except Exception as error:  # a fault of the grader's own: one student's, not the class's
        none = dict.fromkeys((test.name for test in problems.tests), 0.0)
        why = f"The grader failed: {type(error).__name__}: {error}"
        found = Marks(student, problems.name, "", "", none, unreadable=why).as_json()
    write_atomically(book.marks_file(problems.name, student), found)
