"""The Transformer: the paper's equations with loops, torch's modules as referees, and what is its own."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from course_lib.alignment import argmax_links
from course_lib.attention import MultiHeadAttention, causal_mask
from course_lib.decoders.vaswani import VaswaniDecoder, VaswaniDecoderLayer
from course_lib.encoders.positions import placed, sinusoids
from course_lib.encoders.vaswani import VaswaniEncoder, VaswaniEncoderLayer
from course_lib.evaluation import evaluate, evaluate_heads
from course_lib.finite import NotFiniteError
from course_lib.interventions import pinned, swapped
from course_lib.metrics import aer
from course_lib.models import build_model, vaswani2017
from course_lib.saved_models import load_model, save_model
from course_lib.seq2seq import Seq2Seq
from course_lib.traces import HeadLooks
from course_lib.tracing import head_looks, trace
from course_lib.training import TrainConfig, fit
from course_lib.vocabulary import BOS, EOS, UnknownTokenError
from tests.oracles import transformer as twin
from tests.oracles.copying import CORPUS, VOCABULARY
from tests.oracles.models import PAIRS, SOURCE, TARGET, batch, make, shaken

NAMES = ("vaswani", "vaswani-deep")
SWITCHED = ("vaswani-source-positions", "vaswani-target-positions-unscaled")


def ids(pair):
    return [*SOURCE.encode(pair.source), EOS], [BOS, *TARGET.encode(pair.target)]


def sources(pairs=PAIRS):
    given = batch(pairs)
    return given.source, given.source_lengths


# --- the paper


@pytest.mark.parametrize("name", [*NAMES, *SWITCHED])
@pytest.mark.parametrize("pair", PAIRS)
def test_the_transformer_is_the_papers_model_from_words_to_logits(name, pair):
    model, given = make(name), batch([pair])
    output, encoded = model(given), model.encode(given.source, given.source_lengths)
    logits, encoder_looks, own_looks, cross_looks = twin.vaswani(model, *ids(pair))
    np.testing.assert_allclose(output.logits[0].detach().numpy(), logits, rtol=1e-8)
    np.testing.assert_allclose(output.look.heads[0].detach().numpy(), cross_looks.transpose(2, 0, 1, 3), rtol=1e-8)
    np.testing.assert_allclose(output.weights[0].detach().numpy(), cross_looks[-1].mean(0), rtol=1e-8)
    np.testing.assert_allclose(model.encoder.looks(given.source)[0].detach().numpy(), encoder_looks, rtol=1e-8)
    np.testing.assert_allclose(model.decoder.looks(given.target_in, encoded)[0].detach().numpy(), own_looks, rtol=1e-8)


def test_a_layer_in_the_middle_reads_the_one_before_it_and_keys_of_its_own():
    """Of two layers the first is the one before, and what is too much of the keys is cut off at their end."""
    model, given = shaken(vaswani2017(SOURCE, TARGET, hidden=6, layers=3, heads=2), seed=0), batch(PAIRS[:1])
    contexts = []
    model.decoder.layers[-1].after_cross.register_forward_pre_hook(lambda _, told: contexts.append(told[1]))
    output = model(given)
    logits, *_ = twin.vaswani(model, *ids(PAIRS[0]))
    np.testing.assert_allclose(output.logits[0].detach().numpy(), logits, rtol=1e-8)
    assert torch.equal(output.look.context, contexts[0])


def test_unless_told_otherwise_both_sides_know_positions_scale_and_begin_with_no_state():
    encoder, decoder = VaswaniEncoder(len(SOURCE), 4, 2, 2, 4, 0.0), VaswaniDecoder(len(TARGET), 4, 2, 2, 4, 0.0)
    assert encoder.positions and decoder.positions
    assert all(part.scaled for side in (encoder, decoder) for part in side.modules() if hasattr(part, "scaled"))
    lone = VaswaniEncoderLayer(4, 2, 4, 0.0), VaswaniDecoderLayer(4, 2, 4, 0.0)
    assert lone[0].look.scaled and lone[1].own.scaled and lone[1].cross.scaled
    nothing = encoder(*sources()).initial.hidden
    assert nothing.shape == (2, len(PAIRS), 4) and not nothing.any()


def test_word_vectors_begin_as_large_as_their_positions_once_they_are_enlarged():
    torch.manual_seed(0)
    for side in (VaswaniEncoder(500, 64, 1, 2, 4, 0.0), VaswaniDecoder(500, 64, 1, 2, 4, 0.0)):
        assert side.embedding.weight[BOS:].std().item() == pytest.approx(64**-0.5, rel=0.05)


@pytest.mark.parametrize("size", [1, 2, 6, 7, 128])
def test_positions_are_the_sinusoids_of_the_formula_near_and_far(size):
    where = [0, 1, 2, 3, 50, 5000, 10**6]
    found = sinusoids(torch.tensor(where, dtype=torch.float64), size)
    np.testing.assert_allclose(found.numpy(), [twin.sinusoid(p, size) for p in where], atol=1e-9)


def test_a_word_is_placed_where_it_stands_and_not_where_the_call_begins():
    """Each step of a decoder reads one word: all of them stood at position 0."""
    vectors = torch.randn(2, 9, 6).double()
    together = placed(vectors)
    for p in range(9):
        torch.testing.assert_close(placed(vectors[:, p : p + 1], first=p), together[:, p : p + 1])
    torch.testing.assert_close(together[0, 4], 6**0.5 * vectors[0, 4] + torch.tensor(twin.sinusoid(4, 6)))


@pytest.mark.parametrize("heads", [1, 3])
def test_without_the_root_scores_are_the_bare_products(heads):
    """On scores of a few units the two are hard to tell apart by eye; a switch that does nothing would stay."""
    attention, inputs = MultiHeadAttention(6, heads, scaled=False).double(), torch.randn(2, 5, 6).double()
    _, weights = attention.attend(inputs, *attention.project(inputs), torch.ones(1, 1, 5, dtype=torch.bool))
    for n in range(heads):
        rows = slice(n * 6 // heads, (n + 1) * 6 // heads)
        query, key = attention.W_q.weight[rows], attention.W_k.weight[rows]
        expected = torch.softmax(inputs @ query.T @ key @ inputs.mT, -1)
        torch.testing.assert_close(weights[:, n], expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("positions", ["both", "source", "target", "none"])
def test_without_positions_a_source_is_a_bag_of_words(positions):
    """Its annotations are exchanged with its words, and the decoder cannot tell; a switch on the wrong side can."""
    order, pair = torch.tensor([3, 0, 5, 1, 2, 4, 6]), PAIRS[2]
    model = shaken(vaswani2017(SOURCE, TARGET, hidden=6, positions=positions), seed=0)
    given = batch([pair])
    moved = replace(given, source=given.source[:, order])
    one, other = (model.encode(sent.source, sent.source_lengths).memory for sent in (given, moved))
    same = torch.allclose(one[:, order], other, atol=1e-10)
    assert same == torch.allclose(model(given).logits, model(moved).logits, atol=1e-10)
    assert same == (positions in ("target", "none"))


@pytest.mark.parametrize("positions", ["both", "source", "target", "none"])
def test_without_positions_a_word_said_again_and_again_is_one_and_the_same(positions):
    """The decoder that has read one word t times knows t by its positions alone."""
    model = shaken(vaswani2017(SOURCE, TARGET, hidden=6, positions=positions), seed=0)
    encoded = model.encode(*sources(PAIRS[:1]))
    logits = model.decoder(torch.tensor([[5, 5, 5, 5]]), encoded).logits[0]
    same = torch.allclose(logits, logits[:1].expand_as(logits), atol=1e-10)
    assert same == (positions in ("source", "none"))


def test_a_switched_transformer_is_called_by_its_switches():
    def name(**options):
        return vaswani2017(SOURCE, TARGET, hidden=6, **options).name

    assert name() == "Vaswani" and name(scaled=False) == "Vaswani, unscaled"
    assert name(positions="target") == "Vaswani, positions: target"
    assert name(positions="none", scaled=False) == "Vaswani, positions: none, unscaled"
    with pytest.raises(ValueError, match=r"positions: expected one of 'both', 'source', 'target', 'none', got True"):
        name(positions=True)
    with pytest.raises(ValueError, match="scaled: expected True or False, got 'no'"):
        name(scaled="no")


# --- torch's modules


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_of_the_encoder_is_torchs(name):
    layer = make(name).encoder.layers[-1]
    inputs, mask = torch.randn(3, 6, 6).double(), torch.ones(3, 6, dtype=torch.bool)
    mask[1, 4:], mask[2, 1:] = False, False
    ours, _ = layer(inputs, mask)
    theirs = twin.torchs_encoder_layer(layer)(inputs, src_key_padding_mask=~mask)
    torch.testing.assert_close(ours[mask], theirs[mask], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_of_the_decoder_is_torchs(name):
    layer = make(name).decoder.layers[-1]
    inputs, memory, mask = torch.randn(3, 5, 6).double(), torch.randn(3, 4, 6).double(), torch.ones(3, 4) > 0
    mask[1, 2:], mask[2, 1:] = False, False
    ours = layer(inputs, inputs.new_zeros(3, 0, 12), (*layer.cross.project(memory), mask))
    theirs = twin.torchs_decoder_layer(layer)(
        inputs, memory, tgt_mask=torch.ones(5, 5).triu(1) > 0, memory_key_padding_mask=~mask
    )
    torch.testing.assert_close(ours.vectors, theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_the_whole_is_torchs_transformer_with_padding_on_both_sides(name):
    model, given = make(name), batch()
    T = given.target_in.shape[1]
    vectors = twin.torchs_transformer(model)(
        placed(model.encoder.embedding(given.source)),
        placed(model.decoder.embedding(given.target_in)),
        tgt_mask=torch.ones(T, T).triu(1) > 0,
        src_key_padding_mask=~given.source_mask,
        memory_key_padding_mask=~given.source_mask,
    )
    output = model(given)
    torch.testing.assert_close(output.states, vectors, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(output.logits, model.decoder.output(vectors), rtol=1e-10, atol=1e-10)


# --- what may be seen


def test_each_of_the_last_positions_sees_itself_and_all_before_it():
    for before in range(3):
        mask = causal_mask(3, before + 3, torch.device("cpu"))
        assert mask.tolist() == [[j <= before + i for j in range(before + 3)] for i in range(3)]


@pytest.mark.parametrize("name", NAMES)
def test_padding_is_seen_by_no_head_of_any_layer(name):
    model, given = make(name), batch()
    everywhere = [model.encoder.looks(given.source).movedim(3, 1), model(given).look.heads]  # (B, ·, L, N, S)
    for looks in everywhere:
        torch.testing.assert_close(looks.sum(-1), torch.ones_like(looks[..., 0]))
        for row, mask in zip(looks, given.source_mask, strict=True):
            assert row[..., ~mask].eq(0).all() and row[..., mask].gt(0).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_state_is_what_was_said_and_nothing_of_the_source(name):
    """Told of another sentence before the first word, the decoder translates that one."""
    model = make(name)
    for other in (PAIRS[0].source, PAIRS[1].source):
        (expected,) = model.translate([other], max_length=6)
        with swapped(model, other, step=0):
            (found,) = model.translate([PAIRS[2].source], max_length=6)
        assert found.tokens == expected.tokens and found.log_prob == pytest.approx(expected.log_prob)


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_move_take_along_all_that_they_said_and_where_they_stand(name):
    """A beam that leaves keys and values where they are makes a hypothesis of one prefix and another's last word."""
    model, rows = make(name), torch.tensor([2, 0, 0])
    encoded = model.encode(*sources())
    state = model.decoder.initial_state(encoded)
    for word in (4, 5, 6):
        state = model.decoder.step(torch.tensor([word, word + 1, word + 2]), state, encoded).state
    assert state.steps == 3 and state.said.shape[2] == 3
    last = torch.tensor([4, 5, 6])
    picked = model.decoder.step(last[rows], state.select(rows), encoded.select(rows))
    torch.testing.assert_close(picked.logits, model.decoder.step(last, state, encoded).logits[rows])


