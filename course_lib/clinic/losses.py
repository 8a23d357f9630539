"""Checks of a loss: padding, a softmax too many, a gradient that does not arrive. Chapter 15."""

import numpy as np
import torch

from course_lib.clinic.arrays import NumPyArray
from course_lib.clinic.calling import Caller, PartFailed, crash_in_words, read_array
from course_lib.clinic.chart import Chart
from course_lib.clinic.walking import Stepper
from course_lib.clinic.weights import softmax_of

_KEYS = "padding_in_loss", "softmax_before_loss", "no_gradient"
_NEAR = 1e-4
"""Losses nearer than this share are the same; single precision errs by 1e-6, padding changes a tenth and more."""
WORDS = 4


def check_loss(caller: Caller, chart: Chart, random: np.random.Generator) -> None:
    """Check a function `loss` on targets with and without padding, and beside the logits of the steps."""
    with chart.taking_failures(*_KEYS):
        stepper = Stepper(caller, random)
        source = stepper.sources(3, stepper.usual)
        lengths = np.full(3, source.shape[1])
        target = np.concatenate((stepper.targets(3, WORDS), np.full((3, 1), stepper.words.eos)), axis=1)
        with chart.taking_failures("no_gradient"):
            _check_gradient(caller, chart, (source, lengths, target))
        loss, more = _with_and_without_padding(caller, stepper, source, target)
        change = abs(more - loss)
        if change <= _NEAR * abs(loss) and chart.has(
            "no_gradient"
        ):  # of words chosen, a loss has few values: let some be right
            target = np.concatenate((_chosen(stepper, source), np.full((3, 1), stepper.words.eos)), axis=1)
            loss, more = _with_and_without_padding(caller, stepper, source, target)
            change = abs(more - loss)
        if change > _NEAR * max(abs(loss), 1e-3) and chart.over_target:
            chart.leave("padding_in_loss", "the softmax runs over the words of the target, padding too.")
        elif change > _NEAR * max(abs(loss), 1e-3):
            chart.find(
                "padding_in_loss",
                "loss",
                f"Three places of padding behind each target move the loss from {loss:.3f} to {more:.3f} nats a word.",
                without=loss,
                with_padding=more,
            )
        elif chart.has("no_gradient") and abs(loss - np.log(np.e + stepper.words.target - 1)) < _NEAR:
            chart.leave("padding_in_loss", "the loss is one of words chosen, of which none is right. Mend that first.")
        else:
            chart.clear("padding_in_loss", "The loss is the same with padding behind the target.")
        _check_softmax(caller, chart, stepper, (source, target), loss)


def _chosen(stepper: Stepper, source: NumPyArray, words: int = 40) -> NumPyArray:
    """Return a target (B, ``words``) in which many a word is the one that the model finds likeliest after the others.

    Without steps, words by chance.
    """
    target = stepper.targets(len(source), words)
    if stepper.caller.has("encode", "step"):
        memory, state = stepper.encode(source)
        for t in range(words - 1):
            step = stepper.walk(memory, state, target[:, t : t + 1], source.shape[1])[0]
            state, first = step.state, stepper.words.first
            target[:, t + 1] = first + step.logits[:, first:].argmax(-1)
    return target


def _with_and_without_padding(
    caller: Caller, stepper: Stepper, source: NumPyArray, target: NumPyArray
) -> tuple[float, float]:
    """Return the loss of ``target``, and that with three places of padding behind it."""
    lengths = np.full(len(source), source.shape[1])
    longer = stepper.padded(target, target.shape[1] + 3)
    return _value(caller, source, lengths, target), _value(caller, source, lengths, longer)


def _value(caller: Caller, *arguments: NumPyArray) -> float:
    return float(read_array("loss", caller.call("loss", *arguments), ()))


