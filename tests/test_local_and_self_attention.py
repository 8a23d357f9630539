"""Windows and self-attention: what a window may see, what a step costs, and torch as the referee."""

import math

import pytest
import torch
from torch.nn import functional as F

from course_lib.attention import (
    DotAttention,
    GeneralAttention,
    LocalAttention,
    LocationAttention,
    MultiHeadAttention,
    SelfAttention,
    scaled_dot_product,
)
from course_lib.attention.local import _gather
from course_lib.options import MOST_UNITS
from tests.oracles.models import MAKERS, PAIRS, batch, make


def look(predictive, window, S=12, T=15, seed=0):
    torch.manual_seed(seed)
    attention = LocalAttention(DotAttention(4, 4), 4, window, predictive).double()
    query, memory = torch.randn(2, T, 4).double(), torch.randn(2, S, 4).double()
    mask = torch.ones(2, S, dtype=torch.bool)
    mask[1, S - 4 :] = False
    return attention(query, memory, memory, mask), mask, memory


@pytest.mark.parametrize("predictive", [False, True])
@pytest.mark.parametrize("window", [1, 3, 20])
def test_nothing_outside_the_window_nor_on_padding_is_attended(predictive, window):
    attended, mask, memory = look(predictive, window)
    positions = torch.arange(mask.shape[1])
    lengths = mask.sum(-1)
    middle = torch.minimum(attended.centre.round(), lengths.unsqueeze(1) - 1)
    outside = ((positions - middle.unsqueeze(-1)).abs() > window) | ~mask.unsqueeze(1)
    assert (attended.weights[outside] == 0).all()
    assert (attended.weights[~outside] > 0).all()
    assert (attended.scores[outside] == -torch.inf).all() and torch.isfinite(attended.scores[~outside]).all()
    torch.testing.assert_close(attended.context, attended.weights @ memory)


@pytest.mark.parametrize("T", [1, 2, 3])
@pytest.mark.parametrize("B", [1, 2])
def test_windows_of_several_steps_at_once_are_those_of_each_step(B, T):
    """Axes of sentences, steps and positions may have one size by chance: each is still its own."""
    torch.manual_seed(3)
    attention, mask = LocalAttention(DotAttention(4, 4), 4, 1, False).double(), torch.ones(B, 3, dtype=torch.bool)
    queries, memory = torch.randn(B, T, 4).double(), torch.randn(B, 3, 4).double()
    together = attention(queries, memory, memory, mask)
    for t in range(T):
        alone = attention(queries[:, t], memory, memory, mask, first_step=t)
        for name, part in alone.parts().items():
            torch.testing.assert_close(part, together.at(t).parts()[name])


def test_local_m_walks_along_the_source_and_waits_at_its_end():
    attended, _, _ = look(predictive=False, window=1)
    assert attended.centre[0].tolist() == [*range(12), 11, 11, 11]
    assert attended.centre[1].tolist() == [*range(8), *[7] * 7]
    torch.testing.assert_close(attended.weights.sum(-1), torch.ones(2, 15).double())


def test_a_window_as_wide_as_the_sentence_is_global_attention():
    attended, mask, memory = look(predictive=False, window=30)
    torch.manual_seed(0)
    query = torch.randn(2, 15, 4).double()
    everywhere = DotAttention(4, 4)(query, memory, memory, mask)
    torch.testing.assert_close(attended.weights, everywhere.weights)
    torch.testing.assert_close(attended.context, everywhere.context)


def test_the_gaussian_lets_the_predicted_position_learn():
    """The window itself is rounded, so without the Gaussian no gradient would reach v_p and W_p."""
    torch.manual_seed(0)
    attention = LocalAttention(DotAttention(4, 4), 4, 2, predictive=True).double()
    query, memory = torch.randn(1, 3, 4).double(), torch.randn(1, 9, 4).double()
    attention(query, memory, memory, torch.ones(1, 9, dtype=torch.bool)).context.sum().backward()
    assert attention.v_p.grad.abs().min() > 0 and attention.W_p.weight.grad.abs().max() > 0


def test_without_the_gaussian_no_slope_reaches_the_place():
    """None at all, not a small one: W_p and v_p stay where they were drawn, and training looks as if it went on."""
    slopes = {}
    for bell in (False, True):
        torch.manual_seed(0)
        attention = LocalAttention(DotAttention(4, 4), 4, 2, predictive=True, gaussian=bell).double()
        query, memory = torch.randn(1, 3, 4).double(), torch.randn(1, 9, 4).double()
        look = attention(query, memory, memory, torch.ones(1, 9, dtype=torch.bool))
        # the place itself is in the graph, times zero: without it torch would give None, not 0
        (look.context.sum() + 0 * look.centre.sum()).backward()
        slopes[bell] = [attention.v_p.grad.abs().max().item(), attention.W_p.weight.grad.abs().max().item()]
    assert slopes[False] == [0, 0] and min(slopes[True]) > 0


