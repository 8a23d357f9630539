"""What an implementation may offer to :func:`~course_lib.clinic.diagnose`, in words and as protocols. Chapter 15.

Nothing has to be inherited. An implementation is an object with some of these functions, a module, a dict from their
names to functions, or one function that has such a name. Arrays go in as NumPy has them, or as torch tensors where
``library = "torch"`` or the implementation is a module of torch, or as nested lists where ``library = "python"``; what
comes back may be any of the three. The batch is the first axis. Masks are boolean, True at a real word; padding stands
at the end. What is written otherwise is brought into this form by :mod:`course_lib.clinic.adapters`.
"""

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Literal, Protocol, get_args

from course_lib.options import check_count, check_option

ArrayLike = Any
"""A NumPy array, a tensor of torch, or nested lists of numbers."""
Trait = Literal["location", "windowed", "hard", "no attention"]
"""What a model does by design: score positions and not what stands there; weights that need not sum to one, or are zero
outside a window; one annotation for a context; no look at all."""
ArrayLibrary = Literal["numpy", "torch", "python"]
"""What the arrays are made of that an implementation is handed."""


class InterfaceError(ValueError):
    """An implementation that offers nothing that could be called, said in words."""


class OffersScore(Protocol):
    """A score: Bahdanau et al. (2015), eq. 6; Luong et al. (2015), §3.1."""

    def score(self, query: ArrayLike, keys: ArrayLike) -> ArrayLike:
        """Take a query (B, H) and an annotation a word (B, S, A); return e_j (B, S)."""


class OffersWeights(Protocol):
    """A softmax over the source: Bahdanau et al. (2015), eq. 6."""

    def weights(self, scores: ArrayLike, mask: ArrayLike) -> ArrayLike:
        """Take e_j (B, S) and which of the words are real (B, S); return α_j (B, S)."""


class OffersLook(Protocol):
    """A whole look: Bahdanau et al. (2015), eqs. 5 and 6."""

    def attend(self, query: ArrayLike, keys: ArrayLike, values: ArrayLike, mask: ArrayLike) -> Any:
        """Take (B, H), (B, S, A), (B, S, M) and (B, S); return the context (B, M), the weights and, if you have them,
        the scores (B, S): as a tuple in this order, or as a dict with these names."""


class OffersSteps(Protocol):
    """A whole model, one word at a time. ``vocabulary`` has to say the numbers of words and the marks.

    Memory and state are yours: nobody looks into them. But they are crossed, the state of one call of ``encode`` with
    the memory of another, and a step must leave both as they are.
    """

    def encode(self, source: ArrayLike, lengths: ArrayLike) -> tuple[Any, Any]:
        """Take ids (B, S), which end in EOS, and their true lengths (B,); return memory and first state."""

    def step(self, previous: ArrayLike, state: Any, memory: Any) -> Any:
        """Take the words before (B,); return logits (B, V), the state after the step and the weights (B, S) or None:
        as a tuple, or as a dict with the names logits, state, weights and, if you have them, scores (B, S), context
        (B, M) and annotations (B, S, M). Where more is handed on than the state of the RNN (input feeding, coverage),
        let the state be a dict that calls it hidden, and cell: only then is a hidden state that starts anew told from
        the rest. In a state of another kind, a context that is fed back counts as a state that is handed on."""


class OffersLoss(Protocol):
    """What training lowers. Where it is a tensor of torch, :meth:`parameters` lets the gradient be followed."""

    def loss(self, source: ArrayLike, lengths: ArrayLike, target: ArrayLike) -> Any:
        """Take ids (B, S), lengths (B,) and targets BOS … EOS PAD … (B, T); return the mean nats a real word."""

    def parameters(self) -> Collection[Any]:
        """Return the tensors that training changes."""


class OffersDeepParts(Protocol):
    """What hands the states of a deep, bidirectional encoder over, and the cells of the layers."""

    def bridge(self, hidden: ArrayLike) -> ArrayLike:
        """Take the last states (2L, B, H), in torch's order →1, ←1, →2, ←2; return the decoder's first, (L, B, …)."""

    def layers(self) -> Collection[Any]:
        """Return the cells of one stack: modules of torch, or for each a list of its arrays."""


