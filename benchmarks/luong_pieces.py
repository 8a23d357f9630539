"""What each piece of Luong's decoder is worth on short sentences: its clock, its score, its start, its direction.

    python benchmarks/luong_pieces.py                        # the pieces that carry chapter 7, then the others
    python benchmarks/luong_pieces.py --pieces minimum       # the first of these alone
    python benchmarks/luong_pieces.py --rates                # other learning rates for six pieces, on seed 1
    python benchmarks/luong_pieces.py --rate 6e-3            # all pieces once more, at another learning rate
    python benchmarks/luong_pieces.py --traces               # four sentences whose clause grows, two models
    python benchmarks/luong_pieces.py --pieces dot before --corpora en-fr --seeds 4 5 6

The small lexicon, sentences of up to 20 words, 64 units, one learning rate. A piece differs from *dot*, Luong's
decoder with the dot score over a source read backwards, by what its name says. Three French corpora have the
same English sentences: French as it is, and written in one gender. Raw scores go to
course_lib/results/luong_pieces.json, run by run; a run that stands there with the same settings, on the same
draws, is not repeated, so that the script may be stopped at any time. All seeds of the pieces that chapter 7
cannot do without come first.

Two pieces are as large as another: their width is searched before the run and stands in its settings. *concat,
in dot's time* makes as many updates as take dot's time by the processor seconds of the recorded runs of seed 1;
where these are missing it is left out.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from records import CorpusBench, by_sentence, config_of, measured, read, read_command_line, run_once, timed_fit
from torch import nn

import course_lib
from course_lib.alignment import argmax_links
from course_lib.alignment.nearness import FURTHEST, nearness, word_jumps
from course_lib.corpora import ParallelCorpus, SentencePair
from course_lib.corpora.grammar.gender import words_that_show_gender
from course_lib.evaluation import evaluate
from course_lib.metrics import aer
from course_lib.models import luong2015
from course_lib.seq2seq import Seq2Seq
from course_lib.tracing import trace
from course_lib.training import seed_everything
from course_lib.word_scores import WordScores, score_words

RESULTS = Path(course_lib.__file__).parent / "results" / "luong_pieces.json"
DRAW: dict[str, Any] = {"size": 20_000, "seed": 1, "max_length": 20, "lexicon": "small"}
CORPORA: dict[str, tuple[str, dict[str, Any]]] = {
    "en-fr": ("en-fr", DRAW),
    "en-zh": ("en-zh", DRAW),
    "en-fr masculine": ("en-fr", {**DRAW, "gender": "masculine"}),
    "en-fr feminine": ("en-fr", {**DRAW, "gender": "feminine"}),
}
"""Name of a corpus in the record -> what to load."""
BOTH, TWIN, OTHER_TWIN = ("en-fr", "en-zh"), ("en-fr masculine",), ("en-fr feminine",)
HIDDEN, STEPS, LEARNING_RATE = 64, 1_500, 3e-3
RATES = (2e-3, 6e-3)  # beside LEARNING_RATE, whose runs are those of the table
RATED = ("dot", "before", "location", "forward", "general", "concat")
SEEDS = (1, 2, 3)
V_A = 0.1  # half-width of a random v_a: that of all parameters in the paper (§4.1)
OFFSETS = (-1, 0, 1)
GROWING = (
    ("the dog is big .", "那 条 狗 很 大 。"),
    ("the dog that i see is big .", "我 看见 的 那 条 狗 很 大 。"),
    ("the dog that the woman sees in the house is big .", "那 个 女人 在 房子 里 看见 的 那 条 狗 很 大 。"),
    (
        "the dog that the intelligent young woman sees in the house is big .",
        "那 个 聪明 的 年轻 女人 在 房子 里 看见 的 那 条 狗 很 大 。",
    ),
)
"""One sentence of the grammar without a relative clause, then with a longer and a longer one.

