"""Short digests that change with anything in what they were made of: words, links, a whole corpus."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from course_lib.corpora.pairs import Link, SentencePair


def fingerprint(lines: Iterable[str]) -> str:
    """Return 16 hexadecimal digits that change with any line."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()[:16]


def pairs_fingerprint(pairs: Iterable[SentencePair]) -> str:
    """Return the fingerprint of the words of both sides, not of the links: what a record says it was drawn from."""
    return fingerprint(f"{' '.join(pair.source)}\t{' '.join(pair.target)}" for pair in pairs)


def data_fingerprint(pairs: Sequence[SentencePair]) -> str:
    """Return how many ``pairs`` there are, and a fingerprint of their order, their words and their gold links."""
    lines = (json.dumps([pair.source, pair.target, _sorted(pair.sure), _sorted(pair.possible)]) for pair in pairs)
    return f"{len(pairs)} pairs, fingerprint {fingerprint(lines)}"


def _sorted(links: Iterable[Link] | None) -> list[Link] | None:
    return None if links is None else sorted(links)
