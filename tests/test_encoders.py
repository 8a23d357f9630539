"""Encoders: twins of the cells, and padding that must not be read."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from course_lib.attention import AdditiveAttention
from course_lib.batching import encode_sources
from course_lib.decoders import Decoder
from course_lib.encoders import Encoded, GRUEncoder, State, VaswaniEncoder, reverse_words, run_rnn
from course_lib.encoders.recurrent import _join_directions
from course_lib.vocabulary import EOS, PAD
from tests.oracles import reference
from tests.oracles.models import MAKERS, PAIRS, SOURCE, make


def test_torchs_lstm_is_the_cell_of_the_equations_layer_by_layer():
    torch.manual_seed(3)
    rnn = torch.nn.LSTM(4, 5, num_layers=2, batch_first=True).double()
    inputs = torch.randn(1, 7, 4).double()
    outputs, (h, c) = rnn(inputs)
    zero = np.zeros((2, 5))
    twin, twin_h, twin_c = reference.lstm(rnn, inputs[0].numpy(), zero, zero)
    np.testing.assert_allclose(outputs[0].detach().numpy(), twin, rtol=1e-10)
    np.testing.assert_allclose(h[:, 0].detach().numpy(), twin_h, rtol=1e-10)
    np.testing.assert_allclose(c[:, 0].detach().numpy(), twin_c, rtol=1e-10)


def test_annotations_join_both_directions_at_the_same_word():
    model = make("bahdanau")
    source, lengths = encode_sources([PAIRS[0].source], SOURCE)
    memory = model.encoder(source, lengths).memory
    embedded = reference.array(model.encoder.embedding.weight)[source[0].numpy()]
    np.testing.assert_allclose(
        memory[0].detach().numpy(), reference.annotations(model.encoder.rnn, embedded), rtol=1e-9
    )


def test_the_handed_over_state_is_the_backward_one_at_the_first_word():
    model = make("bahdanau")
    source, lengths = encode_sources([pair.source for pair in PAIRS], SOURCE)
    encoded = model.encoder(source, lengths)
    assert torch.equal(encoded.initial.top, encoded.memory[:, 0, 6:])
    shorter = model.encoder(*encode_sources([PAIRS[1].source], SOURCE))
    torch.testing.assert_close(encoded.initial.top[1], shorter.initial.top[0])


@pytest.mark.parametrize("name", MAKERS)
def test_a_sentence_is_encoded_the_same_alone_and_among_longer_ones(name):
    encoder = make(name).encoder
    together = encoder(*encode_sources([pair.source for pair in PAIRS], SOURCE))
    for row, pair in enumerate(PAIRS):
        alone = encoder(*encode_sources([pair.source], SOURCE))
        torch.testing.assert_close(together.initial.hidden[:, row], alone.initial.hidden[:, 0])
        if alone.memory is not None:
            S = alone.memory.shape[1]
            torch.testing.assert_close(together.memory[row, :S], alone.memory[0])
            assert together.mask[row].tolist() == [True] * S + [False] * (together.mask.shape[1] - S)


def test_the_packed_and_the_plain_path_of_an_rnn_agree():
    torch.manual_seed(0)
    rnn = torch.nn.LSTM(5, 4, batch_first=True).double()
    inputs, lengths = torch.randn(5, 5, 5).double(), torch.full((5,), 5)  # rows, words, entries: not to be mistaken
    plain, (h, c) = run_rnn(rnn, inputs, lengths)
    longer = torch.cat((inputs, torch.randn(5, 2, 5).double()), dim=1)
    packed, (packed_h, packed_c) = run_rnn(rnn, longer, lengths)
    torch.testing.assert_close(packed[:, :5], plain)
    assert (packed[:, 5:] == 0).all()
    torch.testing.assert_close((packed_h, packed_c), (h, c))


def test_reversal_keeps_the_end_of_sentence_last_and_padding_in_place():
    source = torch.tensor([[11, 12, 13, EOS, PAD], [21, EOS, PAD, PAD, PAD], [31, 32, 33, 34, EOS]])
    reversed_source = reverse_words(source, torch.tensor([4, 2, 5]))
    assert reversed_source.tolist() == [
        [13, 12, 11, EOS, PAD],
        [21, EOS, PAD, PAD, PAD],
        [34, 33, 32, 31, EOS],
    ]


def test_what_a_reversed_encoder_says_of_a_word_stands_at_that_word():
    """Read forwards, the reversed sentence gives the same annotations in the other order."""
    encoder = make("luong-dot").encoder
    words = PAIRS[2].source
    there, _ = encoder.read(*encode_sources([words], SOURCE))
    encoder.direction = "forward"
    back, _ = encoder.read(*encode_sources([words[::-1]], SOURCE))
    torch.testing.assert_close(there[0, :-1], back[0, :-1].flip(0))
    torch.testing.assert_close(there[0, -1], back[0, -1])


@pytest.mark.parametrize("name", ["fixed", "cho"])
def test_a_fixed_vector_encoder_hands_over_no_annotation(name):
    encoded = make(name).encoder(*encode_sources([PAIRS[0].source], SOURCE))
    assert encoded.memory is None and encoded.mask is None and encoded.keys is None


def test_a_sentence_of_padding_is_stopped_at_the_door():
    mask = torch.tensor([[True, True], [False, False]])
    with pytest.raises(ValueError, match="all padding"):
        Encoded(State(torch.zeros(1, 2, 3)), torch.zeros(2, 2, 4), mask)


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"expected \(2, 3\), got \(2, 2\)"):
        Encoded(State(torch.zeros(1, 2, 3)), torch.zeros(2, 3, 4), torch.ones(2, 2, dtype=torch.bool))


def test_selected_rows_carry_all_that_belongs_to_them():
    """A beam that forgets to move the coverage or h̃ with its hypothesis mixes sentences up."""
    rows = torch.tensor([2, 0, 0])
    for name in ("fixed-reversed-deep", "bahdanau-coverage", "luong-local-p-feeding", "vaswani-deep"):
        model = make(name)
        encoded = model.encode(*encode_sources([pair.source for pair in PAIRS], SOURCE))
        previous = torch.tensor([4, 5, 6])
        output = model.decoder.step(previous, model.decoder.initial_state(encoded), encoded)
        picked = model.decoder.step(previous[rows], output.state.select(rows), encoded.select(rows))
        whole = model.decoder.step(previous, output.state, encoded)
        torch.testing.assert_close(picked.logits, whole.logits[rows])


def test_two_directions_share_the_units_evenly_or_not_at_all():
    for odd in (5, 9):
        with pytest.raises(ValueError, match=f"even number is expected, got {odd}"):
            MAKERS["luong-general-bidirectional"](hidden=odd)
    assert MAKERS["luong-general-bidirectional"](hidden=4)
    with pytest.raises(ValueError, match="this state has none"):
        _join_directions(None)
    with pytest.raises(ValueError, match="direction: expected one of 'forward', 'reversed', 'bidirectional'"):
        MAKERS["luong-dot"](direction="sideways")


def test_attending_before_the_keys_are_projected_says_what_is_missing():
    encoded = Encoded(State(torch.zeros(1, 1, 3)), torch.zeros(1, 2, 4), torch.ones(1, 2, dtype=torch.bool))
    with pytest.raises(ValueError, match="prepare"):
        encoded.annotations()


def test_what_is_given_halfway_or_to_the_wrong_decoder_is_told_what_is_missing():
    hidden, memory, mask = torch.zeros(1, 2, 4), torch.zeros(2, 3, 4), torch.ones(2, 3, dtype=torch.bool)
    for parts in ({"memory": memory}, {"mask": mask}):
        with pytest.raises(ValueError, match="memory and mask together, or neither"):
            Encoded(State(hidden), **parts)
    with pytest.raises(ValueError, match="no annotations to attend to"):
        Encoded(State(hidden)).annotations()
    with pytest.raises(ValueError, match="a fixed vector alone"):
        Encoded(State(hidden)).with_keys(AdditiveAttention(4, 4, 4))
    with pytest.raises(ValueError, match="from one direction, 'forward' or 'reversed'"):
        GRUEncoder(len(SOURCE), 5, 6, "bidirectional", 0.0)


def test_no_part_takes_a_dropout_that_lets_nothing_through():
    for build in (
        lambda: GRUEncoder(9, 4, 6, "forward", 1.0),
        lambda: VaswaniEncoder(9, 4, 1, 2, 4, 1.0),
        lambda: Decoder(9, 4, 1.0),
    ):
        with pytest.raises(ValueError, match="dropout: expected"):
            build()


def test_a_mask_is_looked_at_once_and_not_again_at_every_choice_of_rows():
    """On a GPU each look waits: rows of what has keys are taken as checked, with nothing missing from them."""
    encoded = Encoded(State(torch.zeros(1, 2, 3)), torch.rand(2, 4, 3), torch.ones(2, 4, dtype=torch.bool))
    known = replace(encoded, keys=encoded.memory)
    emptied = replace(known, mask=torch.zeros(2, 4, dtype=torch.bool))  # no error: somebody else has looked
    assert torch.equal(emptied.select(torch.tensor([1])).keys, known.keys[1:])
