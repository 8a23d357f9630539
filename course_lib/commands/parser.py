"""What may stand on the command line; every value is checked here, before anything is read or computed."""

import argparse
from argparse import Namespace
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from course_lib.commands.diagnosis import run_diagnosis
from course_lib.commands.listing import list_corpora
from course_lib.commands.training import OF_CORPUS, ONE_SIZE, TRANSLATORS, defaults, kept, recipe_of, train
from course_lib.commands.translation import translate
from course_lib.commands.versions import list_versions
from course_lib.corpora import available
from course_lib.devices import pick_device
from course_lib.options import LAST_SEED, MOST_UNITS, check_count, check_number, check_option, check_path, check_share
from course_lib.training.config import Alike, Precision
from course_lib.training.recipes import RECIPES

_ABOUT = "Train a translator on your own sentence pairs and use it."
_DEFAULTS = "What is left out is as the help says, or of a recipe as the recipe has it."


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
        _check_idle(options)
        recipe_of(options)  # whose parts are checked where they are put together
    return options


def _parser() -> argparse.ArgumentParser:
    general = _Parser(add_help=False)
    general.add_argument("--debug", action="store_true", help="show where in the library an error arose")
    parser = _Parser(prog="python -m course_lib", description=_ABOUT, parents=[general])
    commands = parser.add_subparsers(dest="name", metavar="command", required=True)

    training = commands.add_parser("train", help="train a model on sentence pairs", epilog=_DEFAULTS, parents=[general])
    training.set_defaults(command=train, interrupted=kept, keep_going=True)
    data = training.add_mutually_exclusive_group(required=True)
    data.add_argument("--tsv", type=partial(_path, "--tsv"), help="tab-separated sentence pairs, .txt, .tsv or .zip")
    data.add_argument("--corpus", help="a corpus of the course instead, see the command corpora")
    data.add_argument("--recipe", choices=RECIPES, help="a corpus with all settings")
    out = "folder for model and checkpoint (default: runs/model, or runs/ and the name of the recipe)"
    training.add_argument("--out", type=partial(_path, "--out"), help=out)
    training.add_argument("--data", type=partial(_path, "--data"), help="folder, or file, that holds the corpus")
    training.add_argument("--accept-licence", action="store_true", default=None, help=_LICENCE)
    for name, meaning in _OF_CORPUS:
        training.add_argument(f"--{name}", help=meaning)
    model = f"the paper to follow (default: {defaults()['model']})"
    training.add_argument("--model", choices=TRANSLATORS, help=model)
    for name, check, meaning in _CHECKED:
        default = defaults().get(name.replace("-", "_"))
        shown = meaning if default is None else f"{meaning} (default: {default})"
        training.add_argument(f"--{name}", type=partial(check, f"--{name}"), help=shown)

    translation = commands.add_parser("translate", help="translate sentences with a trained model", parents=[general])
    translation.set_defaults(command=translate, interrupted=_nothing_kept, keep_going=False)
    translation.add_argument(
        "--model", type=partial(_path, "--model"), required=True, help="the folder that train wrote"
    )
    translation.add_argument(
        "--beam", type=partial(_whole, "--beam"), default=1, help="hypotheses kept while searching (default: 1)"
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

    versions = commands.add_parser("versions", help="list versions, for a report of an error", parents=[general])
    versions.set_defaults(command=list_versions, interrupted=_nothing_kept, keep_going=False)
    return parser


def _check_idle(options: Namespace) -> None:
    """Refuse what would do nothing in silence: what the corpus, the recipe or the model does not have."""
    if options.recipe is not None and options.model is not None:
        raise UsageError(f"--model: the recipe {options.recipe!r} was made for its own. Leave one of the two out.")
    recipe = recipe_of(options)
    known = {*available().get(recipe.corpus, OF_CORPUS.values())}  # load says it of a corpus that is none
    if options.tsv is not None:
        known.discard(OF_CORPUS["data"])  # which is --tsv
    idle = [name for name in OF_CORPUS if getattr(options, name) is not None and OF_CORPUS[name] not in known]
    if idle:
        there = ", ".join(_flag(name) for name in OF_CORPUS if OF_CORPUS[name] in known) or "none"
        raise UsageError(f"{_flag(idle[0])}: {recipe.corpus!r} has no such option. Leave it out. It has: {there}.")
    if recipe.model == ONE_SIZE and options.embedding is not None:
        raise UsageError(
            f"--embedding: the words of {ONE_SIZE} are as wide as its states, which is --hidden. Leave it out."
        )


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _nothing_kept(options: Namespace) -> str:
    return "No file was changed."


def _whole(name: str, text: str, least: int = 1, most: int | None = None) -> int:
    limit = {} if most is None else {"most": most}
    return _told(check_count, name, _number(int, text), least=least, **limit)


def _positive(name: str, text: str) -> float:
    return _told(check_number, name, _number(float, text), above=0)


def _share(name: str, text: str) -> float:
    return _told(check_share, name, _number(float, text), whole=False)


def _part(name: str, text: str) -> float:
    return _told(check_share, name, _number(float, text))


def _device(name: str, text: str) -> str:
    _told(pick_device, text)
    return text


def _one_of(name: str, text: str, options: Any) -> str:
    return _told(check_option, name, text, options)


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


_LICENCE = "download Multi30k where it is not on this machine: you use it for research or education, not commercially"
_OF_CORPUS = (
    ("language", "target language: its name for --tsv, fra and other three letters for tatoeba, fr … for phrasebook"),
    ("source", "language that multi30k is translated from: en, de, fr or cs"),
    ("target", "language that multi30k is translated into"),
)
_CHECKED: tuple[tuple[str, Callable[[str, str], Any], str], ...] = (
    ("max-words", _whole, "longest sentence on either side, in words (default for --tsv: 10)"),
    ("min-count", _whole, "rarer words become <unk>"),
    ("pieces", _whole, "subwords that words are taken apart into; whole words if left out"),
    ("steps", _whole, "updates"),
    ("batch-size", _whole, "pairs an update"),
    (
        "alike",
        partial(_one_of, options=Alike),
        "lengths that are alike in a batch: source, or both, with less padding",
    ),
    ("learning-rate", _positive, "the highest rate of the schedule"),
    ("embedding", partial(_whole, most=MOST_UNITS), "entries of a word's embedding"),
    ("hidden", partial(_whole, most=MOST_UNITS), "entries of a state"),
    ("dropout", _share, "part of the embedding and readout entries left out while training"),
    ("label-smoothing", _share, "part of each target that is spread over all words"),
    ("average-last", _part, "part of the updates, the last ones, whose weights are averaged"),
    ("seed", partial(_whole, least=0, most=LAST_SEED), "of first parameters, order and dropout"),
    ("validate-every", _whole, "updates between validations"),
    ("validation-pairs", _whole, "pairs a validation scores"),
    ("test-pairs", _whole, "held-out pairs scored at the end; of a recipe all"),
    ("beam", _whole, "hypotheses kept while searching, at the end"),
    ("examples", partial(_whole, least=0), "held-out sentences translated at the end"),
    ("device", _device, "auto, cpu, cuda or mps"),
    ("precision", partial(_one_of, options=Precision), "float32 or bf16"),
)
