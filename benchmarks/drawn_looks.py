"""What is measured of a captioner's looks: read in other ways, held, and how noisy their teacher is. Chapter 10.

No record of its own: ``benchmarks/hard.py`` asks for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
import torch
from records import BOOTSTRAP, bits, one_line
from torch import Tensor

from course_lib.alignment import entropies, mass_on_region, region_hits
from course_lib.attention import Attended, Attention, HardAttention
from course_lib.attention.hard import annotations_at
from course_lib.batching import Batch, collate
from course_lib.corpora import SentencePair
from course_lib.corpora.pictures.captions import gold_regions, naming
from course_lib.corpora.pictures.cells import EMPTY
from course_lib.evaluation import translations
from course_lib.metrics.resampling import resampled_interval
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.word_scores import WordScores, score_run, score_words

Reading = Literal["averaged", "largest", "drawn"]
"""How the weights become a context: their mean, the annotation of the largest, or of one that is drawn."""
CELLS = 64
FREE = -1
"""No place: the look goes where it would have gone."""


class Drawing(HardAttention):
    """Hard attention that draws in evaluation, too."""

    def train(self, mode: bool = True) -> "Drawing":
        """Stay in training mode: there it draws."""
        super().train(mode)
        self.training = True
        return self


class Holding(HardAttention):
    """Hard attention whose look at step t is held at ``places[:, t]``; where that is FREE, it goes to the largest."""

    def __init__(self, align: Attention, places: Tensor) -> None:
        super().__init__(align)
        self.places, self.done = places, 0

    def forward(self, *arguments: Any, **of_the_score: Any) -> Attended:
        """Look at one step."""
        look = super().forward(*arguments, **of_the_score)
        wanted, values = self.places[:, self.done], arguments[2]
        self.done += 1
        there = annotations_at(values, wanted.clamp(min=0))
        context = torch.where((wanted == FREE).unsqueeze(-1), look.context, there)
        return Attended(look.scores, look.weights, context)


class HoldingSoftly(Holding):
    """The same, but a free look is the weighted sum."""

    def forward(self, *arguments: Any, **of_the_score: Any) -> Attended:
        """Look at one step."""
        soft = self.align(*arguments, **of_the_score).context
        held = super().forward(*arguments, **of_the_score)
        free = self.places[:, self.done - 1] == FREE
        return Attended(held.scores, held.weights, torch.where(free.unsqueeze(-1), soft, held.context))


@contextmanager
def looking_by(model: Seq2Seq, attention: Attention | HardAttention) -> Iterator[None]:
    """Give ``model`` another way to look for the length of a block."""
    before = model.decoder.attention
    model.decoder.attention = attention.train(model.training)
    try:
        yield
    finally:
        model.decoder.attention = before


def score_of(model: Seq2Seq) -> Attention:
    """Return the score of a captioner, with or without a draw around it."""
    attention = model.decoder.attention
    align = attention.align if isinstance(attention, HardAttention) else attention
    if not isinstance(align, Attention):
        raise ValueError(f"Expected a captioner that looks, got {model.name!r}.")
    return align


def read_by(model: Seq2Seq, reading: Reading) -> Attention | HardAttention:
    """Return the way to look that has the score of ``model`` and reads its weights so."""
    kinds: dict[str, Callable[[Attention], Attention | HardAttention]] = {
        "averaged": lambda align: align,
        "largest": HardAttention,
        "drawn": Drawing,
    }
    return kinds[reading](score_of(model))


# --- one reading


def scored(model: Seq2Seq, pairs: Sequence[SentencePair], bootstrap: int = BOOTSTRAP) -> dict[str, Any]:
    """Return how ``model`` captions the pictures as it looks now, and where it looks.

    ``exact`` is a line of 0 and 1, a picture each. Words are scored with the true ones before them given.
    """
    said = [translation.tokens for translation in translations(model, pairs)]
    exact = np.array([tuple(ours) == tuple(pair.target) for ours, pair in zip(said, pairs, strict=True)])
    words = score_words(model, pairs)
    shapes = np.array([number_of_shapes(pair) for pair in pairs])
    return {
        "exact_match": 100 * float(exact.mean()),
        "exact_match_interval": over_pictures(exact, bootstrap),
        "exact_match_by_shapes": {str(n): 100 * float(exact[shapes == n].mean()) for n in sorted(set(shapes))},
        "exact": bits(exact),
        "perplexity": float(np.exp(np.concatenate(words.nats).mean())),
        "next_word": 100 * float(np.concatenate(words.right).mean()),
        **{f"{sort}s_right": _right(words, pairs, sort) for sort in ("colour", "kind")},
        **({"where": where(pairs, words.looks, bootstrap)} if words.looks is not None else {}),
    }


def where(pairs: Sequence[SentencePair], looks: Sequence[np.ndarray], bootstrap: int = BOOTSTRAP) -> dict[str, Any]:
    """Return where the weights lie, in per cent of the words that name something to see; intervals over pictures.

    ``hits`` has a group of 0 and 1 a picture, a colour word each. Entropies are in nats, a mean over words.
    """
    mass = mass_on_region(pairs, looks)
    colours = [
        look[[i for i, sort, _ in naming(pair.target) if sort == "colour"]] for look, pair in _both(looks, pairs)
    ]
    found: dict[str, Any] = {}
    for sort in ("colour", "kind"):
        hits = region_hits(pairs, looks, sort)
        counts = np.array([(sum(of_one), len(of_one)) for of_one in hits], dtype=float)
        found[f"{sort}s"] = 100 * float(counts[:, 0].sum() / counts[:, 1].sum())
        found[f"{sort}s_interval"] = resampled_interval(counts, lambda sums: sums[:, 0] / sums[:, 1], bootstrap)
        if sort == "colour":
            found["hits"] = " ".join(map(bits, hits))
    return {
        **found,
        "mass": 100 * float(mass.mean()),
        "mass_interval": over_pictures(mass, bootstrap),
        "entropy": float(np.mean(np.concatenate([entropies(look) for look in looks]))),
        "entropy_at_colours": float(np.mean(np.concatenate([entropies(look) for look in colours]))),
        "cells_of_largest": len({int(j) for look in looks for j in look.argmax(1)}),
        "even_to_the_bit": all(bool((look[:, :CELLS] == 1 / CELLS).all()) for look in looks),
    }


def over_pictures(values: np.ndarray, bootstrap: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a mean over pictures, in per cent."""
    return resampled_interval(values[:, None], lambda sums: sums[:, 0] / len(values), bootstrap)


