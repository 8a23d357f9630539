"""French of one gender: what changes, what must not, and which words show a gender. Chapter 7."""

from functools import cache

import pytest

from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.corpora.grammar.gender import words_that_show_gender
from tests.draws import load_few_held_out

# Written by hand, from a grammar book: masculine singular, plural, feminine singular, plural.
ADJECTIVES = """
petit petits petite petites; grand grands grande grandes; vieux vieux vieille vieilles; bon bons bonne bonnes
nouveau nouveaux nouvelle nouvelles; beau beaux belle belles; fatigué fatigués fatiguée fatiguées
heureux heureux heureuse heureuses; intelligent intelligents intelligente intelligentes; noir noirs noire noires
paresseux paresseux paresseuse paresseuses; intéressant intéressants intéressante intéressantes
blanc blancs blanche blanches; vert verts verte vertes; coûteux coûteux coûteuse coûteuses
excellent excellents excellente excellentes; délicieux délicieux délicieuse délicieuses; fermé fermés fermée fermées
"""
PARTICIPLES = """
vu regardé cherché trouvé aidé invité attendu lavé acheté vendu écrit fini mangé apporté perdu oublié réparé ouvert
fermé porté visité dormi chanté travaillé dansé couru arrivé resté tombé allé retourné reposé promené dépêché parlé
donné montré prêté dit aimé
""".split()
AUXILIARIES = set("ai a avons avez ont suis est sommes êtes sont".split())
ALSO_PRESENT = {"écrit", "dit", "finis"}  # il écrit, je finis: a participle only behind its auxiliary
PARTICIPLE_ROWS = [[word, word + "s", word + "e", word + "es"] for word in PARTICIPLES]
ROWS = [row.split() for line in ADJECTIVES.strip().splitlines() for row in line.split(";")] + PARTICIPLE_ROWS
TO_MASCULINE = {feminine: {row[n]} for row in ROWS for n, feminine in enumerate(row[2:])}
del TO_MASCULINE["dites"]  # vous dites: of what is said that, nothing agrees
TO_FEMININE: dict[str, set[str]] = {}
for row in ROWS:
    for n, masculine in enumerate(row[:2]):  # heureux is both: he, or they
        TO_FEMININE.setdefault(masculine, set()).add(row[2 + n])
BEFORE_A_VOWEL = {"vieux": "vieil", "nouveau": "nouvel", "beau": "bel", "ce": "cet", "le": "l'"}
TO_MASCULINE |= {"une": {"un"}, "cette": {"ce"}, "ma": {"mon"}, "sa": {"son"}}
TO_FEMININE |= {"un": {"une"}, "ce": {"cette"}, "cet": {"cette"}, "vieil": {"vieille"}, "nouvel": {"nouvelle"}}
TO_FEMININE |= {"bel": {"belle"}}


def vowel(word: str) -> bool:
    return word[0] in "aeiouyàâéèêîôûœh"


@cache
def drawn(gender: str, lexicon: str = "full") -> ParallelCorpus:
    return load_few_held_out("en-fr", size=3300, lexicon=lexicon, gender=gender)


def every_pair(corpus: ParallelCorpus) -> list[SentencePair]:
    return [*corpus.train, *corpus.validation, *corpus.test]


def is_pronoun(pair: SentencePair, i: int) -> bool:
    """Whether *le* or *la* is him or her: what it is linked to says so."""
    return any(pair.source[j] in ("him", "her") for j, k in pair.sure or () if k == i)


def behind_an_auxiliary(words: tuple[str, ...], i: int) -> bool:
    before = [word for word in words[:i] if word not in ("pas", "jamais")]
    return before[-1] in AUXILIARIES


def masculine(pair: SentencePair) -> list[str]:
    """The sentence with every feminine form made masculine, by the tables above, from right to left."""
    words = list(pair.target)
    for i in reversed(range(len(words))):
        word = words[i]
        if word == "la" and not is_pronoun(pair, i):
            words[i] = "le"
        elif word in TO_MASCULINE:
            (words[i],) = TO_MASCULINE[word]
            following = words[i + 1]
            is_before_noun = pair.target[i + 1] not in AUXILIARIES  # est belle et …, but la belle actrice
            if words[i] in BEFORE_A_VOWEL and vowel(following) and is_before_noun and before_its_noun(pair, i):
                words[i] = BEFORE_A_VOWEL[words[i]]
        if i + 1 < len(words) and words[i + 1] == "le" and words[i] in ("à", "de") and pair.target[i + 1] == "la":
            words[i : i + 2] = [{"à": "au", "de": "du"}[words[i]]]
    return words


def before_its_noun(pair: SentencePair, i: int) -> bool:
    """Whether the adjective or article at ``i`` stands before a noun: English has it before its own noun too."""
    return pair.target[i] in TO_MASCULINE and (pair.target[i] == "cette" or pair.target[i + 1] in VOWEL_NOUNS)


VOWEL_NOUNS = set("amie école actrice avocate orange histoire ami homme enfant oiseau œuf hôtel hôpital".split()) | set(
    "ordinateur article".split()
)


