"""Properties of every model that whole kinds of bugs break: each kills what single examples let live."""

import inspect
import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.alignment import argmax_links
from course_lib.batching import collate, encode_sources, epoch_batches
from course_lib.corpora.pairs import SentencePair
from course_lib.corpora.splits import draw_splits, split_by_source, split_of
from course_lib.evaluation import evaluate, evaluate_by_length, translations
from course_lib.metrics import aer, bleu, exact_match
from course_lib.models import CONSTRUCTORS, bahdanau2014, luong2015, sutskever2014
from course_lib.seq2seq import Seq2Seq, default_max_length
from course_lib.tracing import trace
from course_lib.vocabulary import BOS, EOS, PAD, UNK, UnknownTokenError, Vocabulary
from course_lib.widgets import explorer
from tests.oracles import reference
from tests.oracles.models import (
    ATTENDING,
    MAKERS,
    PAIRS,
    RECURRENT,
    SOURCE,
    TARGET,
    bahdanau,
    batch,
    luong,
    make,
    shaken,
)
from tests.oracles.pictures import CELLS, WORDS, captioner
from tests.oracles.pictures import PAIRS as SCENES

# --- dropout


def leaving_out(model: Seq2Seq, part: nn.Module) -> Seq2Seq:
    """Return ``model`` in training mode, with nothing let through by the dropouts of ``part``."""
    model.train()
    for dropout in (module for module in part.modules() if isinstance(module, nn.Dropout)):
        dropout.p = 1.0
    return model


@pytest.mark.parametrize("name", [*MAKERS, "captioner"])
def test_dropout_stands_before_every_readout_and_on_every_target_word(name):
    """With all of it left out, nothing reaches the logits but their bias, and no target word the states."""
    model = captioner(gated=True) if name == "captioner" else make(name)
    pairs, vocabulary = (SCENES[:2], WORDS) if name == "captioner" else (PAIRS[:2], TARGET)
    leaving_out(model, model.decoder)
    given = collate(pairs, model.source_vocabulary, vocabulary)
    others = replace(given, target_in=torch.where(given.target_in > UNK, 4, given.target_in))
    states = []
    for target in (given, others):
        torch.manual_seed(0)  # hard attention draws
        output = model(target)
        torch.testing.assert_close(output.logits, output.logits[:1, :1].expand_as(output.logits))
        states.append(output.states)
    torch.testing.assert_close(*states)
    step, state = model.stepper(given.source, given.source_lengths)
    torch.testing.assert_close(step(given.target_in[:, 0], state).logits, output.logits[:, 0])


@pytest.mark.parametrize("name", MAKERS)
def test_dropout_stands_on_every_source_word(name):
    model = make(name)
    leaving_out(model, model.encoder)
    one, other = (encode_sources([words], SOURCE) for words in (("the", "black", "cat"), ("cats", "sees", "dog")))
    first, second = model.encoder(*one), model.encoder(*other)
    torch.testing.assert_close(first.initial.hidden, second.initial.hidden)
    if first.memory is not None:
        torch.testing.assert_close(first.memory, second.memory)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_the_dropout_asked_for_reaches_every_part_and_lies_between_layers(name, layers):
    make_one = CONSTRUCTORS[name]
    if layers == 2 and "layers" not in inspect.signature(make_one).parameters:
        pytest.skip("This paper's model has one layer.")
    deep = {"layers": layers} if layers == 2 else {}
    source = CELLS if name == "xu" else SOURCE
    sizes = {"hidden": 6} if name == "vaswani" else {"embedding": 5, "hidden": 6}
    model = make_one(source, TARGET, dropout=0.3, **sizes, **deep)
    # a Transformer has one behind each of its sublayers too: two in the encoder, three in the decoder
    wanted = {"xu": 1, "vaswani": 2 + 2 * (2 + 3)}.get(name, 2)
    assert [module.p for module in model.modules() if isinstance(module, nn.Dropout)] == [0.3] * wanted
    for rnn in (module for module in model.modules() if isinstance(module, nn.RNNBase)):
        assert (rnn.num_layers, rnn.dropout) == (layers, 0.3 if layers == 2 else 0.0)


