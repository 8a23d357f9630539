"""``translate``: sentences in, translations out."""

import sys
from argparse import Namespace
from collections.abc import Iterator

from course_lib.commands.training import LENGTH_NORMALISATION
from course_lib.corpora.splitting import source_splitting, target_splitting
from course_lib.options import MOST_WORDS
from course_lib.saved_models import load_saved
from course_lib.vocabulary import ReservedTokenError, UnknownTokenError


def translate(options: Namespace) -> None:
    """Print the translation of each sentence in words; from standard input, a line a sentence, without any."""
    model, extra, _ = load_saved(options.model)
    splitting, written = source_splitting(extra), target_splitting(extra)
    search = {"beam": options.beam}
    if options.beam > 1:
        search[LENGTH_NORMALISATION] = extra.get(LENGTH_NORMALISATION, 1.0)
    untranslated = 0
    for where, line in _sentences(options):
        try:
            words, unknown = splitting.known(line, model.source_vocabulary)
        except (UnknownTokenError, ReservedTokenError) as error:
            if options.sentences:
                raise
            words, unknown = (), f"{where}: {error}"  # the other lines are translated all the same
            untranslated += 1
        if options.sentences and not words:
            raise ValueError(f"The sentence {line!r} holds no word to translate.")
        if len(words) > MOST_WORDS:
            raise ValueError(
                f"{where} holds {len(words):,} words; a sentence has {MOST_WORDS:,} at most. Give a sentence a line."
            )
        if unknown:
            print(unknown, file=sys.stderr)
        found = model.translate([words], unknown="unk", **search)[0].tokens if words else ()  # an empty line stays one
        print(*written.whole(found), flush=True)
    if untranslated:
        raise ValueError(f"{untranslated} line(s) could not be translated; they are empty in the output.")


def _sentences(options: Namespace) -> Iterator[tuple[str, str]]:
    """Yield each sentence with where it stands."""
    if options.sentences:
        yield from ((f"Sentence {number}", sentence) for number, sentence in enumerate(options.sentences, 1))
        return
    if sys.stdin.isatty():
        print("Write a sentence a line; Ctrl-D (Windows: Ctrl-Z and Enter) ends.", file=sys.stderr)
    number = 0
    try:
        for number, line in enumerate(sys.stdin, 1):
            yield f"Line {number} of standard input", line
    except UnicodeDecodeError as error:
        raise ValueError(
            f"Standard input is not {error.encoding} (after line {number}). Save it as UTF-8, and set the environment "
            "variable PYTHONIOENCODING=utf-8."
        ) from error
