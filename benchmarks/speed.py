"""How fast the library trains and decodes, beside loops as tutorials write them and beside its own earlier version.

    python benchmarks/speed.py                                   # all that needs the processor alone, a quarter hour
    python benchmarks/speed.py --only training looks             # some groups
    python benchmarks/speed.py --data ../shared/data             # with Multi30k: real batches, a tutorial's epoch
    python benchmarks/speed.py --before ../earlier               # a checkout of an earlier version beside this one
    python benchmarks/speed.py --only imports drawing book pages slider notebooks tests set-up  # around it
    python benchmarks/speed.py --quick --out try.json            # small sizes and two rounds: does it run?
    python benchmarks/speed.py --table                           # what has been measured, and the bars

Seconds are of processor time, one thread. The works of a group are done in turns, round after round, the order of
every second round reversed, and what counts is the ratio within a round: another machine, or a busy one, moves the
seconds much more than the ratios. Raw seconds go to course_lib/results/speed.json, group by group; a group that
stands there with the same settings is not repeated. :mod:`course_lib.results.speeds` reads them and knows the bars.

Reference loops are those of ``benchmarks/reference_loops.py``. *Filled* batches have one source length and target
lengths near each other, as ``TrainConfig(alike="both")`` makes them. No file of a corpus is copied into the record.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import around
import torch
from alone import (
    ALONE,
    BATCH,
    LENGTH,
    ONE_BY_ONE,
    WORDS,
    Trainer,
    decoders,
    random_pairs,
    sources,
    translating,
    vocabulary,
)
from every_rung import RUNGS
from records import check_try, read
from reference_loops import AnnotatedLoop, PackedLoop, PlainLoop, TutorialLoop, shuffled_batches, sorted_batches
from torch.utils.flop_counter import FlopCounterMode
from turns import Bench, Work, clocked

import course_lib
from course_lib.batching import Batch, collate, epoch_batches
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.models import bahdanau2014, luong2015, vaswani2017
from course_lib.results.speeds import (
    GLOBAL,
    REAL,
    SCORES,
    SOURCE_LENGTHS,
    WHEN,
    before,
    look,
    looks_in,
    rates,
    ratio,
    verdicts,
)
from course_lib.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(course_lib.__file__).parent / "results" / "speed.json"
UNITS = {256: 1, 128: 2, 64: 3}
"""Units of a state -> updates a round."""
WINDOW = 10
REAL_UPDATES, EPOCH_UPDATES = 3, 2
TUTORIAL_BATCH = 128
LEFT_OUT = {"fixed, reversed, a longer lesson", "Cho, as large as fixed", "Cho, as large as Bahdanau"}
"""Rungs of the ladder that are other rungs in another size, or for a longer time."""
HALVED = ("Bahdanau", "Luong dot", "Luong dot, input feeding", "Vaswani")
"""Rungs that are timed in bfloat16 too."""


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    bench = Bench(
        arguments.out,
        2 if arguments.quick else arguments.rounds,
        arguments.seed,
        arguments.quick,
        arguments.data,
        arguments.before,
    )
    if not arguments.table:
        for name in arguments.only:
            GROUPS[name](bench)
    _print_table(read(arguments.out))


# Training


def training(bench: Bench) -> None:
    """Time the updates of every rung on sentences of one length, at three sizes."""
    words, length, batch = (200, 5, 4) if bench.quick else (WORDS, LENGTH, BATCH)
    for hidden, updates in ({8: 1} if bench.quick else UNITS).items():
        settings = {"hidden": hidden, "embedding": hidden, "words": words, "length": length, "batch": batch}
        bench.measure(
            f"training, {hidden} units",
            "target words",
            settings,
            partial(_training_works, bench.seed, settings, updates),
        )


def _training_works(seed: int, settings: Mapping[str, int], updates: int) -> dict[str, Any]:
    hidden = settings["hidden"]
    words = vocabulary(settings["words"])
    batch = collate(random_pairs(words, settings["batch"], settings["length"], seed), words, words)
    sizes = (len(words), len(words), hidden, hidden)
    models: dict[str, torch.nn.Module] = {
        name: build(words, words, embedding=hidden, hidden=hidden)
        for name, build in RUNGS.items()
        if name not in LEFT_OUT
    }
    models |= {
        "Vaswani": vaswani2017(words, words, hidden=hidden),
        "plain loop": PlainLoop(*sizes),
        "packed loop": PackedLoop(*sizes),
        "tutorial loop": TutorialLoop(*sizes, dropout=0.0),
        "annotated loop": AnnotatedLoop(*sizes),
    }
    works = {name: clocked(Trainer(model, cycle([batch])).updates(updates)) for name, model in models.items()}
    if computes_bf16():
        for name in HALVED:
            works[f"{name}, bf16"] = clocked(Trainer(models[name], cycle([batch]), "bf16").updates(updates))
    return {
        "works": works,
        "products": {name: products(models[name], batch) for name in ("Bahdanau", "plain loop")},
        "parameters": {name: sum(weight.numel() for weight in model.parameters()) for name, model in models.items()},
    }


def products(model: torch.nn.Module, batch: Batch) -> int:
    """Return how many multiplications and additions the matrix products of one update make."""
    with FlopCounterMode(display=False) as counter:
        model.loss(batch).mean.backward()  # type: ignore[operator]
    model.zero_grad()
    return int(counter.get_total_flops())


def peak(bench: Bench) -> None:
    """Time products of large square matrices: what the processor can do at most."""
    size, repeats = (64, 2) if bench.quick else (1_024, 12)
    settings = {"size": size, "repeats": repeats}

    def product(dtype: torch.dtype) -> Callable[[], int]:
        one, other = torch.randn(size, size).to(dtype), torch.randn(size, size).to(dtype)

        def work() -> int:
            for _ in range(repeats):
                one @ other
            return 2 * size**3 * repeats

        return work

    def made() -> dict[str, Any]:
        types = {"float32": torch.float32, **({"bf16": torch.bfloat16} if computes_bf16() else {})}
        return {"works": {name: clocked(product(dtype)) for name, dtype in types.items()}}

    bench.measure("peak", "multiplications and additions", settings, made)


def real_batches(bench: Bench) -> None:
    """Time updates on Multi30k, German to English, in batches filled in four ways."""
    if (corpus := multi30k(bench)) is None:
        return
    hidden, updates, batch = (8, 1, 8) if bench.quick else (256, REAL_UPDATES, BATCH)
    settings = {"hidden": hidden, "embedding": hidden, "updates": updates, "batch": batch, "corpus": corpus.name}
    bench.measure(REAL, "target words", settings, lambda: _real_works(corpus, hidden, updates, batch, bench.seed))


def _real_works(corpus: ParallelCorpus, hidden: int, updates: int, size: int, seed: int) -> dict[str, Any]:
    pairs = corpus.train
    vocabularies = common_words(corpus)
    filled = {
        "one source length": epoch_batches(pairs, size, seed, 0),
        "filled": epoch_batches(pairs, size, seed, 0, alike="both"),
        "sorted": sorted_batches(pairs, size, seed),
        "shuffled": shuffled_batches(pairs, size, seed),
    }
    sizes = (len(vocabularies[0]), len(vocabularies[1]), hidden, hidden)
    options: dict[str, Any] = {"embedding": hidden, "hidden": hidden}
    ours: dict[str, Callable[[], torch.nn.Module]] = {
        "Bahdanau": partial(bahdanau2014, *vocabularies, **options),
        "Luong dot": partial(luong2015, *vocabularies, **options),
        "Luong dot, input feeding": partial(luong2015, *vocabularies, input_feeding=True, **options),
    }
    read_by: dict[str, tuple[torch.nn.Module, str]] = {
        "Bahdanau": (ours["Bahdanau"](), "one source length"),
        **{f"{name}, filled": (build(), "filled") for name, build in ours.items()},
        "packed loop": (PackedLoop(*sizes), "sorted"),
        "annotated loop": (AnnotatedLoop(*sizes), "sorted"),
        "plain loop": (PlainLoop(*sizes), "shuffled"),
        "tutorial loop": (TutorialLoop(*sizes, dropout=0.0), "shuffled"),
    }
    works = {
        name: clocked(Trainer(model, _collated(pairs, filled[way], vocabularies)).updates(updates))
        for name, (model, way) in read_by.items()
    }
    return {
        "works": works,
        "real_cells": {way: round(real_cells(pairs, batches), 4) for way, batches in filled.items()},
        "vocabularies": list(map(len, vocabularies)),
    }


def _collated(
    pairs: Sequence[SentencePair], batches: Sequence[Sequence[int]], vocabularies: Sequence[Vocabulary]
) -> Iterator[Batch]:
    source, target = vocabularies
    for batch in cycle(batches):
        yield collate([pairs[k] for k in batch], source, target, unknown="unk")


def real_cells(pairs: Sequence[SentencePair], batches: Sequence[Sequence[int]]) -> float:
    """Return which share of the target cells of ``batches`` are words, ``</s>`` included, and no padding."""
    rows = [[len(pairs[k].target) + 1 for k in batch] for batch in batches]
    return sum(map(sum, rows)) / sum(max(row) * len(row) for row in rows)


def tutorial_epoch(bench: Bench) -> None:
    """Time pairs of Multi30k in the tutorial's own loop, sizes and batches: what one of its epochs costs here."""
    if (corpus := multi30k(bench)) is None:
        return
    updates, batch, sizes = (
        (1, 4, {"embedding": 4, "hidden": 4}) if bench.quick else (EPOCH_UPDATES, TUTORIAL_BATCH, {})
    )
    settings = {"updates": updates, "batch": batch, "corpus": corpus.name}

    def made() -> dict[str, Any]:
        vocabularies = common_words(corpus)
        source, target = vocabularies
        loop = TutorialLoop(len(source), len(target), **sizes)
        batches = shuffled_batches(corpus.train, batch, bench.seed)
        trainer = Trainer(loop, _collated(corpus.train, batches, vocabularies))

        def work() -> int:
            for _ in range(updates):
                trainer.update()
            return updates * batch

        return {
            "works": {"tutorial loop": clocked(work)},
            "pairs": len(corpus.train),
            "parameters": sum(weight.numel() for weight in loop.parameters()),
        }

    bench.measure("an epoch of the tutorial", "pairs", settings, made)


