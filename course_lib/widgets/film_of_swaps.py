"""What a decoder writes when it is told of another sentence half-way. Chapters 3 and 6."""

import re
from collections.abc import Mapping, Sequence

from course_lib.vocabulary import EOS_TOKEN
from course_lib.widgets.frames import heading
from course_lib.widgets.markup import direction, word
from course_lib.widgets.player import Axis, Player, grid_of_frames
from course_lib.widgets.staging import room_for
from course_lib.widgets.style import OF_FILMS, OF_LONG_LABELS, OF_STAGES, style

_Words = Sequence[str]
TAG = re.compile("<[^>]*>")


def swap_film(
    outputs: Mapping[str, Sequence[_Words]], source: _Words, other: _Words, *, title: str | None = None
) -> Player:
    """Show what each model writes when, from a word on, it is told of the ``other`` sentence; two sliders.

    ``outputs`` maps a model's name to its translations of ``source``: the first undisturbed, the one at place k told
    of ``other`` from its k-th word on (see interventions.swapped). A word that is not the undisturbed one of its place
    is bold and underlined, and counted; so is what is missing at the end. ``</s>`` is left out.
    ValueError without a model, for an empty sentence, or where models differ in the number of translations.
    """
    counts = {len(rows) for rows in outputs.values()}
    if len(counts) != 1 or counts <= {0, 1}:
        raise ValueError(
            "outputs: expected for each model the undisturbed translation and as many told of the other sentence, "
            f"got {dict(zip(outputs, map(len, outputs.values()), strict=True))}."
        )
    if not len(source) or not len(other) or isinstance(source, str) or isinstance(other, str):
        raise ValueError(f"source and other: expected lists of words, got {source!r} and {other!r}.")
    (count,) = counts
    shown = {name: [_without_end(words) for words in rows] for name, rows in outputs.items()}
    says = {
        name: [heading(title) + heading(name) + _sentence(words, rows[0], k) for k, words in enumerate(rows)]
        for name, rows in shown.items()
    }
    room = room_for(max(len(TAG.sub("", sentence)) for sentences in says.values() for sentence in sentences))
    return grid_of_frames(
        [[_frame(says[name][k], room, rows, k, source, other) for k in range(count)] for name, rows in shown.items()],
        [
            Axis("Model", list(outputs)),
            Axis("Swap", ["never", *(f"word {k}" for k in range(1, count))], play=True),
        ],
        shared=style(OF_FILMS + OF_STAGES + OF_LONG_LABELS),
        static=_printed(shown, source, other, title),
        summary=f"Told of another sentence half-way: {', '.join(outputs)}",
    )


def _without_end(words: _Words) -> list[str]:
    return [token for token in words if token != EOS_TOKEN]


def _changes(words: _Words, undisturbed: _Words) -> list[bool]:
    """Say of each word whether it is another one than stood at its place, or stands where none did."""
    return [i >= len(undisturbed) or token != undisturbed[i] for i, token in enumerate(words)]


def _sentence(words: _Words, undisturbed: _Words, k: int) -> str:
    if k == 0:
        return "<b>Never told of the other sentence</b>: this is what it writes undisturbed."
    changed, missing = sum(_changes(words, undisturbed)), max(0, len(undisturbed) - len(words))
    short = f", and {missing} {'is' if missing == 1 else 'are'} missing at the end" if missing else ""
    verb = "differs" if changed == 1 else "differ"
    return (
        f"<b>Told of the other sentence from word {k} on</b>: {changed} of {len(words)} words {verb} "
        f"from what it writes undisturbed{short}."
    )


def _marked(words: _Words, undisturbed: _Words) -> str:
    return " ".join(
        f"<b><u>{word(token)}</u></b>" if changed else word(token)
        for token, changed in zip(words, _changes(words, undisturbed), strict=True)
    )


def _frame(says: str, room: str, rows: Sequence[_Words], k: int, source: _Words, other: _Words) -> str:
    def line(label: str, words: _Words, text: str) -> str:
        return f"<p class=k>{label}</p><p dir={direction(words)}>{text}</p>"

    def plain(words: _Words) -> str:
        return " ".join(map(word, words))

    told = "The other sentence: " + (f"what it is told of from word {k} on" if k else "never told of")
    return (
        f"<div class='course-frame growing' style='{room}'>"
        f"<p class=says>{says}</p>"
        f"<div class='main whole'>{line('Source', source, plain(source))}{line(told, other, plain(other))}"
        f"{line('Undisturbed', rows[0], plain(rows[0]))}"
        f"{line('Now: what differs is bold and underlined', rows[k], _marked(rows[k], rows[0]))}</div></div>"
    )


def _printed(shown: Mapping[str, Sequence[_Words]], source: _Words, other: _Words, title: str | None) -> str:
    rows = "".join(
        f"<tr><th scope=row>{word(name)}</th><td>{f'word {k}' if k else 'never'}</td>"
        f"<td>{_marked(words, translations[0])}</td></tr>"
        for name, translations in shown.items()
        for k, words in enumerate(translations)
    )
    heads = "".join(f"<th scope=col>{name}</th>" for name in ("model", "told of the other from", "what it writes"))
    return (
        f"<table><caption>{heading(title)}Source: ‘{' '.join(map(word, source))}’; "
        f"the other sentence: ‘{' '.join(map(word, other))}’</caption><tr>{heads}</tr>{rows}</table>"
    )
