"""Shapes in signatures: ``Float[Tensor, "B S"]`` is a tensor of floats with the axes B and S. All chapters.

The letters are those of :data:`course_lib.notation.DIMENSIONS`; one letter means one size within a call.
``*T`` stands for any number of axes: ``"B *T H"`` is (B, H) for one step and (B, T, H) for all steps at once.
``#`` before a letter allows size 1, as broadcasting does; ``_`` is an axis without a name, a number an axis
of that size. "" has no axes: a scalar.

The words come from jaxtyping (Kidger, https://docs.kidger.site/jaxtyping) where it is installed. The tests
check them at every call; nothing else in the course does, so without jaxtyping they stand for the array type.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a type checker sees the array type and leaves the axes alone
    from typing import Annotated as Bool
    from typing import Annotated as Float
    from typing import Annotated as Int
    from typing import Annotated as Shaped
else:
    try:
        from jaxtyping import Bool, Float, Int, Shaped
    except ImportError:

        class Shaped:
            """Stands for the array type alone: ``Shaped[Tensor, "B S"]`` is ``Tensor``."""

            def __class_getitem__(cls, array_and_axes: tuple[Any, str]) -> Any:
                return array_and_axes[0]

        Bool = Float = Int = Shaped

__all__ = ["Bool", "Float", "Int", "Shaped"]
