"""Implementations of attention in the styles of the wild, each with a switch for every bug that it can have.

Nothing of the library is used in them but the adapters. ``bugs`` are keys of the clinic; a healthy one has none.
"""

from collections.abc import Callable, Collection
from itertools import combinations
from typing import Any, NamedTuple

from tests.oracles.wild import (
    batch_second,
    beside_models,
    deep_lstm,
    inverted_masks,
    keras_like,
    log_weights,
    plain_lists,
    whole_sequence,
)

APART = {
    frozenset(pair): "a softmax has one normaliser"
    for pair in combinations(("softmax_over_one", "softmax_over_batch", "normaliser_off_by_one"), 2)
} | {
    frozenset(("blind_slots", "one_key_for_all")): "a score has one key a position",
    frozenset(("softmax_over_one", "double_softmax")): "a softmax of one number is 1, taken twice too",
    frozenset(("mask_overflow", "padding_attended")): "without a mask nothing overflows",
    frozenset(("no_gradient", "softmax_before_loss")): "the words chosen are the same with a softmax before them",
}
"""Pairs that cannot be in one implementation, or not be told from one of them, by the nature of the thing."""


class Wild(NamedTuple):
    """A style: what makes an implementation of it, ready for diagnose, and the bugs that it can have."""

    make: Callable[[Collection[str], int], Any]
    can: tuple[str, ...]
    hidden: dict[frozenset[str], str]

    def pairs(self) -> list[tuple[str, str]]:
        """Return all pairs that can be in one implementation of this style, and be told from one of them."""
        return [pair for pair in combinations(self.can, 2) if not self.why_not(*pair)]

    def why_not(self, one: str, other: str) -> str:
        """Return why two bugs of this style are no pair; "" where they are."""
        pair = frozenset((one, other))
        return APART.get(pair, "") or self.hidden.get(pair, "")


WILD = {
    module.__name__.rsplit(".", 1)[1]: Wild(module.make, module.CAN, module.HIDDEN)
    for module in (
        keras_like,
        log_weights,
        inverted_masks,
        batch_second,
        deep_lstm,
        whole_sequence,
        plain_lists,
        beside_models,
    )
}
