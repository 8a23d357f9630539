"""Checks of what stands beside a model: bridge, layers, accuracy, perplexity, split, words. Chapter 15."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from course_lib.clinic.arrays import leaves
from course_lib.clinic.calling import Caller, PartFailed, read_array
from course_lib.clinic.chart import Chart
from course_lib.clinic.interface import CALLED_AS, USUAL_MARKS, WordIds

_NEAR = 1e-4


def check_bridge(caller: Caller, chart: Chart, random: np.random.Generator) -> None:
    """Move one state of the encoder at a time: which states of the decoder move?"""
    with chart.taking_failures("layers_mixed"):
        L, H, B = caller.of.sizes["layers"], caller.of.sizes["hidden"], 3
        hidden = random.normal(size=(2 * L, B, H))
        base = _bridged(caller, hidden, L, B)
        feeds = np.zeros((L, 2 * L), dtype=bool)
        for number in range(2 * L):
            other = hidden.copy()
            other[number] = random.normal(size=(B, H))
            feeds[:, number] = np.abs(_bridged(caller, other, L, B) - base).reshape(L, -1).max(-1) > 1e-9
        if L == 1:
            chart.leave("layers_mixed", "with one layer there is nothing to mix. Say sizes = {'layers': 2}.")
            return
        strangers = [(layer, k) for layer, k in zip(*np.nonzero(feeds), strict=True) if k // 2 != layer]
        if not strangers:
            chart.clear("layers_mixed", "Each layer of the decoder begins with the directions of its own layer.")
        elif all((row == feeds[0]).all() for row in feeds):
            chart.leave("layers_mixed", "all layers of the decoder begin with the same states, as a design may want.")
        else:
            layer, k = strangers[0]
            direction = "backward" if k % 2 else "forward"
            chart.find(
                "layers_mixed",
                "bridge",
                f"Layer {layer + 1} of the decoder begins with the {direction} state of layer {k // 2 + 1} below.",
                layer=layer + 1,
                fed_by=k // 2 + 1,
            )


def check_layers(caller: Caller, chart: Chart, random: np.random.Generator) -> None:
    """Compare the cells of a stack: are two of them one object, or equal in every number?"""
    del random
    with chart.taking_failures("layers_shared"):
        answer = caller.call("layers")
        try:
            named = answer if isinstance(answer, Mapping) else {f"layer {n}": cell for n, cell in enumerate(answer, 1)}
        except TypeError:
            raise PartFailed("layers", f"`layers` gave no list of cells. Expected {CALLED_AS['layers']}.") from None
        if len(named) < 2:
            chart.leave("layers_shared", "with one layer there is nothing to share.")
            return
        cells = [(name, cell, _numbers(cell)) for name, cell in named.items()]
        for (one, first, numbers), (other, second, others) in combinations(cells, 2):
            if first is second or _equal(numbers, others):
                chart.find(
                    "layers_shared",
                    "layers",
                    f"{one} and {other} have the same numbers in every place: they are one cell.".capitalize(),
                    arrays=len(numbers),
                )
                return
        if any(not numbers for _, _, numbers in cells):
            chart.leave("layers_shared", "the cells show no arrays. Give modules of torch, or lists of arrays.")
        else:
            chart.clear("layers_shared", f"The {len(cells)} layers have numbers of their own.")


def check_accuracy(caller: Caller, chart: Chart, random: np.random.Generator) -> None:
    """Change what is predicted for padding, and nothing else."""
    with chart.taking_failures("accuracy_counts_padding"):
        words = _marks(caller)
        targets = random.integers(words.first, words.first + 5, size=(3, 6))
        targets[:, -1] = words.eos
        padding = np.arange(6) >= np.array([[6], [4], [3]])
        targets[padding] = words.pad
        right = targets.copy()
        right[:, 0] = words.first + 6  # a word that stands nowhere
        wrong_there = right.copy()
        wrong_there[padding] = words.first
        with_padding, without = (_number(caller, "accuracy", p, targets) for p in (right, wrong_there))
        if abs(with_padding - without) > _NEAR * max(abs(with_padding), abs(without), 1e-3):
            always = _number(caller, "accuracy", np.full_like(targets, words.pad), targets)
            chart.find(
                "accuracy_counts_padding",
                "accuracy",
                f"The accuracy is {with_padding:.3g} or {without:.3g}, as padding is predicted at padding or not. "
                f"One who always says PAD has {always:.3g}.",
                predicted=with_padding,
                not_predicted=without,
                always_padding=always,
            )
        else:
            chart.clear("accuracy_counts_padding", "The accuracy does not ask what is predicted for padding.")


def check_perplexity(caller: Caller, chart: Chart, random: np.random.Generator) -> None:
    """Count the same words in one batch and in two of unequal size."""
    with chart.taking_failures("mean_of_batch_means"):
        nats = random.uniform(0.5, 4.0, size=(1, 10))
        nats[:, :2] += 2.0
        cut = [nats[:, :2], nats[:, 2:]]
        one = _perplexity(caller, [nats])
        two = _perplexity(caller, cut)
        true = float(np.exp(nats.mean()))
        if abs(one - two) > _NEAR * abs(one):
            chart.find(
                "mean_of_batch_means",
                "perplexity",
                f"Ten words have a perplexity of {one:.2f} in one batch, and of {two:.2f} in batches of 2 and 8.",
                one_batch=one,
                two_batches=two,
                true=true,
            )
        else:
            chart.clear("mean_of_batch_means", "The perplexity does not ask how the words are put into batches.")


def check_split(caller: Caller, chart: Chart, random: np.random.Generator) -> None:
    """Split pairs of which each source has four translations: does one source stand on both sides?"""
    with chart.taking_failures("leaky_split"):
        pairs = [
            (f"source sentence {number}", f"translation {way} of {number}") for number in range(100) for way in range(4)
        ]
        pairs = [pairs[place] for place in random.permutation(len(pairs))]
        answer = caller.call("split", list(pairs))
        try:
            training, held_out = answer
            seen, asked = ({_source_of(pair) for pair in side} for side in (training, held_out))
        except (TypeError, ValueError, KeyError, IndexError):
            raise PartFailed("split", f"`split` gave no two lists of pairs. Expected {CALLED_AS['split']}.") from None
        if not seen or not asked:
            chart.leave("leaky_split", f"of {len(pairs)} pairs, `split` holds out {len(list(held_out))}.")
            return
        share = len(seen & asked) / len(asked)
        if share:
            chart.find(
                "leaky_split",
                "split",
                f"{100 * share:.0f} % of the held-out source sentences are among those for training, with another "
                "translation.",
                share=share,
            )
        else:
            chart.clear("leaky_split", "No held-out source sentence is among those for training.")


def check_cutting(caller: Caller, chart: Chart, random: np.random.Generator) -> None:
    """Hand over the same words with and without marks around them."""
    del random
    with chart.taking_failures("real_word_dropped"):
        words = _marks(caller)
        real = [words.first, words.first + 1, words.first + 2]
        ways = {
            "with BOS and EOS": [words.bos, *real, words.eos],
            "with BOS, and without EOS (the limit cut it off)": [words.bos, *real],
            "with EOS, and without BOS": [*real, words.eos],
            "without marks": list(real),
            "with padding after EOS": [words.bos, *real, words.eos, words.pad, words.pad],
        }
        for way, ids in ways.items():
            left = _ids(caller, ids)
            lost = [word for word in real if word not in left]
            if lost:
                place = "the last" if real[-1] in lost else "the first"
                chart.find(
                    "real_word_dropped", "words", f"{way[0].upper()}{way[1:]}, {place} word is cut off.", lost=len(lost)
                )
                return
        chart.clear("real_word_dropped", "With marks around them and without, all words are kept.")


def _bridged(caller: Caller, hidden: np.ndarray, L: int, B: int) -> np.ndarray:
    answer = caller.call("bridge", hidden)
    if isinstance(answer, tuple) and len(answer) == 2:  # of an LSTM
        answer = answer[0]
    return read_array("bridge", answer, (L, B, None))


def _numbers(cell: Any) -> list[np.ndarray]:
    parameters = getattr(cell, "parameters", None)
    found = leaves(list(parameters()) if callable(parameters) else cell)
    return [one for one in found if one.size > 1 and np.ptp(one) > 0]  # biases may all be zero


def _equal(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return bool(first) and len(first) == len(second) and all(map(np.array_equal, first, second))


def _marks(caller: Caller) -> WordIds:
    return caller.of.vocabulary or WordIds(20, 20, **USUAL_MARKS)


def _number(caller: Caller, part: str, *arguments: np.ndarray) -> float:
    return float(read_array(part, caller.call(part, *arguments), ()))


def _perplexity(caller: Caller, batches: list[np.ndarray]) -> float:
    ready = [(_own(caller, nats), _own(caller, np.ones(nats.shape, dtype=bool))) for nats in batches]
    return float(read_array("perplexity", caller.call("perplexity", ready), ()))


def _own(caller: Caller, array: np.ndarray) -> Any:
    from course_lib.clinic.arrays import handed_out

    return handed_out(array, caller.of.library, caller.like)


def _ids(caller: Caller, ids: list[int]) -> list[int]:
    return [int(number) for number in read_array("words", caller.call("words", list(ids)), (None,))]


def _source_of(pair: Any) -> str:
    return str(pair[0]) if isinstance(pair, (tuple, list)) else str(pair.source)
