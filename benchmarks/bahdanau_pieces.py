"""What each piece of Bahdanau's model is worth on short English-French sentences, with controls of equal width.

    python benchmarks/bahdanau_pieces.py                     # all eighteen runs, about ten minutes of one core
    python benchmarks/bahdanau_pieces.py --pieces paper --seeds 1

The small lexicon, sentences of up to 10 words, 64 units. First s_0 is computed from zeros. Then, with s_0 from
zeros in all of them, direction and width of the annotations change one at a time: both directions or forward
only, 128 numbers or 64. Last, the query is taken after the step: the readout stays at s_{i-1}, and word i
is read out with what s_i asked for. The states run as before, since the cell of step i+1 is fed what s_i asked
for in either order; only the first step is fed none. Raw scores go to course_lib/results/bahdanau_pieces.json,
run by run: chapter 5 reads that file. A run that stands there with the same settings, on the same draws, is
not repeated.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import torch
from records import drawn, measured, run_once, timed_fit
from torch import Tensor, nn

import course_lib
from course_lib.batching import collate
from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.decoders import BahdanauDecoder
from course_lib.encoders import BidirectionalEncoder, Encoded, Encoder, State
from course_lib.interventions import pinned
from course_lib.seq2seq import Seq2Seq, evaluating
from course_lib.tracing import trace
from course_lib.training import TrainConfig, seed_everything
from course_lib.vocabulary import PAD

RESULTS = Path(course_lib.__file__).parent / "results" / "bahdanau_pieces.json"
CORPUS = {"size": 20_000, "seed": 1, "max_length": 10, "lexicon": "small"}
HIDDEN, STEPS, LEARNING_RATE = 64, 1_000, 5e-3
SEEDS = (1, 2, 3)
ARTICLES = frozenset("le la les l' un une des".split())
PINNED = 150  # articles whose look is held in place, a step-by-step run each


@dataclass(frozen=True)
class Piece:
    """One model of the table: which way the annotations read, how wide they are, where s_0 and the query come from."""

    directions: Literal["both", "forward"] = "both"
    width: int = 2 * HIDDEN
    start: Literal["backward", "zeros"] = "backward"
    query: Literal["before", "after"] = "before"


PIECES = {
    "paper": Piece(),
    "s_0 from zeros": Piece(start="zeros"),
    "forward, same width": Piece("forward", start="zeros"),
    "both, half the width": Piece(width=HIDDEN, start="zeros"),
    "forward, half the width": Piece("forward", width=HIDDEN, start="zeros"),
    "query after": Piece(query="after"),
}


class ForwardEncoder(Encoder):
    """Annotations →h_j alone, ``width`` numbers each; s_0 gets nothing but zeros."""

    def __init__(self, vocabulary_size: int, embedding: int, width: int) -> None:
        super().__init__(vocabulary_size, embedding, dropout=0.0, direction="forward")
        self.rnn = nn.GRU(embedding, width, batch_first=True)

    def forward(self, source: Tensor, lengths: Tensor) -> Encoded:
        """Encode ids (B, S): memory (B, S, M), initial (1, B, M / 2) of zeros."""
        memory, _ = self.read(source, lengths)
        return Encoded(State(memory.new_zeros(1, len(memory), memory.shape[-1] // 2)), memory, source != PAD)


class StartsFromZeros(BidirectionalEncoder):
    """The annotations of the paper, and nothing for s_0."""

    def forward(self, source: Tensor, lengths: Tensor) -> Encoded:
        """Encode ids (B, S): memory (B, S, M), initial (2, B, M / 2) of zeros."""
        encoded = super().forward(source, lengths)
        return replace(encoded, initial=State(torch.zeros_like(encoded.initial.hidden)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pieces", nargs="+", choices=PIECES, default=list(PIECES))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    corpus = load("en-fr", **CORPUS)
    pairs = drawn(CORPUS, corpus)
    for seed in arguments.seeds:
        for name in arguments.pieces:
            settings = {
                "piece": name,
                "seed": seed,
                "steps": arguments.steps,
                "learning_rate": LEARNING_RATE,
                "pairs": pairs,
                "hidden": HIDDEN,
            }
            work = partial(run, PIECES[name], seed, arguments.steps, corpus)
            run_once(arguments.out, f"{name}, seed {seed}", settings, work)


def run(piece: Piece, seed: int, steps: int, corpus: ParallelCorpus) -> dict[str, Any]:
    """Train one model and score it on all test pairs; its first words and its articles apart."""
    seed_everything(seed)
    model = build(piece, corpus)
    config = TrainConfig(steps, learning_rate=LEARNING_RATE, seed=seed, device="cpu", validate_every=None)
    history, seconds = timed_fit(model, corpus, config)
    return {
        **measured(model, history, corpus.test),
        "encoder_parameters": sum(
            part.numel() for name, part in model.encoder.named_parameters() if name.startswith("rnn")
        ),
        "processor_seconds": round(seconds, 1),
        "first_words_right": first_words_right(model, corpus.test),
        "articles": articles(model, corpus),
    }


def build(piece: Piece, corpus: ParallelCorpus) -> Seq2Seq:
    """Return an untrained model, which shares all but the ``piece`` with the paper's."""
    X, Y = corpus.vocabularies()
    encoder: Encoder
    if piece.directions == "forward":
        encoder = ForwardEncoder(len(X), HIDDEN, piece.width)
    else:
        kind = StartsFromZeros if piece.start == "zeros" else BidirectionalEncoder
        encoder = kind(len(X), HIDDEN, piece.width // 2, dropout=0.0)
    decoder = BahdanauDecoder(len(Y), HIDDEN, piece.width, HIDDEN, HIDDEN, 0.0, query=piece.query, read_state="before")
    return Seq2Seq("Bahdanau", encoder, decoder, X, Y)


@torch.no_grad()
def first_words_right(model: Seq2Seq, pairs: Sequence[SentencePair]) -> float:
    """Return for how many sentences, in per cent, the likeliest first word is the reference's."""
    with evaluating(model):
        batch = collate(pairs, model.source_vocabulary, model.target_vocabulary, model.device)
        right = model(batch).logits[:, 0].argmax(-1) == batch.target_out[:, 0]
    return 100 * float(right.double().mean())


@torch.no_grad()
def articles(model: Seq2Seq, corpus: ParallelCorpus) -> dict[str, float]:
    """Return, of French articles with the words before them given, how many are right, and where the look goes.

    All in per cent. ``guessed`` knows the English word alone and says its commonest article in training;
    ``pinned_right`` holds the look of this one step on the English article.
    """
    pairs, known = corpus.test, _commonest(corpus.train)
    places = [(n, j, i) for n, pair in enumerate(pairs) for j, i in pair.sure or () if pair.target[i] in ARTICLES]
    with evaluating(model):
        batch = collate(pairs, model.source_vocabulary, model.target_vocabulary, model.device)
        output = model(batch)
        n, j, i = torch.tensor(places).T
        jump = output.weights[n, i].argmax(-1) - j
        right = output.logits[n, i].argmax(-1) == batch.target_out[n, i]
        held = [_right_when_pinned(model, pairs[n], j, i) for n, j, i in places[:PINNED]]
    guessed = [known[pairs[n].source[j]] == pairs[n].target[i] for n, j, i in places]
    shares = {
        "right": right,
        "look_at_own_word": jump == 0,
        "look_one_or_two_ahead": (jump == 1) | (jump == 2),
        "right_of_those_pinned": right[:PINNED],
        "pinned_right": torch.tensor(held),
        "guessed": torch.tensor(guessed),
    }
    return {"places": len(places), **{name: 100 * float(hits.double().mean()) for name, hits in shares.items()}}


def _right_when_pinned(model: Seq2Seq, pair: SentencePair, j: int, i: int) -> bool:
    with pinned(model, j, steps=[i]):
        seen = trace(model, pair.source, pair.target, top=1)
    return seen.candidates[i][0].token == pair.target[i]


def _commonest(pairs: Sequence[SentencePair]) -> dict[str, str]:
    counts: dict[str, Counter[str]] = {}
    for pair in pairs:
        for j, i in pair.sure or ():
            if pair.target[i] in ARTICLES:
                counts.setdefault(pair.source[j], Counter())[pair.target[i]] += 1
    return {word: count.most_common(1)[0][0] for word, count in counts.items()}


if __name__ == "__main__":
    main()