def number_of_shapes(pair: SentencePair) -> int:
    """Return how many shapes a picture has."""
    return sum(sort == "colour" for _, sort, _ in naming(pair.target))


def _both(looks: Sequence[np.ndarray], pairs: Sequence[SentencePair]) -> Iterator[tuple[np.ndarray, SentencePair]]:
    return zip(looks, pairs, strict=True)


def _right(words: WordScores, pairs: Sequence[SentencePair], sort: str) -> float:
    """Return how many words of a sort are right with the true ones given, in per cent."""
    right = [
        bool(row[i])
        for row, pair in zip(words.right, pairs, strict=True)
        for i, s, _ in naming(pair.target)
        if s == sort
    ]
    return 100 * float(np.mean(right))


# --- held looks


def fullest_cells(pair: SentencePair) -> dict[str, int]:
    """Return, for each colour of a picture, the cell with most of its pixels; of equal ones the first."""
    found: dict[str, tuple[int, int]] = {}
    for j, word in enumerate(pair.source):
        colour, _, covered = word.partition(":")
        pixels = bin(int(covered, 16)).count("1") if covered else 0
        if pixels > found.get(colour, (0, 0))[0]:
            found[colour] = pixels, j
    return {colour: j for colour, (_, j) in found.items()}


def gold_and_wrong_cells(pair: SentencePair) -> dict[str, tuple[int, int]]:
    """Return for each colour its fullest cell and a wrong one: that of the next shape, where there is but one a black.

    The black one is across the middle of the picture, or the first of all where the shape reaches there.
    """
    cells = fullest_cells(pair)
    named = [colour for _, sort, colour in naming(pair.target) if sort == "colour"]
    if len(named) > 1:
        return {
            colour: (cells[colour], cells[other]) for colour, other in zip(named, named[1:] + named[:1], strict=True)
        }
    gold = cells[named[0]]
    across = CELLS - 1 - gold
    return {named[0]: (gold, across if pair.source[across] == EMPTY else pair.source.index(EMPTY))}


HOLDS = ("free", "gold at colours", "wrong at colours", "gold at kinds", "wrong at kinds", "corner at every word")


def places(pair: SentencePair, hold: str) -> list[int]:
    """Return where the look at each word of a caption is held, ``</s>`` included; FREE where it is not."""
    steps = len(pair.target) + 1
    if hold == "corner at every word":
        return [0] * steps
    found, (place, _, sort) = [FREE] * steps, hold.partition(" at ")
    cells = gold_and_wrong_cells(pair)
    for i, kind, colour in naming(pair.target):
        if f"{kind}s" == sort:
            found[i] = cells[colour][("gold", "wrong").index(place)]
    return found


