"""What an annotation holds beside its word, and which of them decides a word: for not_alignment.py."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from other_weights import mean

from course_lib.alignment.looks import by_word
from course_lib.batching import collate, encode_sources
from course_lib.corpora import SentencePair
from course_lib.corpora.grammar.word_classes import CLASSIFIERS
from course_lib.probes import fit_probe
from course_lib.search.hypothesis import allowed
from course_lib.seq2seq import Seq2Seq, evaluating

CASES = 300
OFFSETS = tuple(range(-4, 5))
TAUGHT, ASKED = 1_000, 500  # sentences that a probe is fitted to, and asked about

# Nouns of one gender, number and kind of first letter, in pairs, with their French.
ALIKE = """cat chat dog chien | cats chats dogs chiens | girl fille woman femme | girls filles women femmes |
    boy garçon teacher professeur | boys garçons teachers professeurs | door porte window fenêtre |
    doors portes windows fenêtres"""
OTHER_GENDER = "letter book | cake apple | key bag | car bicycle | dress hat | house garden | woman man | girl boy"
OTHER_FORM = "le la | un une | ce cette | mon ma | son sa"
OTHER_CLASSIFIER = "cat dog | letter book | apple cake | key bag | hat dress | teacher boy | hotel station"
CLASSIFIED = """cat 只 | dog 条 | letter 封 | book 本 | apple 个 | cake 块 | key 把 | bag 个 | hat 顶 | dress 条 |
    teacher 位 | boy 个 | hotel 家 | station 个"""
ENGLISH_DETERMINERS = frozenset("the a an this my his her".split())
BEFORE_CLASSIFIER = frozenset("那 这 一".split())
VOWELS = tuple("aeiou")


def both_ways(table: str) -> dict[str, str]:
    """Return each word of a table of pairs with its partner."""
    found: dict[str, str] = {}
    for one, other in (line.split() for line in table.split("|")):
        found |= {one: other, other: one}
    return found


def french_of_alike() -> dict[str, str]:
    """Return the French of each noun of ALIKE."""
    words = ALIKE.replace("|", " ").split()
    return dict(zip(words[::2], words[1::2], strict=True))


def exchanged_alike() -> dict[str, str]:
    """Return for each noun of ALIKE the one that it is exchanged for."""
    nouns = ALIKE.replace("|", " ").split()[::2]
    return both_ways("|".join(f"{a} {b}" for a, b in zip(nouns[::2], nouns[1::2], strict=True)))


@dataclass(frozen=True)
class Case:
    """A sentence with one noun exchanged, and the target word that is asked for."""

    pair: SentencePair
    noun: int  # its place in the source
    exchanged: str
    step: int  # the target row
    wanted: str  # the word of the other sentence at this step
    determiner: int | None = None  # the English one, where it matters

    @property
    def other(self) -> tuple[str, ...]:
        """The source with the noun exchanged."""
        return (*self.pair.source[: self.noun], self.exchanged, *self.pair.source[self.noun + 1 :])

    def sets(self, largest: int) -> dict[str, Collection[int]]:
        """Return which places of the source are patched."""
        everywhere, j = range(len(self.pair.source) + 1), self.noun
        found: dict[str, Collection[int]] = {
            "all": everywhere,
            "noun": [j],
            "all but the noun": [k for k in everywhere if k != j],
            "largest": [largest],
            "neighbours": [k for k in (j - 1, j + 1) if k >= 0],
        }
        if self.determiner is not None:
            found |= {"determiner": [self.determiner], "both": [self.determiner, j]}
        return found


def cases_at_noun(pair: SentencePair) -> Iterator[Case]:
    """Yield the nouns of a pair whose French differs from the other's in the word alone; asked for: the noun."""
    french, other = french_of_alike(), exchanged_alike()
    for j, word in enumerate(pair.source):
        steps = [
            i for i, places in by_word(pair.sure or ()).items() if places == {j} and pair.target[i] == french.get(word)
        ]
        if len(steps) == 1:
            yield Case(pair, j, other[word], steps[0], french[other[word]])


