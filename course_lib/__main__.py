"""Train a translator on your own sentence pairs and use it, from the command line.

    python -m course_lib train --tsv fra.txt --out runs/fra
    python -m course_lib translate --model runs/fra "I love you."
    python -m course_lib train --recipe multi30k --accept-licence
    python -m course_lib corpora
    python -m course_lib diagnose mymodel:attention
    python -m course_lib versions

``train`` reads a file of tab-separated sentence pairs (two columns, or three as manythings.org packs
them), shows BLEU on held-out pairs as it rises, and can be interrupted: the same command goes on from
the last validation. A recipe is a corpus with all settings; an option that is given takes the place of the
recipe's own. ``--debug`` shows where in the library an error arose.
"""

# Nothing heavy is imported here: Ctrl-C while torch loads is answered too, see the door.
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 after one sentence on stderr that says what to do, or 130 at Ctrl-C."""
    from course_lib.commands.door import enter

    return enter(sys.argv[1:] if arguments is None else list(arguments))


def program() -> int:
    """Run the command of this process and return its exit code."""
    from course_lib.commands.door import enter

    return enter(sys.argv[1:], owns_process=True)


if __name__ == "__main__":
    sys.exit(program())