def feminine(pair: SentencePair) -> list[set[str]]:
    """What may stand at each place with every masculine form made feminine: heureux is one or several."""
    words: list[set[str]] = []
    for i, word in enumerate(pair.target):
        following = pair.target[i + 1] if i + 1 < len(pair.target) else "."
        if word in ("au", "du"):
            words += [{"à" if word == "au" else "de"}, {"la"}]
        elif word == "le" and not is_pronoun(pair, i):
            words.append({"la"})
        elif word in ("mon", "son"):
            words.append({word if vowel(following) else word[0] + "a"})
        elif word in ALSO_PRESENT and not behind_an_auxiliary(pair.target, i):
            words.append({word})
        else:
            words.append(TO_FEMININE.get(word, {word}))
    return words


@pytest.mark.parametrize("lexicon", ["small", "full"])
def test_one_gender_changes_no_other_language_no_split_and_no_draw(lexicon: str) -> None:
    """Else a model of the twin would differ in more than the gender, and the comparison would show nothing."""
    both, *twins = (drawn(gender, lexicon) for gender in ("both", "masculine", "feminine"))
    for twin in twins:
        for split in ("train", "validation", "test"):
            assert [p.source for p in getattr(both, split)] == [p.source for p in getattr(twin, split)]
        assert [p.target for p in both.train] != [p.target for p in twin.train]


@pytest.mark.parametrize("lexicon", ["small", "full"])
def test_the_masculine_twin_is_what_a_grammar_book_makes_of_the_sentence(lexicon: str) -> None:
    changed = 0
    for pair, twin in zip(every_pair(drawn("both", lexicon)), every_pair(drawn("masculine", lexicon)), strict=True):
        assert " ".join(twin.target) == " ".join(masculine(pair))
        changed += pair.target != twin.target
    assert changed > 1500


@pytest.mark.parametrize("lexicon", ["small", "full"])
def test_the_feminine_twin_is_what_a_grammar_book_makes_of_the_sentence(lexicon: str) -> None:
    changed = 0
    for pair, twin in zip(every_pair(drawn("both", lexicon)), every_pair(drawn("feminine", lexicon)), strict=True):
        expected = feminine(pair)
        assert len(expected) == len(twin.target), (pair.target, twin.target)
        assert all(word in may for word, may in zip(twin.target, expected, strict=True)), (pair.target, twin.target)
        changed += pair.target != twin.target
    assert changed > 1500


def test_who_speaks_and_who_is_spoken_of_stays() -> None:
    """A pronoun is a word of its own: elle made il would say another thing, and the English says she."""
    pronouns = {"elle", "il", "ils", "lui", "leur", "nous", "vous", "marie", "anne", "fille", "femme", "voisine"}
    for gender in ("masculine", "feminine"):
        for pair, twin in zip(drawn("both").train, drawn(gender).train, strict=True):
            kept, found = ([word for word in p.target if word in pronouns] for p in (pair, twin))
            assert kept == found


def test_links_move_with_their_words() -> None:
    for gender in ("masculine", "feminine"):
        for pair, twin in zip(drawn("both").train, drawn(gender).train, strict=True):
            if len(pair.target) == len(twin.target):
                assert pair.sure == twin.sure and pair.possible == twin.possible
            else:  # à la gare, au gare: the links of two words are those of one
                (one, other) = ({j for j, _ in p.possible or ()} for p in (pair, twin))
                assert one == other


def test_the_gender_of_french_is_no_matter_between_other_languages() -> None:
    with pytest.raises(ValueError, match=r"gender: 'feminine' is for corpora with French; of English and Chinese"):
        load("en-zh", size=5, gender="feminine")
    with pytest.raises(ValueError, match="gender: expected one of 'both', 'masculine', 'feminine', got 'neuter'"):
        load("en-fr", size=5, gender="neuter")
    both, feminine = (
        {
            word
            for pair in load_few_held_out("fr-zh", size=40, lexicon="small", gender=gender).train
            for word in pair.source
        }
        for gender in ("both", "feminine")
    )
    assert "un" not in feminine and "du" not in feminine and "une" in feminine
    assert "un" in both


# ------------------------------------------------------------------------------ words that show it


def pair(target: str, source: str = "a") -> SentencePair:
    return SentencePair(tuple(source.split()), tuple(target.split()))


@pytest.mark.parametrize(
    ("target", "twin", "shown"),
    [
        ("la fille est fatiguée .", "le fille est fatigué .", {0, 3}),
        ("il va à la gare .", "il va au gare .", {2, 3}),
        ("il va au marché .", "il va à la marché .", {2}),
        ("mon école est rouge .", "mon école est rouge .", set()),
        ("la clé et la clé et la clé .", "le clé et le clé et le clé .", {0, 3, 6}),
    ],
)
def test_the_words_that_show_a_gender_are_found(target: str, twin: str, shown: set[int]) -> None:
    assert words_that_show_gender(pair(target), pair(twin)) == shown


def test_all_feminine_words_of_the_corpus_are_found_and_no_others() -> None:
    for both, twin in zip(drawn("both").train, drawn("masculine").train, strict=True):
        shown = words_that_show_gender(both, twin)
        wanted = {i for i, word in enumerate(both.target) if word in TO_MASCULINE}
        articles = {i for i, word in enumerate(both.target) if word == "la" and not is_pronoun(both, i)}
        contracted = {i - 1 for i in articles if i and both.target[i - 1] in ("à", "de")}
        assert shown == wanted | articles | contracted, (both.target, twin.target)


def test_the_words_of_two_different_sentences_are_not_compared() -> None:
    with pytest.raises(ValueError, match="differ in gender alone, got 'a' and 'b'"):
        words_that_show_gender(pair("la", "a"), pair("le", "b"))