class OffersMeasures(Protocol):
    """What stands beside a model: what splits a corpus, and what makes numbers and words of its answers."""

    def accuracy(self, predictions: ArrayLike, targets: ArrayLike) -> float:
        """Take ids (B, T) and ids with padding (B, T); return the share of right words."""

    def perplexity(self, batches: Collection[tuple[ArrayLike, ArrayLike]]) -> float:
        """Take for each batch the nats of its words (B, T) and which are real (B, T); return exp of the mean."""

    def split(self, pairs: Collection[tuple[str, str]]) -> tuple[Collection[Any], Collection[Any]]:
        """Take pairs of sentences; return those for training and those held out."""

    def words(self, ids: Collection[int]) -> Collection[int]:
        """Take ids as a search wrote them, BOS, EOS and PAD perhaps among them; return those of the words."""


CALLED_AS: Mapping[str, str] = MappingProxyType(
    {
        "score": "score(query (B, H), keys (B, S, A)) -> (B, S)",
        "weights": "weights(scores (B, S), mask (B, S)) -> (B, S)",
        "attend": "attend(query (B, H), keys (B, S, A), values (B, S, M), mask (B, S)) -> context (B, M), weights",
        "encode": "encode(source (B, S), lengths (B,)) -> memory, state",
        "step": "step(previous (B,), state, memory) -> logits (B, V), state, weights (B, S)",
        "loss": "loss(source (B, S), lengths (B,), target (B, T)) -> mean nats a word",
        "bridge": "bridge(hidden (2L, B, H)) -> (L, B, …)",
        "layers": "layers() -> one cell a layer",
        "accuracy": "accuracy(predictions (B, T), targets (B, T)) -> share",
        "perplexity": "perplexity(batches of nats (B, T) and mask (B, T)) -> number",
        "split": "split(pairs) -> pairs for training, pairs held out",
        "words": "words(ids) -> ids without marks",
    }
)
"""Each function that :func:`~course_lib.clinic.diagnose` can call, and how it is called."""

SIZES: Mapping[str, int] = MappingProxyType(
    {"query": 4, "keys": 4, "values": 4, "layers": 2, "hidden": 4, "longest": 7, "source": 0}
)
"""``sizes``, where an implementation says nothing: H, A and M of a look; L and H of a bridge; the longest source that
is taken, padding included; and, where it is not 0, the one number of words that every source has."""


def usual_sizes() -> Mapping[str, int]:
    """Return :data:`SIZES`."""
    return SIZES


USUAL_MARKS: Mapping[str, int] = MappingProxyType({"pad": 0, "bos": 1, "eos": 2})
_BESIDE = ("sizes", "vocabulary", "traits", "library", "parameters")


@dataclass(frozen=True)
class WordIds:
    """The vocabularies of a model: how many words, which ids are marks, and the first id of a real word."""

    source: int
    target: int
    pad: int = 0
    bos: int = 1
    eos: int = 2
    first: int = 3


@dataclass(frozen=True)
class Implementation:
    """What was found in what a reader handed over: its functions, and what is said of them."""

    parts: Mapping[str, Callable[..., Any]]
    sizes: Mapping[str, int] = field(default_factory=usual_sizes)
    vocabulary: WordIds | None = None
    traits: frozenset[str] = frozenset()
    library: ArrayLibrary = "numpy"
    parameters: Callable[[], Iterable[Any]] | None = None
    modules: tuple[Any, ...] = ()  # of torch, which know about dropout
    refused: tuple[tuple[str, str], ...] = ()  # names that are there and cannot be called, each with a sentence


def read_implementation(given: Any) -> Implementation:
    """Find the parts of :data:`CALLED_AS` in an object, a module, a dict or one function that is called like a part.

    :class:`InterfaceError` where there is none, and for what is said of them and cannot be: an unknown trait, a size
    that is no count. What is there under the name of a part and cannot be called is listed in ``refused``.
    """
    if isinstance(given, Implementation):
        return given
    if callable(given) and getattr(given, "__name__", None) in CALLED_AS:
        given = {given.__name__: given}
    if isinstance(given, Mapping):
        _refuse_strange_names(given)
    look_up = partial(_look_up, given)
    there = {name: part for name in CALLED_AS if (part := look_up(name)) is not None}
    lists = there.get("layers")
    if lists is not None and (isinstance(lists, (list, tuple)) or type(lists).__name__ == "ModuleList"):
        there["layers"] = lambda: lists  # a list of cells is as good as a function that returns it
    parts = {name: part for name, part in there.items() if callable(part)}
    refused = tuple(
        (name, f"`{name}` is {_article(part)}, not a function. Expected {CALLED_AS[name]}.")
        for name, part in there.items()
        if name not in parts
    )
    if not parts and not refused:
        raise InterfaceError(
            f"{_article(given, capital=True)} offers none of the functions that can be checked. "
            f"Give it one of these: {'; '.join(CALLED_AS.values())}."
        )
    owners = [given, *(getattr(part, "__self__", part) for part in parts.values())]
    modules = tuple({id(owner): owner for owner in owners if is_torch_module(owner)}.values())
    parameters = look_up("parameters")
    return Implementation(
        parts,
        _sizes(look_up("sizes")),
        _words(look_up("vocabulary")),
        _traits(look_up("traits")),
        check_library(look_up("library"), bool(modules)),
        parameters if callable(parameters) else None if parameters is None else lambda: parameters,
        modules,
        refused,
    )


