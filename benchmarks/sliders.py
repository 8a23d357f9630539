"""Train the small models behind the page of all sliders and record what its sliders show.

    python benchmarks/sliders.py [english concat hard scripts captions]

Luong models on the small lexicon of the English-French grammar and of its Chinese side, and on the
phrasebook's Marathi; captioners on drawn scenes. No model has trained on what it is shown with, but for
the sentence of the phrasebook. Writes course_lib/results/sliders.json, all parts or those named: traces
and a beam search, settings with a fingerprint of each draw, machine, date.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import torch
from records import drawn, machine, read

import course_lib
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.corpora.pictures.captions import caption_corpus, gold_regions
from course_lib.corpora.pictures.cells import cell_vocabulary
from course_lib.evaluation import evaluate
from course_lib.files import write_atomically
from course_lib.interventions import pinned, tempered, unmasked
from course_lib.models import luong2015, xu2015
from course_lib.seq2seq import Seq2Seq
from course_lib.traces import Trace
from course_lib.tracing import trace
from course_lib.training import TrainConfig, fit, seed_everything
from course_lib.training.loop import OnValidation

RESULT = Path(course_lib.__file__).parent / "results" / "sliders.json"
SEED = 1
CORPUS = {"size": 20_000, "seed": 1, "max_length": 15, "lexicon": "small"}
SIZES: dict[str, Any] = {"embedding": 32, "hidden": 48, "direction": "bidirectional"}
STEPS = 1000
SNAPSHOTS = (0, 200, 400, STEPS)
WINDOWS = (1, 3)
TEMPERATURES = (0.2, 1.0, 5.0)
CAPTION_STEPS = 1300
CAPTIONS = {"size": 6000, "seed": 1, "most": 2}
SENTENCE = "they often repair the red doors ."
GOLD = "ils réparent souvent les portes rouges ."
LINKS = frozenset({(0, 0), (1, 2), (2, 1), (3, 3), (4, 5), (5, 4), (6, 6)})
PINNED_AT, PINNED_TO = "rouges", (5, 2, 0)  # the word at whose step the weight is pinned, and to which words
LENGTHS = ("paul looks at me .", "today , he knows her .", "when they knew me , the teacher looked for the cat .")
CHINESE = "那 只 年幼 的 猫 正在 睡觉 。"
PHRASEBOOK = {"language": "mr"}
MARATHI = "तुमचे नाव काय आहे ?"

Traces = dict[str, Trace]
look = partial(trace, top=4)


def fitted(
    model: Seq2Seq, corpus: ParallelCorpus, on_validation: OnValidation | None = None, steps: int = STEPS
) -> Seq2Seq:
    """Train ``model`` and say how well it does; ``on_validation`` sees it every 50 updates."""
    config = TrainConfig(
        steps=steps,
        learning_rate=5e-3,
        seed=SEED,
        device="cpu",
        progress=False,
        validate_every=50 if on_validation else None,
        validation_pairs=1,
    )
    started = time.monotonic()
    fit(model, corpus, config, on_validation)
    right = evaluate(model, corpus.test[:200]).exact_match if corpus.test else ""
    print(f"{corpus.name}, {model.name}: {time.monotonic() - started:.0f} s. {right}", flush=True)
    return model


def luong(corpus: ParallelCorpus, on_validation: OnValidation | None = None, **options: Any) -> Seq2Seq:
    """Train a Luong model on ``corpus``; ``on_validation`` sees it before the first update too."""
    seed_everything(SEED)
    model = luong2015(*corpus.vocabularies(), **(SIZES | options))
    if on_validation:
        on_validation(0, model)
    return fitted(model, corpus, on_validation)


def english_french() -> tuple[ParallelCorpus, SentencePair]:
    """Return the corpus, and the pair that most sliders show; SystemExit where the models train on what is shown."""
    corpus = load("en-fr", **CORPUS)
    pair = SentencePair(tuple(SENTENCE.split()), tuple(GOLD.split()), LINKS, LINKS)
    trained = {pair.source for pair in corpus.train}
    for sentence in (SENTENCE, *LENGTHS):
        if tuple(sentence.split()) in trained:
            raise SystemExit(f"The models train on {sentence!r}; take another sentence.")
    return corpus, pair


def english() -> dict[str, Any]:
    """Return the traces of the sliders over one model and its variants, and a beam search."""
    corpus, pair = english_french()
    given = partial(look, source=pair.source, target=pair.target, links=pair.sure)
    training: Traces = {}

    def take(updates: int, model: Seq2Seq) -> None:
        if updates in SNAPSHOTS:
            training[str(updates)] = given(model)

    dot = luong(corpus, take)
    window = {D: luong(corpus, local="monotonic", window=D) for D in WINDOWS}
    predictive = luong(corpus, local="predictive", window=WINDOWS[-1])
    temperature, pinned_to = {}, {"nowhere": look(dot, pair.source)}
    for value in TEMPERATURES:
        with tempered(dot, value):
            temperature[f"{value:g}"] = given(dot)
    for position in PINNED_TO:
        with pinned(dot, position, steps=[pair.target.index(PINNED_AT)]):
            pinned_to[f"‘{pair.source[position]}’"] = look(dot, pair.source)
    return {
        "pairs": {"en-fr": drawn(CORPUS, corpus)},
        "step": records({"Luong dot": look(dot, pair.source, gold=pair.target)}),
        "training": records(training),
        "models": records({"dot": given(dot), "local-m": given(window[WINDOWS[-1]]), "local-p": given(predictive)}),
        "window": records({f"D = {D}": given(model) for D, model in window.items()}),
        "temperature": records(temperature),
        "pinned": records(pinned_to),
        "length": records({f"{len(words.split())} words": look(dot, words.split()) for words in LENGTHS}),
        "beam": {
            "words": dot.target_vocabulary.tokens,
            "result": asdict(dot.beam_search([pair.source], 3, n_best=2)[0]),
        },
    }


def concat() -> dict[str, Any]:
    """Return the traces of the score that gives padding more than a trifle, with and without its mask."""
    corpus, pair = english_french()
    model = luong(corpus, score="concat")
    padded = partial(look, model, LENGTHS[0].split(), padding=5)
    mask = {"on": padded()}
    with unmasked(model):
        mask["forgotten"] = padded()
    return {
        "pairs": {"en-fr": drawn(CORPUS, corpus)},
        "concat": records({"concat": look(model, pair.source, pair.target)}),
        "mask": records(mask),
    }


def hard() -> dict[str, Any]:
    """Return the trace of a model that looks at one position."""
    corpus, pair = english_french()
    return {
        "pairs": {"en-fr": drawn(CORPUS, corpus)},
        "hard": records({"Luong dot, hard": look(luong(corpus, hard=True), pair.source, gold=pair.target)}),
    }


def scripts() -> dict[str, Any]:
    """Return a trace from Chinese and one from Marathi."""
    chinese = load("zh-en", **CORPUS)
    if tuple(CHINESE.split()) in {pair.source for pair in chinese.train}:
        raise SystemExit(f"The model trains on {CHINESE!r}; take another sentence.")
    book = load("phrasebook", **PHRASEBOOK)
    pairs = tuple(SentencePair(pair.target, pair.source) for pair in book.train)
    marathi = ParallelCorpus("phrasebook, from Marathi", book.target_language, book.source_language, pairs, (), ())
    return {
        "pairs": {"zh-en": drawn(CORPUS, chinese), "phrasebook": drawn(PHRASEBOOK, book)},
        "Chinese": records({"": look(luong(chinese), CHINESE.split())}),
        "Marathi": records({"": look(luong(marathi), MARATHI.split())}),
    }


def captions() -> dict[str, Any]:
    """Return the traces of two captioners at the same picture."""
    corpus = caption_corpus(**CAPTIONS)
    pair = next(pair for pair in corpus.test if len(pair.target) > 6)
    _, words = corpus.vocabularies()
    found = {}
    for attention in ("soft", "hard"):
        seed_everything(SEED)
        model = xu2015(cell_vocabulary(), words, embedding=32, hidden=64, features=48, attention=attention)
        fitted(model, corpus, steps=CAPTION_STEPS)
        found[attention] = look(model, pair.source, pair.target, links=gold_regions(pair))
    return {"pairs": {"scenes": drawn(CAPTIONS, corpus)}, "captions": records(found)}


def records(traces: Traces) -> dict[str, Any]:
    return {label: seen.to_record(digits=3) for label, seen in traces.items()}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "english": english,
    "concat": concat,
    "hard": hard,
    "scripts": scripts,
    "captions": captions,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Record what the page of all sliders shows.")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[], help="default: all")
    torch.set_num_threads(1)
    for name in parser.parse_args().parts or PARTS:
        started = time.monotonic()
        shown = PARTS[name]()
        settings = {"seed": SEED, "steps": STEPS, "sizes": SIZES, "caption_steps": CAPTION_STEPS}
        part = {
            "date": datetime.now(timezone.utc).date().isoformat(),
            "machine": machine(),
            "settings": {**settings, "pairs": shown.pop("pairs")},
            **shown,
        }
        record = {**read(RESULT), name: part}
        write_atomically(RESULT, (json.dumps(record, ensure_ascii=False) + "\n").encode())
        print(f"{name}: {time.monotonic() - started:.0f} s, {RESULT.stat().st_size / 1000:.0f} KB", flush=True)


if __name__ == "__main__":
    main()
