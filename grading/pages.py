"""The pages that people read: one a student with marks and reasons, one of the whole class. No script, no outside file.

Whatever comes from a submission is text: its HTML is never shown as HTML, for who opens these pages has the marks.
"""

import base64
import html
import io
from collections import Counter
from collections.abc import Mapping, Sequence

from grading.marking import Marks
from grading.similar import Pair
from grading.sources import ProblemSet
from grading.tables import SetGrades

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b;
  background: #fff }
table { border-collapse: collapse } th, td { padding: .25rem .75rem; text-align: left; border-bottom: 1px solid #ccc;
  vertical-align: top } td.number { text-align: right; font-variant-numeric: tabular-nums }
pre { background: #f4f4f4; padding: .75rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere }
.error { color: #8a1c1c } .warning { border: 2px solid #8a1c1c; padding: .75rem; font-weight: 600 }
img { max-width: 100% }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #161616 } pre { background: #242424 }
  .error { color: #ff9b9b } .warning { border-color: #ff9b9b } img { background: #fff } }
"""


def feedback_page(one: SetGrades, student: str) -> str:
    """Return the page of one student."""
    marks, most = one.marks[student], one.problems.points
    rows = []
    for name, best in most.items():
        points, (_, comment) = one.points(student, name), one.by_hand.get((student, name), (0.0, "Not read yet."))
        why = marks.reasons.get(name, "") if name in marks.points else comment
        rows.append((name, "–" if points is None else f"{points:g}", f"{best:g}", why))
    parts = [f"<p><strong>{one.total(student):g} of {sum(most.values()):g} points</strong></p>"]
    if marks.unreadable:
        parts.append(f"<p class='error'>{_text(marks.unreadable)}</p>")
    parts.append(_table(("part", "points", "of", "why"), rows, numbers=(1, 2)))
    if marks.notes:
        parts.append(
            "<h2>How it was read</h2><ul>" + "".join(f"<li>{_text(note)}</li>" for note in marks.notes) + "</ul>"
        )
    if marks.cells:
        parts.append("<h2>Your notebook, as it ran</h2>" + "".join(map(_cell, marks.cells)))
    return _page(f"{one.problems.name} · {student}", "".join(parts))


def class_page(graded: SetGrades, pairs: Sequence[Pair], left_out: Sequence[tuple[str, str]], warning: str) -> str:
    """Return the report of one set: distribution a part, who failed and why, what is alike, what was left out."""
    parts = [f"<p class='warning'>{_text(warning)}</p>"] if warning else []
    marks = graded.marks
    if totals := sorted(map(graded.total, marks)):
        parts.append(
            f"<p>{len(totals)} submissions; of {sum(graded.problems.points.values()):g} points {totals[0]:g} to "
            f"{totals[-1]:g}, median {totals[len(totals) // 2]:g}.</p>{_distributions(graded)}"
        )
    failed = [(student, one.unreadable) for student, one in marks.items() if one.unreadable]
    failed += [
        (student, f"{len(bad)} cell(s) raised or ended the process: {bad[0]}")
        for student, one in marks.items()
        if (bad := [cell["error"] for cell in one.cells if cell["error"]])
    ]
    parts.append("<h2>Did not run, or not whole</h2>" + _table(("student", "why"), failed))
    reasons = Counter((name, why) for one in marks.values() for name, why in one.reasons.items())
    frequent = [(name, why, count) for (name, why), count in reasons.most_common(40)]
    parts.append("<h2>Why points were lost</h2>" + _table(("part", "reason", "students"), frequent, numbers=(2,)))
    notes = [(student, note) for student, one in marks.items() for note in one.notes]
    parts.append("<h2>How submissions had to be read</h2>" + _table(("student", "note"), notes))
    alike = [(pair.one, pair.other, f"{100 * pair.share:.0f} %") for pair in pairs]
    parts.append(
        "<h2>Alike</h2><p>The same steps under other names. A reason to look, no proof.</p>"
        + _table(("student", "student", "of the code"), alike, numbers=(2,))
    )
    parts.append("<h2>Left out when collecting</h2>" + _table(("file", "why"), left_out))
    slow = sorted(((one.seconds, student) for student, one in marks.items()), reverse=True)[:10]
    parts.append(
        "<h2>Seconds</h2>" + _table(("student", "seconds"), [(name, f"{s:g}") for s, name in slow], numbers=(1,))
    )
    walls = ", ".join(sorted({one.wall for one in marks.values() if one.wall})) or "none"
    parts.append(f"<p>Submissions ran behind: {_text(walls)}.</p>")
    return _page(f"{graded.problems.name}: the class", "".join(parts))


def words_page(problems: ProblemSet, marks: Mapping[str, Marks]) -> str:
    """Return all free-text answers, task by task, each with its rubric, for reading side by side."""
    parts = []
    for answer in problems.answers:
        if not answer.by_hand:
            continue
        parts.append(f"<h2>{_text(answer.name)} ({answer.points:g} points)</h2><pre>{_text(answer.cell.source)}</pre>")
        for student, one in marks.items():
            said = one.words.get(answer.name, "") or "(nothing)"
            parts.append(f"<h3>{_text(student)}</h3><pre>{_text(said)}</pre>")
    return _page(f"{problems.name}: answers in words", "".join(parts) or "<p>This set has none.</p>")


def _cell(cell: Mapping[str, object]) -> str:
    parts = [f"<pre>{_text(cell['source'])}</pre>"]
    outputs = cell["outputs"] if isinstance(cell["outputs"], list) else []
    for output in outputs:
        if not isinstance(output, dict):
            continue
        found = output.get("data")
        data = found if isinstance(found, dict) else {}
        if output.get("output_type") == "stream":
            parts.append(f"<pre>{_text(output.get('text', ''))}</pre>")
        elif (picture := _png(data.get("image/png"))) is not None:
            parts.append(f"<img alt='picture of this cell' src='data:image/png;base64,{picture}'>")
        elif "text/plain" in data:
            parts.append(f"<pre>{_text(data['text/plain'])}</pre>")
    if cell["error"]:
        parts.append(f"<pre class='error'>{_text(cell['error'])}</pre>")
    return "".join(parts)


def _png(text: object) -> str | None:
    """Return base64 that is a PNG for certain: nothing else may stand in the page as it came."""
    if not isinstance(text, str):
        return None
    try:
        content = base64.b64decode(text, validate=False)
    except ValueError:
        return None
    return base64.b64encode(content).decode() if content.startswith(b"\x89PNG\r\n\x1a\n") else None


def _distributions(graded: SetGrades) -> str:
    """Return a picture: for each part, how many got how much of it."""
    from matplotlib.figure import Figure

    names = list(graded.problems.points)
    figure = Figure(figsize=(8, 0.45 * len(names) + 1), layout="constrained")
    axes = figure.subplots()
    for row, name in enumerate(names):
        got = [graded.points(student, name) or 0.0 for student in graded.marks]
        full, none = sum(p >= graded.problems.points[name] for p in got), sum(p <= 0 for p in got)
        start = 0
        for count, colour in ((full, "#2a7f62"), (len(got) - full - none, "#e0b04a"), (none, "#b5483d")):
            axes.barh(row, count, left=start, color=colour)
            if count:
                axes.text(start + count / 2, row, str(count), ha="center", va="center", color="white")
            start += count
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel("students: all points, some, none")
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    return (
        "<img alt='For each part, how many students got all, some or none of its points; the table of grades holds "
        f"the numbers' src='data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}'>"
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[object]], numbers: Sequence[int] = ()) -> str:
    if not rows:
        return "<p>Nothing.</p>"
    head = "".join(f"<th>{_text(name)}</th>" for name in header)
    body = "".join(
        "<tr>"
        + "".join(f"<td{' class=number' if k in numbers else ''}>{_text(cell)}</td>" for k, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _text(value: object) -> str:
    return html.escape(str(value))


def _page(title: str, body: str) -> str:
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{_text(title)}</title>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; img-src data:; style-src "
        f"'unsafe-inline'\"><style>{_STYLE}</style></head><body><h1>{_text(title)}</h1>{body}</body></html>\n"
    )