def cases_at_determiner(pair: SentencePair) -> Iterator[Case]:
    """Yield the nouns that are exchanged for one of the other gender; asked for: the determiner."""
    other, forms = both_ways(OTHER_GENDER), both_ways(OTHER_FORM)
    for j, word in enumerate(pair.source):
        k = determiner_of(pair, j)
        if word not in other or k is None or not article_fits(pair.source, k, j, other[word]):
            continue
        steps = [i for i, places in by_word(pair.sure or ()).items() if places == {k} and pair.target[i] in forms]
        if len(steps) == 1:
            yield Case(pair, j, other[word], steps[0], forms[pair.target[steps[0]]], k)


def cases_at_classifier(pair: SentencePair) -> Iterator[Case]:
    """Yield the nouns that are exchanged for one with another classifier; asked for: the classifier."""
    other = both_ways(OTHER_CLASSIFIER)
    classifier = dict(line.split() for line in CLASSIFIED.split("|"))
    for j, word in enumerate(pair.source):
        k = determiner_of(pair, j)
        if word not in other or k is None or not article_fits(pair.source, k, j, other[word]):
            continue
        places = [
            i for i, linked in by_word(pair.sure or ()).items() if j in linked and pair.target[i] not in CLASSIFIERS
        ]
        steps = [i for i in range(1, max(places, default=0)) if pair.target[i] in CLASSIFIERS]
        if steps and pair.target[steps[-1]] == classifier[word] and pair.target[steps[-1] - 1] in BEFORE_CLASSIFIER:
            yield Case(pair, j, other[word], steps[-1], classifier[other[word]], k)


def determiner_of(pair: SentencePair, j: int) -> int | None:
    """Return the place of the English determiner of noun ``j``: right before it, or before one word between."""
    return next((k for k in (j - 1, j - 2) if k >= 0 and pair.source[k] in ENGLISH_DETERMINERS), None)


def article_fits(source: Sequence[str], k: int, j: int, noun: str) -> bool:
    """Whether *a* or *an* right before the noun stays right with another one."""
    return j != k + 1 or source[k] not in ("a", "an") or (source[k] == "an") == noun.startswith(VOWELS)


CASES_OF: dict[str, dict[str, Callable[[SentencePair], Iterator[Case]]]] = {
    "en-fr": {"noun": cases_at_noun, "determiner": cases_at_determiner},
    "en-zh": {"classifier": cases_at_classifier},
}


def patched(model: Seq2Seq, pairs: Sequence[SentencePair], corpus: str) -> dict[str, Any]:
    """Exchange what is read at one step, at some places; count how often the most probable word becomes the other's.

    The first cases in the order of ``pairs`` at which the free word is right, grouped by where its largest weight
    lies. ``log_odds`` is by how many nats the other word gains on the right one.
    """
    return {kind: _counted(_first(model, pairs, cases_of)) for kind, cases_of in CASES_OF[corpus].items()}


Told = tuple[str, dict[str, tuple[bool, float]]]
"""Where the largest weight lies, and of each set of places whether the word flips and what it gains."""


def _first(
    model: Seq2Seq, pairs: Sequence[SentencePair], cases_of: Callable[[SentencePair], Iterator[Case]]
) -> list[Told]:
    found: list[Told] = []
    with evaluating(model):
        for case in (case for pair in pairs for case in cases_of(pair)):
            told = asked(model, case)
            found += [] if told is None else [told]
            if len(found) == CASES:
                break
    return found


@torch.no_grad()
def asked(model: Seq2Seq, case: Case) -> Told | None:
    """Ask one case; None where the free word is not right, or the vocabulary lacks a word."""
    known = model.source_vocabulary, model.target_vocabulary
    if case.exchanged not in known[0] or case.wanted not in known[1]:
        return None
    batch = collate([case.pair], *known, model.device, "unk")
    encoded = model.encode(batch.source, batch.source_lengths)
    other = model.encode(*encode_sources([case.other], known[0], model.device, "unk"))
    state = model.decoder.initial_state(encoded)
    for previous in batch.target_in[0, : case.step]:
        state = model.decoder.step(previous[None], state, encoded).state
    previous = batch.target_in[0, case.step]
    free = model.decoder.step(previous[None], state, encoded)
    assert free.weights is not None
    right, wanted = known[1].encode([case.pair.target[case.step], case.wanted])
    if int(allowed(free.logits).argmax()) != right:
        return None
    largest = int(free.weights[0].argmax())
    sets = case.sets(largest)
    copies = torch.zeros(len(sets), dtype=torch.long)
    (_, own, _), (_, theirs, _) = encoded.annotations(), other.annotations()
    memory = own.repeat(len(sets), 1, 1)
    for row, places in enumerate(sets.values()):
        memory[row, list(places)] = theirs[0, list(places)]
    logits = model.decoder.step(
        previous.repeat(len(sets)), state.select(copies), replace(encoded.select(copies), memory=memory)
    ).logits
    before = float(free.logits[0, wanted] - free.logits[0, right])
    flips = (allowed(logits).argmax(-1) == wanted).tolist()
    gains = (logits[:, wanted] - logits[:, right] - before).tolist()
    lies = "noun" if largest == case.noun else "determiner" if largest == case.determiner else "other"
    return lies, dict(zip(sets, zip(flips, gains, strict=True), strict=True))


