"""Where the models of real languages look: sentences of the course's own, and the phrasebook's links. Chapter 14.

    python benchmarks/real_languages.py --data ../shared/data --keep kept    # hours; leaves the models
    python benchmarks/real_looks.py --models kept --data ../shared/data      # a minute

The models come from runs of ``benchmarks/real_languages.py``. The German sentences were written for this record before
any model had been trained, and all of them are in it. The English ones are those pairs of the phrasebook that were
linked by hand, without those whose English the model trained on: for that ``--data`` names the corpora.

Models read and write pieces of words. Their weights are put together in whole words (``word_weights``), links are the
largest weight of each target word, with teacher forcing.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from records import BOOTSTRAP, run_once

import course_lib
from course_lib.alignment import argmax_links, diagonal_links, word_weights
from course_lib.corpora import SentencePair, load
from course_lib.corpora.splitting import SOURCE_SPLITTING, TARGET_SPLITTING, Splitting
from course_lib.corpora.subwords import Subwords
from course_lib.corpora.text import tokenise
from course_lib.fingerprints import pairs_fingerprint
from course_lib.metrics import AlignmentScore, aer
from course_lib.saved_models import SavedModel, load_saved
from course_lib.tracing import trace

RESULTS = Path(course_lib.__file__).parent / "results" / "real_looks.json"
OWN = (
    "Ein alter Mann mit einem roten Hut liest eine Zeitung.",
    "Zwei Kinder spielen im Schnee vor einem Haus.",
    "Eine Frau, die eine gelbe Jacke trägt, wartet auf den Bus.",
    "Der Hund hat den Ball ins Wasser fallen lassen.",
    "Drei Köche schneiden Gemüse in einer großen Küche.",
    "Ein Schornsteinfeger repariert auf dem Dach eine Fernsehantenne.",
    "Ich habe gestern meinen Schlüssel verloren.",
    "Können Sie mir bitte sagen, wie spät es ist?",
)
"""Six as captions are, the sixth with rare words, and two as nobody writes under a picture."""
LANGUAGES = {"fra": "fr", "mar": "mr", "hin": "hi"}
"""Without Chinese: Tatoeba's has characters, and the phrasebook's links are between words."""


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    for seed in arguments.seeds:
        look(arguments, f"multi30k, seed {seed}", own_sentences)
        for code in LANGUAGES:
            look(arguments, f"tatoeba, {code}, seed {seed}", phrasebook_links)


def look(arguments: argparse.Namespace, name: str, how: Any) -> None:
    """Record what a kept model looks at; say where there is none."""
    folder = arguments.models / name
    if not folder.exists():
        print(f"{name}: no model in {folder}", flush=True)
        return
    how(arguments, name, load_saved(folder))


def own_sentences(arguments: argparse.Namespace, name: str, saved: SavedModel) -> None:
    """Record the traces of the German sentences, translated greedily, in pieces."""
    pieces = splitting(saved, SOURCE_SPLITTING)

    def run() -> dict[str, Any]:
        found = []
        for sentence in OWN:
            source = pieces.encode(tokenise(sentence))
            found.append(trace(saved.model, source, unknown="unk", top=4).to_record(3) | {"contexts": None})
        return {"traces": [{**one, "states": [[0.0]] * len(one["target"])} for one in found]}

    run_once(arguments.out, name, {"sentences": list(OWN)}, run, lambda record: f"{len(record['traces'])} traces")


def phrasebook_links(arguments: argparse.Namespace, name: str, saved: SavedModel) -> None:
    """Record the alignment error rate on the phrasebook's links, beside that of the diagonal."""
    code = name.split(", ")[1]
    book = load("phrasebook", language=LANGUAGES[code])
    linked = [pair for pair in (*book.train, *book.validation, *book.test) if pair.sure is not None]
    trained_on = {pair.source for pair in load("tatoeba", language=code, path=arguments.data / f"tatoeba_{code}").train}
    new = [pair for pair in linked if pair.source not in trained_on]

    def run() -> dict[str, Any]:
        by_model = [links_of(saved, pair) for pair in new]
        by_lengths = [diagonal_links(len(pair.source), len(pair.target)) for pair in new]
        return {
            "pairs": len(new),
            "left_out": len(linked) - len(new),
            "aer": as_numbers(score(by_model, new)),
            "aer_of_the_diagonal": as_numbers(score(by_lengths, new)),
        }

    settings = {"language": LANGUAGES[code], "linked": pairs_fingerprint(linked), "new": pairs_fingerprint(new)}
    run_once(arguments.out, name, settings, run, lambda record: f"AER {record['aer']['value']} on {record['pairs']}")


def splitting(saved: SavedModel, side: str) -> Subwords:
    """Return the pieces of one side of a kept model."""
    return Subwords(Splitting.from_record(saved.extra[side]).subwords)


def links_of(saved: SavedModel, pair: SentencePair) -> frozenset[tuple[int, int]]:
    """Return the links of words that the weights propose while the model is told the translation."""
    source = splitting(saved, SOURCE_SPLITTING).encode(pair.source)
    target = splitting(saved, TARGET_SPLITTING).encode(pair.target)
    seen = trace(saved.model, source, target, unknown="unk", top=1)
    assert seen.weights is not None
    weights = word_weights(seen.weights, seen.source, seen.target)
    return argmax_links(weights, len(pair.source), len(pair.target))


def score(links: Sequence[frozenset[tuple[int, int]]], pairs: Sequence[SentencePair]) -> AlignmentScore:
    """Return the alignment error rate with its interval."""
    sure, possible = ([getattr(pair, kind) or frozenset() for pair in pairs] for kind in ("sure", "possible"))
    return aer(links, sure, possible, BOOTSTRAP)


def as_numbers(found: AlignmentScore) -> dict[str, Any]:
    """Return what JSON holds of an error rate."""
    interval = None if found.interval is None else [round(bound, 2) for bound in found.interval]
    return {
        "value": round(found.aer, 2),
        "interval": interval,
        "precision": round(found.precision, 2),
        "recall": round(found.recall, 2),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, required=True, help="the folder that --keep of real_languages.py filled")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds the corpora")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