@torch.no_grad()
def held(
    model: Seq2Seq, pairs: Sequence[SentencePair], softly: bool, bootstrap: int = BOOTSTRAP
) -> dict[str, dict[str, Any]]:
    """Return how many colours and kinds are right, the true words given, while looks are held; in per cent.

    ``softly``: free looks are weighted sums, else they go to the largest weight. Pictures of one shape, whose wrong
    cell is black, stand apart. ``fall`` is how much fewer are right than with free looks, with its 95 % interval over
    pictures.
    """
    right: dict[str, list[np.ndarray]] = {}
    with evaluating(model):
        for hold in HOLDS:
            wanted = [places(pair, hold) for pair in pairs]
            right[hold] = []
            for start in range(0, len(pairs), 100):
                chosen = pairs[start : start + 100]
                batch = collate(chosen, model.source_vocabulary, model.target_vocabulary, model.device)
                at = torch.full(batch.target_out.shape, FREE)
                for row, of_one in enumerate(wanted[start : start + 100]):
                    at[row, : len(of_one)] = torch.tensor(of_one)
                with looking_by(model, (HoldingSoftly if softly else Holding)(score_of(model), at)):
                    right[hold] += score_run(model(batch), batch).right
    return {
        hold: {
            f"{sort}s, {group}": _fall(right["free"], right[hold], pairs, sort, many, bootstrap)
            for sort in ("colour", "kind")
            for group, many in (("several shapes", True), ("one shape", False))
        }
        for hold in HOLDS
    }


def _fall(
    free: Sequence[np.ndarray],
    now: Sequence[np.ndarray],
    pairs: Sequence[SentencePair],
    sort: str,
    many: bool,
    bootstrap: int,
) -> dict[str, Any]:
    counts = []
    for before, after, pair in zip(free, now, pairs, strict=True):
        at = [i for i, kind, _ in naming(pair.target) if kind == sort]
        if (number_of_shapes(pair) > 1) == many:
            counts.append((before[at].sum() - after[at].sum(), after[at].sum(), len(at)))
    table = np.array(counts, dtype=float)
    fall, right, words = table.sum(0)
    return {
        "right": 100 * float(right / words),
        "fall": 100 * float(fall / words),
        "fall_interval": resampled_interval(table, lambda sums: sums[:, 0] / sums[:, 2], bootstrap),
    }


# --- how noisy the teacher is

ESTIMATES = ("no b", "one b", "b by number of shapes", "reward to go", "reward to go, b by shapes and step")


def noise(model: Seq2Seq, pairs: Sequence[SentencePair], draws: int, before: int) -> dict[str, Any]:
    """Draw the looks at one batch again and again; return how far REINFORCE's gradient of the score spreads.

    Each baseline is known from as many draws as ``before`` says, ahead of those that are compared.
    Of the gradient of log p(ŝ | a), weighted with the reward, at the parameters of the score, a mean over words.
    ``signal`` is the squared length of its mean, without bias; ``variance`` the summed variance of one draw;
    ``apart`` how far the mean is from that of *no b*, in squared standard errors: about 1 where both are right.
    """
    words = [len(pair.target) + 1 for pair in pairs]
    shapes = np.array([number_of_shapes(pair) for pair in pairs])
    with evaluating(model):
        batch = collate(pairs, model.source_vocabulary, model.target_vocabulary, model.device)
        align, mask = score_of(model), batch.target_mask.double()
        known = torch.stack([_draw(model, batch)[0] for _ in range(before)])  # (before, B, T)
        gradients: dict[str, list[Tensor]] = {name: [] for name in ESTIMATES}
        for _ in range(draws):
            log_probs, chosen = _draw(model, batch)
            for name, advantage in advantages(log_probs, known, shapes).items():
                parts = torch.autograd.grad(
                    chosen,
                    list(align.parameters()),
                    (advantage * mask / sum(words)).to(chosen.dtype),
                    retain_graph=True,
                )
                gradients[name].append(torch.cat([part.flatten() for part in parts]).double())
    first = torch.stack(gradients["no b"])
    return {name: _spread(torch.stack(found), first) for name, found in gradients.items()}