# --- traces, files, refusals


@pytest.mark.parametrize("name", NAMES)
def test_a_trace_shows_the_mean_of_the_last_layer_and_every_head_by_itself(name):
    model, pair = make(name), PAIRS[0]
    traced = trace(model, pair.source, pair.target)
    heads = model.decoder.layers[0].cross.heads
    assert traced.heads.shape == (5, len(model.decoder.layers), heads, 5)
    np.testing.assert_allclose(traced.weights, traced.heads[:, -1].mean(1), rtol=1e-5)
    for layer, one in enumerate(np.moveaxis(traced.heads, 1, 0)):
        for head in range(heads):
            alone = traced.of_head(layer, head)
            assert np.array_equal(alone.weights, one[:, head]) and alone.target == traced.target
            np.testing.assert_allclose(np.exp(alone.scores), alone.weights, rtol=1e-5)
    padded = trace(model, pair.source, pair.target, padding=2).of_head(0, 1)
    assert np.isneginf(padded.scores[:, -2:]).all() and (padded.weights[:, -2:] == 0).all()


LINKED = [
    replace(pair, sure=frozenset({(j, j) for j in range(2)}), possible=frozenset({(0, 1), (1, 0), (0, 0), (1, 1)}))
    for pair in (PAIRS[2], PAIRS[1], PAIRS[0], PAIRS[2])
]


