"""Weights that are not the model's own: flat, dealt out again, given, and searched for with the same next word."""

import itertools
import math

import numpy as np
import pytest
import torch

from course_lib.batching import encode_sources
from course_lib.interventions import adversarial_weights, flattened, permuted, weighed
from course_lib.interventions.adversarial import jensen_shannon, total_variation
from course_lib.models import bahdanau2014
from course_lib.tracing import trace
from tests.oracles.models import PAIRS, SOURCE, TARGET, batch, make, shaken
from tests.oracles.reference import array
from tests.shape_checks import unchecked

GLOBAL = ("bahdanau", "bahdanau-coverage", "luong-dot", "luong-concat-feeding")
WORDS, SAID = PAIRS[2].source, PAIRS[2].target
CHANGES = {
    "flattened": flattened,
    "permuted": permuted,
    "weighed": lambda model: weighed(model, torch.full((1, 30, 7), 1 / 7)),
}


def annotations(model, source=WORDS):
    return array(model.encode(*encode_sources([source], SOURCE)).memory[0])


@pytest.mark.parametrize("name", GLOBAL)
def test_a_flat_look_is_the_plain_mean_of_the_words_and_of_no_padding(name):
    model = make(name)
    plain = trace(model, WORDS, SAID, padding=2)
    with flattened(model):
        flat = trace(model, WORDS, SAID, padding=2)
    np.testing.assert_allclose(flat.weights[:, :7], 1 / 7, rtol=1e-6)
    assert not flat.weights[:, 7:].any()
    np.testing.assert_allclose(
        flat.contexts, np.tile(annotations(model).mean(0), (len(SAID) + 1, 1)), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(flat.scores[0], plain.scores[0], rtol=1e-5)
    assert flat.candidates[0][0].probability != plain.candidates[0][0].probability


@pytest.mark.parametrize("name", GLOBAL)
def test_a_permuted_look_has_the_same_numbers_at_other_words_and_none_on_padding(name):
    model = make(name)
    plain = trace(model, WORDS, SAID, padding=2)
    with permuted(model, seed=3):
        dealt = trace(model, WORDS, SAID, padding=2)
    assert not dealt.weights[:, 7:].any()
    np.testing.assert_allclose(np.sort(dealt.weights[0]), np.sort(plain.weights[0]), rtol=1e-5)
    for weights, context in zip(dealt.weights, dealt.contexts, strict=True):
        np.testing.assert_allclose(context, weights[:7] @ annotations(model), rtol=1e-4, atol=1e-5)
    with permuted(model, seed=3):
        again = trace(model, WORDS, SAID, padding=2)
    with permuted(model, seed=4):
        otherwise = trace(model, WORDS, SAID, padding=2)
    assert np.array_equal(dealt.weights, again.weights) and not np.array_equal(dealt.weights[0], otherwise.weights[0])


def test_every_order_of_the_weights_comes_as_often_as_any_other():
    """3! orders, 600 sentences in one batch; χ² with five degrees of freedom, its 0.999 quantile."""
    model = make("luong-dot")
    source, lengths = encode_sources([("cats", "sleep")] * 600, SOURCE)
    with torch.no_grad(), permuted(model, seed=1):
        step, state = model.stepper(source, lengths)
        weights = step(torch.ones(600, dtype=torch.long), state).weights
    own = sorted(weights[0].tolist())
    assert len(set(own)) == 3
    counts = dict.fromkeys(itertools.permutations(own), 0)
    for row in weights.tolist():
        counts[min(counts, key=lambda order: math.dist(order, row))] += 1
    assert sum((count - 100) ** 2 / 100 for count in counts.values()) < 20.52


@pytest.mark.parametrize("name", GLOBAL)
def test_given_weights_are_held_step_by_step_and_what_follows_follows_from_them(name):
    """A run with its own weights, held, is that run; with the rows of another it has their contexts."""
    model = make(name)
    plain = trace(model, WORDS, SAID)
    with weighed(model, torch.tensor(plain.weights)[None]):
        same = trace(model, WORDS, SAID)
    np.testing.assert_allclose(same.states, plain.states, rtol=1e-4, atol=1e-5)
    other = np.random.default_rng(1).dirichlet(np.ones(7), size=len(SAID) + 1)
    with weighed(model, torch.tensor(other)[None]):
        held = trace(model, WORDS, SAID)
    np.testing.assert_allclose(held.weights, other, rtol=1e-5)
    np.testing.assert_allclose(held.contexts, other @ annotations(model), rtol=1e-4, atol=1e-5)
    assert not np.allclose(held.candidates[0][0].probability, plain.candidates[0][0].probability)


@pytest.mark.parametrize("name", ["luong-dot", "luong-concat-feeding"])
def test_all_steps_at_once_are_flat_or_held_like_step_by_step(name):
    """Three sentences of different lengths: each has its own share, none of it on padding."""
    model, pairs = make(name), batch()
    mask = model.encode(pairs.source, pairs.source_lengths).mask
    given = (
        mask[:, None].double() * torch.rand(3, 9, mask.shape[1], generator=torch.Generator().manual_seed(1)).double()
    )
    given = given / given.sum(-1, keepdim=True)
    with flattened(model), torch.no_grad():
        flat = model(pairs).weights
    expected = (mask.double() / mask.sum(-1, keepdim=True))[:, None].expand_as(flat)
    torch.testing.assert_close(flat, expected, rtol=1e-6, atol=0)
    with weighed(model, given), torch.no_grad():
        held = model(pairs).weights
    torch.testing.assert_close(held, given[:, : held.shape[1]], rtol=1e-6, atol=0)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", GLOBAL[::3])
def test_after_the_block_the_model_has_its_own_weights_again_even_if_it_broke(name, change):
    model = make(name)
    before = trace(model, WORDS)
    with CHANGES[change](model):
        trace(model, WORDS)
    with pytest.raises(ValueError, match="unheard"), CHANGES[change](model):
        trace(model, ["unheard-of"])
    after = trace(model, WORDS)
    assert np.array_equal(after.weights, before.weights) and after.target == before.target


FLAT = torch.full((1, 9, 7), 1 / 7)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (FLAT[0], r"expected \(sentences, steps, positions\), got \(9, 7\)"),
        ([[1.0]], "a tensor of floats, got list"),
        (FLAT > 0, "a tensor of floats, got torch.bool"),
        (FLAT * 2, "a sum of 1 at each step; sentence 0, step 0: 2"),
        (torch.tensor([2.0, -1, 0, 0, 0, 0, 0]).expand(1, 9, 7), "0 or more"),
        (FLAT * math.nan, "0 or more"),
        (FLAT[:, :2], "given for 2 steps, and the model takes another"),
        (FLAT.expand(2, 9, 7), r"expected 1 sentences of 7 positions .*got 2 of 7"),
        (torch.full((1, 9, 6), 1 / 6), "got 1 of 6"),
    ],
)
def test_weights_that_are_none_are_refused(weights, message):
    model = make("bahdanau")
    with unchecked(), pytest.raises(ValueError, match=f"weights: .*{message}"), weighed(model, weights):
        trace(model, WORDS, SAID)
    assert not model.encoder._forward_pre_hooks and not model.decoder.attention._forward_hooks