The grammar puts no relative clause into another. No draw trains on any of these: their splits are held out.
"""
TRACED = {"dot": {}, "location": {"score": "location"}}
TRACED_HIDDEN = 48

DETERMINERS = frozenset("le la l' les un une des du au aux de d' à mon ma ton ta son sa".split())
"""Articles, alone or drawn together with à and de, and possessives: which of them show gender, the twins say."""
DEMONSTRATIVES = frozenset("ce cet cette ces".split())
CLASSIFIERS = frozenset("个 位 只 条 匹 头 封 本 首 篇 块 顿 把 张 辆 台 扇 顶 件 家 所 座".split())
COUNTED = frozenset("那 这 一 几".split())
"""What a classifier stands behind: 把 and 家 are other words elsewhere."""


@dataclass(frozen=True)
class Piece:
    """One model: options of luong2015 beside the sizes, and what holds it to another piece's size or time."""

    options: Mapping[str, Any] = field(default_factory=dict)
    as_large_as: str = ""  # the piece that has as many parameters
    in_the_time_of: str = ""  # the piece whose updates take as long
    random_v_a: bool = False


ZEROS, WORD, BEFORE = {"start": "zeros"}, {"query_reads_word": True}, {"query": "before"}
FORWARD, BIDIRECTIONAL = {"direction": "forward"}, {"direction": "bidirectional"}
CONCAT, LOCATION = {"score": "concat"}, {"score": "location"}
PIECES = {
    "dot": Piece(),
    "before": Piece(BEFORE),
    "dot, reads the word": Piece(WORD),
    "before, reads the word": Piece(BEFORE | WORD),
    "dot from zeros": Piece(ZEROS),
    "location": Piece(LOCATION),
    "location from zeros": Piece(LOCATION | ZEROS),
    "forward": Piece(FORWARD),
    "forward from zeros": Piece(FORWARD | ZEROS),
    "general": Piece({"score": "general"}),
    "concat": Piece(CONCAT),
    "dot, as large as concat": Piece(as_large_as="concat"),
    "bidirectional": Piece(BIDIRECTIONAL),
    "bidirectional, as large": Piece(BIDIRECTIONAL, as_large_as="dot"),
    "concat, plain keys": Piece(CONCAT | {"plain_keys": True}),
    "concat, in dot's time": Piece(CONCAT, in_the_time_of="dot"),
    "bidirectional from zeros": Piece(BIDIRECTIONAL | ZEROS),
    "concat, v_a random": Piece(CONCAT, random_v_a=True),
}

READERS = ("dot", "dot from zeros", "forward", "forward from zeros")  # dot reads the source backwards
MINIMUM: dict[str, tuple[str, ...]] = {name: BOTH + TWIN * (name in READERS) for name in list(PIECES)[:9]}
"""What chapter 7 cannot do without: pieces, and the corpora that each is trained on."""
REST: dict[str, tuple[str, ...]] = {**dict.fromkeys(list(PIECES)[9:], BOTH), **dict.fromkeys(READERS, OTHER_TWIN)}
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {"minimum": MINIMUM, "rest": REST}


class Bench(CorpusBench):
    """The bench of chapter 7's corpora."""

    corpora = CORPORA


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    bench = Bench(arguments.out, arguments.steps, arguments.size)
    if arguments.traces:
        record_traces(bench)
        return
    if arguments.rates:
        for name in RATED:
            for rate in RATES:
                run_piece(bench, name, "en-fr", SEEDS[0], rate)
        return
    for group, corpora in GROUPS.items():  # all seeds of the minimum before the first of the rest
        for seed in arguments.seeds:
            for name in (name for name in corpora if {name, group} & set(arguments.pieces)):
                for label in (label for label in corpora[name] if label in arguments.corpora):
                    run_piece(bench, name, label, seed, arguments.rate)


def run_piece(bench: Bench, name: str, label: str, seed: int, rate: float = LEARNING_RATE) -> None:
    """Run one piece on one corpus, unless it stands in the record; left out where a run that it needs is missing."""
    key = f"{label}, {name}, seed {seed}" + ("" if rate == LEARNING_RATE else f", rate {rate:g}")
    steps = steps_of(bench, PIECES[name], label)
    if steps is None:
        print(f"{key}: left out; run what its time is measured by, on seed {SEEDS[0]}, and then this again", flush=True)
        return
    settings = settings_of(bench, name, label, seed, steps, rate)
    run_once(bench.out, key, settings, partial(run, bench, settings, label))


def settings_of(
    bench: Bench, name: str, label: str, seed: int, steps: int, rate: float = LEARNING_RATE
) -> dict[str, Any]:
    """Return all that a run depends on."""
    piece = PIECES[name]
    return {
        "corpus": bench.options(label)[0],
        "piece": name,
        "options": dict(piece.options),
        "random_v_a": piece.random_v_a,
        "seed": seed,
        "steps": steps,
        "learning_rate": rate,
        "hidden": width(piece, bench.corpus(label)),
        "pairs": bench.pairs(label),
    }


