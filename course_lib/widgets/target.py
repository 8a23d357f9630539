"""The words of the target at one step: known so far, written now, still to come."""

from course_lib.traces import Trace
from course_lib.widgets.markup import direction, word

TARGET_LABEL = (
    "<p class=k>Target: known so far, <b class=target>this step</b> (framed), <i>still to come</i> (dashed)</p>"
)


def target_words(trace: Trace, step: int, kind: str = "tgt") -> str:
    """Return the target words in a box of class ``kind``, that of ``step`` framed."""
    chips = "".join(
        word(token, " class=now aria-current=step" if i == step else "") for i, token in enumerate(trace.target)
    )
    return f"<div class='{kind}' dir={direction(trace.target)}>{chips}</div>"
