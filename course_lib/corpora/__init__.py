"""Every corpus of the course behind one door: ``load(name, **options)``. Every chapter."""

import difflib
import inspect
from collections.abc import Callable
from functools import partial
from itertools import permutations

from course_lib.corpora.grammar.corpus import synchronous
from course_lib.corpora.grammar.languages.table import LANGUAGES
from course_lib.corpora.lists import list_corpus
from course_lib.corpora.multi30k import multi30k_corpus
from course_lib.corpora.number_words import numbers
from course_lib.corpora.pairs import CorpusError, Link, ParallelCorpus, SentencePair
from course_lib.corpora.phrasebook import phrasebook_corpus
from course_lib.corpora.pictures.captions import caption_corpus
from course_lib.corpora.tatoeba import tatoeba_corpus
from course_lib.corpora.toys import copy, dates, reversal
from course_lib.corpora.tsv import read_tsv

__all__ = ["CorpusError", "Link", "ParallelCorpus", "SentencePair", "available", "load"]

_CORPORA: dict[str, Callable[..., ParallelCorpus]] = {
    "reversal": reversal,
    "copy": copy,
    "dates": dates,
    "numbers": numbers,
    "lists": list_corpus,
    "scenes": caption_corpus,
    "multi30k": multi30k_corpus,
    "phrasebook": phrasebook_corpus,
    "tatoeba": tatoeba_corpus,
    "tsv": read_tsv,
}


def _corpora() -> dict[str, Callable[..., ParallelCorpus]]:
    """Every corpus by its name: English-French, which most chapters use, first; the other pairs of languages last."""
    drawn = {f"{one}-{other}": partial(synchronous, one, other) for one, other in permutations(LANGUAGES, 2)}
    return {"en-fr": drawn["en-fr"]} | _CORPORA | drawn


def available() -> dict[str, tuple[str, ...]]:
    """Return the name of every corpus with the names of its options."""
    return {name: tuple(inspect.signature(make).parameters) for name, make in _corpora().items()}


def load(name: str, **options: object) -> ParallelCorpus:
    """Return the corpus ``name``, made or read with ``options`` (see :func:`available`).

    The same name and options give the same corpus. ValueError for an unknown name or option, with
    the nearest one that exists and all there are.
    """
    corpora = _corpora()
    if not isinstance(name, str) or name not in corpora:
        raise ValueError(f"Unknown corpus {name!r}.{_nearest(str(name), corpora)}")
    known = available()[name]
    for option in options:
        if option not in known:
            raise ValueError(f"The corpus {name!r} has no option {option!r}.{_nearest(option, known)}")
    return corpora[name](**options)


def _nearest(word: str, known: "dict[str, Callable[..., ParallelCorpus]] | tuple[str, ...]") -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{hint} There is: {', '.join(map(repr, known))}."
