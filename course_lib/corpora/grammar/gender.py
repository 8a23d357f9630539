"""Which words of a French sentence show a gender: those that French of one gender writes otherwise. For chapter 7."""

from difflib import SequenceMatcher

from course_lib.corpora.pairs import SentencePair


def words_that_show_gender(pair: SentencePair, twin: SentencePair) -> frozenset[int]:
    """Return the target positions of ``pair`` whose words ``twin`` writes otherwise. Chapter 7.

    ``twin`` is the same pair of the corpus with ``gender="masculine"`` or ``"feminine"``: the one shows the
    feminine forms, the other the masculine ones; both together show all. A contraction shows both its
    words (*à la* beside *au*); what gender does not change, such as *mon école* or *l'*, shows none. A
    participle that agrees with nothing (*a mangé*) is masculine, so that the feminine twin shows it.
    ValueError where the two do not translate the same sentence.
    """
    if pair.source != twin.source:
        raise ValueError(
            "Expected the same sentence in two corpora that differ in gender alone, got "
            f"{' '.join(pair.source)!r} and {' '.join(twin.source)!r}."
        )
    found = SequenceMatcher(None, pair.target, twin.target, autojunk=False).get_opcodes()
    return frozenset(i for change, start, end, _, _ in found if change != "equal" for i in range(start, end))
