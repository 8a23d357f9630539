"""Small untrained models and sentences that the tests of the models share."""

import torch

from course_lib.batching import collate
from course_lib.corpora.pairs import SentencePair
from course_lib.seq2seq import Seq2Seq, bahdanau2014, sutskever2014
from course_lib.vocabulary import Vocabulary

PAIRS = (
    SentencePair(("the", "black", "cat", "sleeps"), ("le", "chat", "noir", "dort")),
    SentencePair(("cats", "sleep"), ("les", "chats", "dorment")),
    SentencePair(("the", "cat", "sees", "the", "black", "dog"), ("le", "chat", "voit", "le", "chien", "noir")),
)
SOURCE = Vocabulary.build(pair.source for pair in PAIRS)
TARGET = Vocabulary.build(pair.target for pair in PAIRS)

MAKERS = {
    "fixed": lambda **sizes: sutskever2014(SOURCE, TARGET, reverse_source=False, **sizes),
    "fixed-reversed-deep": lambda **sizes: sutskever2014(SOURCE, TARGET, reverse_source=True, layers=2, **sizes),
    "bahdanau": lambda **sizes: bahdanau2014(SOURCE, TARGET, **sizes),
}


def make(name: str, seed: int = 0) -> Seq2Seq:
    """Return a small model in double precision whose every parameter is random and far from zero.

    Papers and libraries start some parameters at zero, and a term that is multiplied by zero can be
    wrong without showing.
    """
    torch.manual_seed(seed)
    model = MAKERS[name](embedding=5, hidden=6).double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.6)
    return model


def batch(pairs=PAIRS):
    """Return ``pairs`` as a batch."""
    return collate(pairs, SOURCE, TARGET)