def bells(attention, look, mask):
    """Return exp(-(s - p)² / 2σ²) for every position of every look, by loops."""
    sigma, found = attention.window / 2, torch.zeros_like(look.weights)
    for b in range(found.shape[0]):
        for t in range(found.shape[1]):
            for s in range(found.shape[2]):
                away = s - look.centre[b, t].item()
                found[b, t, s] = math.exp(-(away**2) / (2 * sigma**2))
    return found


def both(predictive, window, **options):
    """Return a look with the options, one without a bell from the same weights, and the bells of the first."""
    torch.manual_seed(0)
    attention = LocalAttention(DotAttention(4, 4), 4, window, predictive, **options).double()
    plain = LocalAttention(attention.align, 4, window, predictive, gaussian=False).double()
    plain.load_state_dict(attention.state_dict())
    query, memory = 3 * torch.randn(2, 15, 4).double(), torch.randn(2, 12, 4).double()
    mask = torch.ones(2, 12, dtype=torch.bool)
    mask[1, 8:] = False
    if predictive:
        with torch.no_grad():
            attention.v_p.mul_(20)  # some windows leave the sentence at either end
            plain.v_p.copy_(attention.v_p)
    looks = [one(query, memory, memory, mask) for one in (attention, plain)]
    return *looks, bells(attention, looks[0], mask), memory


@pytest.mark.parametrize("predictive", [False, True])
@pytest.mark.parametrize("window", [1, 2, 5])
def test_the_bell_fades_the_softmax_of_the_window_around_p_itself(predictive, window):
    """Not the scores, and not around the rounded place: with D = 1 that would be hard to see in a loss."""
    look, plain, bell, memory = both(predictive, window, gaussian=True)
    torch.testing.assert_close(look.weights, plain.weights * bell)
    torch.testing.assert_close(look.context, look.weights @ memory)
    torch.testing.assert_close(plain.weights.sum(-1), torch.ones(2, 15).double())
    assert (look.weights.sum(-1) < 1).any()


@pytest.mark.parametrize("predictive", [False, True])
@pytest.mark.parametrize("window", [1, 5])
def test_renormalised_weights_sum_to_one_also_where_the_window_leaves_the_sentence(predictive, window):
    look, plain, bell, memory = both(predictive, window, gaussian=True, renormalise=True)
    torch.testing.assert_close(look.weights.sum(-1), torch.ones(2, 15).double())
    faded = plain.weights * bell
    torch.testing.assert_close(look.weights, faded / faded.sum(-1, keepdim=True))
    torch.testing.assert_close(look.context, look.weights @ memory)
    assert (look.centre < window).any() and (look.centre[0] > 11 - window).any()


def test_the_switches_at_the_papers_place_change_no_bit():
    """A default that moved by one rounding would be another model than the recorded ones."""
    for predictive in (False, True):
        torch.manual_seed(1)
        query, memory, mask = torch.randn(1, 6, 4), torch.randn(1, 7, 4), torch.ones(1, 7, dtype=torch.bool)
        found = []
        for options in ({}, {"gaussian": predictive, "renormalise": False}):
            torch.manual_seed(2)
            found.append(LocalAttention(DotAttention(4, 4), 4, 2, predictive, **options)(query, memory, memory, mask))
        assert all(torch.equal(part, found[1].parts()[name]) for name, part in found[0].parts().items())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"local": "monotonic", "renormalise": True}, "renormalise divides what the Gaussian leaves.*gaussian=True"),
        ({"local": "predictive", "gaussian": False, "renormalise": True}, "they sum to one as they are"),
        ({"gaussian": True}, "local='none' has no window"),
        ({"gaussian": False}, "local='none' has no window"),
        ({"renormalise": True}, "local='none' has no window"),
        ({"renormalise": "no"}, "renormalise: expected True or False, got 'no'"),
        ({"local": "predictive", "gaussian": 1}, "gaussian: expected True or False, got 1"),
        ({"local": "predictive", "renormalise": "yes"}, "renormalise: expected True or False, got 'yes'"),
    ],
)
def test_a_bell_without_a_window_and_half_a_division_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        MAKERS["luong-dot"](embedding=3, hidden=4, **options)