def _check_softmax(
    caller: Caller, chart: Chart, stepper: Stepper, batch: tuple[NumPyArray, NumPyArray], loss: float
) -> None:
    """Compare the loss with the cross-entropy of the logits, and with that of their probabilities."""
    source, target = batch
    V = stepper.words.target
    lowest = float(np.log(np.e + V - 1)) - 1
    if not caller.has("encode", "step"):
        if not lowest - _NEAR <= loss <= lowest + 1 + _NEAR:
            chart.clear(
                "softmax_before_loss",
                f"A loss of {loss:.2f} is none of probabilities, which is {lowest:.2f} or more, by 1.",
            )
        else:
            chart.leave(
                "softmax_before_loss",
                f"a loss of {loss:.2f} may be one of logits or of probabilities. Offer `encode` and `step`.",
            )
    else:
        steps = stepper.run(source, target[:, :-1])
        logits = np.stack([as_logits(step.logits) for step in steps], axis=1)  # (B, T, V)
        of_logits = cross_entropy(logits, target[:, 1:])
        of_probabilities = cross_entropy(softmax_of(logits), target[:, 1:])
        if chart.has("no_gradient"):
            chosen = np.eye(V)[logits.argmax(-1)]
            plain, softened = (cross_entropy(one, target[:, 1:]) for one in (chosen, softmax_of(chosen)))
            if _nearer(loss, softened, plain):
                chart.find(
                    "softmax_before_loss",
                    "loss",
                    f"The loss, {loss:.3f}, is the cross-entropy of a softmax of the words that were chosen.",
                    loss=loss,
                )
            else:
                chart.leave("softmax_before_loss", "the loss is one of words chosen, which hides a softmax before it.")
        elif _nearer(loss, of_logits, of_probabilities):
            chart.clear("softmax_before_loss", f"The loss, {loss:.3f}, is the cross-entropy of the logits.")
        elif _nearer(loss, of_probabilities, of_logits):
            chart.find(
                "softmax_before_loss",
                "loss",
                f"The loss, {loss:.3f}, is the cross-entropy of probabilities taken as logits: it can never fall below "
                f"{lowest:.3f}. That of the logits is {of_logits:.3f}.",
                loss=loss,
                of_logits=of_logits,
                lowest=lowest,
            )
        else:
            chart.leave(
                "softmax_before_loss",
                f"the loss, {loss:.3f}, is neither the cross-entropy of the logits, {of_logits:.3f}, nor that of "
                f"probabilities, {of_probabilities:.3f} (label smoothing? a sum?).",
            )


def _nearer(loss: float, one: float, other: float) -> bool:
    """Say whether ``loss`` is ``one``, and plainly not the ``other``."""
    away = abs(loss - one)
    return away <= _NEAR * abs(one) and 10 * away <= abs(loss - other)


def _check_gradient(caller: Caller, chart: Chart, batch: tuple[NumPyArray, ...]) -> None:
    if caller.of.parameters is None:
        chart.leave("no_gradient", "there are no tensors of torch to be followed. Offer `parameters`.")
        return
    try:
        parameters = [one for one in caller.of.parameters() if isinstance(one, torch.Tensor) and one.requires_grad]
    except (Exception, SystemExit) as error:
        raise PartFailed("parameters", crash_in_words("parameters", error)) from None
    loss = caller.call("loss", *batch, gradient=True)
    if not parameters:
        chart.leave("no_gradient", "none of the parameters asks for a gradient.")
    elif not isinstance(loss, torch.Tensor):
        chart.leave("no_gradient", f"`loss` gave a {type(loss).__name__}. Return the tensor, not its number.")
    elif not _arrives(loss, parameters):
        chart.find(
            "no_gradient", "loss", f"No gradient reaches any of the {len(parameters)} tensors of parameters.", reached=0
        )
    else:
        chart.clear("no_gradient", "A gradient of the loss reaches the parameters.")


def _arrives(loss: torch.Tensor, parameters: list[torch.Tensor]) -> bool:
    if loss.grad_fn is None:
        return False
    try:
        gradients = torch.autograd.grad(loss.sum(), parameters, allow_unused=True)
    except RuntimeError as error:
        raise PartFailed("loss", crash_in_words("loss", error)) from None
    return any(one is not None and bool((one != 0).any()) for one in gradients)


def as_logits(given: NumPyArray) -> NumPyArray:
    """Return logits (B, V); what is given may be probabilities, whose logarithms are as good."""
    if given.min() >= 0 and np.abs(given.sum(-1) - 1).max() < 1e-3:
        return np.log(np.maximum(given, 1e-30))
    return given


def cross_entropy(logits: NumPyArray, target: NumPyArray) -> float:
    """Return the mean nats of ``target`` (B, T) under ``logits`` (B, T, V)."""
    highest = logits.max(-1, keepdims=True)
    log_sum = highest[..., 0] + np.log(np.exp(logits - highest).sum(-1))
    return float((log_sum - np.take_along_axis(logits, target[..., None], -1)[..., 0]).mean())
