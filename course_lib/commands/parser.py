"""What may stand on the command line; every value is checked here, before anything is read or computed."""

import argparse
from argparse import Namespace
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from course_lib.commands.diagnosis import run_diagnosis
from course_lib.commands.listing import list_corpora
from course_lib.commands.training import EMBEDDING, ONE_SIZE, TRANSLATORS, kept, train
from course_lib.commands.translation import translate
from course_lib.devices import pick_device
from course_lib.options import LAST_SEED, MOST_UNITS, check_count, check_number, check_option, check_path, check_share
from course_lib.training.config import Precision

_ABOUT = "Train a translator on your own sentence pairs and use it."


class UsageError(Exception):
    """A command line that cannot be run as it stands."""


class _Parser(argparse.ArgumentParser):
    """Argparse, but an error is raised, for the door to say, and tells where the help is."""

    def error(self, message: str) -> NoReturn:
        dash = " A sentence that begins with a dash stands after --." if "unrecognized" in message else ""
        raise UsageError(f"{message.rstrip('.')}.{dash} All options: {self.prog} --help")


def parse(arguments: Sequence[str]) -> Namespace:
    """Return the options of one command, checked; :class:`UsageError` for what makes no sense.

    ``command`` is the function to run with them, ``interrupted`` one that says what Ctrl-C leaves,
    ``keep_going`` whether the command has work to do when nobody reads its output.
    """
    options = _parser().parse_args(arguments)
    if options.name == "train":
        _check_source(options)
        _check_sizes(options)
    return options


def _parser() -> argparse.ArgumentParser:
    shape = argparse.ArgumentDefaultsHelpFormatter
    general = _Parser(add_help=False)
    general.add_argument("--debug", action="store_true", help="show where in the library an error arose")
    parser = _Parser(prog="python -m course_lib", description=_ABOUT, parents=[general])
    commands = parser.add_subparsers(dest="name", metavar="command", required=True)

    training = commands.add_parser(
        "train", help="train a model on sentence pairs", formatter_class=shape, parents=[general]
    )
    training.set_defaults(command=train, interrupted=kept, keep_going=True)
    data = training.add_mutually_exclusive_group(required=True)
    data.add_argument("--tsv", type=partial(_path, "--tsv"), help="tab-separated sentence pairs, .txt, .tsv or .zip")
    data.add_argument("--corpus", help="a corpus of the course instead, see the command corpora")
    training.add_argument(
        "--out", type=partial(_path, "--out"), default=Path("runs/model"), help="folder for model and checkpoint"
    )
    training.add_argument("--model", choices=TRANSLATORS, default="bahdanau", help="the paper to follow")
    for name, check, default, meaning in _NUMBERS:
        training.add_argument(f"--{name}", type=partial(check, f"--{name}"), default=default, help=meaning)
    training.add_argument("--language", help="name of the target language of --tsv")
    training.add_argument("--device", type=_device, default="auto", help="auto, cpu, cuda or mps")
    training.add_argument("--precision", type=_precision, default="float32", help="float32 or bf16")

    translation = commands.add_parser("translate", help="translate sentences with a trained model", parents=[general])
    translation.set_defaults(command=translate, interrupted=_nothing_kept, keep_going=False)
    translation.add_argument(
        "--model", type=partial(_path, "--model"), required=True, help="the folder that train wrote"
    )
    translation.add_argument("sentences", nargs="*", help="each in quotes; without any, lines of standard input")

    diagnosis = commands.add_parser(
        "diagnose", help="look for bugs in an implementation of your own", parents=[general]
    )
    diagnosis.set_defaults(command=run_diagnosis, interrupted=_nothing_kept, keep_going=False)
    diagnosis.add_argument("target", metavar="package.module:name", help="what offers the functions, or makes it")
    diagnosis.add_argument("--json", action="store_true", help="print the report as JSON")
    seeds = partial(_whole, "--seed", least=0, most=LAST_SEED)
    diagnosis.add_argument("--seed", type=seeds, default=0, help="draws what it is asked")

    listing = commands.add_parser("corpora", help="list the corpora with their options", parents=[general])
    listing.set_defaults(command=list_corpora, interrupted=_nothing_kept, keep_going=False)
    return parser


def _check_source(options: Namespace) -> None:
    """Refuse what only --tsv can use beside --corpus, where it would do nothing in silence."""
    idle = [name for name in ("max_words", "language") if getattr(options, name) is not None]
    if options.corpus is not None and idle:
        name = idle[0].replace("_", "-")
        raise UsageError(f"--{name} belongs to --tsv; a corpus of the course comes as it is. Leave it out.")


def _check_sizes(options: Namespace) -> None:
    """Refuse a size that the model does not have, where it would do nothing in silence."""
    if options.model == ONE_SIZE and options.embedding is not None:
        raise UsageError(
            f"--embedding: the words of {ONE_SIZE} are as wide as its states, which is --hidden. Leave it out."
        )


def _nothing_kept(options: Namespace) -> str:
    return "No file was changed."


def _whole(name: str, text: str, least: int = 1, most: int | None = None) -> int:
    limit = {} if most is None else {"most": most}
    return _told(check_count, name, _number(int, text), least=least, **limit)


def _positive(name: str, text: str) -> float:
    return _told(check_number, name, _number(float, text), above=0)


def _share(name: str, text: str) -> float:
    return _told(check_share, name, _number(float, text), whole=False)


def _device(text: str) -> str:
    _told(pick_device, text)
    return text


def _precision(text: str) -> str:
    return _told(check_option, "--precision", text, Precision)


def _path(name: str, text: str) -> Path:
    return _told(check_path, name, text)


def _number(kind: Callable[[str], Any], text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        return text  # for the check to name


def _told(check: Callable[..., Any], *arguments: Any, **bounds: Any) -> Any:
    """Call a check of the library; argparse would put another message in the place of its ValueError."""
    try:
        return check(*arguments, **bounds)
    except ValueError as error:
        raise UsageError(str(error)) from error


_NUMBERS: tuple[tuple[str, Callable[[str, str], Any], Any, str], ...] = (
    ("max-words", _whole, None, "longest sentence of --tsv on either side, in words; 10 if left out"),
    ("min-count", _whole, 5, "rarer words become <unk>"),
    ("steps", _whole, 2500, "updates"),
    ("batch-size", _whole, 64, "pairs an update"),
    ("learning-rate", _positive, 3e-3, "the highest rate of the schedule"),
    ("embedding", partial(_whole, most=MOST_UNITS), None, f"entries of a word's embedding; {EMBEDDING} if left out"),
    ("hidden", partial(_whole, most=MOST_UNITS), 128, "entries of a state"),
    ("dropout", _share, 0.0, "part of the embedding and readout entries left out while training"),
    ("seed", partial(_whole, least=0, most=LAST_SEED), 1, "of first parameters, order and dropout"),
    ("validate-every", _whole, 250, "updates between validations"),
    ("validation-pairs", _whole, 300, "pairs a validation scores"),
    ("test-pairs", _whole, 1000, "held-out pairs scored at the end"),
    ("examples", partial(_whole, least=0), 10, "held-out sentences translated at the end"),
)