def _look_up(given: Any, name: str) -> Any:
    """Return what ``given`` has under ``name``, None where it has nothing."""
    try:
        return given.get(name) if isinstance(given, Mapping) else getattr(given, name, None)
    except Exception as error:  # a property that fails
        raise InterfaceError(f"`{name}` cannot be read: {type(error).__name__}: {error}") from error


def check_library(given: Any, is_module: bool) -> ArrayLibrary:
    """Return what arrays are to be made of: as ``given``, else torch for a module of torch, and NumPy."""
    if given is None:
        return "torch" if is_module else "numpy"
    return check_said("library", given, ArrayLibrary)


def check_said(name: str, value: Any, options: Any) -> Any:
    """Return ``value`` if it is one of ``options``; :class:`InterfaceError` listing them if not."""
    try:
        return check_option(name, value, options)
    except ValueError as error:
        raise InterfaceError(str(error)) from error


def _refuse_strange_names(given: Mapping[Any, Any]) -> None:
    known = [*CALLED_AS, *_BESIDE]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            meant = f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(known)}."
            raise InterfaceError(f"{name!r} is no part that can be checked.{meant}")


def _sizes(given: Any) -> Mapping[str, int]:
    if given is None:
        return SIZES
    if not isinstance(given, Mapping):
        raise InterfaceError(f"sizes: expected a dict such as {dict(SIZES)}, got {given!r}.")
    for name, value in given.items():
        check_said("a name in sizes", name, tuple(SIZES))
        _count(f"sizes[{name!r}]", value, least=0 if name == "source" else 1)
    return {**SIZES, **{name: int(value) for name, value in given.items()}}


def _words(given: Any) -> WordIds | None:
    """Read ``vocabulary``; None where it is not said, or is something else of that name."""
    if not isinstance(given, Mapping):
        return None
    lacking = [name for name in ("source", "target") if name not in given]
    if lacking:
        raise InterfaceError(
            f"vocabulary: the number of words of the {lacking[0]} is missing, vocabulary[{lacking[0]!r}]."
        )
    for name in given:
        check_said("a name in vocabulary", name, ("source", "target", *USUAL_MARKS, "first"))
    marks = {
        mark: _count(f"vocabulary[{mark!r}]", given.get(mark, usual), least=0) for mark, usual in USUAL_MARKS.items()
    }
    first = _count("vocabulary['first']", given.get("first", max(marks.values()) + 1), least=0)
    sides = {side: _count(f"vocabulary[{side!r}]", given[side], least=first + 3) for side in ("source", "target")}
    return WordIds(**sides, **marks, first=first)


def _traits(given: Any) -> frozenset[str]:
    if given is None:
        return frozenset()
    if isinstance(given, str) or not isinstance(given, Collection):
        raise InterfaceError(f"traits: expected a set of {', '.join(map(repr, get_args(Trait)))}, got {given!r}.")
    return frozenset(check_said("a trait", trait, Trait) for trait in given)


def _count(name: str, value: Any, least: int) -> int:
    try:
        return check_count(name, value, least=least)
    except ValueError as error:
        raise InterfaceError(str(error)) from error


def is_torch_module(given: Any) -> bool:
    """Say whether ``given`` is a module of torch."""
    return any(base.__module__.startswith("torch.nn") for base in type(given).__mro__)


def _article(thing: Any, capital: bool = False) -> str:
    name = type(thing).__name__
    article = "an" if name[:1].lower() in "aeiou" else "a"
    return f"{article.capitalize() if capital else article} {name}"