def _counted(told: Sequence[Told]) -> dict[str, Any]:
    groups: dict[str, list[dict[str, tuple[bool, float]]]] = defaultdict(list)
    for lies, answers in told:
        groups[lies].append(answers)
        groups["every"].append(answers)
    return {
        group: {
            "n": len(rows),
            "flips": {name: sum(row[name][0] for row in rows) for name in rows[0]},
            "log_odds": {name: mean([row[name][1] for row in rows]) for name in rows[0]},
        }
        for group, rows in sorted(groups.items())
    }


# --- what a straight line reads from an annotation

Vectors = Callable[[Sequence[SentencePair]], list[np.ndarray]]


def probed(of: Vectors, taught: Sequence[SentencePair], asked_of: Sequence[SentencePair]) -> list[float]:
    """Return how often a linear probe finds the source word at j + k in the vector of j, in per cent, for each k."""
    fitted, other = of(taught), of(asked_of)
    found = []
    for k in OFFSETS:
        vectors, words = beside(taught, fitted, k)
        found.append(round(fit_probe(vectors, words).score(*beside(asked_of, other, k)).value, 2))
    return found


def commonest(taught: Sequence[SentencePair], asked_of: Sequence[SentencePair]) -> list[float]:
    """Return how often the commonest word of the lessons is right, which needs no vector."""
    found = []
    for k in OFFSETS:
        words, truths = (
            beside(pairs, [np.zeros((len(p.source) + 1, 1)) for p in pairs], k)[1] for pairs in (taught, asked_of)
        )
        best = max(sorted(set(words)), key=words.count)
        found.append(round(100 * float(np.mean([truth == best for truth in truths])), 2))
    return found


def beside(pairs: Sequence[SentencePair], vectors: Sequence[np.ndarray], k: int) -> tuple[np.ndarray, list[str]]:
    """Return the vector of each word j that has a word at j + k, and that word; ``</s>`` is none."""
    found, words = [], []
    for pair, rows in zip(pairs, vectors, strict=True):
        places = [j for j in range(len(pair.source)) if 0 <= j + k < len(pair.source)]
        found.append(rows[places])
        words += [pair.source[j + k] for j in places]
    return np.concatenate(found), words


def annotations_of(model: Seq2Seq) -> Vectors:
    """Return what gives the annotations (S, M) of each sentence."""

    @torch.no_grad()
    def of(pairs: Sequence[SentencePair]) -> list[np.ndarray]:
        found: list[np.ndarray] = []
        with evaluating(model):
            for start in range(0, len(pairs), 100):
                chosen = [pair.source for pair in pairs[start : start + 100]]
                encoded = model.encode(*encode_sources(chosen, model.source_vocabulary, model.device, "unk"))
                _, memory, _ = encoded.annotations()
                found += [rows[: len(words) + 1] for rows, words in zip(memory.numpy(), chosen, strict=True)]
        return found

    return of


def words_of(vocabulary: Mapping[str, int]) -> Vectors:
    """Return what gives each word as itself, one-hot: what the language alone gives away of its neighbours."""

    def of(pairs: Sequence[SentencePair]) -> list[np.ndarray]:
        rows = np.eye(len(vocabulary) + 1)
        return [rows[[vocabulary.get(word, len(vocabulary)) for word in (*pair.source, "")]] for pair in pairs]

    return of
