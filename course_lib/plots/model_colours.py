"""One colour a model, the same in every figure. Every chapter that compares models."""

from collections.abc import Sequence

from course_lib.plots.theme import STYLES, LineStyle, styles

# The beginning of a name says the family; the longest beginning that fits decides.
MODELS = {
    "fixed": LineStyle("#c9252d", "o", "--"),  # one vector for a sentence: the reds
    "fixed, reversed": LineStyle("#ea6a62", "s", "-."),
    "Cho": LineStyle("#6c6c00", "^", ":"),
    "Bahdanau": LineStyle("#00969e", "D", "-"),
    "Luong dot": LineStyle("#6b3e00", "v", (0, (5, 1))),
    "Luong general": LineStyle("#a98300", "P", (0, (3, 1, 1, 1))),
    "Luong concat": LineStyle("#c36987", "X", (0, (5, 1, 1, 1, 1, 1))),
    "Luong location": LineStyle("#5aa02c", "<", (0, (1, 1))),
    "Xu": LineStyle("#2a2ad8", "*", (0, (7, 2))),
    "Vaswani": LineStyle("#8c00a0", "h", (0, (4, 1, 1, 1, 1, 1, 1, 1))),
}
OTHER_NAMES = {
    "fixed vector, reversed": "fixed, reversed",
    "fixed vector": "fixed",
    "Sutskever": "fixed, reversed",  # the paper's model reads backwards
    "Luong": "Luong dot",
}


def family(name: str) -> str | None:
    """Return the key in :data:`MODELS` of the model called ``name``; None for a name that is no model's."""
    called = {**{key: key for key in MODELS}, **OTHER_NAMES}
    fitting = [beginning for beginning in called if name.lower().startswith(beginning.lower())]
    return called[max(fitting, key=len)] if fitting else None


def model_styles(names: Sequence[str]) -> list[LineStyle]:
    """Return colour, marker and line of each model in ``names``.

    A family has one colour in every figure of the course: "Bahdanau", "Luong dot, local-p → French". In
    a figure with several of one family, the first has the family's marker and dashes, and each more has
    others of its own. A name that is no model's gets a style of :data:`course_lib.plots.theme.STYLES`.
    ValueError for more names of one family, or more unknown names, than the eye tells apart.
    """
    strangers = iter(styles(sum(family(name) is None for name in names)))
    found: list[LineStyle] = []
    members: dict[str, int] = {}
    for name in names:
        kin = family(name)
        if kin is None:
            found.append(next(strangers))
            continue
        members[kin] = members.get(kin, 0) + 1
        found.append(_member(MODELS[kin], members[kin]))
    return found


def _member(style: LineStyle, number: int) -> LineStyle:
    """Return ``style`` for the first of its family, and its colour with another marker and line for each more."""
    if number == 1:
        return style
    others = [other for other in STYLES if other.marker != style.marker and other.line != style.line]
    if number - 2 >= len(others):
        raise ValueError(f"A figure tells {len(others) + 1} models of one family apart; got {number}. Split it.")
    other = others[number - 2]
    return style._replace(marker=other.marker, line=other.line)