def run(bench: Bench, settings: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Train one model and score it on the validation pairs, for the choice of a rate, and on the test pairs."""
    corpus = bench.corpus(label)
    seed_everything(settings["seed"])
    model = build(settings, corpus)
    history, seconds = timed_fit(model, corpus, config_of(settings))
    scores = score_words(model, corpus.test, unknown="unk")
    return {
        **measured(model, history, corpus.test),
        "processor_seconds": round(seconds, 3),  # of two of them a ratio is taken
        "validation_perplexity": evaluate(model, corpus.validation, unknown="unk", alignment=False).perplexity.value,
        "hits": by_sentence(model, corpus.test)["exact"],
        "first_words_right": 100 * float(np.mean([right[0] for right in scores.right])),
        "looks": looks(scores, corpus.test),
        "aer_by_offset": {
            f"{offset:+d}" if offset else "0": offset_aer(scores, corpus.test, offset) for offset in OFFSETS
        },
        "classes": by_class(scores, classes(bench, label)),
    }


def build(settings: Mapping[str, Any], corpus: ParallelCorpus) -> Seq2Seq:
    """Return an untrained model."""
    model = luong2015(*corpus.vocabularies(), embedding=HIDDEN, hidden=settings["hidden"], **settings["options"])
    if settings["random_v_a"]:
        nn.init.uniform_(dict(model.named_parameters())["decoder.attention.v_a"], -V_A, V_A)
    return model


def width(piece: Piece, corpus: ParallelCorpus) -> int:
    """Return the units of a piece: the even number that comes nearest to the size it is held to."""
    if not piece.as_large_as:
        return HIDDEN
    other = PIECES[piece.as_large_as]

    def size(options: Mapping[str, Any], hidden: int) -> int:
        model = luong2015(*corpus.vocabularies(), embedding=HIDDEN, hidden=hidden, **options)
        return sum(parameter.numel() for parameter in model.parameters())

    wanted = size(other.options, HIDDEN)
    return min(range(HIDDEN, 2 * HIDDEN, 2), key=lambda hidden: abs(size(piece.options, hidden) - wanted))


def steps_of(bench: Bench, piece: Piece, label: str) -> int | None:
    """Return the updates of a piece: all, or as many as another piece's time is enough for.

    None where the two runs whose time is compared are not recorded as they would be run now.
    """
    if not piece.in_the_time_of:
        return bench.steps
    record = read(bench.out)
    mine = next(name for name, other in PIECES.items() if other.options == piece.options and not other.in_the_time_of)
    seconds = []
    for name in (piece.in_the_time_of, mine):
        recorded = record.get(f"{label}, {name}, seed {SEEDS[0]}", {})
        if recorded.get("settings") != settings_of(bench, name, label, SEEDS[0], bench.steps):
            return None  # none yet, or one of other sentences or another length
        seconds.append(recorded["processor_seconds"])
    theirs, own = seconds
    return round(bench.steps * theirs / own)


# --- what a look hits, and which words are right


def looks(scores: WordScores, pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Return the weight on gold, how far the largest weight falls from gold, and for each distance the words right."""
    near = nearness(scores.looks, pairs)
    hits: dict[int, list[bool]] = {far: [] for far in range(FURTHEST + 1)}
    for look, right, pair in zip(scores.looks or (), scores.right, pairs, strict=True):
        for jump, hit in zip(word_jumps(look, pair), right, strict=True):
            if jump is not None:
                hits[min(abs(jump), FURTHEST)].append(bool(hit))
    return {
        "mass": near.mass,
        "jumps": {str(jump): 100 * count / near.n for jump, count in near.jumps.items()},
        "words": near.n,
        "right_by_jump": {str(far): _share(found) for far, found in hits.items()},
    }


def offset_aer(scores: WordScores, pairs: Sequence[SentencePair], offset: int) -> float:
    """Return AER where the look that predicted word i is counted as that of word i + ``offset``."""
    links = []
    for look, pair in zip(scores.looks or (), pairs, strict=True):
        every = argmax_links(look, len(pair.source), len(look))  # the look at </s> too
        links.append(frozenset((j, i + offset) for j, i in every if 0 <= i + offset < len(pair.target)))
    return aer(
        links, [pair.sure or frozenset() for pair in pairs], [pair.possible or frozenset() for pair in pairs]
    ).aer


def classes(bench: Bench, label: str) -> list[list[str]]:
    """Return of each word of the test pairs, ``</s>`` left out, which class it belongs to."""
    pairs = bench.corpus(label).test
    if label == "en-zh":
        return [["classifier" if is_classifier(pair.target, i) else "rest" for i in _places(pair)] for pair in pairs]
    others = [
        {twin.source: twin for twin in bench.corpus(other).test} for other in CORPORA if other not in ("en-zh", label)
    ]
    found = []
    for pair in pairs:
        shows = frozenset().union(*(words_that_show_gender(pair, twins[pair.source]) for twins in others))
        found.append([_gendered(pair.target[i]) if i in shows else "rest" for i in _places(pair)])
    return found


def is_classifier(target: Sequence[str], i: int) -> bool:
    """Whether a Chinese word counts a noun that is to come."""
    return i > 0 and target[i] in CLASSIFIERS and target[i - 1] in COUNTED


def by_class(scores: WordScores, of_words: Sequence[Sequence[str]]) -> dict[str, dict[str, Any]]:
    """Return for each class how many words it has and how many are right with the true words given, in per cent.

    ``nats`` are what a word of the class costs on average: they still differ where all words are right.
    """
    found: dict[str, tuple[list[bool], list[float]]] = {}
    for right, nats, names in zip(scores.right, scores.nats, of_words, strict=True):
        for hit, paid, name in zip(right[:-1], nats[:-1], names, strict=True):
            hits, costs = found.setdefault(name, ([], []))
            hits.append(bool(hit))
            costs.append(float(paid))
    return {name: {**_share(hits), "nats": float(np.mean(costs))} for name, (hits, costs) in sorted(found.items())}


def _share(hits: Sequence[bool]) -> dict[str, Any]:
    return {"words": len(hits), "right": 100 * float(np.mean(hits)) if hits else None}


def _gendered(word: str) -> str:
    kind = (
        "article or possessive" if word in DETERMINERS else "demonstrative" if word in DEMONSTRATIVES else "other word"
    )
    return f"{kind} that shows gender"


def _places(pair: SentencePair) -> range:
    return range(len(pair.target))


# --- traces


def record_traces(bench: Bench) -> None:
    """Record how two models look at a sentence whose relative clause grows, its translation given."""
    corpus, pairs = bench.corpus("en-zh"), bench.pairs("en-zh")
    trained = {pair.source for pair in corpus.train}
    for source, _ in GROWING:
        if tuple(source.split()) in trained:
            raise SystemExit(f"The models train on {source!r}; take another sentence.")
    for one, other in pairwise(GROWING):
        if len(one[0].split()) >= len(other[0].split()):
            raise SystemExit(f"{other[0]!r} is no longer than {one[0]!r}.")
    settings = {
        "corpus": "en-zh",
        "pairs": pairs,
        "seed": SEEDS[0],
        "steps": bench.steps,
        "learning_rate": LEARNING_RATE,
        "hidden": TRACED_HIDDEN,
        "sentences": [list(both) for both in GROWING],
        "models": {name: dict(options) for name, options in TRACED.items()},
    }
    run_once(bench.out, "traces", settings, partial(traces, corpus, settings))


def traces(corpus: ParallelCorpus, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Train the traced models; return a trace of each sentence, by model, and how many test sentences are exact."""
    found: dict[str, Any] = {"traces": {}, "exact_match": {}}
    for name, options in settings["models"].items():
        seed_everything(settings["seed"])
        model = luong2015(*corpus.vocabularies(), embedding=HIDDEN, hidden=settings["hidden"], **options)
        timed_fit(model, corpus, config_of(settings))
        seen = [trace(model, source.split(), target.split(), top=3) for source, target in settings["sentences"]]
        found["traces"][name] = [one.to_record(digits=3) for one in seen]
        found["exact_match"][name] = asdict(evaluate(model, corpus.test, unknown="unk").exact_match)["value"]
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pieces", nargs="+", choices=[*GROUPS, *PIECES], default=list(GROUPS))
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=list(CORPORA))
    parser.add_argument("--rates", action="store_true", help="other learning rates for six pieces, on seed 1")
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="the learning rate of all pieces named")
    parser.add_argument("--traces", action="store_true", help="the sentences whose clause grows")
    return read_command_line(parser, RESULTS, seeds=SEEDS, steps=STEPS, size=DRAW["size"])


if __name__ == "__main__":
    main()
