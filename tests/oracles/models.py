"""Small untrained models and sentences that the tests of the models share."""

from functools import partial
from typing import Any

import torch

from course_lib.attention import AdditiveAttention, HardAttention
from course_lib.batching import collate
from course_lib.corpora.pairs import SentencePair
from course_lib.decoders import XuDecoder
from course_lib.encoders import LSTMEncoder
from course_lib.models import bahdanau2014, cho2014, luong2015, sutskever2014, vaswani2017
from course_lib.seq2seq import Seq2Seq
from course_lib.vocabulary import Vocabulary

PAIRS = (
    SentencePair(("the", "black", "cat", "sleeps"), ("le", "chat", "noir", "dort")),
    SentencePair(("cats", "sleep"), ("les", "chats", "dorment")),
    SentencePair(("the", "cat", "sees", "the", "black", "dog"), ("le", "chat", "voit", "le", "chien", "noir")),
)
SOURCE = Vocabulary.build(pair.source for pair in PAIRS)
TARGET = Vocabulary.build(pair.target for pair in PAIRS)


def xu_over_words(embedding: int = 64, hidden: int = 128, *, hard: bool) -> Seq2Seq:
    """Return the decoder of Xu et al. over sentences: it asks for annotations, not for pictures."""
    encoder = LSTMEncoder(len(SOURCE), embedding, hidden, 1, "reversed", 0.0)
    align = AdditiveAttention(hidden, hidden, hidden)
    attention = HardAttention(align) if hard else align
    decoder = XuDecoder(len(TARGET), embedding, hidden, hidden, 0.0, attention=attention, gated=True)
    return Seq2Seq("Xu over words", encoder, decoder, SOURCE, TARGET)


def vaswani(embedding: int = 64, hidden: int = 128, **options: Any) -> Seq2Seq:
    """Return a Transformer, whose word vectors are as wide as its states: ``embedding`` says nothing to it."""
    del embedding
    return vaswani2017(SOURCE, TARGET, hidden=hidden, **options)


fixed, bahdanau, luong = (partial(make, SOURCE, TARGET) for make in (sutskever2014, bahdanau2014, luong2015))
MAKERS = {
    "fixed": partial(fixed, reverse_source=False),
    "fixed-reversed-deep": partial(fixed, reverse_source=True, layers=2),
    "cho": partial(cho2014, SOURCE, TARGET),
    "cho-reversed": partial(cho2014, SOURCE, TARGET, reverse_source=True),
    "cho-no-steps": partial(cho2014, SOURCE, TARGET, routes=("state", "readout")),
    "cho-narrow": partial(cho2014, SOURCE, TARGET, summary=3),
    "cho-no-source": partial(cho2014, SOURCE, TARGET, routes=()),
    "bahdanau": bahdanau,
    "bahdanau-departed": partial(bahdanau, query="after", initial="both", readout="linear"),
    "bahdanau-after-reads-before": partial(bahdanau, query="after", read_state="before"),
    "bahdanau-coverage": partial(bahdanau, coverage=True),
    "luong-dot": partial(luong, score="dot", layers=2),
    "luong-general-bidirectional": partial(luong, score="general", direction="bidirectional", layers=2),
    "luong-concat-feeding": partial(luong, score="concat", input_feeding=True),
    "luong-general-feeding-deep": partial(luong, score="general", input_feeding=True, layers=2),
    "luong-location": partial(luong, score="location", longest_source=7),
    "luong-local-m": partial(luong, score="general", local="monotonic", window=1),
    "luong-local-p-feeding": partial(luong, score="dot", local="predictive", window=2, input_feeding=True),
    "luong-local-m-gaussian": partial(luong, score="general", local="monotonic", window=2, gaussian=True),
    "luong-local-p-renormalised-feeding": partial(
        luong, score="dot", local="predictive", window=2, renormalise=True, input_feeding=True
    ),
    "luong-before-reads-word-feeding": partial(luong, query="before", query_reads_word=True, input_feeding=True),
    "luong-before-zeros": partial(luong, score="general", query="before", start="zeros", layers=2),
    "luong-state-fed": partial(luong, input_feeding=True, fed="state"),
    "luong-concat-coverage-zeros": partial(luong, score="concat", coverage=True, start="zeros"),
    "luong-concat-coverage-feeding": partial(luong, score="concat", coverage=True, input_feeding=True, layers=2),
    "luong-plain-keys-last-before": partial(
        luong, score="concat", plain_keys=True, coverage=True, coverage_of="last", query="before"
    ),
    "xu-over-words": partial(xu_over_words, hard=False),
    "bahdanau-hard-coverage": partial(bahdanau, hard=True, coverage=True),
    "luong-general-hard": partial(luong, score="general", hard=True),
    "luong-dot-hard-feeding": partial(luong, score="dot", hard=True, input_feeding=True),
    "xu-over-words-hard": partial(xu_over_words, hard=True),
    "vaswani": partial(vaswani, layers=1),
    "vaswani-deep": partial(vaswani, layers=2, heads=3, inner=5),
    "vaswani-source-positions": partial(vaswani, layers=1, positions="source"),
    "vaswani-target-positions-unscaled": partial(vaswani, layers=2, positions="target", scaled=False),
}
ATTENDING = tuple(name for name in MAKERS if not name.startswith(("fixed", "cho")))
DEAF = ("cho-no-source",)
"""Models that hear nothing of the source."""
BAGS = ("vaswani-target-positions-unscaled",)
"""Models that hear its words, but not their order."""
RECURRENT = tuple(name for name in MAKERS if not name.startswith("vaswani"))
HARD = tuple(name for name in MAKERS if "hard" in name)


def make(name: str, seed: int = 0) -> Seq2Seq:
    """Return a small model of ``MAKERS``, shaken."""
    return shaken(MAKERS[name](embedding=5, hidden=6), seed)


def shaken(model: Seq2Seq, seed: int) -> Seq2Seq:
    """Put ``model`` into double precision with every parameter random and far from zero.

    Papers and libraries start some parameters at zero, and a term that is multiplied by zero can be
    wrong without showing.
    """
    torch.manual_seed(seed)
    model = model.double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.6)
    return model


def a_little_trained(model: Seq2Seq) -> Seq2Seq:
    """Make four updates on the batch of :func:`batch`: parameters as training leaves them, not as they are drawn."""
    optimiser = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(4):
        optimiser.zero_grad()
        model.loss(batch()).mean.backward()
        optimiser.step()
    return model


def batch(pairs=PAIRS):
    """Return ``pairs`` as a batch."""
    return collate(pairs, SOURCE, TARGET)


def losses() -> str:
    """Return the loss of every model on the shared sentences, and how it begins to translate the first."""
    models = [make(name) for name in MAKERS]
    found = [(model.loss(batch()).mean, model.translate([PAIRS[0].source])[0].tokens[:2]) for model in models]
    return " ".join(f"{loss.item():.6f} {' '.join(words)}" for loss, words in found)
