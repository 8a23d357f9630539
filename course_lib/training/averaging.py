"""The mean of the last weights, which is often a better model than the last of them. Chapter 14.

Each update follows the noise of one batch, so near the end the weights wander around a good place more than they
move. Their mean lies nearer to it: Polyak & Juditsky (1992). It costs one more copy of the parameters.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from course_lib.shapes import Shaped


class Average:
    """The mean of a model's parameters after each update so far from ``first`` on, updates being counted from 0.

    Buffers are no part of it: what counts or keeps a baseline stays as it is. ``means`` is empty before ``first``.
    """

    def __init__(self, model: nn.Module, first: int) -> None:
        self.parameters = list(model.parameters())
        self.first = first
        self.means: list[Tensor] = []

    @torch.no_grad()
    def include(self, step: int) -> None:
        """Let the weights after update ``step`` enter, where it is one of the last; call it once an update."""
        if step == self.first:
            self.means = [parameter.detach().clone() for parameter in self.parameters]
        elif step > self.first:
            for mean, parameter in zip(self.means, self.parameters, strict=True):
                mean.lerp_(parameter, 1 / (step - self.first + 1))

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the model hold the mean inside the block, and its own weights again after it."""
        own = [parameter.detach().clone() for parameter in self.parameters] if self.means else []
        self.put_in_place()
        try:
            yield
        finally:
            _copy(own, self.parameters)

    def put_in_place(self) -> None:
        """Let the model hold the mean from now on; before the first of the last updates it keeps its own weights."""
        _copy(self.means, self.parameters)

    def take_up(self, means: Sequence[Shaped[Tensor, "..."]]) -> None:
        """Go on from ``means``, none or one a parameter; ValueError where they are not this model's."""
        if means and [mean.shape for mean in means] != [parameter.shape for parameter in self.parameters]:
            raise ValueError("The means of the weights have other shapes than the weights.")
        self.means = [torch.empty_like(parameter) for parameter in self.parameters] if means else []
        _copy(means, self.means)


@torch.no_grad()
def _copy(given: Sequence[Tensor], taking: Sequence[Tensor]) -> None:
    """Copy each tensor of ``given`` into its place; where nothing is given, nothing changes."""
    for here, there in zip(given, taking, strict=False):
        there.copy_(here)
