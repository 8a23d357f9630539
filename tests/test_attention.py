"""Attention: what would stay silent if the softmax, the mask or the sum were wrong."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck

from course_lib.attention import AdditiveAttention, Attended, Attention, masked_softmax, weighted_sum
from tests.oracles import reference

sizes = st.integers(1, 6)


def random_attention(H, M, A, seed):
    torch.manual_seed(seed)
    attention = AdditiveAttention(H, M, A).double()
    with torch.no_grad():
        attention.v_a.normal_()
    return attention


@st.composite
def masked_scores(draw):
    B, S = draw(sizes), draw(sizes)
    generator = torch.Generator().manual_seed(draw(st.integers(0, 10**6)))
    scores = torch.randn(B, S, generator=generator, dtype=torch.float64) * draw(st.sampled_from([0.1, 1.0, 50.0]))
    mask = torch.rand(B, S, generator=generator) < 0.6
    mask[:, draw(st.integers(0, S - 1))] = True
    return scores, mask


@given(masked_scores())
@settings(deadline=None)
def test_padding_gets_exactly_zero_and_the_rest_sums_to_one(case):
    scores, mask = case
    weights = masked_softmax(scores, mask)
    assert (weights[~mask] == 0).all()
    assert (weights >= 0).all()
    torch.testing.assert_close(weights.sum(-1), torch.ones(len(scores), dtype=torch.float64))


@given(masked_scores())
@settings(deadline=None)
def test_the_masked_softmax_is_the_softmax_of_the_real_positions_alone(case):
    scores, mask = case
    weights = masked_softmax(scores, mask)
    for row, keep, expected_in in zip(weights, mask, scores, strict=True):
        np.testing.assert_allclose(row[keep].numpy(), reference.softmax(expected_in[keep].numpy()), rtol=1e-12)


def test_a_score_at_a_padded_position_changes_nothing_however_large():
    scores = torch.tensor([[0.3, -0.2, 1e4], [0.3, -0.2, float("inf")]])
    mask = torch.tensor([[True, True, False]]).expand(2, 3)
    assert torch.equal(*masked_softmax(scores, mask))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_half_precision_masks_neither_overflow_nor_leak(dtype):
    scores = torch.tensor([[6e4, 1.0, 2.0]], dtype=torch.float32).clamp(max=torch.finfo(dtype).max).to(dtype)
    weights = masked_softmax(scores, torch.tensor([[False, True, True]]))
    assert weights[0, 0] == 0 and torch.isfinite(weights).all()
    torch.testing.assert_close(weights[0, 1:].float(), torch.tensor([0.2689, 0.7311]), atol=5e-3, rtol=0)


def test_a_row_of_padding_is_an_error_and_not_a_nan():
    with pytest.raises(ValueError, match="all padding"):
        masked_softmax(torch.zeros(2, 3), torch.tensor([[True, False, True], [False, False, False]]))


def test_a_mask_of_numbers_is_refused_since_its_meaning_is_a_guess():
    with pytest.raises(ValueError, match="boolean"):
        masked_softmax(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))


def test_the_context_takes_each_value_by_its_own_weight():
    weights = torch.tensor([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5]])
    values = torch.tensor([[[10.0, 0.0], [0.0, 10.0], [10.0, 10.0]], [[9.0, 9.0], [2.0, 4.0], [4.0, 8.0]]])
    expected = torch.tensor([[8.0, 3.0], [3.0, 6.0]])  # by hand: 0.7·10 + 0.1·10, 0.2·10 + 0.1·10; (2 + 4)/2, (4 + 8)/2
    torch.testing.assert_close(weighted_sum(weights, values), expected)


@given(st.tuples(sizes, sizes, sizes, sizes, sizes), st.integers(0, 10**6))
@settings(deadline=None, max_examples=50)
def test_additive_attention_is_the_papers_equation_written_with_loops(shape, seed):
    B, S, H, M, A = shape
    attention = random_attention(H, M, A, seed)
    query, memory = torch.randn(B, H).double(), torch.randn(B, S, M).double()
    mask = torch.ones(B, S, dtype=torch.bool)
    attended = attention(query, attention.project_keys(memory), memory, mask)
    for b in range(B):
        alpha, context = reference.attend(attention, query[b].numpy(), memory[b].numpy())
        np.testing.assert_allclose(attended.weights[b].detach().numpy(), alpha, rtol=1e-10)
        np.testing.assert_allclose(attended.context[b].detach().numpy(), context, rtol=1e-10, atol=1e-12)


def test_gradients_of_additive_attention_agree_with_finite_differences():
    attention = random_attention(3, 4, 5, seed=1)
    mask = torch.tensor([[True, True, False, True], [True, False, False, False]])

    def context(query, memory):
        return attention(query, attention.project_keys(memory), memory, mask).context

    query = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    memory = torch.randn(2, 4, 4, dtype=torch.float64, requires_grad=True)
    assert gradcheck(context, (query, memory))


def test_no_gradient_flows_into_padding():
    attention = random_attention(3, 4, 5, seed=2)
    memory = torch.randn(1, 3, 4, dtype=torch.float64, requires_grad=True)
    mask = torch.tensor([[True, True, False]])
    query = torch.randn(1, 3, dtype=torch.float64)
    attention(query, attention.project_keys(memory), memory, mask).context.sum().backward()
    assert (memory.grad[0, 2] == 0).all() and (memory.grad[0, :2] != 0).all()


def test_the_first_look_is_a_plain_average_because_v_a_starts_at_zero():
    attention = AdditiveAttention(3, 4, 5)
    memory, mask = torch.randn(1, 4, 4), torch.tensor([[True, True, True, False]])
    attended = attention(torch.randn(1, 3), attention.project_keys(memory), memory, mask)
    torch.testing.assert_close(attended.context, memory[:, :3].mean(1))


def test_a_score_that_is_told_of_no_coverage_asks_for_it():
    attention, memory = AdditiveAttention(3, 4, 5, coverage=True), torch.randn(1, 2, 4)
    with pytest.raises(ValueError, match="sum of the weights so far"):
        attention(torch.randn(1, 3), attention.project_keys(memory), memory, torch.ones(1, 2, dtype=torch.bool))


def test_an_attention_without_a_score_says_so():
    memory = torch.randn(1, 2, 3)
    with pytest.raises(NotImplementedError, match="Attention does not say how it scores"):
        Attention()(torch.randn(1, 3), memory, memory, torch.ones(1, 2, dtype=torch.bool))


def test_one_look_stands_side_by_side_with_itself():
    """A sentence of one step is a sentence."""
    look = Attended(torch.randn(2, 3), torch.rand(2, 3), torch.randn(2, 4), centre=torch.rand(2))
    again = Attended.side_by_side([look]).at(0)
    assert again.parts().keys() == look.parts().keys() == {"scores", "weights", "context", "centre"}
    assert all(torch.equal(part, again.parts()[name]) for name, part in look.parts().items())
