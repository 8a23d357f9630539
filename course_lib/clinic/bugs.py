"""Twenty bugs of published code by one name each, and what switches them on. Chapter 15.

::

    with sick(model, "double_softmax", "state_reset"):
        history = fit(model, corpus, config)
        heat = trace(model, source)
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from course_lib.clinic import function_bugs, look_bugs, model_bugs
from course_lib.clinic.catalogue import KNOWN
from course_lib.options import check_option
from course_lib.seq2seq import Seq2Seq

Site = Literal["data", "encoder", "bridge", "scores", "weights", "context", "state", "loss", "metric"]


@dataclass(frozen=True)
class Bug:
    """A bug: its ``key`` in findings and records, where it sits, and how it is switched on.

    ``switch_on`` is a context manager around a model; ``function`` is the sick function of those bugs that sit
    beside a model. :data:`BUGS` has all of them; what is said of each stands in :mod:`course_lib.clinic.catalogue`.
    """

    key: str
    place: Site
    switch_on: Callable[[Seq2Seq], AbstractContextManager[None]] | None = None
    function: Callable[..., Any] | None = None

    @property
    def title(self) -> str:
        """What the bug is, in a few words."""
        return KNOWN[self.key].title

    @property
    def cure(self) -> str:
        """What to do about it."""
        return KNOWN[self.key].cure

    def refusal(self, model: Seq2Seq) -> str:
        """Return why the bug cannot be switched on in ``model``; "" where it can."""
        if self.switch_on is None:
            return f"{self.key} sits in a function beside the model."
        try:
            with self.switch_on(model):
                return ""
        except ValueError as error:
            return str(error)


_ALL = (
    Bug("state_reset", "state", model_bugs.state_reset),
    Bug("softmax_over_one", "weights", look_bugs.softmax_over_one),
    Bug("double_softmax", "weights", look_bugs.double_softmax),
    Bug("softmax_over_batch", "weights", look_bugs.softmax_over_batch),
    Bug("raw_context", "context", look_bugs.raw_context),
    Bug("padding_attended", "weights", look_bugs.padding_attended),
    Bug("padding_in_loss", "loss", model_bugs.padding_in_loss),
    Bug("accuracy_counts_padding", "metric", function=function_bugs.accuracy_counting_padding),
    Bug("mean_of_batch_means", "metric", function=function_bugs.perplexity_by_batch_means),
    Bug("leaky_split", "data", function=function_bugs.split_by_pair),
    Bug("no_gradient", "loss", model_bugs.no_gradient),
    Bug("softmax_before_loss", "loss", model_bugs.softmax_before_loss),
    Bug("blind_slots", "scores", look_bugs.blind_slots),
    Bug("layers_mixed", "bridge", model_bugs.layers_mixed),
    Bug("layers_shared", "encoder", model_bugs.layers_shared),
    Bug("mask_overflow", "weights", look_bugs.mask_overflow, function_bugs.half_precision_weights),
    Bug("real_word_dropped", "metric", function=function_bugs.words_between_ends),
    Bug("one_key_for_all", "scores", look_bugs.one_key_for_all),
    Bug("state_after_padding", "encoder", model_bugs.state_after_padding),
    Bug("normaliser_off_by_one", "weights", look_bugs.normaliser_off_by_one),
)

BUGS: dict[str, Bug] = {bug.key: bug for bug in _ALL}
"""The bugs by key.

:meta hide-value:
"""

IN_MODELS: tuple[str, ...] = tuple(key for key, bug in BUGS.items() if bug.switch_on is not None)
"""Keys of the bugs that can be switched on in a model."""


_ONE_LINE = (
    {"softmax_over_one", "softmax_over_batch", "mask_overflow", "normaliser_off_by_one"},
    {"blind_slots", "one_key_for_all"},
)
_HIDDEN = (
    ({"softmax_over_one", "blind_slots"}, "where every weight is 1, no score can be told from another"),
    ({"softmax_over_one", "one_key_for_all"}, "where every weight is 1, no score can be told from another"),
    ({"double_softmax", "one_key_for_all"}, "where all scores are equal, one softmax and two are the same"),
)


def clash(one: str, other: str) -> str:
    """Return why two bugs of a model cannot be told from one of them alone; "" for all other pairs."""
    pair = {one, other}
    if any(pair <= line for line in _ONE_LINE):
        return "both write the same line otherwise"
    return next((why for both, why in _HIDDEN if pair == both), "")


@contextmanager
def sick(model: Seq2Seq, *keys: str) -> Iterator[None]:
    """Switch on the bugs ``keys`` for the length of a block, in any order.

    A bug is of the code, so train, translate and trace inside the block. ValueError for an unknown key, a bug of a
    function, one that has no place in this model, one named twice, and two that :func:`clash`.
    """
    for one, other in combinations(keys, 2):
        if why := "it is named twice" if one == other else clash(one, other):
            raise ValueError(f"{one} and {other}: {why}. Switch on one of them.")
    with ExitStack() as blocks:
        for key in keys:
            switch_on = BUGS[check_option("key", key, IN_MODELS)].switch_on
            assert switch_on is not None
            blocks.enter_context(switch_on(model))
        yield