def advantages(log_probs: Tensor, known: Tensor, shapes: np.ndarray) -> dict[str, Tensor]:
    """Return, for each estimate, what each look (B, T) is rewarded with, by the log p of the words, 0 at padding.

    Baselines are means of draws ``known`` (K, B, T) from before, so that they cannot know the draw that they judge.
    """
    whole, to_go = log_probs.sum(1, keepdim=True).expand_as(log_probs), _to_go(log_probs)
    of_whole, of_rest = known.sum(2), _to_go(known).mean(0)  # (K, B), (B, T)
    by_shapes, by_step = torch.zeros_like(whole), torch.zeros_like(whole)
    for n in sorted(set(shapes.tolist())):
        these = torch.from_numpy(shapes == n)
        by_shapes[these] = of_whole[:, these].mean()
        by_step[these] = of_rest[these].mean(0)
    return {
        "no b": whole,
        "one b": whole - of_whole.mean(),
        "b by number of shapes": whole - by_shapes,
        "reward to go": to_go,
        "reward to go, b by shapes and step": to_go - by_step,
    }


def _to_go(log_probs: Tensor) -> Tensor:
    """Return Σ_{t' ≥ t} log p of the words."""
    return log_probs.flip(-1).cumsum(-1).flip(-1)


def _draw(model: Seq2Seq, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return of one draw log p of each word (B, T), in float64, 0 at padding, and log α of where each look went.

    A state depends on where the looks before it went, not on how likely they were: only the last step of the way, from
    state to weight, is differentiated, all words at once.
    """
    align = score_of(model)
    with torch.no_grad(), looking_by(model, read_by(model, "drawn")):
        encoded = model.encode(batch.source, batch.source_lengths)
        output = model.decoder(batch.target_in, encoded)
        start = model.decoder.initial_state(encoded)
        states = torch.cat((start.top.unsqueeze(1), output.states[:, :-1]), dim=1)  # (B, T, H): h_{t-1}
    log_probs = torch.log_softmax(output.logits.double(), -1).gather(-1, batch.target_out.unsqueeze(-1)).squeeze(-1)
    look = output.look
    assert look is not None and look.position is not None and encoded.memory is not None
    weights = align(states, align.project_keys(encoded.memory), encoded.memory, encoded.mask).weights  # (B, T, S)
    chosen = weights.gather(-1, look.position.unsqueeze(-1)).squeeze(-1).log()
    return log_probs.masked_fill(~batch.target_mask, 0.0), chosen


def _spread(found: Tensor, first: Tensor) -> dict[str, float]:
    """Return signal and variance of gradients (draws, P), and how far their mean is from that of ``first``."""
    draws = len(found)
    variance = float(found.var(0).sum())
    difference = found - first
    error = float(difference.var(0).sum()) / draws
    return {
        "signal": float(found.mean(0).square().sum()) - variance / draws,
        "variance": variance,
        "apart": float(difference.mean(0).square().sum()) / error if error else 0.0,
    }


# --- floors


def floors(train: Sequence[SentencePair], test: Sequence[SentencePair]) -> dict[str, Any]:
    """Return what a captioner gets without seeing, in per cent, and how long captions are: no model is asked.

    A hit of a colour word by a cell at random, by one at random of those that are not black, and by the best single
    cell; captions by the most frequent one of the training pictures with as many words.
    """
    regions = [
        (frozenset(j for j, word in gold_regions(pair) if word == i), pair)
        for pair in test
        for i, sort, _ in naming(pair.target)
        if sort == "colour"
    ]
    coloured = {pair: sum(word != EMPTY for word in pair.source) for pair in test}
    cells = np.array([[cell in region for cell in range(CELLS)] for region, _ in regions]).mean(0)
    seen: dict[int, dict[tuple[str, ...], int]] = {}
    for pair in train:
        of_length = seen.setdefault(len(pair.target), {})
        of_length[pair.target] = of_length.get(pair.target, 0) + 1
    usual: Mapping[int, tuple[str, ...]] = {n: max(found, key=lambda c: found[c]) for n, found in seen.items()}
    lengths = sorted(len(pair.target) for pair in test)
    return {
        "pictures": len(test),
        "colour_words": len(regions),
        "hit_of_any_cell": 100 * float(np.mean([len(region) / CELLS for region, _ in regions])),
        "hit_of_any_coloured_cell": 100 * float(np.mean([len(region) / coloured[pair] for region, pair in regions])),
        "hit_of_the_best_cell": 100 * float(cells.max()),
        "the_best_cell": int(cells.argmax()),
        "coloured_cells": float(np.mean(list(coloured.values()))),
        "exact_match_of_the_usual_caption": 100
        * float(np.mean([usual.get(len(pair.target)) == pair.target for pair in test])),
        "lengths": {str(n): lengths.count(n) for n in sorted(set(lengths))},
        "shapes": one_line([sum(number_of_shapes(pair) == n for pair in test) for n in (1, 2, 3)]),
    }