@pytest.mark.parametrize("batch_size", [1, 2, 64])
def test_each_head_is_scored_as_its_own_trace_is_in_the_order_of_the_pairs(batch_size):
    """Sentences of several lengths share no batch and no order: a head scored by another sentence's links looks poor.

    With an interval, for it draws pairs by their places.
    """
    model = make("vaswani-deep")
    found = evaluate_heads(model.train(), LINKED, batch_size, bootstrap=50)
    assert list(found) == [(layer, head) for layer in range(2) for head in range(3)] and model.training
    traces = [trace(model, pair.source, pair.target) for pair in LINKED]
    for (layer, head), score in found.items():
        links = [argmax_links(one.of_head(layer, head).weights, len(one.source) - 1) for one in traces]
        assert score == aer(links, [pair.sure for pair in LINKED], [pair.possible for pair in LINKED], bootstrap=50)


def test_a_pair_in_which_nothing_is_linked_stands_in_no_head_s_way():
    nothing = replace(LINKED[0], sure=frozenset(), possible=frozenset())
    assert len(evaluate_heads(make("vaswani-deep"), [nothing, *LINKED])) == 6


def test_heads_are_not_read_off_nan_weights():
    model = make("vaswani")
    with torch.no_grad():
        for parameter in model.decoder.parameters():
            parameter.fill_(torch.nan)
    with pytest.raises(NotFiniteError, match="attention weights"):
        evaluate_heads(model, LINKED)


