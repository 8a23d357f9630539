"""Maps that are not the model's own and say the same sentence, and what a reader with a dictionary gets from a map.

For not_alignment.py.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import torch
from other_weights import classes, mean, percent
from records import bits, one_line

from course_lib.alignment.looks import by_word
from course_lib.corpora import SentencePair
from course_lib.interventions import Adversarial, adversarial_weights, weighed
from course_lib.probes import Probe, fit_probe
from course_lib.seq2seq import Seq2Seq, default_max_length
from course_lib.tracing import trace
from course_lib.vocabulary import EOS_TOKEN
from course_lib.word_scores import score_words

LENGTHS = (8, 12)
"""Source words of the sentences whose maps are searched for."""
WITHIN, UPDATES = 0.01, 100
DIGITS = 3
MOVED_IN_OPENING, LONGEST_OPENING = 0.8, 9


@dataclass(frozen=True, eq=False)
class Found:
    """A pair that the model translates exactly, and the map that was searched for."""

    pair: SentencePair
    maps: Adversarial
    same: bool  # whether all words stay when all rows of the map are held in one run

    @property
    def moved(self) -> list[bool]:
        """Of each row, whether its largest weight lies elsewhere."""
        return (self.maps.own.argmax(1) != self.maps.other.argmax(1)).tolist()


def searched(model: Seq2Seq, pairs: Sequence[SentencePair], count: int) -> list[Found]:
    """Search other maps for the first ``count`` pairs of 8 to 12 source words that the model translates exactly.

    Then the map of the reference, to which the gold links belong, is that of the model's own translation.
    """
    found: list[Found] = []
    for pair in pairs:
        if not LENGTHS[0] <= len(pair.source) <= LENGTHS[1]:
            continue
        (said,) = model.translate([pair.source], unknown="unk")
        if said.tokens == pair.target and said.finished:
            maps = adversarial_weights(model, pair.source, pair.target, within=WITHIN, updates=UPDATES, unknown="unk")
            found.append(Found(pair, maps, held(model, pair, maps.other) == pair.target))
        if len(found) == count:
            break
    return found


def held(model: Seq2Seq, pair: SentencePair, weights: torch.Tensor) -> tuple[str, ...]:
    """Translate greedily with ``weights`` (T, S) held in one run; a longer run goes on with the last row."""
    limit = default_max_length(len(pair.source))
    rows = torch.cat((weights, weights[-1:].expand(max(0, limit + 1 - len(weights)), -1)))
    with weighed(model, rows.unsqueeze(0)):
        said = trace(model, pair.source, max_length=limit, unknown="unk")
    return said.target[:-1] if said.finished else said.target


def adversarial(found: Sequence[Found], language: str) -> dict[str, Any]:
    """Return by class how far the maps have moved, and for each sentence what becomes of it. Weights on gold: means."""
    by_class: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    gold: list[tuple[float, float]] = []
    for one in found:
        rows = zip(classes(one.pair, language), one.maps.moved.tolist(), one.moved, strict=True)
        for name, jsd, moved in rows:
            by_class[name].append((jsd, moved))
        for i, partners in by_word(one.pair.sure or ()).items():
            places = sorted(partners)
            gold.append((float(one.maps.own[i, places].sum()), float(one.maps.other[i, places].sum())))
    return {
        "sentences": len(found),
        "by_class": {
            name: {"n": len(rows), "jsd": mean([jsd for jsd, _ in rows]), "moved": percent([m for _, m in rows])}
            for name, rows in sorted(by_class.items())
        },
        "gold_own": mean([own for own, _ in gold]),
        "gold_other": mean([other for _, other in gold]),
        "same": bits(one.same for one in found),
        "largest_moved": one_line([100 * float(np.mean(one.moved)) for one in found]),
        "jsd": one_line([float(one.maps.moved.mean()) for one in found], DIGITS),
        "changed": one_line([float(one.maps.changed.max()) for one in found], 4),
    }


def opening(found: Sequence[Found]) -> dict[str, Any] | None:
    """Return the first sentence of at most nine source words whose words all stay while at four of five the look moves.

    None where there is none.
    """
    for one in found:
        if one.same and float(np.mean(one.moved)) >= MOVED_IN_OPENING and len(one.pair.source) <= LONGEST_OPENING:
            return {
                "source": [*one.pair.source, EOS_TOKEN],
                "target": [*one.pair.target, EOS_TOKEN],
                "own": _rounded(one.maps.own),
                "other": _rounded(one.maps.other),
                "changed": _rounded(one.maps.changed),
                "jsd": _rounded(one.maps.moved),
                "links": sorted(one.pair.sure or ()),
            }
    return None


def _rounded(numbers: torch.Tensor) -> Any:
    return np.round(numbers.double().numpy(), DIGITS).tolist()


# --- a reader with a dictionary


@dataclass(frozen=True, eq=False)
class Reader:
    """Who knows which target word stands beside which source word, and sees nothing of a sentence but a map."""

    words: Mapping[str, int]
    probe: Probe

    def read(self, pair: SentencePair, weights: np.ndarray) -> list[str]:
        """Return the target word that each row of ``weights`` (T, S) tells of."""
        return [str(word) for word in self.probe.labels(weights @ _one_hots(pair, self.words))]


def reader(pairs: Sequence[SentencePair]) -> Reader:
    """Teach a reader the target word of Σ_j g_ij onehot(x_j), g shared evenly among the sure partners of each word."""
    types = sorted({word for pair in pairs for word in pair.source} | {EOS_TOKEN})
    words = {word: number for number, word in enumerate(types)}
    vectors, labels = [], []
    for pair in pairs:
        linked = sorted(by_word(pair.sure or ()))
        vectors.append((gold_weights(pair) @ _one_hots(pair, words))[linked])
        labels += [pair.target[i] for i in linked]
    return Reader(words, fit_probe(np.concatenate(vectors), labels))


def _one_hots(pair: SentencePair, words: Mapping[str, int]) -> np.ndarray:
    """Return (S, words); a row of zeros for a word that the reader does not know."""
    rows = np.zeros((len(pair.source) + 1, len(words)))
    for j, word in enumerate((*pair.source, EOS_TOKEN)):
        if word in words:
            rows[j, words[word]] = 1.0
    return rows


def gold_weights(pair: SentencePair) -> np.ndarray:
    """Return weights (T, S) that lie evenly on the sure partners; rows of words without one are 0."""
    rows = np.zeros((len(pair.target) + 1, len(pair.source) + 1))
    for i, partners in by_word(pair.sure or ()).items():
        rows[i, sorted(partners)] = 1 / len(partners)
    return rows


def diagonal(pair: SentencePair) -> np.ndarray:
    """Return weights that lie where the corpus order would have them: at S · i / T."""
    T, S = len(pair.target) + 1, len(pair.source) + 1
    return np.eye(S)[[min(round(S * i / T), S - 1) for i in range(T)]]


def dealt(pair: SentencePair, look: np.ndarray) -> np.ndarray:
    """Return a look with the numbers of each row dealt out again, by sentence and place."""
    S = look.shape[1]
    return np.array([row[Random(f"{' '.join(pair.source)} {i}").sample(range(S), S)] for i, row in enumerate(look)])


def dictionary(
    someone: Reader, model: Seq2Seq, pairs: Sequence[SentencePair], language: str, own_only: bool
) -> dict[str, Any]:
    """Return how many linked words a reader has right from each kind of map, in per cent by class."""
    maps: dict[str, list[np.ndarray]] = {"own": list(score_words(model, pairs, unknown="unk").looks or ())}
    if not own_only:
        maps |= {
            "gold": [gold_weights(pair) for pair in pairs],
            "permuted": [dealt(pair, look) for pair, look in zip(pairs, maps["own"], strict=True)],
            "flat": [np.full(look.shape, 1 / look.shape[1]) for look in maps["own"]],
            "diagonal": [diagonal(pair) for pair in pairs],
        }
    return read_by(someone, pairs, maps, language)


def read_by(
    someone: Reader, pairs: Sequence[SentencePair], maps: Mapping[str, Sequence[np.ndarray]], language: str
) -> dict[str, Any]:
    """Return of each kind of map, a list of weights a pair, how many linked words are read right, by class."""
    return {kind: _by_class(_answers(someone, pairs, of_kind, language)) for kind, of_kind in maps.items()}


def _answers(
    someone: Reader, pairs: Sequence[SentencePair], maps: Sequence[np.ndarray], language: str
) -> Iterator[tuple[str, bool]]:
    for pair, look in zip(pairs, maps, strict=True):
        told, names = someone.read(pair, look), classes(pair, language)
        for i in sorted(by_word(pair.sure or ())):
            yield names[i], told[i] == pair.target[i]


def _by_class(answers: Iterator[tuple[str, bool]]) -> dict[str, Any]:
    found: dict[str, list[bool]] = defaultdict(list)
    for name, right in answers:
        found[name].append(right)
        found["all"].append(right)
    return {name: {"n": len(hits), "right": percent(hits)} for name, hits in sorted(found.items())}
