"""What a model says where its weights are others, and how widely its own look: for not_alignment.py.

Words are counted by class (:mod:`course_lib.corpora.grammar.word_classes`), those without a sure link apart.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import numpy as np
import torch
from held_looks import wrong_place
from records import bits
from torch import Tensor
from torch.nn import functional as F

from course_lib import metrics
from course_lib.alignment import entropies, look_kinds
from course_lib.alignment.looks import FULL_STOPS, by_word
from course_lib.attention import Attended, weighted_sum
from course_lib.batching import collate
from course_lib.corpora import SentencePair
from course_lib.corpora.grammar.word_classes import word_class
from course_lib.encoders import Encoded, State
from course_lib.evaluation import translations
from course_lib.interventions import flattened, permuted
from course_lib.interventions.adversarial import jensen_shannon, total_variation
from course_lib.interventions.looks import changing
from course_lib.search.hypothesis import allowed
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.vocabulary import EOS, EOS_TOKEN, UNK
from course_lib.word_scores import score_words

BATCH = 32  # sentences; each of their words is a row
Rows = list[Any]


def classes(pair: SentencePair, language: str) -> list[str]:
    """Return the class of each target row, ``</s>`` included."""
    linked = by_word(pair.sure or ())

    def name(i: int, word: str) -> str:
        found = word_class(word, language)
        return found if i in linked or found == "punctuation" else f"{found}, unlinked"

    return [*(name(i, word) for i, word in enumerate(pair.target)), EOS_TOKEN]


def percent(answers: Sequence[bool]) -> float:
    """Return the share of True in per cent."""
    return round(100 * float(np.mean(answers)), 2)


def mean(numbers: Sequence[float]) -> float:
    """Return the mean, as a record keeps it."""
    return round(float(np.mean(numbers)), 4)


# --- the model's own looks


def by_class(model: Seq2Seq, pairs: Sequence[SentencePair], language: str) -> dict[str, Any]:
    """Return for each class how widely looks go, whether the next word is right, and what lies on the end.

    The end is the full stop and ``</s>``; the true words before are given.
    """
    scores = score_words(model, pairs, unknown="unk")
    found: dict[str, dict[str, Rows]] = defaultdict(lambda: defaultdict(list))
    for pair, look, right in zip(pairs, scores.looks or (), scores.right, strict=True):
        end = len(pair.source) - (pair.source[-1] in FULL_STOPS)
        rows = zip(
            classes(pair, language),
            entropies(look),
            right,
            look,
            look_kinds(look, pair.sure or frozenset(), pair.source),
            strict=True,
        )
        for name, entropy, hit, weights, kind in rows:
            of_class = found[name]
            of_class["entropy"].append(entropy)
            of_class["right"].append(hit)
            of_class["on_end"].append(weights[end:].sum())
            of_class["largest_on_end"].append(weights.argmax() >= end)
            of_class["kinds"] += [] if kind is None else [kind]
    return {
        name: {
            "n": len(of["right"]),
            "entropy": mean(of["entropy"]),
            "right": percent(of["right"]),
            "on_end": mean(of["on_end"]),
            "largest_on_end": percent(of["largest_on_end"]),
            "kinds": dict(Counter(of["kinds"])),
        }
        for name, of in sorted(found.items())
    }


# --- one step once more, with other weights


@dataclass(frozen=True, eq=False)
class Steps:
    """The steps of some sentences side by side, as the free run took them with the true words given."""

    places: list[tuple[int, int]]  # sentence and target row of each
    previous: Tensor  # (N)
    state: State
    encoded: Encoded
    weights: Tensor  # (N, S)
    probabilities: Tensor  # (N, V)
    said: Tensor  # (N): the most probable word

    @property
    def lengths(self) -> Tensor:
        """The positions of each source, ``</s>`` included (N)."""
        assert self.encoded.mask is not None
        return self.encoded.mask.sum(-1)


@torch.no_grad()
def steps_of(model: Seq2Seq, pairs: Sequence[SentencePair]) -> Iterator[Steps]:
    """Run once over ``pairs``, from short to long, and give out the steps of a batch."""
    order = sorted(range(len(pairs)), key=lambda k: len(pairs[k].source))
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        batch = collate(
            [pairs[k] for k in chosen], model.source_vocabulary, model.target_vocabulary, model.device, "unk"
        )
        with evaluating(model):
            encoded = model.encode(batch.source, batch.source_lengths)
            run = model.decoder(batch.target_in, encoded)
        rows, steps = torch.nonzero(batch.target_mask, as_tuple=True)
        first = model.decoder.initial_state(encoded)
        states = torch.cat((first.top.unsqueeze(1), run.states[:, :-1]), dim=1)[rows, steps]
        fed = None
        if first.fed_back is not None:
            fed = torch.cat((first.fed_back.unsqueeze(1), run.look.context[:, :-1]), dim=1)[rows, steps]
        logits = run.logits[rows, steps]
        yield Steps(
            [(chosen[row], step) for row, step in zip(rows.tolist(), steps.tolist(), strict=True)],
            batch.target_in[rows, steps],
            State(states.unsqueeze(0), fed_back=fed),
            encoded.select(rows),
            run.look.weights[rows, steps],
            torch.softmax(logits, dim=-1),
            allowed(logits).argmax(-1),
        )


@torch.no_grad()
def once_more(model: Seq2Seq, steps: Steps, weights: Tensor) -> Tensor:
    """Take each step again with ``weights`` (N, S) in place of its own; return the logits (N, V)."""

    def change(look: Attended, values: Tensor, _mask: Tensor) -> Attended:
        return replace(look, weights=weights, context=weighted_sum(weights, values))

    with evaluating(model), changing(model, change):
        return model.decoder.step(steps.previous, steps.state, steps.encoded).logits


def one_hot(positions: Tensor, like: Tensor) -> Tensor:
    """Return weights that lie on one position each."""
    return F.one_hot(positions, like.shape[1]).to(like.dtype)


def without(weights: Tensor, positions: Tensor, mask: Tensor) -> Tensor:
    """Take away the weight of a position each; the others are divided by what is left.

    Where nothing is left they share alike.
    """
    there = one_hot(positions, weights).bool()
    rest = weights.masked_fill(there, 0.0)
    left = rest.sum(-1, keepdim=True)
    others = (mask & ~there).to(weights.dtype)
    return torch.where(left > 0, rest / left.clamp(min=1e-30), others / others.sum(-1, keepdim=True))


Weigh = Callable[[Steps, Sequence[SentencePair]], tuple[Tensor, Tensor]]
"""Of steps and all pairs: weights (N, S), and to which steps they apply (N)."""


def _everywhere(weights: Tensor) -> tuple[Tensor, Tensor]:
    return weights, torch.ones(len(weights), dtype=torch.bool)


def _at(steps: Steps, place: Callable[[int, int], int | None]) -> tuple[Tensor, Tensor]:
    """Put all weight on ``place`` (sentence, target row); None leaves a step out."""
    found = [place(k, i) for k, i in steps.places]
    positions = torch.tensor([0 if j is None else j for j in found])
    return one_hot(positions, steps.weights), torch.tensor([j is not None for j in found])


def _flat(steps: Steps, _pairs: Sequence[SentencePair]) -> tuple[Tensor, Tensor]:
    assert steps.encoded.mask is not None
    return _everywhere(steps.encoded.mask.to(steps.weights.dtype) / steps.lengths.unsqueeze(-1))


def _permuted(steps: Steps, pairs: Sequence[SentencePair]) -> tuple[Tensor, Tensor]:
    """One draw for each step, by its sentence and its place."""
    order = torch.arange(steps.weights.shape[1]).repeat(len(steps.places), 1)
    for row, (k, i) in enumerate(steps.places):
        S = len(pairs[k].source) + 1
        order[row, :S] = torch.tensor(Random(f"{' '.join(pairs[k].source)} {i}").sample(range(S), S))
    return _everywhere(steps.weights.gather(-1, order))


def _largest(steps: Steps, _pairs: Sequence[SentencePair]) -> tuple[Tensor, Tensor]:
    return _everywhere(one_hot(steps.weights.argmax(-1), steps.weights))


def _without_largest(steps: Steps, _pairs: Sequence[SentencePair]) -> tuple[Tensor, Tensor]:
    assert steps.encoded.mask is not None
    return _everywhere(without(steps.weights, steps.weights.argmax(-1), steps.encoded.mask))


def _without_random(steps: Steps, pairs: Sequence[SentencePair]) -> tuple[Tensor, Tensor]:
    """Take away another place than the largest, drawn by sentence and place."""
    assert steps.encoded.mask is not None
    largest = steps.weights.argmax(-1).tolist()
    drawn = [
        Random(f"{' '.join(pairs[k].source)} {i} other").choice(
            [j for j in range(len(pairs[k].source) + 1) if j != best]
        )
        for (k, i), best in zip(steps.places, largest, strict=True)
    ]
    return _everywhere(without(steps.weights, torch.tensor(drawn), steps.encoded.mask))


def gold_place(pair: SentencePair, i: int) -> int | None:
    """Return the sure partner of target row ``i``, if it has exactly one."""
    partners = by_word(pair.sure or ()).get(i, ())
    return next(iter(partners)) if len(partners) == 1 else None


def _gold(steps: Steps, pairs: Sequence[SentencePair]) -> tuple[Tensor, Tensor]:
    return _at(steps, lambda k, i: gold_place(pairs[k], i))


def _wrong(steps: Steps, pairs: Sequence[SentencePair]) -> tuple[Tensor, Tensor]:
    def place(k: int, i: int) -> int | None:
        if i >= len(pairs[k].target):
            return None
        try:
            return wrong_place(pairs[k], i)
        except ValueError:  # a short sentence
            return None

    return _at(steps, place)


def _end(steps: Steps, pairs: Sequence[SentencePair]) -> tuple[Tensor, Tensor]:
    return _at(steps, lambda k, _i: len(pairs[k].source))


OTHERS: dict[str, Weigh] = {
    "flat": _flat,
    "permuted": _permuted,
    "largest": _largest,
    "without the largest": _without_largest,
    "without a random one": _without_random,
    "gold": _gold,
    "a wrong word": _wrong,
    EOS_TOKEN: _end,
}
"""Names of the weights -> what they are."""


def one_step(model: Seq2Seq, pairs: Sequence[SentencePair], language: str) -> dict[str, Any]:
    """Take every step once more with other weights, from the states of the free run; count other next words by class.

    ``gold_off`` are the words with one sure partner at which the free look's largest weight does not lie, held there.
    In per cent of the words to which the weights apply.
    """
    changes: dict[str, dict[str, list[tuple[bool, float]]]] = defaultdict(lambda: defaultdict(list))
    counts: Counter[str] = Counter()
    off: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    names = [classes(pair, language) for pair in pairs]
    for steps in steps_of(model, pairs):
        true = [_word_id(model, pairs[k], i) for k, i in steps.places]
        counts.update(names[k][i] for k, i in steps.places)
        for other, weigh in OTHERS.items():
            weights, applies = weigh(steps, pairs)
            logits = once_more(model, steps, weights)
            now = allowed(logits).argmax(-1)
            far = total_variation(steps.probabilities, torch.softmax(logits, dim=-1))
            for row in torch.nonzero(applies).flatten().tolist():
                k, i = steps.places[row]
                changed = bool(now[row] != steps.said[row])
                changes[names[k][i]][other].append((changed, float(far[row])))
                if other == "gold" and int(steps.weights[row].argmax()) != gold_place(pairs[k], i):
                    before, after = int(steps.said[row]) == true[row], int(now[row]) == true[row]
                    off[names[k][i]].append((changed, before, after))
    return {
        "one_step": {
            name: {
                "n": counts[name],
                "changes": {
                    other: {
                        "n": len(rows),
                        "changed": percent([c for c, _ in rows]),
                        "total_variation": mean([v for _, v in rows]),
                    }
                    for other, rows in changes[name].items()
                },
            }
            for name in sorted(counts)
        },
        "gold_off": {
            name: {
                "n": len(rows),
                **{
                    what: percent(column)
                    for what, column in zip(
                        ("changed", "right_before", "right_after"), zip(*rows, strict=True), strict=True
                    )
                },
            }
            for name, rows in sorted(off.items())
        },
    }


def _word_id(model: Seq2Seq, pair: SentencePair, i: int) -> int:
    """Return the id of target row ``i``; a word that the vocabulary does not hold has none, and is never right."""
    (word,) = model.target_vocabulary.encode([pair.target[i]], "unk") if i < len(pair.target) else [EOS]
    return -1 if word == UNK else word


# --- whole translations


def hard_look(look: Attended, values: Tensor, _mask: Tensor) -> Attended:
    """Give all weight to the largest one."""
    weights = F.one_hot(look.weights.argmax(-1), look.weights.shape[-1]).to(look.weights.dtype)
    return replace(look, weights=weights, context=weighted_sum(weights, values))


def whole(model: Seq2Seq, pairs: Sequence[SentencePair]) -> dict[str, Any]:
    """Translate greedily while every look is changed: exact, BLEU, and how many sentences are the free run's own.

    In per cent of the sentences.
    """
    references = [pair.target for pair in pairs]
    blocks = {
        "flattened": lambda: flattened(model),
        "permuted": lambda: permuted(model),
        "largest": lambda: changing(model, hard_look),
    }
    own = [one.tokens for one in translations(model, pairs, unknown="unk")]
    found = {"own": own}
    for name, block in blocks.items():
        with block():
            found[name] = [one.tokens for one in translations(model, pairs, unknown="unk")]
    return {
        name: {
            "exact": percent([ours == wanted for ours, wanted in zip(said, references, strict=True)]),
            "same": percent([ours == free for ours, free in zip(said, own, strict=True)]),
            "bleu": round(metrics.bleu(said, references).value, 2),
            "exact_bits": bits(ours == wanted for ours, wanted in zip(said, references, strict=True)),
        }
        for name, said in found.items()
    }


# --- two models at the same words


def apart(one: Seq2Seq, other: Seq2Seq, pairs: Sequence[SentencePair], language: str) -> dict[str, Any]:
    """Return by class how far apart two models look at the same words: JSD in nats, and whether the largest agree."""
    looks = [score_words(model, pairs, unknown="unk").looks or () for model in (one, other)]
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for pair, ours, theirs in zip(pairs, *looks, strict=True):
        far = jensen_shannon(torch.from_numpy(ours), torch.from_numpy(theirs)).tolist()
        same = (ours.argmax(1) == theirs.argmax(1)).tolist()
        for name, row in zip(classes(pair, language), zip(far, same, strict=True), strict=True):
            found[name].append(row)
    return {
        name: {
            "n": len(rows),
            "jsd": mean([jsd for jsd, _ in rows]),
            "same_largest": percent([same for _, same in rows]),
        }
        for name, rows in sorted(found.items())
    }


def pooled(table: Mapping[str, Mapping[str, float]], names: Sequence[str], what: str) -> float:
    """Return the mean of ``what`` over the words of several classes."""
    chosen = [table[name] for name in names if name in table]
    return float(np.average([row[what] for row in chosen], weights=[row["n"] for row in chosen]))