@pytest.mark.parametrize("size", [4, 100])
def test_the_predicted_position_starts_from_weights_of_torchs_usual_size_on_both_sides_of_zero(size):
    """All on one side, or larger with the size, the first windows would all stand at one end."""
    torch.manual_seed(0)
    starts = (LocalAttention(DotAttention(size, size), size, 2, True).v_p for _ in range(400 // size))
    drawn = torch.cat([start.detach() for start in starts])
    for side in (drawn, -drawn):
        assert 0.9 * size**-0.5 < side.max() <= size**-0.5


def test_local_attention_gathers_no_more_from_a_longer_sentence():
    """Counted, not timed: how many keys the score inside is shown at a step."""
    shown = []

    class Counting(DotAttention):
        def scores(self, query, keys):
            shown.append(keys.shape[-2])
            return super().scores(query, keys)

    attention = LocalAttention(Counting(4, 4), 4, 5, predictive=False)
    for S in (11, 100, 5000):
        memory = torch.randn(1, S, 4)
        attention(torch.randn(1, 4), memory, memory, torch.ones(1, S, dtype=torch.bool), first_step=S // 2)
    assert shown == [11, 11, 11]


def test_options_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match="location"):
        MAKERS["luong-local-m"](score="location")
    with pytest.raises(ValueError, match="score: expected one of 'dot', 'general', 'concat', 'location', got 'cosine'"):
        MAKERS["luong-dot"](score="cosine")
    with pytest.raises(ValueError, match="window: expected 1 or more, got 0"):
        MAKERS["luong-local-m"](window=0)
    with pytest.raises(ValueError, match=r"size 4, got 6.*general"):
        DotAttention(4, 6)


def test_a_sentence_longer_than_location_attention_was_built_for_is_refused():
    model = MAKERS["luong-location"](longest_source=5).double()
    with pytest.raises(ValueError, match=r"at most 5 source positions.*has 7"):
        model(batch([PAIRS[2]]))


@pytest.mark.parametrize("causal", [False, True])
def test_self_attention_is_torchs_multihead_attention(causal):
    torch.manual_seed(0)
    ours = SelfAttention(8, heads=2, causal=causal).double()
    theirs = torch.nn.MultiheadAttention(8, 2, bias=False, batch_first=True).double()  # as in the paper
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([W.weight for W in (ours.W_q, ours.W_k, ours.W_v)]))
        theirs.out_proj.load_state_dict(ours.W_o.state_dict())
    inputs, mask = torch.randn(3, 6, 8).double(), torch.ones(3, 6, dtype=torch.bool)
    mask[1, 4:] = False
    hidden = torch.ones(6, 6, dtype=torch.bool).triu(1) if causal else None
    expected, weights = theirs(
        inputs, inputs, inputs, key_padding_mask=~mask, attn_mask=hidden, average_attn_weights=False
    )
    output, our_weights = ours(inputs, mask)
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(our_weights, weights)


def test_scaled_dot_product_is_torchs():
    torch.manual_seed(1)
    queries, keys, values = torch.randn(2, 3, 5).double(), torch.randn(2, 4, 5).double(), torch.randn(2, 4, 7).double()
    mask = torch.tensor([[[True, True, False, True]], [[False, True, True, True]]])
    output, _ = scaled_dot_product(queries, keys, values, mask)
    torch.testing.assert_close(output, F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask))


def test_a_general_score_is_a_dot_with_projected_keys():
    torch.manual_seed(2)
    attention = GeneralAttention(3, 5).double()
    query, memory = torch.randn(1, 3).double(), torch.randn(1, 4, 5).double()
    scores = attention.scores(query, attention.project_keys(memory))
    torch.testing.assert_close(scores[0], memory[0] @ attention.W_a.weight.T @ query[0])


def test_heads_that_do_not_divide_the_size_are_refused():
    with pytest.raises(ValueError, match=r"divisor of the size 8, .* got 3"):
        SelfAttention(8, heads=3)
    with pytest.raises(ValueError, match="size 5 cannot be compared with keys of size 4"):
        scaled_dot_product(torch.zeros(1, 2, 5), torch.zeros(1, 2, 4), torch.zeros(1, 2, 4), torch.ones(1, 2, 2).bool())


def test_heads_are_scaled_unless_told_otherwise_and_no_larger_than_memory():
    assert MultiHeadAttention(8, 2).scaled and SelfAttention(8, 2).scaled
    with pytest.raises(ValueError, match="size: expected at most 1,000,000"):
        MultiHeadAttention(MOST_UNITS + 1, 1)
    with pytest.raises(ValueError, match="longest_source: expected at most 1,000,000"):
        LocationAttention(2, MOST_UNITS + 1)


def test_a_trace_of_local_attention_knows_where_it_looked():
    from course_lib.tracing import trace

    traced = trace(make("luong-local-p-feeding"), PAIRS[0].source, PAIRS[0].target)
    assert traced.centres is not None and traced.centres.shape == (5,)
    assert ((traced.centres > 0) & (traced.centres < 5)).all()
    assert trace(make("luong-dot"), PAIRS[0].source).centres is None


@pytest.mark.parametrize("S", [3, 40])
def test_what_a_window_holds_and_its_gradient_are_those_of_gather_to_the_bit(S):
    """Another way to look up rows is no other model: stored runs with local attention stay as they are."""
    torch.manual_seed(0)
    table = torch.randn(3, S, 8)[:, :, ::2].requires_grad_()
    index = torch.randint(S, (3, 5, 7))
    windows = _gather(table, index)
    expected = table.gather(1, index.flatten(1).unsqueeze(-1).expand(-1, -1, 4)).view(3, 5, 7, 4)
    slopes = torch.randn_like(windows)
    assert torch.equal(windows, expected)
    assert torch.equal(*(torch.autograd.grad(way, table, slopes)[0] for way in (windows, expected)))