def test_weights_on_padding_or_for_a_second_run_are_refused():
    model = make("bahdanau")
    with pytest.raises(ValueError, match="none on padding"), weighed(model, torch.full((1, 9, 8), 1 / 8)):
        trace(model, WORDS, SAID, padding=1)
    with weighed(model, FLAT):
        trace(model, WORDS, SAID)
        with pytest.raises(ValueError, match="a second; open a block for each"):
            trace(model, WORDS, SAID)


@pytest.mark.parametrize("change", [flattened, permuted, lambda m: weighed(m, FLAT)])
@pytest.mark.parametrize(("name", "attention"), [("fixed", "none"), ("luong-local-m", "LocalAttention")])
def test_a_model_without_a_global_look_has_no_weights_to_change(name, attention, change):
    with pytest.raises(ValueError, match=f"its attention: {attention}"), change(make(name)):
        pass


# --- far weights, the same next word --------------------------------------------------------------


def distances_of(model, source, target, step, rows):
    """Return, for each row of weights at one step, JSD to the model's own row and TVD of the next word, in NumPy.

    The words before are fed through the model as it is; the look of the step alone is replaced, by a hook.
    """
    encoded = model.encode(*encode_sources([source], SOURCE))
    state, words = model.decoder.initial_state(encoded), [1, *TARGET.encode(target)]
    for word in words[:step]:
        state = model.decoder.step(torch.tensor([word]), state, encoded).state
    plain = model.decoder.step(torch.tensor([words[step]]), state, encoded)

    def hook(module, arguments, look):
        weights = torch.tensor(rows).to(look.weights)
        return type(look)(look.scores, weights, torch.einsum("bs,bsm->bm", weights, arguments[2]))

    copies = torch.zeros(len(rows), dtype=torch.long)
    handle = model.decoder.attention.register_forward_hook(hook)
    output = model.decoder.step(copies + words[step], state.select(copies), encoded.select(copies))
    handle.remove()
    own, said = array(plain.weights[0]), array(torch.softmax(plain.logits[0], -1))
    changed = np.abs(array(torch.softmax(output.logits, -1)) - said).sum(-1) / 2
    return [(divergence(own, np.array(row)), float(change)) for row, change in zip(rows, changed, strict=True)]


