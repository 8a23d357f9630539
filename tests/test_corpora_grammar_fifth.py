"""A fifth language plugs into the grammar from here alone: no file of the library knows of it. Chapter 1."""

import re
from dataclasses import replace
from itertools import islice, permutations

import pytest

from course_lib.corpora import available
from course_lib.corpora.grammar.corpus import grammar
from course_lib.corpora.grammar.derivations import align
from course_lib.corpora.grammar.language import Forms, FormWords, Language, Morphology
from course_lib.corpora.grammar.languages.english import ENGLISH
from course_lib.corpora.grammar.languages.table import LANGUAGES
from tests.draws import load_few_held_out
from tests.oracles.grammar import EVERY_LANGUAGE

# Hsilgne is English in a mirror: its words from the last to the first, their letters too. So the right translation
# and the right links of every sentence are known without it. It has words for these rows of the lexicon only.
KNOWN = (
    "girl girls,man men,teacher teachers,dog dogs,book books,key keys,letter letters,station,garden,"
    "paul 3s,anne 3s,i 1s,he 3s,they 3p,him 3s,them 3p,us 1p,3s,the,this these,my,"
    "see sees saw seeing,look looks looked looking ~for,read reads read reading,sleep sleeps slept sleeping,"
    "go goes went going,want wants wanted wanting,say says said saying,"
    "small smaller,old older,tired,red,often,yesterday,today"
).split(",")


def mirrored_words(words: FormWords) -> FormWords:
    return tuple((word[::-1], surely) for word, surely in reversed(words))


def mirrored(forms: Forms) -> Forms:
    return {
        form: {agreement: mirrored_words(words) for agreement, words in by_agreement.items()}
        for form, by_agreement in forms.items()
    }


def mirrored_template(template: str) -> str:
    """Words in capitals and slots keep their names; what a piece expresses stays after it."""
    return " ".join(re.sub(r"^[a-z']+", lambda word: word[0][::-1], piece) for piece in reversed(template.split()))


HSILGNE = Language(
    code="ne",
    name="Hsilgne",
    default=ENGLISH.default,
    coordinate=ENGLISH.coordinate,
    morphology=Morphology(
        noun=ENGLISH.morphology.noun,
        verb=lambda cell: mirrored(ENGLISH.morphology.verb(cell)),
        determiner=lambda cell: mirrored(ENGLISH.morphology.determiner(cell)),
        adjective=lambda cell: mirrored(ENGLISH.morphology.adjective(cell)),
        word=lambda cell: mirrored(ENGLISH.morphology.word(cell)),
    ),
    # What every language writes alike it writes its own way, as Marathi does: the subject last.
    templates={
        **{name: mirrored_template(template) for name, template in ENGLISH.templates.items()},
        "clause": "{p} {s}",
        "clause with verb": "{g} {s}",
        "clause with being": "{b} {s}",
        "relative clause about the subject": "{p} {s}",
        "relative clause about a trait": "{b} {s}",
    },
    inflected={
        name: {agreement: word[::-1] for agreement, word in forms.items()} for name, forms in ENGLISH.inflected.items()
    },
    words={meaning: meaning for meaning in KNOWN},
)


@pytest.fixture
def five(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LANGUAGES, HSILGNE.code, HSILGNE)


def test_a_fifth_language_needs_nothing_but_itself(five: None) -> None:
    corpus = load_few_held_out("en-ne", size=1500, seed=4, max_length=20)
    assert corpus.target_language == "Hsilgne"
    for pair in corpus.train:
        assert pair.target == tuple(word[::-1] for word in reversed(pair.source))
    said = {word for pair in corpus.train for word in pair.source}
    assert {"girl", "keys", "looks", "did", "red", "older", "who", "because"} <= said
    assert not {"boy", "cat", "door", "sings"} & said  # the lexicon's, but not Hsilgne's


def test_its_links_are_those_of_english_with_itself_in_a_mirror() -> None:
    for derivation in islice(grammar("full", (ENGLISH, HSILGNE)).derivations(6), 2000):
        english = derivation.write("en")
        itself, pair = align(english, english), align(english, derivation.write("ne"))
        last = len(english) - 1
        assert pair.sure == {(j, last - i) for j, i in itself.sure or ()}
        assert pair.possible == {(j, last - i) for j, i in itself.possible or ()}


def test_it_changes_no_sentence_of_the_others(five: None) -> None:
    with_it = load_few_held_out("en-fr", size=2000, seed=3)
    assert f"{HSILGNE.code}-mr" in available()
    LANGUAGES.pop(HSILGNE.code)
    assert with_it == load_few_held_out("en-fr", size=2000, seed=3)


def test_any_two_languages_draw_the_meanings_that_all_of_them_draw() -> None:
    every = [derivation.write("en") for derivation in islice(grammar("full").derivations(9), 200)]
    for pair in permutations(EVERY_LANGUAGE, 2):
        if pair[0] is ENGLISH:
            drawn = islice(grammar("full", pair).derivations(9), 200)
            assert [derivation.write("en") for derivation in drawn] == every, pair[1].name


def test_a_language_that_lacks_a_template_is_told_which(five: None) -> None:
    without = {name: template for name, template in HSILGNE.templates.items() if name != "coordination"}
    with pytest.raises(ValueError, match="Hsilgne has no template for the construction 'coordination'"):
        grammar("full", (ENGLISH, replace(HSILGNE, templates=without)))