@pytest.mark.parametrize("name", MAKERS)
def test_padding_has_no_vector_of_its_own_and_learns_none(name):
    """Where padding is read by mistake, a vector of zeros does the least harm; and no draw begins with it."""
    model = MAKERS[name](embedding=5, hidden=6)
    for part in (model.encoder, model.decoder):
        assert part.embedding.weight[PAD].eq(0).all() and part.embedding.weight[BOS:].ne(0).all()
        part.embedding(torch.tensor([PAD, EOS])).sum().backward()
        assert part.embedding.weight.grad[PAD].eq(0).all() and part.embedding.weight.grad[EOS].eq(1).all()


# --- what is handed over, what asks, what is read


@pytest.mark.parametrize("name", [name for name in ATTENDING if name in RECURRENT])
def test_the_state_handed_over_is_what_the_last_words_of_each_direction_say(name):
    model, given = make(name), batch()
    encoded = model.encoder(given.source, given.source_lengths)
    for b, n in enumerate(given.source_lengths.tolist()):
        memory, hidden = encoded.memory[b], encoded.initial.hidden[:, b]
        if model.encoder.direction != "bidirectional":
            torch.testing.assert_close(hidden[-1], memory[n - 1])
            continue
        forwards, backwards = memory.chunk(2, dim=-1)
        ends = (forwards[n - 1], backwards[0])
        torch.testing.assert_close(tuple(hidden) if name.startswith("bahdanau") else hidden[-1].chunk(2), ends)


DEPARTURES = [
    dict(zip(("query", "initial", "readout", "read_state", "coverage", "hard"), chosen, strict=True))
    for chosen in product(
        *(("before", "after"), ("backward", "both"), ("maxout", "linear"), ("query", "before")), *[(False, True)] * 2
    )
]


@pytest.mark.parametrize("options", DEPARTURES, ids=lambda options: " ".join(map(str, options.values())))
def test_every_departure_of_bahdanau_is_its_equation_and_no_other(options):
    """s_0, the query, the coverage, the annotation taken, what the cell reads and what is read out: all sixty-four."""
    model, given = shaken(bahdanau(embedding=5, hidden=6, **options), seed=0), batch(PAIRS[:1])
    decoder, attention = model.decoder, model.decoder.attention
    align = attention.align if options["hard"] else attention
    with torch.no_grad():
        memory = model.encode(given.source, given.source_lengths).memory  # (1, S, 2H)
        output, words = model(given), decoder.embedding(given.target_in)
        forwards, backwards = memory.chunk(2, dim=-1)
        ends = [backwards[:, 0]] if options["initial"] == "backward" else [forwards[:, -1], backwards[:, 0]]
        s, c, seen = torch.tanh(decoder.W_s(torch.cat(ends, -1))), torch.zeros_like(memory[:, 0]), 0.0
        for i in range(words.shape[1]):
            y, before = decoder.cell.W(words[:, i]), s
            if options["query"] == "after":
                s = decoder.cell(y, before, c)
            query = before if options["query"] == "before" else s
            keys = align.U_a(memory) + (seen * align.w_c if options["coverage"] else 0.0)
            e = torch.tanh(align.W_a(query).unsqueeze(1) + keys) @ align.v_a
            a = torch.softmax(e, -1)
            c = memory[:, int(a.argmax())] if options["hard"] else (a.unsqueeze(1) @ memory).squeeze(1)
            seen = seen + a.unsqueeze(-1)
            if options["query"] == "before":
                s = decoder.cell(y, before, c)
            read = before if options["read_state"] == "before" else query
            torch.testing.assert_close(output.look.scores[:, i], e)
            torch.testing.assert_close(output.look.context[:, i], c)
            torch.testing.assert_close(output.states[:, i], s)
            torch.testing.assert_close(output.logits[:, i], decoder.readout(read, words[:, i], c))


@pytest.mark.parametrize("options", [{"score": "dot"}, {"score": "general", "input_feeding": True}], ids=str)
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_window_predicted_at_either_end_stays_on_the_sentence(sign, options):
    """p_t = S σ(…) comes as near to S as it likes; position S - 1 is the last."""
    model = shaken(luong(embedding=5, hidden=6, local="predictive", window=1, **options), seed=0)
    with torch.no_grad():
        model.decoder.attention.W_p.weight.zero_()
        model.decoder.rnn.bias_hh_l0.add_(1.0)  # states are above zero somewhere
        model.decoder.attention.W_p.weight[0] = 1.0
        model.decoder.attention.v_p.zero_()
    for pair in PAIRS:
        source, target = [*SOURCE.encode(pair.source), EOS], [1, *TARGET.encode(pair.target)]
        for scale in (3.0, 300.0):
            with torch.no_grad():
                model.decoder.attention.v_p[0] = sign * scale
            output = model(batch([pair]))
            logits, weights = reference.luong(model, source, target)
            np.testing.assert_allclose(output.weights[0].detach().numpy(), weights, rtol=1e-8, atol=1e-14)
            np.testing.assert_allclose(output.logits[0].detach().numpy(), logits, rtol=1e-8)
    centres = output.look.centre
    assert (centres > len(source) - 0.5).any() or (centres < 0.5).any()


