"""Bugs that are switched on: what each does to the numbers, and that nothing of it is left after its block."""

import itertools
import math
import re
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
import torch

from course_lib.batching import Batch
from course_lib.clinic import BUGS, IN_MODELS, clash, sick
from course_lib.clinic.catalogue import KNOWN
from course_lib.clinic.function_bugs import (
    accuracy,
    accuracy_counting_padding,
    half_precision_weights,
    leaked,
    perplexity_by_batch_means,
    perplexity_of,
    split_by_pair,
    words_between_ends,
    words_of,
)
from course_lib.clinic.look_bugs import slots
from course_lib.clinic.rewiring import rewired
from course_lib.corpora.pairs import SentencePair
from course_lib.corpora.splits import split_by_source
from course_lib.models import luong2015
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, fit
from tests.oracles.models import PAIRS, SOURCE, TARGET, batch, make, shaken
from tests.oracles.reference import array, softmax

GLOBAL = ("bahdanau", "bahdanau-coverage", "luong-dot", "luong-concat-feeding", "luong-general-bidirectional")
"""Models with global attention; what follows is the same for all of them."""
SQUARE = "square"
"""A deep model whose layers have one shape, in both directions: every bug of a model has a place in it."""
IN_LOOKS = (
    "softmax_over_one",
    "double_softmax",
    "softmax_over_batch",
    "raw_context",
    "padding_attended",
    "mask_overflow",
    "normaliser_off_by_one",
    "blind_slots",
    "one_key_for_all",
)
STARTS_ANYHOW = ("cho-no-source", "luong-concat-coverage-zeros")
"""Models that take no state over, so that what the encoder ends in is nothing to them."""


def made(name: str, seed: int = 0) -> Seq2Seq:
    if name != SQUARE:
        return make(name, seed)
    return shaken(luong2015(SOURCE, TARGET, embedding=6, hidden=6, layers=2, direction="bidirectional"), seed)


MODELS = {
    name: made(name)
    for name in (
        *("fixed", "cho", "cho-no-source", "bahdanau", "bahdanau-departed", "bahdanau-coverage", "luong-dot", SQUARE),
        *("luong-general-bidirectional", "luong-concat-feeding", "luong-local-p-feeding", "luong-state-fed"),
        *("luong-before-reads-word-feeding", "luong-concat-coverage-zeros", "luong-location", "luong-dot-hard-feeding"),
        *("xu-over-words", "vaswani-deep"),
    )
}
"""One model of each kind that the bugs could meet otherwise."""
PLACES = [(name, key) for name, model in MODELS.items() for key in IN_MODELS if not BUGS[key].refusal(model)]


def everything_of(model: Seq2Seq) -> list[Any]:
    """Return what there is to a model: its parts, which of these stand twice, and what hangs on them."""
    found: list[Any] = []
    for name, module in model.named_modules(remove_duplicate=False):
        hooks = [len(module._forward_hooks), len(module._forward_pre_hooks)]
        found += [name, id(module), sorted(vars(module)), hooks]
    named = model.named_parameters(remove_duplicate=False)
    return [*found, [(name, id(weight), weight.detach().clone().numpy().tobytes()) for name, weight in named]]


