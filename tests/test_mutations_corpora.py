"""The tests are tested: every bug planted in corpora, pictures and statistics turns its test red."""

from pathlib import Path

import pytest

from tests import (
    mutations_captions,
    mutations_corpora,
    mutations_grammar,
    mutations_statistics,
)
from tests.mutations import Mutation
from tests.planting import Runner, assert_caught, assert_green, files

COLLECTIONS = (
    mutations_captions,
    mutations_corpora,
    mutations_grammar,
    mutations_statistics,
)
MUTATIONS = tuple(mutation for collection in COLLECTIONS for mutation in collection.MUTATIONS)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.bug)
def test_a_planted_bug_turns_its_test_red(mutation: Mutation, copy: Path, runner: Runner):
    assert_caught(mutation, copy, runner)


@pytest.mark.parametrize("file", files(MUTATIONS))
def test_without_a_bug_the_same_tests_are_green(file: str, copy: Path, runner: Runner):
    assert_green(file, copy, runner)
