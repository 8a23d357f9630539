"""What a language is to the grammar: its forms, its templates and what happens where words meet. Chapter 1.

A language is one :class:`Language`, in a file of its own under languages/, and a column of the
tables in lexicon.py (or ``words``). Neither the engine nor the constructions know any of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

FormWords = tuple[tuple[str, bool], ...]
"""The words of a form, each with its surely/possibly."""

Forms = Mapping[str, Mapping[str, FormWords]]
"""form name -> agreement -> words."""


def words(form: str) -> FormWords:
    """Split a form of the lexicon into words; one that starts with ~ expresses its meaning only possibly."""
    return tuple((word.lstrip("~"), not word.startswith("~")) for word in form.split())


def _no_agreement(cell: str, kind: str, kinds: Sequence[str]) -> str:
    return ""


def _no_vowel(word: str) -> bool:
    return False


@dataclass(frozen=True)
class Morphology:
    """How the cells of a language in lexicon.py become forms, a function for each table.

    ``noun`` takes a cell and the kind of the noun and returns a cell for ``word`` with its agreement,
    for the singular and, where there is one, for the plural. ``word`` makes nouns, pronouns, names
    and adverbs. ``verb_agreement`` is what the words beside a verb can ask of it: it takes the cell,
    the kind of the object in question and all the kinds the verb may have ("" for nothing).
    """

    noun: Callable[[str, str], Sequence[tuple[str, str]]]
    verb: Callable[[str], Forms]
    determiner: Callable[[str], Forms]
    adjective: Callable[[str], Forms]
    word: Callable[[str], Forms]
    verb_agreement: Callable[[str, str, Sequence[str]], str] = _no_agreement


class _Changes(dict[str, bool]):
    """Whether a word may change with the one that follows: one left out, ``le|l'``, the first of a contraction.

    Each word is judged once, for this is asked of every word written.
    """

    def __init__(self, contracted: Iterable[str]) -> None:
        super().__init__({"": True, **dict.fromkeys(contracted, True)})

    def __missing__(self, word: str) -> bool:
        self[word] = found = "|" in word
        return found


@dataclass(frozen=True, eq=False)
class Language:
    """All that the grammar must know of a language.

    ``default`` is the agreement of what has none; ``coordinate`` gives that of "a and b";
    ``templates`` write the constructions, by name (see :meth:`template`); ``inflected`` holds the
    function words that templates write in capitals; ``starts_with_vowel`` decides between the two
    forms of ``le|l'``; ``contractions`` replaces pairs of neighbours. ``words`` holds the cells of a
    language that has no column in lexicon.py, by the meaning of the row, which is its English cell.
    """

    code: str
    name: str
    default: str
    coordinate: Callable[[str, str], str]
    morphology: Morphology
    templates: Mapping[str, str]
    inflected: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    starts_with_vowel: Callable[[str], bool] = _no_vowel
    contractions: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def changes(self) -> "_Changes":
        """Say of a word whether it may change with the one that follows."""
        return _Changes(first for first, _ in self.contractions)

    def template(self, construction: str, alike: str | None = None) -> str:
        """Return the template of the construction of that name.

        "noun, place" is a variant of "noun": a language that does not tell them apart writes it like
        "noun". ``alike`` is what is written by a language that says nothing of either. ValueError
        where there is none.
        """
        name = construction
        while name:
            if name in self.templates:
                return self.templates[name]
            name = name.rpartition(", ")[0]
        if alike is None:
            raise ValueError(f"{self.name} has no template for the construction {construction!r}.")
        return alike


def read_templates(table: str) -> dict[str, str]:
    """Read a table of templates, "name | template" a line.

    A line that is indented goes on where the one before it ends; one that starts with # is a comment.
    ValueError for a name that stands there twice.
    """
    found: dict[str, str] = {}
    name = ""
    for line in table.splitlines():
        if line.startswith(" "):
            found[name] += f" {line.strip()}"
        elif line and not line.startswith("#"):
            # A template may be empty, and may hold a bar of its own (le|l').
            name, _, template = (part.strip() for part in line.partition("|"))
            if name in found:
                raise ValueError(f"The construction {name!r} has two templates.")
            found[name] = template
    return found
