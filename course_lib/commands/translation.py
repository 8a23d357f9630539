"""``translate``: sentences in, translations out."""

import sys
from argparse import Namespace
from collections.abc import Iterator

from course_lib.corpora.text import tokenise
from course_lib.options import MOST_WORDS
from course_lib.saved_models import load_model


def translate(options: Namespace) -> None:
    """Print the translation of each sentence; from standard input, a line a sentence, without any."""
    model = load_model(options.model)
    for where, line in _sentences(options):
        words = tokenise(line)
        if options.sentences and not words:
            raise ValueError(f"The sentence {line!r} holds no word to translate.")
        if len(words) > MOST_WORDS:
            raise ValueError(
                f"{where} holds {len(words):,} words; a sentence has {MOST_WORDS:,} at most. Give a sentence a line."
            )
        print(model.translate([words], unknown="unk")[0] if words else "", flush=True)  # an empty line stays one


def _sentences(options: Namespace) -> Iterator[tuple[str, str]]:
    """Yield each sentence with where it stands."""
    if options.sentences:
        yield from ((f"Sentence {number}", sentence) for number, sentence in enumerate(options.sentences, 1))
        return
    number = 0
    try:
        for number, line in enumerate(sys.stdin, 1):
            yield f"Line {number} of standard input", line
    except UnicodeDecodeError as error:
        raise ValueError(
            f"Standard input is not {error.encoding} (after line {number}). Save it as UTF-8, and set the environment "
            "variable PYTHONIOENCODING=utf-8."
        ) from error