def test_heads_without_gold_links_and_models_without_heads_are_refused():
    with pytest.raises(ValueError, match="There is nothing to evaluate"):
        evaluate_heads(make("vaswani"), [])
    without = [LINKED[0], replace(LINKED[1], sure=None, possible=None)]
    nothing = [replace(pair, sure=frozenset(), possible=frozenset()) for pair in LINKED]
    for pairs in (without, nothing):
        with pytest.raises(ValueError, match="expected them with every pair, got pairs without"):
            evaluate_heads(make("vaswani"), pairs)
    for name in ("bahdanau", "cho"):
        with pytest.raises(ValueError, match=r"Heads are a Transformer's, .* has none"):
            evaluate_heads(make(name), LINKED)


def test_a_head_that_is_not_there_is_told_which_are():
    traced = trace(make("vaswani"), PAIRS[0].source)
    with pytest.raises(ValueError, match="layer: expected at most 0, got 1"):
        traced.of_head(1, 0)
    with pytest.raises(ValueError, match="head: expected 0 or more, got -1"):
        traced.of_head(0, -1)
    with pytest.raises(ValueError, match="this trace is of 'Bahdanau'"):
        trace(make("bahdanau"), PAIRS[0].source).of_head(0, 0)
    with pytest.raises(ValueError, match=r"heads: expected shape \(\d+, layers, heads, 5\)"):
        replace(traced, heads=traced.heads[..., :-1])


@pytest.mark.parametrize("unfinished", [False, True])
def test_all_looks_of_a_sentence_are_those_of_the_layers_in_their_order(unfinished):
    """Rows of one look under the name of another, or words one place off, would still look like looks."""
    model, pair = make("vaswani-target-positions-unscaled"), PAIRS[2]
    target = None if unfinished else pair.target
    looks = head_looks(model, pair.source, target)
    seen = trace(model, pair.source, target)
    assert seen.finished != unfinished  # untrained, it goes on until it is stopped
    _, among, own, cross = twin.vaswani(model, ids(pair)[0], [BOS, *TARGET.encode(seen.target[:-1])])
    source, said = (*pair.source, "</s>"), ("<s>", *seen.target[:-1])
    of_decoder = [
        (f"decoder, {whom}, layer {layer + 1}", seen.target, asked, weights[layer])
        for layer in range(2)
        for whom, asked, weights in (("own words", said, own), ("source", source, cross))
    ]
    expected = [*((f"encoder, layer {n + 1}", source, source, among[n]) for n in range(2)), *of_decoder]
    for look, (name, asking, asked, weights) in zip(looks, expected, strict=True):
        assert (look.name, look.asking, look.asked) == (name, asking, asked)
        np.testing.assert_allclose(look.weights, weights, atol=1e-6)
        if "own" in name:
            assert not np.triu(look.weights, 1).any()


