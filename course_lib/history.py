"""What a training run went through, step by step: read by curves, saved with checkpoints. Chapter 2."""

import json
import math
from dataclasses import asdict, astuple, dataclass, field, replace
from itertools import chain


@dataclass(frozen=True)
class Validation:
    """Scores on held-out pairs after ``step`` updates: perplexity, and exact match and BLEU in per cent.

    BLEU is None where it is undefined: no reference has four words.
    """

    step: int
    perplexity: float
    exact_match: float
    bleu: float | None


@dataclass(frozen=True)
class History:
    """``losses[k]`` is the loss of update k + 1 in nats a target token, on its own batch.

    ``tokens`` counts the target tokens read so far, ``seconds`` the time spent on updates
    (validation excluded); a run taken up again adds to both. Two histories are equal when the
    training was, whatever time it took.
    """

    losses: tuple[float, ...] = ()
    tokens: int = 0
    validations: tuple[Validation, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def steps(self) -> int:
        """Updates done."""
        return len(self.losses)

    @property
    def tokens_per_second(self) -> float:
        """Target tokens a second of training; NaN before the first."""
        return self.tokens / self.seconds if self.seconds else math.nan

    def stalled(self, patience: int | None) -> bool:
        """Whether the last ``patience`` validations brought no lower perplexity than those before them."""
        if patience is None or len(self.validations) <= patience:
            return False
        perplexities = [record.perplexity for record in self.validations]
        return min(perplexities[-patience:]) >= min(perplexities[:-patience])

    def extended(self, losses: list[float], tokens: int, seconds: float) -> "History":
        """Return this history with more updates at its end."""
        return replace(
            self,
            losses=(*self.losses, *losses),
            tokens=self.tokens + tokens,
            seconds=self.seconds + seconds,
        )

    def validated(self, record: Validation) -> "History":
        """Return this history with one more validation."""
        return replace(self, validations=(*self.validations, record))

    def to_json(self) -> str:
        """Return the history as JSON text; :meth:`from_json` gives back an equal one."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> "History":
        """Read what :meth:`to_json` wrote; ValueError where the text is something else."""
        try:
            fields = json.loads(text)
            validations = tuple(Validation(**record) for record in fields.pop("validations"))
            history = cls(losses=tuple(fields.pop("losses")), validations=validations, **fields)
            defined = [replace(record, bleu=0.0) if record.bleu is None else record for record in validations]
            numbers = (*history.losses, *chain(*map(astuple, defined)), history.tokens, history.seconds)
            if not all(isinstance(number, int | float) for number in numbers):
                raise ValueError("expected numbers alone")
            return history
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"This is not a history written by History.to_json: {error}.") from error
