"""What a model says where its look is held: guides for the look, and how long it is held. For look_or_read.py.

Held and counted are the target words with exactly one sure link, but for the full stop at the end. A guide names for
each of them a place of the source.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random

import numpy as np
import torch

from course_lib.alignment.looks import FULL_STOPS, by_word
from course_lib.batching import Batch, collate
from course_lib.corpora import SentencePair
from course_lib.decoders import DecoderOutput
from course_lib.encoders import State
from course_lib.interventions import guided
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.word_scores import score_run, score_words

FREE = -1
BATCH = 32  # sentences; a row for each held word in the scope of one step
Positions = list[np.ndarray]
"""For each sentence an array of T whole numbers, ``</s>`` included: a place of the source, or :data:`FREE`."""
Right = list[np.ndarray]
"""For each sentence an array of T truth values, ``</s>`` included."""


def partners(pair: SentencePair) -> dict[int, int]:
    """Return the source place of each target word with exactly one sure link, the last word left out."""
    if pair.sure is None:
        raise ValueError(f"Nobody has linked the words of {' '.join(pair.source)!r}, so no look can be held on gold.")
    last = len(pair.target) - 1
    return {i: next(iter(places)) for i, places in by_word(pair.sure).items() if len(places) == 1 and i < last}


def at(pair: SentencePair, places: dict[int, int]) -> np.ndarray:
    """Return an array of T numbers that holds ``places``, target position -> source position, and is free elsewhere."""
    row = np.full(len(pair.target) + 1, FREE)
    row[list(places)] = list(places.values())
    return row


def on_gold(pairs: Sequence[SentencePair]) -> Positions:
    """Hold each word on its partner."""
    return [at(pair, partners(pair)) for pair in pairs]


def on_wrong(pairs: Sequence[SentencePair]) -> Positions:
    """Hold each word on a word that has nothing to do with it: the same one for every model."""
    return [at(pair, {i: wrong_place(pair, i) for i in partners(pair)}) for pair in pairs]


def wrong_place(pair: SentencePair, i: int) -> int:
    """Draw a place of the source for target word ``i``: no possible partner, nor beside one, nor the same word.

    No full stop either. The draw depends on the sentence and the word alone. ValueError where no place is left.
    """
    linked = {j for j, target in (pair.sure or frozenset()) | (pair.possible or frozenset()) if target == i}
    near = {j + step for j in linked for step in (-1, 0, 1)}
    same = {pair.source[j] for j in linked}
    left = [j for j, word in enumerate(pair.source) if j not in near and word not in same and word not in FULL_STOPS]
    if not left:
        raise ValueError(f"{' '.join(pair.source)!r} has no wrong word for {pair.target[i]!r}; take longer sentences.")
    return Random(f"{' '.join(pair.source)} {i}").choice(left)


def largest_weights(model: Seq2Seq, pairs: Sequence[SentencePair]) -> Positions:
    """Return where ``model`` looks at every step, ``</s>`` included, the true words given."""
    looks = score_words(model, pairs, unknown="unk").looks
    if looks is None:
        raise ValueError(f"{model.name} has no attention, so it looks nowhere.")
    return [look.argmax(axis=1) for look in looks]


def where_held(positions: Positions, held: Sequence[np.ndarray]) -> Positions:
    """Return ``positions`` at the words that ``held`` marks, free elsewhere."""
    return [np.where(mark, places, FREE) for places, mark in zip(positions, held, strict=True)]


def every_step(model: Seq2Seq, pairs: Sequence[SentencePair], positions: Positions) -> Right:
    """Hold all looks of ``positions`` in one run: the state lives with them. Return which words are right."""

    def run(batch: Batch, wanted: torch.Tensor) -> DecoderOutput:
        with guided(model, wanted):
            return model(batch)

    return _right(model, pairs, positions, run)


def this_step(model: Seq2Seq, pairs: Sequence[SentencePair], positions: Positions) -> Right:
    """Hold each look of ``positions`` by itself: up to its word the run is free. Return which words are right.

    As many runs as words would do it. Up to the held step they are the free run, so one is made, and from
    its states each held step once.
    """

    def run(batch: Batch, wanted: torch.Tensor) -> DecoderOutput:
        return _once_more(model, batch, wanted, before=torch.full_like(wanted, FREE), now=wanted)

    return _right(model, pairs, positions, run)


def steps_before(model: Seq2Seq, pairs: Sequence[SentencePair], positions: Positions) -> Right:
    """Hold the looks of ``positions`` before each of these words, and leave its own free. Return which are right.

    Does the look find its word where nothing before has gone astray?
    """

    def run(batch: Batch, wanted: torch.Tensor) -> DecoderOutput:
        return _once_more(model, batch, wanted, before=wanted, now=torch.full_like(wanted, FREE))

    return _right(model, pairs, positions, run)


SCOPES: dict[str, Callable[[Seq2Seq, Sequence[SentencePair], Positions], Right]] = {
    "this step": this_step,
    "every step": every_step,
    "steps before": steps_before,
}


def _once_more(
    model: Seq2Seq, batch: Batch, wanted: torch.Tensor, before: torch.Tensor, now: torch.Tensor
) -> DecoderOutput:
    """Run with the looks of ``before``; take from its states each step of ``wanted`` once more, with that of ``now``.

    All three are (B, T). The logits of the other steps are those of the run.
    """
    encoded = model.encode(batch.source, batch.source_lengths)
    with guided(model, before):
        run = model.decoder(batch.target_in, encoded)
    start = model.decoder.initial_state(encoded)
    states = torch.cat((start.top.unsqueeze(1), run.states[:, :-1]), dim=1)  # (B, T, H): s_{i-1}
    rows, steps = torch.nonzero(wanted != FREE, as_tuple=True)  # (N), (N)
    with guided(model, now[rows, steps].unsqueeze(1)):
        again = model.decoder.step(
            batch.target_in[rows, steps], State(states[rows, steps].unsqueeze(0)), encoded.select(rows)
        )
    logits = run.logits.clone()
    logits[rows, steps] = again.logits
    return DecoderOutput(logits, run.states)


@torch.no_grad()
def _right(
    model: Seq2Seq,
    pairs: Sequence[SentencePair],
    positions: Positions,
    run: Callable[[Batch, torch.Tensor], DecoderOutput],
) -> Right:
    found: dict[int, np.ndarray] = {}
    with evaluating(model):
        for indices in _batches(pairs):
            chosen = [pairs[k] for k in indices]
            batch = collate(chosen, model.source_vocabulary, model.target_vocabulary, model.device, "unk")
            wanted = torch.full(batch.target_out.shape, FREE)
            for row, k in enumerate(indices):
                wanted[row, : len(positions[k])] = torch.from_numpy(positions[k])
            found |= zip(indices, score_run(run(batch, wanted), batch).right, strict=True)
    return [found[k] for k in range(len(pairs))]


def _batches(pairs: Sequence[SentencePair]) -> Iterator[list[int]]:
    """Return the indices of ``pairs`` from short to long, so that little is padded."""
    order = sorted(range(len(pairs)), key=lambda k: len(pairs[k].source))
    yield from (order[start : start + BATCH] for start in range(0, len(order), BATCH))
