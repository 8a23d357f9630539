"""Which submissions are suspiciously alike: the same steps under other names, comments and spaces.

A reason to look, never a proof: short tasks have few right answers.
"""

import io
import keyword
import tokenize
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations

LENGTH = 12
"""Tokens of a piece that two submissions can share."""
COMMON = 0.3
"""Share of the class from which on a piece is what the task asks for."""
LEAST_PIECES = 15


@dataclass(frozen=True)
class Pair:
    """Two students and the share of their code, of the smaller one, that is the same."""

    one: str
    other: str
    share: float


def similar_pairs(code: Mapping[str, str], released: str, least: float = 0.8) -> list[Pair]:
    """Return the pairs of students of whose own code at least ``least`` is the same, the most alike first.

    What stands in the released notebook does not count, nor what a large part of the class wrote.
    """
    given = pieces(released)
    own = {student: pieces(text) - given for student, text in code.items()}
    counts = Counter(piece for kept in own.values() for piece in kept)
    most = max(2.0, COMMON * len(own))
    rare = {student: {piece for piece in kept if counts[piece] <= most} for student, kept in own.items()}
    found = []
    for one, other in combinations(sorted(rare), 2):
        size = min(len(rare[one]), len(rare[other]))
        if size >= LEAST_PIECES:
            share = len(rare[one] & rare[other]) / size
            if share >= least:
                found.append(Pair(one, other, share))
    return sorted(found, key=lambda pair: (-pair.share, pair.one, pair.other))


def pieces(code: str) -> set[tuple[str, ...]]:
    """Return all runs of tokens of ``code``; names are numbered as they come within each run."""
    tokens = _tokens(code)
    return {_renamed(tokens[k : k + LENGTH]) for k in range(len(tokens) - LENGTH + 1)}


def _tokens(code: str) -> list[tuple[int, str]]:
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}
    found: list[tuple[int, str]] = []
    with suppress(tokenize.TokenError, SyntaxError):  # what could be read counts
        read = tokenize.generate_tokens(io.StringIO(code).readline)
        found.extend((token.type, token.string) for token in read if token.type not in skipped)
    return found


def _renamed(run: list[tuple[int, str]]) -> tuple[str, ...]:
    names: dict[str, str] = {}
    return tuple(
        names.setdefault(text, f"name{len(names)}") if kind == tokenize.NAME and not keyword.iskeyword(text) else text
        for kind, text in run
    )