# --- lengths and limits


def endless(name: str) -> Seq2Seq:
    """Return a model that never writes ``</s>``."""
    model = make(name)
    step = model.decoder.step

    def never(previous, state, encoded):
        output = step(previous, state, encoded)
        output.logits[:, EOS] = -1e6
        return output

    model.decoder.step = never
    return model


@pytest.mark.parametrize("name", ["fixed", "bahdanau", "luong-local-m", "xu-over-words"])
def test_a_translation_has_room_for_twice_its_source_and_ten_words_more_and_no_other(name):
    model = endless(name)
    sentences = [["cats"], ["the", "cat", "sleeps"]]
    for translation in model.translate(sentences):
        assert (len(translation.tokens), translation.finished) == (2 * 3 + 10, False)
    (alone,) = model.translate(sentences[:1])
    assert (len(alone.tokens), alone.finished) == (2 * 1 + 10, False)
    (beam,) = model.beam_search(sentences[:1], 2)
    assert (len(beam.hypotheses[0].tokens), beam.hypotheses[0].finished) == (12, False)
    assert [default_max_length(n) for n in (1, 5)] == [12, 20]
    for width in (1, 2):
        assert [len(t.tokens) for t in model.translate(sentences, max_length=4, beam=width)] == [4, 4]
    assert len(model.translate(sentences, beam=2)[0].tokens) == 16


@pytest.mark.parametrize("limit", [None, 1, 4])
@pytest.mark.parametrize("name", ["fixed", "bahdanau", "luong-local-m", "xu-over-words"])
def test_a_trace_that_was_cut_off_says_so_and_ends_where_the_translation_ends(name, limit):
    model, words = endless(name), ["the", "cat", "sleeps"]
    traced = trace(model, words, max_length=limit, padding=2)
    (translation,) = model.translate([words], max_length=limit)
    assert not traced.finished and not traced.forced
    assert len(translation.tokens) == (16 if limit is None else limit)
    assert traced.target[: len(translation.tokens)] == translation.tokens and "</s>" not in traced.target
    assert len(traced.target) == len(translation.tokens) + 1  # the step at which </s> could still have come
    given = trace(model, words, ["le"])
    assert given.finished and given.forced


# --- unknown words


SMALL = Vocabulary.build([("cat", "the")])


@pytest.mark.parametrize("side", ["source", "target"])
def test_an_unknown_word_on_either_side_raises_unless_it_may_be_unk(side):
    vocabularies = (SMALL, TARGET) if side == "source" else (SOURCE, SMALL)
    pairs = [SentencePair(("cat", "sees", "the"), ("le", "chat"))] if side == "source" else [PAIRS[0]]
    with pytest.raises(UnknownTokenError):
        collate(pairs, *vocabularies)
    with pytest.raises(UnknownTokenError):
        collate(pairs, *vocabularies, unknown="error")
    made = collate(pairs, *vocabularies, unknown="unk")
    ids, words, known = (
        (made.source, pairs[0].source, SMALL) if side == "source" else (made.target_out, pairs[0].target, SMALL)
    )
    expected = [known.tokens.index(word) if word in known else UNK for word in words]
    assert ids[0, : len(words)].tolist() == expected and UNK in expected
    other = made.target_out if side == "source" else made.source
    assert UNK not in other