def multi30k(bench: Bench) -> ParallelCorpus | None:
    """Return the captions, German to English, in the words they were split into; None, said aloud, without them."""
    folder = None if bench.data is None else bench.data / "multi30k" / "tok"
    if folder is None or not folder.is_dir():
        print("Multi30k: left out; --data names the folder that holds multi30k/tok", flush=True)
        return None
    return load("multi30k", path=folder, source="de", target="en")


def common_words(corpus: ParallelCorpus) -> tuple[Vocabulary, Vocabulary]:
    """Return the words that training pairs hold twice, as the tutorials count them."""
    sides = ([pair.source for pair in corpus.train], [pair.target for pair in corpus.train])
    source, target = (Vocabulary.build(side, min_count=2) for side in sides)
    return source, target


# Decoding


def decoding(bench: Bench) -> None:
    """Time greedy translation and a beam of 5, one sentence at a time and 64 together."""
    hidden, words, length = (8, 200, 5) if bench.quick else (256, WORDS, LENGTH)
    together, alone_ = (4, 2) if bench.quick else (BATCH, ONE_BY_ONE)
    settings = {"hidden": hidden, "words": words, "length": length, "together": together, "one by one": alone_}

    def made() -> dict[str, Any]:
        works: dict[str, Work] = {}
        for name, model in decoders(hidden, words).items():
            sentences = sources(model.source_vocabulary, together, length, bench.seed)
            for search, width in {"greedy": 1, "beam 5": 5}.items():
                few = sentences[: alone_ if width == 1 else max(1, alone_ // 3)]
                works[f"{name}, {search}, one by one"] = clocked(translating(model, [[s] for s in few], length, width))
                works[f"{name}, {search}, together"] = clocked(translating(model, [sentences], length, width))
        return {"works": works}

    bench.measure("decoding", "target words", settings, made)


def version_before(bench: Bench) -> None:
    """Time translation in this version and in the checkout that ``--before`` names, a process each, in turns."""
    if bench.before is None:
        print("The version before: left out; --before names a checkout of it", flush=True)
        return
    roots = {"now": ROOT, "before": bench.before.resolve()}
    settings = {"before": _commit(roots["before"])}
    for search in ("greedy", "beam 5"):
        names = [name for name in ALONE if name.startswith(search)]
        bench.measure(before(search), "target words", settings, partial(_of_versions, names, roots, bench.seed))


def _of_versions(names: Sequence[str], roots: Mapping[str, Path], seed: int) -> dict[str, Any]:
    workers = {version: Worker(root, seed) for version, root in roots.items()}
    works = {
        f"{name}, {version}": partial(worker.do, name)
        for name in names
        for version, worker in workers.items()
        if "one by one" in name or version == "now"
    }
    return {"works": works}


class Worker:
    """A process that does works of ALONE by the library that stands in ``root``, when it is told to."""

    def __init__(self, root: Path, seed: int) -> None:
        command = [sys.executable, str(ROOT / "benchmarks" / "alone.py"), "--seed", str(seed)]
        pipe = subprocess.PIPE
        environment = {**os.environ, "PYTHONPATH": str(root)}
        self.process = subprocess.Popen(command, env=environment, cwd=root, stdin=pipe, stdout=pipe, text=True)

    def do(self, name: str) -> tuple[int, float]:
        """Do one work; return its units and the seconds that the process measured."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(name, file=self.process.stdin, flush=True)
        found = json.loads(self.process.stdout.readline())
        return found["units"], found["seconds"]

    def __del__(self) -> None:
        self.process.kill()


# Looks at long sources


def looks(bench: Bench) -> None:
    """Time looks at sources of 10 to 320 words: at all of them, and through a window, in training and in decoding.

    The decoder alone is timed. In training that includes the keys, once a sentence: *general* and *concat* project
    every annotation, whatever the window; *dot* has nothing to project, so that its cost is the look's own.
    """
    hidden, batch, lengths = (8, 2, (10, 40, 320)) if bench.quick else (256, BATCH, SOURCE_LENGTHS)
    settings = {"hidden": hidden, "batch": batch, "target": LENGTH, "window": WINDOW, "lengths": list(lengths)}
    for score in SCORES:
        for when in WHEN:
            made = partial(_look_works, score, hidden, batch, lengths, when == "training")
            bench.measure(looks_in(when, score), "looks", {**settings, "when": when, "score": score}, made)


def _look_works(score: Any, hidden: int, batch: int, lengths: Sequence[int], in_training: bool) -> dict[str, Any]:
    words = vocabulary(200)
    build = partial(luong2015, words, words, embedding=hidden, hidden=hidden, score=score)
    models = {
        GLOBAL: build(),
        "local-m": build(local="monotonic", window=WINDOW),
        "local-p": build(local="predictive", window=WINDOW),
    }
    works: dict[str, Work] = {}
    for length in lengths:
        for kind, model in models.items():
            pairs = random_pairs(words, batch, length, seed=1, target=LENGTH)
            made = collate(pairs, words, words)
            work = _taught_looks(model, made) if in_training else _steps(model, made)
            works[look(kind, length)] = clocked(work)
    return {"works": works}


def _taught_looks(model: Any, batch: Batch) -> Callable[[], int]:
    """Return the work of the decoder's forward and backward pass over what the encoder has said once."""
    with torch.no_grad():
        encoded = model.encoder(batch.source, batch.source_lengths)

    def work() -> int:
        memory = encoded.memory.detach().requires_grad_()
        source = type(encoded)(encoded.initial, memory, encoded.mask)
        output = model.decoder(batch.target_in, model.decoder.prepare(source))
        output.logits.mean().backward()
        model.zero_grad()
        return batch.target_in.numel()

    return work


def _steps(model: Any, batch: Batch) -> Callable[[], int]:
    """Return the work of the decoder's steps, one after the other, over what the encoder has said once."""
    model.eval()

    @torch.no_grad()
    def work() -> int:
        state = start
        for words in batch.target_in.unbind(1):
            state = step(words, state).state
        return batch.target_in.numel()

    with torch.no_grad():
        step, start = model.stepper(batch.source, batch.source_lengths)
    return work


# A process of its own


def memory(bench: Bench) -> None:
    """Record the largest memory of processes that do one thing each, in megabytes."""

    def made() -> dict[str, Any]:
        found = {name: in_another_process(name, bench.seed) for name in ALONE}
        works = [(name, (part["units"], part["seconds"])) for name, part in found.items()]
        return {"works": works, "peak_megabytes": {name: part["megabytes"] for name, part in found.items()}}

    if bench.quick:
        print("memory: left out of a quick try; its processes have the sizes they have", flush=True)
    else:
        bench.once("memory", "target words", made)


def in_another_process(name: str, seed: int, root: Path = ROOT) -> dict[str, float]:
    """Do one of ALONE in a new process, by the library that stands in ``root``."""
    command = [sys.executable, str(ROOT / "benchmarks" / "alone.py"), name, "--seed", str(seed)]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(root)}, cwd=root, capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def computes_bf16() -> bool:
    """Say whether the processor has instructions for bfloat16; without, it is slower than float32."""
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text() or "amx_bf16" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def _commit(root: Path) -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True)
    return done.stdout.strip()


