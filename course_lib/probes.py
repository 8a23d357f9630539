"""What a vector holds that a straight line can read: linear probes. Chapter 3.

A probe is fitted to the vectors of some sentences and asked about those of others. What it reads is *there*;
whether the model uses it is another question, and what it does not read may be there in another form. Beside
its score belong the commonest label, which needs no vector, and a probe of an untrained model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from course_lib.finite import require_finite
from course_lib.metrics import Score, exact_match
from course_lib.options import check_number
from course_lib.shapes import Float

_Label = str | int
_LARGEST_EXPONENT = 996  # of a power of two: about 1e300


@dataclass(frozen=True, eq=False)
class Probe:
    """A straight line for each of K labels; the answer is the label whose line is highest at a vector.

    ``mean`` and ``scale`` (D) are those of the vectors that it was fitted to: each number is measured from its mean,
    in standard deviations. ``weights`` (D, K) and ``bias`` (K) are the lines.
    :class:`~course_lib.finite.NotFiniteError` for a vector so far away that its lines leave the range of numbers.
    """

    classes: tuple[_Label, ...]
    mean: Float[np.ndarray, "_"]
    scale: Float[np.ndarray, "_"]
    weights: Float[np.ndarray, "_ _"]
    bias: Float[np.ndarray, "_"]

    def labels(self, vectors: Float[np.ndarray, "_ _"]) -> tuple[_Label, ...]:
        """Return the answer for each of ``vectors``; ValueError where they have another size than those fitted to."""
        vectors = _checked(vectors)
        if vectors.shape[1] != len(self.mean):
            raise ValueError(
                f"vectors: expected {len(self.mean)} numbers each, as in those that the probe was fitted to, "
                f"got {vectors.shape[1]}."
            )
        with np.errstate(over="ignore", invalid="ignore"):  # looked at in the next line but one
            lines = (vectors - self.mean) / self.scale @ self.weights + self.bias  # (N, K)
        require_finite("lines of a probe", lines, remedy="These vectors are too far from those it was fitted to.")
        return tuple(self.classes[k] for k in lines.argmax(1))

    def score(self, vectors: Float[np.ndarray, "_ _"], labels: Sequence[_Label], bootstrap: int = 0) -> Score:
        """Return for how many of ``vectors`` the answer is their label, in per cent.

        Give others than those it was fitted to. A label that it has never seen counts as a mistake. ``bootstrap`` > 0
        adds a 95 % interval from that many resamplings of the vectors.
        """
        answers = self.labels(vectors)
        truths = _plain(labels, len(answers))
        right = exact_match([(repr(answer),) for answer in answers], [(repr(truth),) for truth in truths], bootstrap)
        return replace(right, signature="linear probe, % right")


def fit_probe(vectors: Float[np.ndarray, "_ _"], labels: Sequence[_Label], ridge: float = 10.0) -> Probe:
    """Fit a linear probe to N ``vectors`` and the label of each, by ridge regression on the labels as 0 and 1.

    The weights are (ZᵀZ + λI)⁻¹ Zᵀ(Y − Ȳ), with Z the standardised vectors, Y (N, K) the labels and λ ``ridge``,
    which holds the weights small but not the bias: with a huge ``ridge`` the answer is the commonest label.
    A number that is the same in all vectors says nothing and is left alone. What a probe shows and what it does not:
    Hewitt & Liang (2019).
    ValueError for no vector, another number of labels than of vectors, or a ``ridge`` that is not above 0.
    """
    vectors = _checked(vectors)
    truths = _plain(labels, len(vectors))
    check_number("ridge", ridge, above=0)
    classes = sorted(set(truths), key=lambda label: (isinstance(label, str), label))
    mean, scale = _mean_and_scale(vectors)
    Z = (vectors - mean) / scale  # (N, D)
    Y = np.array([[float(label == one) for one in classes] for label in truths])  # (N, K)
    bias = Y.mean(0)  # of centred columns the best bias, whatever the weights
    weights = np.linalg.solve(Z.T @ Z + ridge * np.eye(Z.shape[1]), Z.T @ (Y - bias))
    return Probe(tuple(classes), mean, scale, weights, bias)


def _mean_and_scale(vectors: Float[np.ndarray, "_ _"]) -> tuple[Float[np.ndarray, "_"], Float[np.ndarray, "_"]]:
    """Return mean and standard deviation (D) of each number, 1 in place of the latter where it is always the same.

    Near 1e200 and 1e-200 a square leaves the range of numbers, and every vector would look alike: each column is
    divided by a power of two first, which rounds nothing.
    """
    largest = np.abs(vectors).max(0)
    exponent = np.frexp(largest)[1]  # (D,)
    if (exponent > _LARGEST_EXPONENT).any() or ((exponent < -_LARGEST_EXPONENT) & (largest > 0)).any():
        raise ValueError(
            f"vectors: expected numbers between 1e-300 and 1e300 or 0, got columns as large as {largest.max():g} "
            f"and as small as {largest[largest > 0].min():g}. Divide them by their size first."
        )
    unit = np.ldexp(vectors, -exponent)
    mean, scale = unit.mean(0), unit.std(0)
    still = scale <= 1e-12 * np.abs(unit).max(0)
    return np.ldexp(mean, exponent), np.where(still, 1.0, np.ldexp(scale, exponent))


def _checked(vectors: Float[np.ndarray, "_ _"]) -> Float[np.ndarray, "_ _"]:
    """Return ``vectors`` in double precision; ValueError unless they are a table of numbers with a row or more."""
    table = np.asarray(vectors, dtype=float)
    if table.ndim != 2 or not table.size:
        raise ValueError(f"vectors: expected a table (vectors, numbers of each), not empty, got shape {table.shape}.")
    require_finite("vectors of a probe", table)
    return table


def _plain(labels: Sequence[_Label], expected: int) -> list[_Label]:
    """Return ``labels`` as Python has them; ValueError unless they are ``expected`` words or whole numbers."""
    listed = labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
    plain = [label.item() if isinstance(label, np.generic) else label for label in listed]
    if isinstance(labels, str) or len(plain) != expected:
        got = f"the text {labels!r}" if isinstance(labels, str) else str(len(plain))
        raise ValueError(f"labels: expected one for each of {expected} vectors, got {got}.")
    if strange := [label for label in plain if not isinstance(label, str | int)]:
        raise ValueError(f"labels: expected words or whole numbers, got {strange[0]!r}.")
    return plain