DOORS = {
    "translate": lambda model, pair, **options: model.translate([pair.source], 3, **options),
    "translate with a beam": lambda model, pair, **options: model.translate([pair.source], 3, beam=2, **options),
    "beam_search": lambda model, pair, **options: model.beam_search([pair.source], 2, 3, **options),
    "trace": lambda model, pair, **options: trace(model, pair.source, max_length=3, **options),
    "a given trace": lambda model, pair, **options: trace(model, pair.source, pair.target, **options),
    "evaluate": lambda model, pair, **options: evaluate(model, [pair], **options),
    "evaluate_by_length": lambda model, pair, **options: evaluate_by_length(model, [pair], [(1, 9)], **options),
    "translations": lambda model, pair, **options: translations(model, [pair], **options),
    "collate": lambda model, pair, **options: collate([pair], SOURCE, TARGET, **options),
    "explorer": lambda model, pair, **options: explorer(model, [list(pair.source)], **options),
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_asks_what_to_do_with_an_unknown_word(door):
    model, call = make("bahdanau"), DOORS[door]
    strange = SentencePair(("the", "zebra"), ("le", "chat"))
    with pytest.raises(UnknownTokenError, match="'zebra' is not among"):
        call(model, strange)
    with pytest.raises(UnknownTokenError, match="'zebra' is not among"):
        call(model, strange, unknown="error")
    assert call(model, strange, unknown="unk")
    with pytest.raises(ValueError, match="unknown: expected one of 'error', 'unk', got 'skip'"):
        call(model, strange, unknown="skip")


def test_unk_in_a_translation_is_always_wrong_though_the_reference_has_unknown_words():
    """References given ``<unk>`` too made of a model that writes nothing else one of BLEU 28.65."""
    model = sutskever2014(SOURCE, TARGET, embedding=5, hidden=6)
    with torch.no_grad():
        model.decoder.output.weight.zero_()
        model.decoder.output.bias.zero_()
        model.decoder.output.bias[UNK] = 5.0
    strange = [SentencePair(pair.source, tuple(f"x{word}" for word in pair.target)) for pair in PAIRS]
    found = evaluate(model, strange, unknown="unk")
    assert (found.bleu.value, found.exact_match.value) == (0.0, 0.0)
    assert found.perplexity.value > 1 and math.isfinite(found.perplexity.value)
    with pytest.raises(UnknownTokenError):
        evaluate(model, strange)


# --- evaluation


def linked(pair: SentencePair) -> SentencePair:
    links = frozenset((min(i, len(pair.source) - 1), i) for i in range(len(pair.target)))
    return SentencePair(pair.source, pair.target, links, links | {(0, 0)})


@pytest.mark.parametrize("name", ["bahdanau", "luong-local-m", "fixed"])
def test_an_evaluation_is_its_sentences_taken_one_by_one(name):
    model = make(name).float()
    pairs = [linked(pair) for pair in (*PAIRS, *PAIRS[::-1], PAIRS[1])]
    wrote = [model.translate([pair.source])[0].tokens for pair in pairs]
    references = [pair.target for pair in pairs]
    for size in (1, 2, 64):
        found = evaluate(model, pairs, size, bootstrap=30)
        assert found.exact_match == exact_match(wrote, references, 30)
        assert found.bleu == bleu(wrote, references, bootstrap=30)
        if name == "fixed":
            assert found.alignment is None
            continue
        with torch.no_grad():
            weights = [model(collate([pair], SOURCE, TARGET)).weights[0].numpy() for pair in pairs]
        links = [argmax_links(w, len(p.source), len(p.target)) for w, p in zip(weights, pairs, strict=True)]
        assert found.alignment == aer(links, [p.sure for p in pairs], [p.possible for p in pairs], 30)


# --- batches and splits


def test_a_pair_meets_other_pairs_in_each_epoch():
    """Batches in another order with the same company are no shuffle."""
    pairs = [SentencePair(("cat",) * (1 + k % 2), ("chat",)) for k in range(60)]
    companies = [
        {frozenset(indices) for indices in epoch_batches(pairs, 6, seed, epoch)}
        for seed, epoch in ((1, 0), (1, 1), (2, 0))
    ]
    for n, one in enumerate(companies):
        assert all(len(one & other) <= 2 for other in companies[:n])
        neighbours = {frozenset(range(start, start + 12, 2)) for start in range(60)}
        assert len(one & neighbours) <= 1  # nor the order of the file


def test_held_out_pairs_are_a_fair_sample_of_a_file_sorted_by_length_and_training_keeps_its_order():
    pairs = [SentencePair((f"s{k}",), ("t",)) for k in range(4000)]
    splits = split_by_source(pairs, seed=1)
    place = {pair: k for k, pair in enumerate(pairs)}
    assert {name: len(split) for name, split in splits.items()} == {"train": 3600, "validation": 200, "test": 200}
    for name in ("validation", "test"):
        places = [place[pair] for pair in splits[name]]
        assert 1500 < np.mean(places[:40]) < 2500 and places != sorted(places)
    places = [place[pair] for pair in splits["train"]]
    assert places == sorted(places)
    assert [len(split) for split in split_by_source(pairs[:3], seed=1).values()] == [1, 1, 1]
    many = split_by_source([SentencePair((f"s{k}",), ("t",)) for k in range(50_000)], seed=1)
    assert [len(many[name]) for name in ("validation", "test")] == [2000, 2000]


def test_a_drawn_pair_goes_where_its_decisive_words_say_and_a_source_is_taken_once():
    made = []

    def stream():
        for n in range(100_000):
            source, decisive = (f"s{n % 300}",), (f"d{n % 300}",)

            def make_one(n=n):
                made.append(n)
                return n

            yield source, decisive, make_one

    splits = draw_splits(stream(), size=40, held_out=3)
    assert [len(split) for split in splits] == [40, 3, 3]
    for name, split in zip(("train", "validation", "test"), splits, strict=True):
        assert len({n % 300 for n in split}) == len(split)
        assert all(split_of((f"d{n % 300}",)) == name for n in split)
    assert sorted(made) == sorted(n for split in splits for n in split)  # a pair is made only where it is wanted


@pytest.mark.parametrize("repeats", [49_999, 50_000])
@pytest.mark.parametrize("known", [0, 1, 2])
def test_a_stream_is_given_up_after_fifty_thousand_draws_that_bring_nothing_new(known, repeats):
    """Counted anew from each new sentence: a rare one is waited for, a stream without any is not."""
    train = [word for word in (f"s{k}" for k in range(50)) if split_of((word,)) == "train"][:3]
    other = next(word for word in (f"s{k}" for k in range(500)) if split_of((word,)) == "test")
    draws = [*train[:known], *(word for new in train[known:] for word in [*[other] * repeats, new])]
    stream = (((word,), (word,), lambda word=word: word) for word in draws)
    if repeats == 50_000:
        with pytest.raises(ValueError, match=f"found {known} of 3 for train, 0 of 0 for validation"):
            draw_splits(stream, size=3, held_out=0)
    else:
        assert draw_splits(stream, size=3, held_out=0) == (tuple(train), (), ())


def test_no_more_pairs_are_asked_of_a_stream_than_memory_holds():
    with pytest.raises(ValueError, match="size: expected at most 10,000,000, got 10000001"):
        draw_splits([], size=10_000_001, held_out=0)
    assert draw_splits([], size=10_000_000, held_out=0) == ((), (), ())


def test_a_luong_model_is_built_as_it_was_ordered():
    """Options that no equation shows: sizes, layers, direction, window, what the location score is built for."""
    sizes = {"embedding": 3, "hidden": 4, "layers": 2}
    model = luong2015(SOURCE, TARGET, **sizes, local="predictive", window=3, direction="forward")
    assert (model.encoder.rnn.num_layers, model.decoder.rnn.num_layers) == (2, 2)
    assert (model.encoder.direction, model.decoder.attention.window) == ("forward", 3)
    assert model.encoder.embedding.embedding_dim == model.decoder.embedding.embedding_dim == 3
    assert model.decoder.rnn.hidden_size == 4 and model.decoder.attention.predictive
    assert luong2015(SOURCE, TARGET, score="location", longest_source=9).decoder.attention.W_a.out_features == 9
    assert bahdanau2014(SOURCE, TARGET, hidden=4, attention=7).decoder.attention.v_a.shape == (7,)
    assert bahdanau2014(SOURCE, TARGET, hidden=4).decoder.attention.v_a.shape == (4,)


# --- gradients


@pytest.mark.parametrize("name", MAKERS)
def test_the_gradient_is_the_slope_of_the_loss(name):
    """A tensor detached on its way, in training and stepping alike, trains a model that forgets a part of itself."""
    model, given = make(name), batch()
    model.loss(given).total.backward()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            way = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
            losses = []
            for step in (1e-5, -1e-5):
                parameter.add_(way, alpha=step)
                losses.append(model.loss(given).total.item())
                parameter.add_(way, alpha=-step)
            slope = (losses[0] - losses[1]) / 2e-5
            gradient = 0.0 if parameter.grad is None else float((parameter.grad * way).sum())
            assert gradient == pytest.approx(slope, rel=1e-4, abs=1e-6), key