def _print_table(record: Mapping[str, Any]) -> None:
    for key, run in record.items():
        print(f"\n{key} ({run['unit']} a second of processor time)")
        first = next(iter(run["works"]), None)
        for name, rate in rates(run).items():
            print(f"  {rate:12.4g}  {ratio(run, name, first)!s:>24} × {first}  {name}" if first else "")
    print("", *verdicts(record), sep="\n")


GROUPS: dict[str, Callable[[Bench], None]] = {
    "real": real_batches,
    "looks": looks,
    "before": version_before,
    "decoding": decoding,
    "training": training,
    "peak": peak,
    "epoch": tutorial_epoch,
    "memory": memory,
    "imports": around.imports,
    "drawing": around.drawing,
    "book": around.book,
    "pages": around.pages,
    "slider": around.slider,
    "notebooks": around.notebooks,
    "tests": around.tests,
    "set-up": around.set_up,
}
"""What is timed, what was promised first; from ``imports`` on the course around the library."""
BY_DEFAULT = tuple(GROUPS)[: tuple(GROUPS).index("imports")]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time training and decoding, in turns, and hold them to the bars.")
    parser.add_argument("--only", nargs="+", choices=list(GROUPS), default=list(BY_DEFAULT), metavar="GROUP")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="small sizes and two rounds, for a try")
    parser.add_argument("--data", type=Path, help="the folder that holds multi30k/tok")
    parser.add_argument("--before", type=Path, help="a checkout of an earlier version")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--table", action="store_true", help="measure nothing; print what stands in the record")
    given = parser.parse_args()
    if not given.table:
        check_try(parser, given, ("quick", "rounds"), RESULTS)
    return given


if __name__ == "__main__":
    main()