def divergence(p, q):
    middle = (p + q) / 2

    def to_middle(x):
        return sum(float(a * np.log(a / m)) for a, m in zip(x, middle, strict=True) if a > 0)

    return (to_middle(p) + to_middle(q)) / 2


GRID = [(a / 30, b / 30, (30 - a - b) / 30) for a in range(31) for b in range(31 - a)]
SHORT, ANSWER = ("cats", "sleep"), ("les", "chats")


@pytest.mark.parametrize("within", [0.02, 0.1])
@pytest.mark.parametrize("name", ["bahdanau", "luong-concat-feeding"])
def test_no_row_of_a_grid_over_all_weights_is_much_farther_and_as_close_in_its_next_word(name, within):
    """Two words and </s>: every row of weights in steps of 1/30. What is returned keeps its promise, measured anew."""
    model = make(name)
    found = adversarial_weights(model, SHORT, ANSWER, within=within)
    assert found.own.shape == found.other.shape == (3, 3)
    for step in range(3):
        ((moved, changed),) = distances_of(model, SHORT, ANSWER, step, [found.other[step].tolist()])
        assert changed <= within + 1e-6
        assert found.changed[step].item() == pytest.approx(changed, abs=1e-6)
        assert found.moved[step].item() == pytest.approx(moved, abs=1e-6)
        allowed = [m for m, c in distances_of(model, SHORT, ANSWER, step, GRID) if c <= within]
        assert moved >= 0.8 * max(allowed, default=0.0)


def test_where_the_next_word_may_be_any_the_farthest_weights_are_those_of_one_word():
    """The divergence is convex, so its maximum is at a corner: all the weight on the word that had the least."""
    found = adversarial_weights(make("bahdanau"), SHORT, ANSWER, within=1.0)
    for own, moved in zip(found.own, found.moved, strict=True):
        corners = [divergence(array(own), corner) for corner in np.eye(3)]
        assert moved.item() >= 0.97 * max(corners)


def test_a_search_for_weights_leaves_the_model_alone_and_finds_the_same_again():
    model = shaken(bahdanau2014(SOURCE, TARGET, embedding=5, hidden=6, dropout=0.5), 0).train()
    before = [parameter.clone() for parameter in model.parameters()]
    first, again = (adversarial_weights(model, SHORT, ANSWER, updates=20) for _ in range(2))
    assert torch.equal(first.other, again.other)
    assert model.training and all(parameter.grad is None for parameter in model.parameters())
    assert all(map(torch.equal, before, model.parameters()))
    model.eval()
    with torch.no_grad():
        own = torch.tensor(trace(model, SHORT, ANSWER).weights)
    torch.testing.assert_close(first.own.float(), own)
    assert (first.moved > 0).any()


def test_divergence_and_distance_are_their_definitions_at_both_ends_too():
    p, q = torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]), torch.tensor([[0.25, 0.25, 0.5], [0.0, 0.0, 1.0]])
    expected = [divergence(a, b) for a, b in zip(p.numpy(), q.numpy(), strict=True)]
    assert jensen_shannon(p, q).tolist() == pytest.approx(expected, abs=1e-6)
    assert jensen_shannon(p, q)[1].item() == pytest.approx(math.log(2), rel=1e-6)
    assert jensen_shannon(p, p).tolist() == [0, 0]
    assert total_variation(p, q).tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("fixed", {}, "its attention: none"),
        ("bahdanau", {"within": 0.0}, "a share above 0"),
        ("bahdanau", {"within": 2}, "a share from 0 to 1"),
        ("bahdanau", {"updates": 0}, "updates: expected 1 or more"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(name, options, message):
    with pytest.raises(ValueError, match=message):
        adversarial_weights(make(name), SHORT, ANSWER, **options)
