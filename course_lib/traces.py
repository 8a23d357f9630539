"""What the decoder saw and did at every step, as plain NumPy. All chapters with a slider.

A :class:`Trace` is the only thing that figures and widgets know of a model. It is made by
:func:`course_lib.tracing.trace`, from the very steps that predict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from course_lib.alignment import whole_words, word_places, word_weights
from course_lib.corpora.pairs import Link
from course_lib.finite import require_finite
from course_lib.options import check_count, check_option
from course_lib.shapes import Float
from course_lib.vocabulary import UNK_TOKEN

SourceKind = Literal["words", "picture"]
ARRAYS = ("states", "scores", "weights", "contexts", "centres", "heads")


@dataclass(frozen=True)
class Candidate:
    """A word that the model considered for the next position, with its probability."""

    token: str
    probability: float


@dataclass(frozen=True, eq=False)
class Trace:
    """One sentence on its way through a decoder; row i of every array belongs to ``target[i]``.

    ``source`` (S words) and ``target`` (T words) hold ``</s>`` where the model read or wrote it.
    ``weights[i]`` are the weights used to predict ``target[i]``; they and ``scores`` (both T × S,
    scores in nats, minus infinity where masked) are ``None`` for a model without attention.
    ``contexts`` is T × M; ``centres`` (T) is p_t of local attention, ``positions`` (T) where hard
    attention looked; ``states`` is T × H, the decoder's state after each step. ``candidates[i]`` lists
    the most probable words for position i, best first. ``gold`` is a reference translation, ``links``
    its gold (source, target) links; both may be missing. ``forced`` says that ``target`` was given
    (teacher forcing), not chosen; ``finished`` that the decoder wrote ``</s>`` in time. ``kind`` says
    what the source is: words of a sentence, or the cells of a picture (see captions.py). ``unknown`` holds the
    source positions whose word the vocabulary does not hold: the model read ``<unk>`` there. ``heads``
    (T × layers × heads × S) are the weights of every head of a Transformer, whose ``weights`` are the mean over the
    heads of its last layer.
    :class:`~course_lib.finite.NotFiniteError` where a number is NaN.
    """

    model: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    candidates: tuple[tuple[Candidate, ...], ...]
    states: Float[np.ndarray, "T H"]
    scores: Float[np.ndarray, "T S"] | None = None
    weights: Float[np.ndarray, "T S"] | None = None
    contexts: Float[np.ndarray, "T M"] | None = None
    centres: Float[np.ndarray, "T"] | None = None
    positions: tuple[int, ...] | None = None
    gold: tuple[str, ...] | None = None
    links: frozenset[Link] | None = None
    forced: bool = False
    finished: bool = True
    kind: SourceKind = "words"
    unknown: frozenset[int] = frozenset()
    heads: Float[np.ndarray, "T L N S"] | None = None

    def __post_init__(self) -> None:
        check_option("kind", self.kind, SourceKind)
        T, S = len(self.target), len(self.source)
        if not T or not S:
            raise ValueError(f"A trace needs at least one step and one source word; got T={T}, S={S}.")
        expected = {"candidates": T, "states": T, "contexts": T, "centres": T, "positions": T}
        for name, rows in expected.items():
            value = getattr(self, name)
            if value is not None and len(value) != rows:
                raise ValueError(f"{name}: expected {rows} rows, one a target word, got {len(value)}.")
        if (self.scores is None) != (self.weights is None):
            raise ValueError("Give scores and weights together, or neither.")
        for name in ("scores", "weights"):
            value = getattr(self, name)
            if value is not None and value.shape != (T, S):
                raise ValueError(f"{name}: expected shape {(T, S)} (target × source), got {value.shape}.")
        if self.heads is not None and (self.heads.shape[0], self.heads.shape[-1]) != (T, S):
            raise ValueError(f"heads: expected shape ({T}, layers, heads, {S}), got {self.heads.shape}.")
        if not all(0 <= j < S for j in self.unknown):
            raise ValueError(f"unknown: expected source positions, 0 … {S - 1}, got {sorted(self.unknown)}.")
        for name in ARRAYS:
            if getattr(self, name) is not None:
                require_finite(name, getattr(self, name), infinite=name == "scores")
        require_finite("candidates", [candidate.probability for row in self.candidates for candidate in row])

    @property
    def labels(self) -> tuple[str, ...]:
        """The source as figures and sliders name it: an unknown word with what the model read in its place."""
        return tuple(f"{word} ({UNK_TOKEN})" if j in self.unknown else word for j, word in enumerate(self.source))

    @property
    def coverage(self) -> Float[np.ndarray, "T S"] | None:
        """κ: how much weight each source position had in all steps before, step by step, and so 0 in row 0.

        ``None`` for a model without attention. Chapter 8; See et al. (2017), §2.3, write c.
        """
        if self.weights is None:
            return None
        before = np.zeros_like(self.weights)
        np.cumsum(self.weights[:-1], axis=0, out=before[1:])
        return before

    def of_head(self, layer: int, head: int) -> "Trace":
        """Return the same trace with the weights of one head, counted from 0, for any figure or slider. Chapter 16.

        Scores are the logarithms of the weights. ValueError for a model without heads, or without that one.
        """
        if self.heads is None:
            raise ValueError(f"Heads are a Transformer's, such as vaswani2017's; this trace is of {self.model!r}.")
        _, layers, heads, _ = self.heads.shape
        check_count("layer", layer, least=0, most=layers - 1)
        check_count("head", head, least=0, most=heads - 1)
        weights = self.heads[:, layer, head]
        with np.errstate(divide="ignore"):  # of 0 it is minus infinity, as it should be
            return replace(self, weights=weights, scores=np.log(weights))

    def in_words(self) -> "Trace":
        """Return the trace of a model that reads and writes subwords, put together in whole words. Chapter 14.

        Weights as in :func:`course_lib.alignment.word_weights`, scores their logarithms; states are those after the
        last piece of a word, candidates those for its first one. Links and what else belongs to pieces are left out.
        ValueError for a model without attention, and for words that are not in pieces.
        """
        if self.weights is None:
            raise ValueError(f"{self.model} has no attention weights to put together.")
        weights = word_weights(self.weights, self.source, self.target)
        written = word_places(self.target)
        with np.errstate(divide="ignore"):  # of 0 it is minus infinity, as it should be
            scores = np.log(weights)
        return Trace(
            model=self.model,
            source=whole_words(self.source),
            target=whole_words(self.target),
            candidates=tuple(self.candidates[word[0]] for word in written),
            states=self.states[[word[-1] for word in written]],
            scores=scores,
            weights=weights,
            gold=self.gold and whole_words(self.gold),
            forced=self.forced,
            finished=self.finished,
        )

    def to_record(self, digits: int = 4) -> dict[str, Any]:
        """Return the trace as what JSON can hold, arrays as rows rounded to ``digits`` decimals."""
        record = asdict(self)
        for name in ARRAYS:
            if record[name] is not None:
                record[name] = np.round(record[name].astype(float), digits).tolist()
        record["candidates"] = [[(c.token, round(c.probability, digits)) for c in row] for row in self.candidates]
        record["unknown"] = sorted(self.unknown)
        record["links"] = sorted(self.links) if self.links is not None else None
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Trace":
        """Return the trace that :meth:`to_record` described; what an older record does not know of is None."""
        fields = dict(record)
        for name in ARRAYS:
            fields[name] = None if fields.get(name) is None else np.array(fields[name])
        for name in ("source", "target", "positions", "gold"):
            fields[name] = None if fields.get(name) is None else tuple(fields[name])
        fields["candidates"] = tuple(tuple(Candidate(*pair) for pair in row) for row in fields["candidates"])
        fields["links"] = None if fields["links"] is None else frozenset(map(tuple, fields["links"]))
        fields["unknown"] = frozenset(fields.get("unknown", ()))
        fields.setdefault("kind", _kind_in_old_record(fields["source"]))
        return cls(**fields)


@dataclass(frozen=True, eq=False)
class Reach:
    """How far each source word reaches into one target sentence: :func:`course_lib.reaching.gradient_reach`. Chapter 3.

    ``source`` (S words) and ``target`` (T words) end in ``</s>``. ``slope[i, j]`` (T × S) is how much the log-odds of
    ``target[i]`` answer to the vector of ``source[j]``, 0 or more, to be compared within one model. ``paid`` (T) are
    the nats that the model pays for each word, ``needed`` (T) those of a model without a source, if one was given.
    :class:`~course_lib.finite.NotFiniteError` where a number is NaN.
    """

    model: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    slope: Float[np.ndarray, "T S"]
    paid: Float[np.ndarray, "T"]
    needed: Float[np.ndarray, "T"] | None = None

    def __post_init__(self) -> None:
        T, S = len(self.target), len(self.source)
        for name, shape in (("slope", (T, S)), ("paid", (T,)), ("needed", (T,))):
            value = getattr(self, name)
            if value is not None and value.shape != shape:
                raise ValueError(f"{name}: expected shape {shape} ({T} target, {S} source words), got {value.shape}.")
            if value is not None:
                require_finite(name, value)
        if (self.slope < 0).any():
            raise ValueError("slope: expected lengths of gradients, 0 or more, got one below 0.")

    @property
    def worth(self) -> Float[np.ndarray, "T"] | None:
        """What the source was worth, in nats a word: needed − paid; None where nobody said what was needed."""
        return None if self.needed is None else self.needed - self.paid


@dataclass(frozen=True, eq=False)
class HeadLooks:
    """How T words look at S words in one layer of a Transformer: :func:`course_lib.tracing.head_looks`. Chapter 16.

    ``name`` says which look it is, ``asking`` (T words) and ``asked`` (S words) who looks at whom; ``weights[n, i, j]``
    (heads × T × S) is how much head n of the word i looks at the word j.
    :class:`~course_lib.finite.NotFiniteError` where a number is NaN.
    """

    name: str
    asking: tuple[str, ...]
    asked: tuple[str, ...]
    weights: Float[np.ndarray, "N T S"]

    def __post_init__(self) -> None:
        N, T, S = (*self.weights.shape[:1], len(self.asking), len(self.asked))
        if not (N and T and S) or self.weights.shape != (N, T, S):
            raise ValueError(f"weights: expected shape (heads, {T}, {S}), none of them 0, got {self.weights.shape}.")
        require_finite("weights", self.weights)


def _kind_in_old_record(source: Sequence[str]) -> SourceKind:
    """Return what the source of a record is that was written before records said so.

    Those of captions alone held pictures: 64 cells and ``</s>``, a cell ``-`` or a colour, a colon
    and hexadecimal digits.
    """
    *cells, _end = source
    written_as_cell = (cell == "-" or ":" in cell for cell in cells)
    return "picture" if len(cells) == 64 and all(written_as_cell) else "words"