def twin(key: str, scores: np.ndarray, mask: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and context of a sick look, position by position; scores are minus infinity at padding."""
    B, T, S = scores.shape
    weights = np.zeros((B, T, S))
    for b, t in np.ndindex(B, T):
        weights[b, t] = softmax(scores[b, t])
    if key == "softmax_over_one":
        for b, t, j in np.ndindex(B, T, S):
            weights[b, t, j] = 1.0 if mask[b, j] else 0.0
    elif key == "double_softmax":
        for b, t in np.ndindex(B, T):
            real = mask[b]
            once = weights[b, t, real]
            weights[b, t, real] = [math.exp(w) / sum(math.exp(v) for v in once) for w in once]
    elif key == "softmax_over_batch":
        for b, t, j in np.ndindex(B, T, S):
            there = [math.exp(scores[k, t, j]) for k in range(B) if mask[k, j]]
            weights[b, t, j] = math.exp(scores[b, t, j]) / sum(there) if mask[b, j] else 0.0
    elif key == "normaliser_off_by_one":
        for b, t, j in np.ndindex(B, T, S):
            weights[b, t, j] = math.exp(scores[b, t, j]) / sum(math.exp(e) for e in scores[b, t, 1:])
    elif key == "mask_overflow":
        for b, t in np.ndindex(B, T):
            weights[b, t] = softmax(scores[b, t].astype(np.float16).astype(float))
    context = np.zeros((B, T, values.shape[-1]))
    for b, t, j in np.ndindex(B, T, S):
        if mask[b, j]:
            context[b, t] += (scores[b, t, j] if key == "raw_context" else weights[b, t, j]) * values[b, j]
    return weights, context


# --- the look


@pytest.mark.parametrize("name", GLOBAL)
@pytest.mark.parametrize("key", ["softmax_over_one", "double_softmax", "softmax_over_batch", "raw_context"])
def test_a_sick_look_is_what_its_formula_says(name: str, key: str) -> None:
    check_against_twin(name, key, 1e-9)


@pytest.mark.parametrize("name", GLOBAL)
@pytest.mark.parametrize("key", ["normaliser_off_by_one", "mask_overflow"])
def test_a_sick_normaliser_is_what_its_formula_says(name: str, key: str) -> None:
    check_against_twin(name, key, 2e-3 if key == "mask_overflow" else 1e-9)


def check_against_twin(name: str, key: str, near: float) -> None:
    model, given = made(name), batch()
    healthy = model(given)
    with torch.no_grad(), sick(model, key):
        look = model(given).look
        memory = model.encode(given.source, given.source_lengths).memory
    weights, context = twin(key, array(look.scores), given.source_mask.numpy(), array(memory))
    np.testing.assert_allclose(array(look.weights), weights, rtol=near, atol=near)
    np.testing.assert_allclose(array(look.context), context, rtol=10 * near, atol=10 * near)
    moved = look.context - healthy.look.context
    assert moved.abs().max() > 1e-5


def test_weights_in_half_precision_have_three_digits() -> None:
    model, given = made("luong-dot"), batch()
    with torch.no_grad(), sick(model, "mask_overflow"):
        weights = model(given).weights
    assert torch.equal(weights, weights.half().double()) and not torch.equal(model(given).weights, weights)


@pytest.mark.parametrize("name", GLOBAL)
def test_padding_that_is_attended_takes_a_share_that_its_score_says(name: str) -> None:
    model, given = made(name), batch()
    with torch.no_grad(), sick(model, "padding_attended"):
        look = model(given).look
    scores, weights = array(look.scores), array(look.weights)
    assert (
        np.isfinite(scores).all()
        and (weights[~given.source_mask.numpy()[:, None].repeat(weights.shape[1], 1)] > 0).all()
    )
    for b, t in np.ndindex(*scores.shape[:2]):
        np.testing.assert_allclose(weights[b, t], softmax(scores[b, t]), rtol=1e-9)


def test_slots_have_the_same_keys_in_every_sentence_and_each_its_own() -> None:
    assert torch.equal(slots(3, 6), slots(40, 6)[:3])
    assert set(slots(40, 64).flatten().tolist()) == {-1.0, 1.0}
    assert len({tuple(row) for row in slots(40, 64).tolist()}) == 40 and abs(float(slots(40, 64).mean())) < 0.1


@pytest.mark.parametrize("name", ["bahdanau", "luong-dot", "luong-concat-feeding", "luong-general-bidirectional"])
def test_blind_slots_never_see_the_annotations_and_tell_positions_apart(name: str) -> None:
    model = made(name)
    attention, M = model.decoder.attention, model.encode(batch().source, batch().source_lengths).memory.shape[-1]
    query, mask = torch.randn(2, 6).double(), torch.ones(2, 4).bool()
    memories = [torch.randn(2, 4, M).double() for _ in range(2)]
    with torch.no_grad(), sick(model, "blind_slots"):
        one, two = (attention(query, attention.project_keys(memory), memory, mask) for memory in memories)
    assert torch.equal(one.scores, two.scores) and not torch.equal(one.context, two.context)
    assert all(len(set(row)) == 4 for row in one.scores.tolist())
    expected = attention.scores(query, attention.project_keys(slots(4, M).double().expand(2, 4, M)))
    np.testing.assert_allclose(array(one.scores), array(expected), rtol=1e-9)


@pytest.mark.parametrize("name", ["bahdanau", "luong-dot", "luong-concat-feeding", "luong-general-bidirectional"])
def test_one_key_gives_every_word_the_same_weight_by_the_score_of_the_first(name: str) -> None:
    model, given = made(name), batch()
    with torch.no_grad(), sick(model, "one_key_for_all"):
        look = model(given).look
    healthy, lengths = array(model(given).look.scores), given.source_mask.sum(1)
    np.testing.assert_allclose(array(look.scores)[:, 0, 0], healthy[:, 0, 0], rtol=1e-9)  # nothing has happened before
    for b, n in enumerate(lengths.tolist()):
        np.testing.assert_allclose(array(look.weights)[b, :, :n], 1 / n, rtol=1e-9)


# --- encoder, decoder, loss


@pytest.mark.parametrize(
    "name", ["bahdanau", "luong-dot", "luong-general-bidirectional", "fixed", "cho", "xu-over-words"]
)
def test_with_its_state_reset_each_step_is_a_first_step(name: str) -> None:
    model, given = made(name), batch()
    with torch.no_grad():
        with sick(model, "state_reset"):
            found = model(given)
        encoded = model.encode(given.source, given.source_lengths)
        for t in range(given.target_in.shape[1]):
            first = model.decoder(given.target_in[:, t : t + 1], encoded)
            np.testing.assert_allclose(array(found.logits)[:, t], array(first.logits)[:, 0], rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(array(found.states)[:, t], array(first.states)[:, 0], rtol=1e-9, atol=1e-12)
    assert not torch.allclose(found.logits[:, 2], model(given).logits[:, 2])


@pytest.mark.parametrize("name", ["luong-concat-feeding", "bahdanau-coverage", "luong-state-fed"])
def test_what_is_fed_back_and_covered_outlives_the_reset(name: str) -> None:
    model, given = made(name), batch()
    with torch.no_grad():
        with sick(model, "state_reset"):
            found = model(given)
        encoded = model.encode(given.source, given.source_lengths)
        again = model.decoder(given.target_in[:, 2:3], encoded)
    assert not torch.allclose(found.logits[:, 2], again.logits[:, 0])


@pytest.mark.parametrize("name", ["fixed", "fixed-reversed-deep", "cho-reversed", "luong-dot", "bahdanau"])
def test_an_encoder_that_reads_padding_ends_where_the_batch_ends(name: str) -> None:
    """The healthy encoder, told that padding is a word: the reversed one is handed its words turned round already."""
    model, given = made(name), batch()
    encoder, turned = model.encoder, model.encoder.direction == "reversed"
    source = given.source.clone()
    if turned:
        for row, n in enumerate(given.source_lengths.tolist()):
            source[row, : n - 1] = given.source[row, : n - 1].flip(0)
    with torch.no_grad():
        with sick(model, "state_after_padding"):
            found, mask = encoder(given.source, given.source_lengths), encoder(given.source, given.source_lengths).mask
        if turned:
            encoder.direction = "forward"
        told = encoder(source, torch.full_like(given.source_lengths, source.shape[1]))
        if turned:
            encoder.direction = "reversed"
        healthy = encoder(given.source, given.source_lengths)
    np.testing.assert_allclose(array(found.initial.hidden), array(told.initial.hidden), rtol=1e-9)
    lengths = given.source_lengths.tolist()
    for row, n in enumerate(lengths):
        same = torch.allclose(found.initial.hidden[:, row], healthy.initial.hidden[:, row])
        assert same == (n == max(lengths))
    if mask is not None and found.memory is not None:
        assert torch.equal(mask, given.source_mask)
        if name == "luong-dot":  # one direction: padding comes after all words
            words = given.source_mask.unsqueeze(-1)
            assert torch.allclose(found.memory * words, healthy.memory * words)


@pytest.mark.parametrize("name", ["luong-general-bidirectional", SQUARE])
def test_mixed_layers_are_the_halves_of_what_torch_hands_over(name: str) -> None:
    model, given = made(name), batch()
    encoder, L = model.encoder, 2
    with torch.no_grad():
        with sick(model, "layers_mixed"):
            found = encoder(given.source, given.source_lengths)
        for row, n in enumerate(given.source_lengths.tolist()):
            _, ends = encoder.rnn(encoder.embedding(given.source[row : row + 1, :n]))
            for ours, theirs in zip((found.initial.hidden, found.initial.cell), ends, strict=True):
                for layer in range(L):
                    expected = np.concatenate([array(theirs)[layer, 0], array(theirs)[L + layer, 0]])
                    np.testing.assert_allclose(array(ours)[layer, row], expected, rtol=1e-9)
        assert torch.equal(found.memory, encoder(given.source, given.source_lengths).memory)


@pytest.mark.parametrize("name", [SQUARE, "vaswani-deep"])
def test_shared_layers_are_copies_of_the_first_that_learn_together(name: str) -> None:
    model, given = made(name), batch()
    copy = deepcopy(model)
    with torch.no_grad():
        for part in (copy.encoder, copy.decoder):
            if name == SQUARE:
                for kind, layer in itertools.product(
                    ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), ("", "_reverse")
                ):
                    if hasattr(part.rnn, f"{kind}_l1{layer}"):
                        getattr(part.rnn, f"{kind}_l1{layer}").copy_(getattr(part.rnn, f"{kind}_l0{layer}"))
            else:
                part.layers[1].load_state_dict(part.layers[0].state_dict())
    untouched = {key: weight.clone() for key, weight in model.state_dict().items()}
    with sick(model, "layers_shared"):
        assert model.loss(given).mean.item() == pytest.approx(copy.loss(given).mean.item(), rel=1e-12)
        assert sum(w.numel() for w in model.parameters()) < sum(w.numel() for w in copy.parameters())
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
        model.loss(given).mean.backward()
        optimiser.step()
        state = model.state_dict()
        upper = [key for key in state if "l1" in key or ".layers.1" in key]
        assert upper and all(torch.equal(state[key], state[_below(key)]) for key in upper)
    for key in upper:
        assert torch.equal(model.state_dict()[key], untouched[key])
        assert not torch.equal(model.state_dict()[_below(key)], untouched[_below(key)])


def _below(key: str) -> str:
    return key.replace("_l1", "_l0").replace(".layers.1", ".layers.0").replace("layers.1.", "layers.0.")


def of_words(model: Seq2Seq, given: Batch, logits: np.ndarray) -> np.ndarray:
    """Return −log p of every position of the target, padding too, in plain loops."""
    B, T = given.target_out.shape
    found = np.zeros((B, T))
    for b, t in np.ndindex(B, T):
        found[b, t] = -math.log(softmax(logits[b, t])[int(given.target_out[b, t])])
    return found


def test_a_sick_loss_is_what_its_formula_says() -> None:
    model, given = made("luong-dot"), batch()
    logits = array(model(given).logits)
    probabilities = np.stack([[softmax(row) for row in rows] for rows in logits])
    chosen = np.eye(logits.shape[-1])[logits.argmax(-1)]
    real = given.target_mask.numpy()
    expected = {
        ("padding_in_loss",): of_words(model, given, logits).mean(),
        ("softmax_before_loss",): of_words(model, given, probabilities)[real].mean(),
        ("no_gradient",): of_words(model, given, chosen)[real].mean(),
        ("padding_in_loss", "softmax_before_loss"): of_words(model, given, probabilities).mean(),
        ("softmax_before_loss", "padding_in_loss"): of_words(model, given, probabilities).mean(),
    }
    for keys, value in expected.items():
        with sick(model, *keys):
            assert model.loss(given).mean.item() == pytest.approx(value, rel=1e-9), keys
    assert model.loss(given).mean.item() == pytest.approx(of_words(model, given, logits)[real].mean(), rel=1e-9)


def test_without_a_gradient_training_goes_on_and_changes_nothing() -> None:
    model = made("luong-dot")
    before = [weight.clone() for weight in model.parameters()]
    with sick(model, "no_gradient"):
        model.loss(batch()).mean.backward()
        assert all(weight.grad is None for weight in model.parameters())
        with torch.no_grad():
            model.loss(batch())
        optimiser = torch.optim.Adam(model.parameters())
        optimiser.step()
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


# --- every bug in every model


@pytest.mark.parametrize(("name", "key"), PLACES)
def test_a_run_of_all_steps_is_the_steps_under_the_bug_and_after_it_the_model_is_as_it_was(name: str, key: str) -> None:
    """A bug in the steps alone would be trained without; one that is left behind would be in every later number."""
    model, given = made(name), batch()
    before, loss = everything_of(model), model.loss(given).total.item()
    with torch.no_grad(), sick(model, key):
        forced = model(given)
        encoded = model.encode(given.source, given.source_lengths)
        state = model.decoder.initial_state(encoded)
        for t, word in enumerate(given.target_in.unbind(1)):
            output = model.decoder.step(word, state, encoded)
            state = output.state
            np.testing.assert_allclose(array(output.logits), array(forced.logits)[:, t], rtol=1e-6, atol=1e-7)
        sick_loss = model.loss(given).total.item()
    assert everything_of(model) == before and model.loss(given).total.item() == loss
    assert sick_loss != loss or key == "mask_overflow" or (key == "state_after_padding" and name in STARTS_ANYHOW)
    with pytest.raises(KeyboardInterrupt), sick(model, key):
        raise KeyboardInterrupt
    assert everything_of(model) == before


@pytest.mark.parametrize("pair", list(itertools.combinations(IN_MODELS, 2)), ids="+".join)
def test_two_bugs_act_together_in_either_order_or_refuse_each_other(pair: tuple[str, str]) -> None:
    """One that wipes out the other would make an exam whose answer is wrong."""
    model, given = made(SQUARE), batch()
    before = everything_of(model)
    if why := clash(*pair):
        for order in (pair, pair[::-1]):
            assert clash(*order) == why
            with pytest.raises(ValueError, match=re.escape(why)), sick(model, *order):
                pass
        assert everything_of(model) == before
        return

    def seen(*keys: str) -> np.ndarray:
        with torch.no_grad(), sick(model, *keys):
            run = model(given)
            loss = model.loss_of(run, given)
            return np.array(
                [float(loss.mean), loss.tokens, *array(run.logits.flatten()), *array(run.weights.flatten())]
            )

    both = seen(*pair)
    np.testing.assert_allclose(both, seen(*pair[::-1]), rtol=1e-12)
    assert everything_of(model) == before
    for key in pair:
        assert not np.allclose(both, seen(key), rtol=1e-9, atol=0), key


@pytest.mark.parametrize("key", IN_MODELS)
def test_a_model_is_trained_and_translates_inside_the_block(key: str) -> None:
    class Few:
        name = "few"
        train = validation = PAIRS * 3

    model = made(SQUARE).float()
    with sick(model, key):
        printed = model.loss(batch()).mean.item()
        history = fit(model, Few(), TrainConfig(2, batch_size=2, device="cpu", validate_every=None, progress=False))  # type: ignore[arg-type]
        assert len(history.losses) == 2 and math.isfinite(printed)
        assert (model.loss(batch()).mean.item() == printed) == (key == "no_gradient")
        assert len(model.translate([pair.source for pair in PAIRS])) == 3


@pytest.mark.parametrize(
    ("name", "key", "why"),
    [
        *[("fixed", key, "its attention: none") for key in IN_LOOKS],
        *[("luong-local-m", key, "its attention: LocalAttention") for key in IN_LOOKS],
        *[("luong-general-hard", key, "its attention: HardAttention") for key in IN_LOOKS],
        *[("vaswani", key, "one look a step") for key in IN_LOOKS],
        ("vaswani", "state_reset", "no state to reset"),
        ("vaswani", "state_after_padding", "no last state"),
        ("vaswani", "layers_shared", "no layer could take"),
        ("luong-dot", "layers_shared", "no layer could take"),
        ("bahdanau", "layers_shared", "no layer could take"),
        ("bahdanau", "layers_mixed", "two layers or more"),
        ("luong-dot", "layers_mixed", "two directions"),
        ("vaswani-deep", "layers_mixed", "two directions"),
        ("luong-location", "blind_slots", "reads the annotations"),
        ("luong-location", "one_key_for_all", "reads the annotations"),
    ],
)
def test_where_a_bug_has_no_place_it_says_why(name: str, key: str, why: str) -> None:
    model = made(name)
    before = everything_of(model)
    with pytest.raises(ValueError, match=why), sick(model, key):
        pass
    assert why in BUGS[key].refusal(model)
    with pytest.raises(ValueError, match=why), sick(model, "padding_in_loss", key):
        pass
    assert everything_of(model) == before


def test_a_name_that_is_none_is_refused() -> None:
    model = made("luong-dot")
    with pytest.raises(ValueError, match="named twice"), sick(model, "double_softmax", "double_softmax"):
        pass
    for key in ("double softmax", "leaky_split", "", 3):
        with pytest.raises(ValueError, match="key: expected one of"), sick(model, key):  # type: ignore[arg-type]
            pass
    assert "beside the model" in BUGS["leaky_split"].refusal(model)


def test_every_bug_is_there_once_and_is_in_the_catalogue() -> None:
    assert set(BUGS) == set(KNOWN) and len(BUGS) == 20 and len(IN_MODELS) == 16
    for key, bug in BUGS.items():
        assert bug.key == key and (bug.title, bug.cure) == KNOWN[key][:2]
        assert (bug.switch_on is not None) == (key in IN_MODELS) and (bug.switch_on or bug.function)
        assert bug.switch_on is None or bug.switch_on.__name__ == key
    assert {key for _, key in PLACES} == set(IN_MODELS)


@pytest.mark.parametrize("pair", [("softmax_over_one", "softmax_over_batch"), ("one_key_for_all", "blind_slots")])
def test_two_blocks_around_one_line_refuse_each_other(pair: tuple[str, str]) -> None:
    """The outer one would be switched on and do nothing."""
    model = made("luong-dot")
    before = everything_of(model)
    with sick(model, pair[0]), pytest.raises(ValueError, match="Two bugs in one place"), sick(model, pair[1]):
        pass
    assert everything_of(model) == before


def test_the_lowest_stage_is_the_innermost_and_a_stranger_is_put_back() -> None:
    module = torch.nn.Identity()
    module.forward = lambda x: [x]  # type: ignore[method-assign,assignment]
    stranger = module.forward

    def saying(word: str) -> Any:
        return lambda method: lambda x: [word, *method(x)]

    with rewired(module, "forward", saying("high"), 2), rewired(module, "forward", saying("low"), 0):
        with rewired(module, "forward", saying("middle"), 1), rewired(module, "forward", saying("late"), 1):
            assert module.forward("x") == ["high", "late", "middle", "low", "x"]
        assert module.forward("x") == ["high", "low", "x"]
    assert module.forward is stranger and "_rewired" not in vars(module)


# --- functions beside a model


def test_accuracy_counts_padding_or_not() -> None:
    targets = np.array([[5, 6, 2, 0, 0, 0], [5, 2, 0, 0, 0, 0]])
    always_pad = np.zeros_like(targets)
    assert accuracy(always_pad, targets) == 0 and accuracy_counting_padding(always_pad, targets) == pytest.approx(
        7 / 12
    )
    half = np.array([[5, 9, 2, 7, 7, 7], [9, 9, 7, 7, 7, 7]])
    assert accuracy(half, targets) == pytest.approx(2 / 5) and accuracy_counting_padding(half, targets) == 2 / 12
    with pytest.raises(ValueError, match="padding alone"):
        accuracy(always_pad, always_pad)


def test_a_mean_of_means_is_another_number() -> None:
    """Two words of 4 nats, eight of 1: 16 nats over ten words; the means are 4 and 1."""
    few, many = (np.array([[4.0, 4.0, 9.0]]), np.array([[True, True, False]])), (np.ones((2, 4)), np.ones((2, 4), bool))
    assert perplexity_of([few, many]) == pytest.approx(math.exp(1.6))
    assert perplexity_by_batch_means([few, many]) == pytest.approx(math.exp(2.5))
    assert perplexity_by_batch_means([many, many]) == pytest.approx(perplexity_of([many, many]))


def test_a_split_by_pair_leaks_where_one_by_source_does_not() -> None:
    pairs = [SentencePair((f"s{n // 2}",), (f"t{n}",)) for n in range(400)]
    train, held_out = split_by_pair(pairs)
    assert sorted([*train, *held_out], key=lambda p: p.target) == sorted(pairs, key=lambda p: p.target)
    assert len(held_out) == 40 and leaked(train, held_out) > 0.8
    assert (train, held_out) == split_by_pair(pairs) != split_by_pair(pairs, seed=2)
    splits = split_by_source(pairs, 1)
    assert leaked(splits["train"], splits["test"]) == 0
    assert leaked(pairs[:1], pairs[:4]) == 0.5
    with pytest.raises(ValueError, match="at least one pair"):
        leaked(pairs, [])


def test_a_slice_drops_a_word_where_no_mark_came() -> None:
    assert words_of([1, 7, 8, 2]) == words_between_ends([1, 7, 8, 2]) == [7, 8]
    assert words_of([1, 7, 8, 9]) == [7, 8, 9] and words_between_ends([1, 7, 8, 9]) == [7, 8]
    assert words_of([7, 8, 2, 0, 0]) == [7, 8] and words_of([]) == []


def test_half_precision_loses_a_row_of_padding() -> None:
    scores, mask = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]), np.array([[True, True, False], [False, False, False]])
    found = half_precision_weights(scores, mask)
    np.testing.assert_allclose(found[0], [*softmax(np.array([1.0, 2.0])), 0.0], rtol=1e-3)
    assert np.isnan(found[1]).all()
    assert np.isnan(half_precision_weights(np.array([[7e4, 1.0]]), np.ones((1, 2), bool))).any()
