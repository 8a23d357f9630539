"""The grammar's corpora for tests that ask for sentences, and not for a thousand held-out ones."""

from typing import Any

import pytest

from course_lib.corpora import ParallelCorpus, load
from course_lib.corpora.grammar import corpus

HELD_OUT = 100


def load_few_held_out(name: str, **options: Any) -> ParallelCorpus:
    """Return what ``load`` draws, with 100 pairs each to validate and to test instead of 1,000.

    Only one sentence in sixteen may be in either: for 1,000 of them, 16,000 derivations are drawn, whatever the
    ``size``. The pairs are the first ones of those that ``load`` gives; a test in test_corpora_grammar.py says so.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "GRAMMAR_HELD_OUT", HELD_OUT)
        return load(name, **options)
