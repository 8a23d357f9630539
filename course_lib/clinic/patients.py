"""A small translator with bugs of your choice, in the form that a diagnosis asks for. Chapter 15.

Nothing about it is trained: a bug breaks a rule that holds for any parameters, so a test of it needs no training.
"""

from collections.abc import Collection, Iterable, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.clinic import function_bugs
from course_lib.clinic.bugs import BUGS, IN_MODELS, sick
from course_lib.clinic.interface import ArrayLike
from course_lib.clinic.seq2seq_parts import parts_of
from course_lib.corpora import SentencePair
from course_lib.corpora.splits import split_by_source
from course_lib.models import luong2015
from course_lib.options import check_option, check_seed
from course_lib.seq2seq import Seq2Seq
from course_lib.shapes import Float, Shaped
from course_lib.vocabulary import BOS, EOS, PAD, Vocabulary

_SIZE = 8  # of word vectors and states alike, so that layers can share a cell
_WORDS = ("ada", "bo", "cy", "di", "ed", "flo", "gus", "ida", "jo", "kit", "lou", "max")

_Pair = tuple[str, str]


class Patient:
    """A translator with two layers, its loss, and the functions beside it, all with the bugs ``keys`` switched on.

    Of Luong's kind, with a bidirectional encoder; ``seed`` draws its parameters, the same on every machine. It takes
    tensors, arrays or lists, computes in double precision, and keeps nothing from call to call. ValueError for a key
    that is none of :data:`~course_lib.clinic.BUGS`, and for two bugs in one place.
    """

    library = "torch"

    def __init__(self, keys: Collection[str] = (), seed: int = 1) -> None:
        for key in keys:
            check_option("key", key, tuple(BUGS))
        self._model = _model(check_seed(seed))
        self._keys = tuple(key for key in BUGS if key in keys)
        self._in_model = tuple(key for key in self._keys if key in IN_MODELS)
        with sick(self._model, *self._in_model):  # two in one place are refused at once
            pass
        offered = parts_of(self._model)
        self._parts = offered.parts
        self.sizes = offered.sizes
        words = offered.vocabulary
        assert words is not None
        self.vocabulary = MappingProxyType(
            {"source": words.source, "target": words.target, "pad": PAD, "bos": BOS, "eos": EOS, "first": words.first}
        )

    def parameters(self) -> list[Shaped[Tensor, "..."]]:
        """Return the tensors that training would change."""
        return list(self._model.parameters())

    def encode(self, source: ArrayLike, lengths: ArrayLike) -> tuple[Any, Any]:
        """Read ids … EOS PAD … (B, S) and lengths (B,); return memory and first state, both opaque."""
        return self._call("encode", source, lengths)

    def step(self, previous: ArrayLike, state: Any, memory: Any) -> dict[str, Any]:
        """Read the words before (B,): logits (B, V), state, weights, scores, context and annotations by name."""
        return self._call("step", previous, state, memory)

    def score(self, query: ArrayLike, keys: ArrayLike) -> Float[Tensor, "B S"]:
        """Score annotations (B, S, A) by a state (B, H)."""
        return self._call("score", query, keys)

    def weights(self, scores: ArrayLike, mask: ArrayLike) -> Float[Tensor, "B S"]:
        """Make weights of scores and a mask (B, S); ValueError for a sentence of padding alone."""
        return self._call("weights", scores, mask)

    def attend(
        self, query: ArrayLike, keys: ArrayLike, values: ArrayLike, mask: ArrayLike
    ) -> dict[str, Float[Tensor, "B _"]]:
        """Look, with (B, H), (B, S, A), (B, S, M) and (B, S): context (B, M), weights and scores (B, S) by name."""
        return self._call("attend", query, keys, values, mask)

    def loss(self, source: ArrayLike, lengths: ArrayLike, target: ArrayLike) -> Float[Tensor, ""]:
        """Return the nats a real word of targets BOS … EOS PAD … (B, T); the gradient can be followed."""
        with sick(self._model, *self._in_model):
            return self._parts["loss"](*map(_taken, (source, lengths, target)))

    def bridge(self, hidden: ArrayLike) -> Float[Tensor, "_ B _"]:
        """Join the encoder's last states →1, ←1, →2, ←2, (4, B, H), into the first ones of the decoder's two layers."""
        return self._call("bridge", hidden)

    def layers(self) -> list[list[Shaped[Tensor, "..."]]]:
        """Return the arrays of each layer of the decoder."""
        return [layer for name, layer in self._call("layers").items() if name.startswith("decoder")]

    def accuracy(self, predictions: ArrayLike, targets: ArrayLike) -> float:
        """Return the share of right words; ids (B, T), PAD among the targets."""
        return self._beside("accuracy_counts_padding", function_bugs.accuracy)(
            np.asarray(predictions), np.asarray(targets)
        )

    def perplexity(self, batches: Collection[tuple[ArrayLike, ArrayLike]]) -> float:
        """Return the perplexity of batches, each the nats of its words (B, T) and which are real (B, T)."""
        return self._beside("mean_of_batch_means", function_bugs.perplexity_of)(
            [(np.asarray(nats, dtype=float), np.asarray(real, dtype=bool)) for nats, real in batches]
        )

    def split(self, pairs: Collection[_Pair]) -> tuple[list[_Pair], list[_Pair]]:
        """Split pairs of sentences into those for training and those held out."""
        pairs_in_words = [SentencePair(tuple(source.split()), tuple(target.split())) for source, target in pairs]
        training, held_out = self._beside("leaky_split", _by_source)(pairs_in_words)
        return _as_texts(training), _as_texts(held_out)

    def words(self, ids: Iterable[int]) -> list[int]:
        """Return the ids of the words, without marks."""
        return self._beside("real_word_dropped", function_bugs.words_of)([int(one) for one in ids])

    def _call(self, part: str, *arguments: Any) -> Any:
        with sick(self._model, *self._in_model), torch.no_grad():
            return self._parts[part](*map(_taken, arguments))

    def _beside(self, key: str, healthy: Any) -> Any:
        return BUGS[key].function if key in self._keys else healthy


def _model(seed: int) -> Seq2Seq:
    """Build the healthy model; NumPy draws its parameters, larger than at the start of a training."""
    vocabulary = Vocabulary.build([_WORDS])
    with torch.random.fork_rng(devices=[]):  # what torch draws is written over; the reader's chance goes on as it was
        model = luong2015(
            vocabulary,
            vocabulary,
            embedding=_SIZE,
            hidden=_SIZE,
            layers=2,
            score="general",
            direction="bidirectional",
        ).double()
    draw = np.random.default_rng(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.from_numpy(0.8 * draw.normal(size=tuple(parameter.shape))))
    return model.eval()


def _taken(given: Any) -> Any:
    """Return an array, or lists of numbers, as a tensor; numbers that are not whole in double precision."""
    if not isinstance(given, Tensor | np.ndarray | list | tuple):
        return given
    tensor = torch.as_tensor(given)
    return tensor.double() if tensor.is_floating_point() else tensor


def _by_source(pairs: Sequence[SentencePair]) -> tuple[Collection[SentencePair], Collection[SentencePair]]:
    splits = split_by_source(pairs, seed=1)
    return splits["train"], [*splits["validation"], *splits["test"]]


def _as_texts(pairs: Collection[SentencePair]) -> list[_Pair]:
    return [(" ".join(pair.source), " ".join(pair.target)) for pair in pairs]
