"""The loops that our times are held against: those said to compute what ours do, do; and all of them learn."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import torch
from torch import nn

from course_lib.batching import collate
from course_lib.corpora import SentencePair, load
from course_lib.models import bahdanau2014
from course_lib.seq2seq import Seq2Seq

E, H = 6, 8
LOOPS: dict[str, dict[str, Any]] = {
    "PlainLoop": {},
    "PackedLoop": {},
    "TutorialLoop": {"dropout": 0.0, "teacher_forcing": 1.0},
    "AnnotatedLoop": {},
}
"""Name of a loop -> its options here."""
CORPUS = load("reversal", size=200, seed=1)


@pytest.fixture
def loops(script_of: Callable[[str], Any]) -> Any:
    return script_of("reference_loops")


@pytest.fixture
def built(loops: Any) -> Callable[..., nn.Module]:
    """Make the loop of a name, in its sizes here."""

    def build(name: str, **options: Any) -> nn.Module:
        return getattr(loops, name)(*sizes(), E, H, **{**LOOPS[name], **options})

    return build


def ours(v_a: float = 1.0) -> Seq2Seq:
    """Return a model of ours with a score that is not flat: as built, every look is a plain average."""
    torch.manual_seed(3)
    model = bahdanau2014(*CORPUS.vocabularies(), embedding=E, hidden=H).double()
    nn.init.normal_(model.decoder.attention.v_a, std=v_a)
    return model


def batch_of(pairs: list[SentencePair]):
    return collate(pairs, *CORPUS.vocabularies())


def one_length(length: int = 5) -> list[SentencePair]:
    return [pair for pair in CORPUS.train if len(pair.source) == length][:4]


def mixed() -> list[SentencePair]:
    """Pairs of several lengths, the longest source first, as packing wants them."""
    pairs = sorted(CORPUS.train[:6], key=lambda pair: len(pair.source), reverse=True)
    assert len({len(pair.source) for pair in pairs}) > 2
    return pairs


def sizes() -> tuple[int, int]:
    source, target = CORPUS.vocabularies()
    return len(source), len(target)


class TestSameMechanism:
    @pytest.mark.parametrize(
        ("name", "pairs"), [("PlainLoop", one_length()), ("PackedLoop", one_length()), ("PackedLoop", mixed())]
    )
    def test_a_loop_said_to_compute_what_ours_does_computes_something_else(self, built, name, pairs):
        """A ratio of times would then compare two models, and say nothing about habits."""
        model = ours()
        taken = built(name).double().take(model)
        batch = batch_of(pairs)
        real = batch.target_mask
        torch.testing.assert_close(taken.logits(batch)[real], model(batch).logits[real])
        torch.testing.assert_close(taken.loss(batch).total, model.loss(batch).total)
        assert taken.loss(batch).tokens == model.loss(batch).tokens

    @pytest.mark.parametrize("name", ["PlainLoop", "PackedLoop"])
    def test_a_loop_of_equal_logits_has_other_gradients(self, built, name):
        model = ours()
        taken = built(name).double().take(model)
        batch = batch_of(one_length())
        taken.loss(batch).mean.backward()
        model.loss(batch).mean.backward()
        torch.testing.assert_close(taken.words.weight.grad, model.decoder.readout.W_o.weight.grad)
        torch.testing.assert_close(taken.source_embedding.weight.grad, model.encoder.embedding.weight.grad)

    def test_a_loop_has_weights_that_ours_does_not_have(self, built):
        model = ours()
        count = sum(weight.numel() for weight in model.parameters())
        for name in ("PlainLoop", "PackedLoop"):
            assert sum(weight.numel() for weight in built(name).parameters()) == count


class TestMechanismOfTutorials:
    def test_the_looks_of_the_tutorials_are_not_additive(self, built):
        """Both weigh annotations by Bahdanau's score: with our weights copied in, their looks are ours."""
        score = ours().decoder.attention
        state, annotations = torch.randn(3, H).double(), torch.randn(3, 5, 2 * H).double()
        mask = torch.ones(3, 5, dtype=torch.bool)
        expected = score(state, score.project_keys(annotations), annotations, mask).weights
        tutorial = built("TutorialLoop").double()
        with torch.no_grad():
            tutorial.energy.weight.copy_(torch.cat((score.W_a.weight, score.U_a.weight), dim=1))
            tutorial.energy.bias.zero_()
            tutorial.v.weight.copy_(score.v_a[None])
        torch.testing.assert_close(tutorial._weights(state, annotations), expected)

    def test_padding_moves_the_annotated_loop(self, built):
        """It packs and masks: a sentence has the same scores alone and beside a longer one."""
        loop = built("AnnotatedLoop").double()
        pairs = mixed()
        alone, together = batch_of(pairs[-1:]), batch_of(pairs)
        width = alone.target_in.shape[1]
        torch.testing.assert_close(loop.logits(together)[-1:, :width], loop.logits(alone))

    def test_the_tutorial_reads_its_own_words_at_half_of_the_steps(self, built):
        """At 0 it reads none of the true words but the first: another target gives the same scores."""
        loop = built("TutorialLoop", teacher_forcing=0.0)
        first, second = one_length()[:2]
        other = SentencePair(first.source, second.target)
        assert first.target != second.target
        assert torch.equal(loop.logits(batch_of([first])), loop.logits(batch_of([other])))
        forced = built("TutorialLoop")
        assert not torch.equal(forced.logits(batch_of([first])), forced.logits(batch_of([other])))


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_does_not_learn(built, name):
    """What does not learn may leave out work that learning needs."""
    torch.manual_seed(1)
    loop = built(name)
    batch = batch_of(mixed())
    optimiser = torch.optim.Adam(loop.parameters(), lr=0.02)
    first = loop.loss(batch).mean.item()
    for _ in range(40):
        optimiser.zero_grad()
        loop.loss(batch).mean.backward()
        optimiser.step()
    assert loop.loss(batch).mean.item() < first / 2
    assert all(weight.grad is not None for weight in loop.parameters())


class TestBatches:
    @pytest.mark.parametrize("name", ["shuffled_batches", "sorted_batches"])
    def test_a_pair_is_read_twice_or_never(self, loops, name):
        fill = getattr(loops, name)
        batches = fill(CORPUS.train, 7, seed=2)
        assert sorted(k for batch in batches for k in batch) == list(range(len(CORPUS.train)))
        assert batches != fill(CORPUS.train, 7, seed=3)

    def test_sorted_batches_hold_as_much_padding_as_shuffled_ones(self, loops):
        draw = Random(1)
        pairs = [SentencePair(("a",) * draw.randint(1, 30), ("b",) * draw.randint(1, 30)) for _ in range(2_000)]

        def real(batches: list[list[int]]) -> float:
            lengths = [[len(pairs[k].source) for k in batch] for batch in batches]
            return sum(map(sum, lengths)) / sum(max(row) * len(row) for row in lengths)

        assert real(loops.sorted_batches(pairs, 16, seed=1)) > 0.95 > 0.7 > real(loops.shuffled_batches(pairs, 16, 1))

    def test_packing_meets_a_longer_source_after_a_shorter_one(self, loops):
        for batch in loops.sorted_batches(CORPUS.train, 7, seed=2):
            lengths = [len(CORPUS.train[k].source) for k in batch]
            assert lengths == sorted(lengths, reverse=True)
