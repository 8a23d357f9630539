"""A padded batch, position by position: what is real, what is padding, what is predicted. Chapter 1."""

from collections.abc import Sequence

from course_lib.vocabulary import PAD_TOKEN
from course_lib.widgets.markup import word
from course_lib.widgets.player import Axis, Player, grid_of_frames

Grid = Sequence[Sequence[str]]


def batch_explorer(source: Grid, target_in: Grid, target_out: Grid, *, pad: str = PAD_TOKEN) -> Player:
    """Walk over the target positions of one padded batch.

    ``source`` (B rows of S tokens), ``target_in`` and ``target_out`` (B rows of T tokens) are the
    batch's ids turned back into tokens; ``pad`` marks padding. Each frame frames one column: what the
    decoder reads there, what it must predict, which sentences are over and count for nothing.
    ValueError where the rows do not form rectangles or the two targets differ in shape.
    """
    B, T = len(target_out), _width("target_out", target_out)
    _width("source", source)
    if len(source) != B or len(target_in) != B or _width("target_in", target_in) != T:
        raise ValueError(
            f"Expected one source row and one target_in row for each of the {B} × {T} target_out; got {len(source)} "
            f"source rows and {len(target_in)} × {_width('target_in', target_in)} target_in."
        )
    frames = [_frame(source, target_in, target_out, pad, i) for i in range(T)]
    return grid_of_frames(
        frames,
        [Axis("Position", [f"{i + 1} of {T}" for i in range(T)], play=True)],
        static=_static(source, target_in, target_out, pad),
        summary=f"A batch of {B} sentences, {T} target positions",
    )


def _width(name: str, rows: Grid) -> int:
    widths = {len(row) for row in rows}
    if len(widths) != 1 or 0 in widths:
        raise ValueError(f"{name}: expected at least one row and rows of one length, got lengths {sorted(widths)}.")
    return widths.pop()


def _frame(source: Grid, target_in: Grid, target_out: Grid, pad: str, i: int) -> str:
    B, T = len(target_out), len(target_out[0])
    real = sum(row[i] != pad for row in target_out)
    over = B - real
    padding = "no row is padding" if not over else f"{over} {'is' if over == 1 else 'are'} padding: no loss"
    deeds = "".join(_deed(reads[i], writes[i], pad) for reads, writes in zip(target_in, target_out, strict=True))
    return (
        f"<div class=course-frame><p class=says><b>Position {i + 1} of {T}</b>: "
        f"{real} of {B} rows still predict a word; {padding}.</p>"
        f"<div class='main tables'>{_table('Source: what the encoder reads', source, pad)}"
        f"{_table('target_in: what the decoder reads', target_in, pad, i)}"
        f"{_table('target_out: what it must predict', target_out, pad, i)}</div>"
        f"<div class=side><p class=k>At this position, row by row</p><ol class=deeds>{deeds}</ol></div></div>"
    )


def _deed(reads: str, writes: str, pad: str) -> str:
    if writes == pad:
        return "<li>padding: reads nothing, predicts nothing</li>"
    return f"<li>reads {word(reads)}, must predict <b class=target>{word(writes)}</b></li>"


def _table(caption: str, rows: Grid, pad: str, column: int | None = None) -> str:
    def cell(j: int, token: str) -> str:
        kind = " ".join([*(["pad"] if token == pad else []), *(["now"] if j == column else [])])
        return f"<td class='{kind}'>{word(token)}</td>" if kind else f"<td>{word(token)}</td>"

    body = "".join(f"<tr>{''.join(cell(j, token) for j, token in enumerate(row))}</tr>" for row in rows)
    return (
        f"<p class=k>{caption} ({len(rows)} × {len(rows[0])})</p>"
        f"<div class=scroll tabindex=0 role=region aria-label='{caption}'><table>{body}</table></div>"
    )


def _static(source: Grid, target_in: Grid, target_out: Grid, pad: str) -> str:
    return (
        f"{_table('Source', source, pad)}{_table('target_in: what the decoder reads', target_in, pad)}"
        f"{_table('target_out: what it must predict', target_out, pad)}"
        f"<figcaption>A batch; {word(pad)} fills the shorter rows and counts for nothing.</figcaption>"
    )
