"""An exam: a translator with bugs that a seed has chosen, to be named by tests. Chapter 15."""

import difflib
from collections.abc import Collection, Iterable
from itertools import combinations
from random import Random

from course_lib.clinic.bugs import clash
from course_lib.clinic.catalogue import KNOWN
from course_lib.clinic.patients import Patient
from course_lib.options import check_count, check_seed

_HIDDEN = (
    {"double_softmax", "normaliser_off_by_one"},
    {"no_gradient", "softmax_before_loss"},
    {"no_gradient", "padding_in_loss"},
)
"""Pairs that no exam has, beside those that :func:`~course_lib.clinic.clash`: one hides the other from the sheet."""

_MODELS = 3
"""So many translators there are; each was tried with each of the pairs."""


class Exam(Patient):
    """A :class:`Patient` whose bugs are drawn by ``seed``: ``bugs`` of them, one or two. The same on every machine.

    Test it, or hand it to :func:`~course_lib.clinic.diagnose`; then :meth:`grade` what you found. ValueError for a
    seed that is none, and for other numbers of bugs.
    """

    def __init__(self, seed: int, bugs: int = 1) -> None:
        check_count("bugs", bugs, most=2)
        chance = Random(f"exam {check_seed(seed)} of {bugs}")
        super().__init__(chance.choice(_choices(bugs)), 1 + chance.randrange(_MODELS))
        self.seed, self.bugs = seed, bugs

    def __repr__(self) -> str:
        return f"Exam {self.seed}: a translator with {'a bug' if self.bugs == 1 else 'two bugs'}"

    def grade(self, answer: str | Collection[str]) -> str:
        """Say which keys of ``answer`` are right and which are not, and how many are missing; not which those are."""
        named = [answer] if isinstance(answer, str) else answer
        if not isinstance(named, Collection) or not all(isinstance(key, str) for key in named):
            return f"Name bugs by their keys, such as {{'state_reset'}}; got {answer!r}."
        unknown = sorted({key for key in named if key not in KNOWN})
        if unknown:
            return f"Nothing is graded yet. {' '.join(map(_unknown, unknown))} The keys are {_listed(KNOWN)}."
        right = [key for key in self._keys if key in named]
        wrong = [key for key in KNOWN if key in named and key not in self._keys]
        missing = len(self._keys) - len(right)
        if not wrong and not missing:
            return f"Right, and nothing else: {_listed(right)}."
        sentences = [f"Right: {_listed(right)}."] if right else []
        sentences += [f"Not in this one: {_listed(wrong)}."] if wrong else []
        sentences += [f"{self._rest(missing)} still to be found."] if missing else []
        return " ".join(sentences)

    def _rest(self, missing: int) -> str:
        if missing == 2:
            return "Both bugs are"
        return "The bug is" if self.bugs == 1 else "One bug is"

    def reveal(self) -> str:
        """Say which bugs there are, what cures them, and where the course explains them: a line each."""
        return "\n".join(
            f"{key}: {KNOWN[key].title}. {KNOWN[key].cure} [chapter {KNOWN[key].chapter}]" for key in self._keys
        )


def exam(seed: int, bugs: int = 1) -> Exam:
    """Return the :class:`Exam` number ``seed`` with one bug or two."""
    return Exam(seed, bugs)


def _choices(bugs: int) -> list[tuple[str, ...]]:
    """Return what an exam may have, in a fixed order."""
    if bugs == 1:
        return [(key,) for key in sorted(KNOWN)]
    return [pair for pair in combinations(sorted(KNOWN), 2) if set(pair) not in _HIDDEN and not clash(*pair)]


def _unknown(key: str) -> str:
    """Say that there is no such key, and which may have been meant."""
    by_name = {name.casefold().replace(" ", "_"): own for own, known in KNOWN.items() for name in (known.title, own)}
    near = difflib.get_close_matches(key.strip().casefold().replace(" ", "_"), by_name, n=1, cutoff=0.8)
    return f"{key!r} is no key.{f' Did you mean {by_name[near[0]]!r}?' if near else ''}"


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(keys)
