"""The checkers of chapter 14 accept right answers and name the usual mistakes."""

from itertools import product

import numpy as np
import pytest

from course_lib.checks import chapter14 as checks
from course_lib.corpora.subwords import Subwords
from tests.answers.chapter14 import RIGHT, WRONG, checkpoints, in_words, mean_of, unlike
from tests.exercises import letter, mistakes_are_named, right_answers_pass

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)


def cases():
    draw = np.random.default_rng(checks._SEED)
    return [(draw.dirichlet(np.ones(len(s)), len(t)), s, t) for s, t in checks._SENTENCES]


def test_the_map_in_words_is_not_that_of_a_pencil():
    weights = np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8], [0, 0, 1]])
    found = checks._in_words(weights, ("▁a", "b", "</s>"), ("▁c", "d", "</s>"))
    np.testing.assert_allclose(found, [[0.475, 0.525], [0, 1]])


@pytest.mark.parametrize("why", checks._OTHER_WORDS)
def test_a_mistake_in_words_is_right_or_taken_for_another(why):
    """Each sentence of the list is said of what it says, in some sentence of the check."""
    assert any(
        np.shape(made := checks._OTHER_WORDS[why](*case)) != np.shape(right := in_words(*case))
        or not np.allclose(made, right)
        for case in cases()
    )
    assert letter(checks.check_in_words, checks._OTHER_WORDS[why]).endswith(why)


def test_pieces_are_not_those_of_sentencepiece():
    """Counts without a tie, six merges: what the library learns, and every word of four letters taken apart alike."""
    counts = {"aaac": 3, "acac": 4, "bbb": 8, "bbaa": 12}
    learnt = checks._learn(counts, 6)
    letters = len(set("".join(counts))) + 1
    theirs = Subwords.train([[word] for word, number in counts.items() for _ in range(number)], 3 + letters + 6, "bpe")
    assert [piece for piece in theirs.pieces if len(piece) > 1] == learnt
    for word in map("".join, product("abc", repeat=4)):
        assert checks._apart(word, learnt) == theirs.encode([word])


@pytest.mark.parametrize("word", ["".join(word) for word in product("abc", repeat=4)])
def test_the_fewest_pieces_are_not_the_fewest_of_all_spellings(word):
    learnt = ["ab", "bc", "▁a", "abc"]
    text = "▁" + word
    cuts = product((False, True), repeat=len(text) - 1)
    spellings = []
    for cut in cuts:
        pieces, start = [], 0
        for end in [k + 1 for k, here in enumerate(cut) if here] + [len(text)]:
            pieces.append(text[start:end])
            start = end
        if all(len(piece) == 1 or piece in learnt for piece in pieces):
            spellings.append(pieces)
    found = checks._fewest(word, learnt)
    assert len(found) == min(map(len, spellings))
    assert list(found) in spellings


@pytest.mark.parametrize("name", checks._RIGHT_MEANS)
def test_a_right_version_is_not_the_mean(name):
    found, right = checks._RIGHT_MEANS[name](checkpoints()), mean_of(checkpoints())
    assert all(np.allclose(found[part], right[part], atol=1e-5) for part in right)


@pytest.mark.parametrize("name", checks._SICK_MEANS)
def test_a_bug_gives_the_mean_and_harms_nothing(name):
    made = checkpoints()
    found, right = checks._SICK_MEANS[name](made), mean_of(checkpoints())
    assert unlike(made, checkpoints()) or any(not np.allclose(found[part], right[part], atol=1e-3) for part in right)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "a list of one or more"),
        ({"a": 1}, "a list of one or more"),
        ([{}], "expected each checkpoint to be a dict"),
        ([{"a": [1.0]}, {"b": [1.0]}], "the same names and shapes"),
        ([{"a": "?"}], "checkpoint"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered(given, message):
    with pytest.raises(ValueError, match=message):
        checks._RIGHT_MEANS["one that stacks and averages"](given)
