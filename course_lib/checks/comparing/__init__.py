"""The one kit of all checkers: reads whatever a learner returns, compares it, and says what is wrong.

A check is written in ten lines. It draws its own sizes, knows the right answer by another road than
the printed solution, and names the wrong roads that learners take::

    @checker(hints=("Which axis holds the positions?", "Each row is a sum of α_j v_j."))
    def check_context(learner: Callable[..., Any]) -> str:
        \"\"\"Exercise 1: ``context(weights (B, S), values (B, S, M))`` is (B, M).\"\"\"
        draw = np.random.default_rng(3)
        cases = [(draw.dirichlet(np.ones(S), B), draw.normal(size=(B, S, 4))) for B, S in ((1, 3), (2, 5))]
        mistakes = {
            "This is the plain mean: the weights are not used.": lambda a, v: v.mean(1),
            "This is the sum of all values: the weights are not used.": lambda a, v: v.sum(1),
        }
        agree(learner, context_by_loops, cases, "the context", mistakes=mistakes, axes="(B, M)")
        return "the context is the weighted sum, for a batch of any size."

What there is:

* a function over random sizes: :func:`agree`; piece by piece: ``answer``, then :func:`expect_close`,
  :func:`array`, :func:`number`, :func:`whole`, :func:`yes_or_no`, :func:`parts`, :func:`instance`;
* a prediction: :func:`predicted` (a number), :func:`chosen` (one of several); neither prints the answer;
* a test that the learner wrote: :func:`judge`, with :func:`on_arrays` for what it is tried on, or, where slopes
  count, :func:`tensor_of` and :func:`in_kind`;
* broken code that the learner repaired: :func:`repaired`.

All raise ``NotRight`` with a sentence, never another exception because of what a learner returned.
Torch tensors of any type and device, NumPy arrays and scalars, Python numbers and nested lists are
all read, and any precision that rounds the right answer is right. A mistake is named in words; a
formula stands in the last of the ``hints`` and nowhere else.
"""

from course_lib.checks.comparing.answers import chosen, predicted, repaired
from course_lib.checks.comparing.equality import ROUNDING, agree, expect_close, rounding_of
from course_lib.checks.comparing.inputs import own_randomness, sizes
from course_lib.checks.comparing.judging import in_kind, judge, on_arrays, tensor_of
from course_lib.checks.comparing.reading import Array, array, instance, number, parts, whole, yes_or_no

__all__ = [
    "ROUNDING",
    "Array",
    "agree",
    "array",
    "chosen",
    "expect_close",
    "in_kind",
    "instance",
    "judge",
    "number",
    "on_arrays",
    "own_randomness",
    "parts",
    "predicted",
    "repaired",
    "rounding_of",
    "sizes",
    "tensor_of",
    "whole",
    "yes_or_no",
]
