"""Train a translator on your own sentence pairs and use it, from the command line.

    python -m course_lib train --tsv fra.txt --out runs/fra
    python -m course_lib translate --model runs/fra "I love you."
    python -m course_lib corpora

``train`` reads a file of tab-separated sentence pairs (two columns, or three as manythings.org packs
them), shows BLEU on held-out pairs as it rises, and can be interrupted: the same command goes on from
the last validation.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from course_lib.corpora import ParallelCorpus, available, load
from course_lib.corpora.text import tokenise
from course_lib.evaluation import evaluate, spread, translations
from course_lib.files import write_atomically
from course_lib.models import CONSTRUCTORS, build_model
from course_lib.saved_models import load_model, save_model
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, fit, seed_everything

TRANSLATORS = [name for name in CONSTRUCTORS if name != "xu"]  # which reads pictures
WHERE_TO_GET_PAIRS = (
    "Sentence pairs in 80 languages are at https://www.manythings.org/anki/: for French download "
    "fra-eng.zip and give it as it is, or the fra.txt in it:\n\n    python -m course_lib train --tsv fra-eng.zip"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 after a message on stderr that says what to do, or 130 at Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except (ValueError, OSError, FloatingPointError) as error:
        print(f"python -m course_lib {options.name}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted. The same command goes on from the last validation.", file=sys.stderr)
        return 130
    return 0


def train(options: argparse.Namespace) -> None:
    """Train on a corpus, write the model into a folder, translate some sentences it has never seen."""
    corpus = _corpus(options)
    source, target = corpus.vocabularies(options.min_count)
    held_out = f"{len(corpus.validation)} + {len(corpus.test)} held out"
    print(f"{corpus.name}: {len(corpus.train)} pairs to train on, {held_out}")
    print(f"vocabularies: {len(source)} source words, {len(target)} target words")
    seed_everything(options.seed)
    sizes = {"embedding": options.embedding, "hidden": options.hidden, "dropout": options.dropout}
    model = build_model(options.model, source, target, **sizes)
    history = fit(model, corpus, _config(options))
    save_model(options.out, model, options.model, sizes)
    write_atomically(options.out / "history.json", history.to_json().encode())
    print(f"\n{history.steps} steps in {history.seconds:.0f} s; the model is in {options.out}")
    test = spread(corpus.test, options.test_pairs)
    print(f"On {len(test)} test pairs:\n{evaluate(model, test, unknown='unk')}")
    _show_translations(model, corpus, options.examples)


def translate(options: argparse.Namespace) -> None:
    """Print the translation of each sentence; from standard input, a line a sentence, without any."""
    model = load_model(options.model)
    for line in options.sentences or sys.stdin:
        words = tokenise(line)
        if options.sentences and not words:
            raise ValueError(f"The sentence {line!r} holds no word to translate.")
        print(model.translate([words], unknown="unk")[0] if words else "")  # an empty line stays one


def list_corpora(options: argparse.Namespace) -> None:
    """Print what ``course_lib.corpora.load`` knows by name."""
    for name, names in available().items():
        print(f"{name:10s} {', '.join(names)}")


def _corpus(options: argparse.Namespace) -> ParallelCorpus:
    if options.corpus:
        return load(options.corpus)
    if not options.tsv.exists():
        raise FileNotFoundError(f"There is no file {options.tsv}. {WHERE_TO_GET_PAIRS}")
    return load("tsv", path=options.tsv, max_words=options.max_words, language=options.language)


def _config(options: argparse.Namespace) -> TrainConfig:
    return TrainConfig(
        steps=options.steps,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        seed=options.seed,
        device=options.device,
        precision=options.precision,
        validate_every=options.validate_every,
        validation_pairs=options.validation_pairs,
        checkpoint=options.out / "checkpoint.pt",
        unknown="unk",
    )


def _show_translations(model: Seq2Seq, corpus: ParallelCorpus, count: int) -> None:
    """Print test sentences, what the model makes of them, and the reference."""
    by_source = {pair.source: pair for pair in corpus.test}
    chosen = spread(list(by_source.values()), count)
    found = translations(model, chosen, unknown="unk") if chosen else []
    for pair, translation in zip(chosen, found, strict=True):
        print(f"\n  {' '.join(pair.source)}\n  → {translation}\n  = {' '.join(pair.target)}")


def _parser() -> argparse.ArgumentParser:
    shape = argparse.ArgumentDefaultsHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m course_lib", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="name", required=True)

    training = commands.add_parser("train", help="train a model on sentence pairs", formatter_class=shape)
    training.set_defaults(command=train)
    data = training.add_mutually_exclusive_group(required=True)
    data.add_argument("--tsv", type=Path, help="tab-separated sentence pairs, .txt, .tsv or .zip")
    data.add_argument("--corpus", help="a corpus of the course instead, see the command corpora")
    training.add_argument("--out", type=Path, default=Path("runs/model"), help="folder for model and checkpoint")
    training.add_argument("--model", choices=TRANSLATORS, default="bahdanau", help="the paper to follow")
    for name, kind, default, meaning in _NUMBERS:
        training.add_argument(f"--{name}", type=kind, default=default, help=meaning)
    training.add_argument("--language", default="unknown", help="name of the target language of --tsv")
    training.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    training.add_argument("--precision", default="float32", help="float32 or bf16")

    translation = commands.add_parser("translate", help="translate sentences with a trained model")
    translation.set_defaults(command=translate)
    translation.add_argument("--model", type=Path, required=True, help="the folder that train wrote")
    translation.add_argument("sentences", nargs="*", help="each in quotes; without any, lines of standard input")

    listing = commands.add_parser("corpora", help="list the corpora with their options")
    listing.set_defaults(command=list_corpora)
    return parser


_NUMBERS = (
    ("max-words", int, 10, "longest sentence on either side, in words"),
    ("min-count", int, 5, "rarer words become <unk>"),
    ("steps", int, 2500, "updates"),
    ("batch-size", int, 64, "pairs an update"),
    ("learning-rate", float, 3e-3, "the highest rate of the schedule"),
    ("embedding", int, 64, "entries of a word's embedding"),
    ("hidden", int, 128, "entries of a state"),
    ("dropout", float, 0.0, "part of the embedding and readout entries left out while training"),
    ("seed", int, 1, "of first parameters, order and dropout"),
    ("validate-every", int, 250, "updates between validations"),
    ("validation-pairs", int, 300, "pairs a validation scores"),
    ("test-pairs", int, 1000, "held-out pairs scored at the end"),
    ("examples", int, 10, "held-out sentences translated at the end"),
)


if __name__ == "__main__":
    sys.exit(main())
