"""From a shell: ``python -m grading collect|grade|feedback|grades|regrade …``; the Makefile has a target for each."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from course_lib.files import write_atomically
from course_lib.options import LAST_SEED
from grading.collecting import collect
from grading.gradebook import BadSheet, Gradebook
from grading.grading_all import grade
from grading.marking import Marks
from grading.pages import class_page, feedback_page, words_page
from grading.publishing import notebook, publish, solutions
from grading.releasing import released
from grading.similar import similar_pairs
from grading.sources import ASSIGNMENTS, BadSource, read_set, sets
from grading.tables import SetGrades, fill_canvas, fill_moodle, set_grades, write_grades
from grading.walls import Limits, best_wall, warning


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 1, and one line of why, where it cannot be done."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (BadSource, BadSheet, ValueError, OSError) as error:
        print(f"grading: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("grading: stopped; what was graded is kept, the same command goes on from here.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m grading", description="Grade the problem sets of the course.")
    parser.add_argument("--gradebook", type=Path, default=Path("gradebook"), help="the folder of a class")
    parser.add_argument("--assignments", type=Path, default=ASSIGNMENTS, help="the folder of the problem sets")
    commands = parser.add_subparsers(required=True, metavar="command")
    publishing = commands.add_parser("publish", help="write the files of the book that come from assignments/")
    publishing.set_defaults(run=_publish)
    for name, run, meaning in (
        ("release", _release, "write the notebook that a class gets, and the solutions for you"),
        ("collect", _collect, "take what was handed in out of a folder of downloads"),
        ("grade", _grade, "run and mark what is not marked yet"),
        ("feedback", _feedback, "write a page a student, and the report of the class"),
        ("grades", _grades, "write the tables"),
    ):
        command = commands.add_parser(name, help=meaning, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        command.set_defaults(run=run)
        if name != "grades":
            command.add_argument("set", metavar="psN", help="the problem set")
        if name == "release":
            command.add_argument("--seed", type=int, help="of the class: its numbers differ from those of the book")
        if name == "collect":
            command.add_argument("--from", dest="source", type=Path, required=True, help="the folder of downloads")
        if name == "grade":
            command.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 1), help="side by side")
            command.add_argument("--student", action="append", default=[], help="only this one; may come again")
            command.add_argument("--again", action="store_true", help="mark anew what is marked already")
            command.add_argument("--seconds", type=float, default=Limits().cell_seconds, help="that one cell may take")
            command.add_argument("--no-wall", action="store_true", help="go on where no wall can be built")
        if name == "grades":
            command.add_argument("--canvas", type=Path, help="the gradebook that Canvas exports, to be filled in")
            command.add_argument("--moodle", type=Path, help="the grading worksheet of Moodle, to be filled in")
            command.add_argument("--set", help="for --canvas and --moodle: which problem set")
    return parser


def _publish(options: argparse.Namespace) -> None:
    changed = publish()
    print(f"{len(changed)} file(s) written: {', '.join(path.name for path in changed) or 'all were up to date'}.")


def _release(options: argparse.Namespace) -> None:
    book, problems = Gradebook(options.gradebook), read_set(options.set, options.assignments)
    if options.seed is not None:
        if not 1 <= options.seed <= LAST_SEED:
            raise ValueError(f"--seed: expected a whole number from 1 to {LAST_SEED}, got {options.seed}.")
        book.keep_seed(options.seed)
    out, answers = book.path / "release" / f"{options.set}.ipynb", book.path / "solutions" / f"{options.set}.md"
    write_atomically(out, notebook(released(problems, book.seed)))
    write_atomically(answers, solutions(problems).encode())
    print(f"{out}: for the class. {answers}: for you.")


def _collect(options: argparse.Namespace) -> None:
    book = Gradebook(options.gradebook)
    read_set(options.set, options.assignments)
    public = {name: released(read_set(name, options.assignments), book.seed) for name in sets(options.assignments)}
    found = collect(options.source, options.set, public)
    for student, file in found.files.items():
        write_atomically(book.submission(options.set, student), file.content)
    left_out = [(problem.place, problem.reason) for problem in found.problems]
    for files in found.superseded.values():
        left_out += [(file.place, "An older or equal one of the same student.") for file in files]
    book.keep_left_out(options.set, left_out)
    print(f"{options.set}: {len(found.files)} submissions, {len(left_out)} files left out.")
    for place, reason in left_out:
        print(f"  {place}: {reason}")


def _grade(options: argparse.Namespace) -> None:
    wall = best_wall()
    if said := warning(wall):
        print(f"\n{said}\n", file=sys.stderr)
        if not options.no_wall:
            raise ValueError("Nothing was run. With --no-wall it runs all the same.")
    if options.workers < 1:
        raise ValueError(f"--workers: expected at least 1, got {options.workers}.")
    problems = read_set(options.set, options.assignments)
    book = Gradebook(options.gradebook)
    if not book.students(options.set):
        raise ValueError(f"{options.set}: nothing was collected into {book.path} yet.")
    if not 0 < options.seconds < float("inf"):
        raise ValueError(f"--seconds: expected a number above 0, got {options.seconds:g}.")
    limits = Limits(cell_seconds=options.seconds, call_seconds=min(options.seconds, Limits().call_seconds))
    public = released(problems, book.seed)
    marks = grade(book, problems, public, options.workers, limits, only=options.student, again=options.again)
    sheet = book.write_sheet(problems)
    write_atomically(sheet.with_suffix(".html"), words_page(problems, marks).encode())
    print(f"{options.set}: {len(marks)} marked. Answers in words: {sheet.with_suffix('.html')}, marks into {sheet}.")


def _feedback(options: argparse.Namespace) -> None:
    book, problems = Gradebook(options.gradebook), read_set(options.set, options.assignments)
    one = set_grades(book, problems)
    for student in one.marks:
        write_atomically(book.feedback(options.set, student), feedback_page(one, student).encode())
    report = book.path / f"{options.set}-report.html"
    pairs = similar_pairs(_code(one.marks), "\n".join(cell.source for cell in released(problems)))
    page = class_page(one, pairs, book.left_out(options.set), warning(best_wall()))
    write_atomically(report, page.encode())
    print(f"{options.set}: {len(one.marks)} pages in {book.feedback(options.set, 'x').parent}, report {report}.")


def _grades(options: argparse.Namespace) -> None:
    book = Gradebook(options.gradebook)
    graded = [
        one
        for name in sets(options.assignments)
        if (one := set_grades(book, read_set(name, options.assignments))).marks
    ]
    if not graded:
        raise ValueError(f"Nothing is graded in {book.path} yet.")
    out = book.path / "grades.csv"
    write_grades(out, graded)
    print(f"{out}: {len({student for one in graded for student in one.marks})} students.")
    for system, fill in (("canvas", fill_canvas), ("moodle", fill_moodle)):
        if (sheet := getattr(options, system)) is not None:
            one = _chosen(graded, options.set)
            target = book.path / f"grades-{one.problems.name}-{system}.csv"
            missing = fill(sheet, target, one)
            print(f"{target}: filled in." + (f" Without a row there: {', '.join(missing)}." if missing else ""))


def _chosen(graded: Sequence[SetGrades], name: str | None) -> SetGrades:
    if name is None and len(graded) == 1:
        return graded[0]
    found = [one for one in graded if one.problems.name == name]
    if not found:
        raise ValueError(f"Say which set with --set: {', '.join(one.problems.name for one in graded)} are graded.")
    return found[0]


def _code(marks: Mapping[str, Marks]) -> dict[str, str]:
    return {
        student: "\n".join(str(cell["source"]) for cell in one.cells if cell["kind"] == "code")
        for student, one in marks.items()
    }


if __name__ == "__main__":
    sys.exit(main())