def test_words_that_the_model_does_not_know_are_looked_at_as_unknown_ones():
    looks = head_looks(make("vaswani"), ("the", "ox"), ("le", "bœuf"), unknown="unk")
    assert looks[0].asked == ("the", "ox (<unk>)", "</s>") == looks[2].asked
    assert looks[1].asked == ("<s>", "le", "<unk>") and looks[1].asking == ("le", "<unk>", "</s>")
    with pytest.raises(UnknownTokenError):
        head_looks(make("vaswani"), ("the", "ox"))


def test_only_a_transformer_has_looks_by_head():
    with pytest.raises(ValueError, match="'Bahdanau' has none"):
        head_looks(make("bahdanau"), PAIRS[0].source)
    half = Seq2Seq("half", make("vaswani").encoder, make("bahdanau").decoder, SOURCE, TARGET)
    with pytest.raises(ValueError, match="'half' has none"):
        head_looks(half, PAIRS[0].source)


def test_looks_that_do_not_fit_their_words_are_refused():
    words, weights = ("a", "b"), np.full((3, 2, 2), 0.5)
    assert HeadLooks("one", words, words, weights).weights.shape == (3, 2, 2)
    for asking, asked, given in ((words, ("a",), weights), (("a",), words, weights), (words, words, weights[0])):
        with pytest.raises(ValueError, match=r"weights: expected shape \(heads, \d, \d\)"):
            HeadLooks("one", asking, asked, given)
    with pytest.raises(ValueError, match="none of them 0, got"):
        HeadLooks("none", words, words, weights[:0])
    with pytest.raises(NotFiniteError, match="weights"):
        HeadLooks("lost", words, words, weights * np.nan)


@pytest.mark.parametrize("heads", [1, 2, 3])
def test_the_number_of_heads_comes_back_with_a_saved_model(tmp_path, heads):
    """The weights of every number of heads fit every other."""
    options = {"hidden": 6, "heads": heads, "inner": 5}
    torch.manual_seed(1)
    saved = build_model("vaswani", SOURCE, TARGET, **options)
    save_model(tmp_path, saved, "vaswani", options)
    loaded = load_model(tmp_path)
    assert torch.equal(loaded.eval()(batch()).logits, saved.eval()(batch()).logits)


def test_a_state_without_a_record_is_refused():
    model = make("vaswani")
    encoded = model.encode(*sources())
    with pytest.raises(ValueError, match=r"no record of what was said. Start from initial_state"):
        model.decoder.step(torch.tensor([BOS] * 3), encoded.initial, encoded)


def test_heads_that_do_not_divide_the_units_are_refused():
    with pytest.raises(ValueError, match=r"heads: expected a divisor of the size 6, .* got 4"):
        vaswani2017(SOURCE, TARGET, hidden=6, heads=4)
    with pytest.raises(ValueError, match=r"heads: expected a divisor of the size 2, .* got 3"):
        MultiHeadAttention(2, 3)


def test_one_look_that_is_many_is_not_pinned():
    with pytest.raises(ValueError, match="vaswani2017 looks once in each layer and head"), pinned(make("vaswani"), 0):
        pass


# --- sizes, and that it learns


def test_a_transformer_is_built_as_it_was_ordered():
    model = vaswani2017(SOURCE, TARGET, hidden=8, layers=3, heads=4, inner=5)
    for part in (model.encoder, model.decoder):
        assert len(part.layers) == 3 and {layer.feed.W_1.out_features for layer in part.layers} == {5}
    attentions = [module for module in model.modules() if isinstance(module, MultiHeadAttention)]
    assert len(attentions) == 3 + 2 * 3 and {one.heads for one in attentions} == {4}
    assert vaswani2017(SOURCE, TARGET, hidden=8).encoder.layers[0].feed.W_1.out_features == 32


def test_a_transformer_learns_to_copy_and_looks_where_it_copies_from():
    torch.manual_seed(0)
    model = vaswani2017(VOCABULARY, VOCABULARY, hidden=32, layers=1, heads=2, inner=64)
    config = TrainConfig(steps=250, batch_size=32, learning_rate=5e-3, validate_every=None, progress=False)
    history = fit(model, CORPUS, config)
    found = evaluate(model, CORPUS.test)
    assert history.losses[-1] < 0.1 * history.losses[0]
    assert found.exact_match.value > 80 and found.alignment.aer < 25, found
