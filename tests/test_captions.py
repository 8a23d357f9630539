"""Captioning: pictures that survive being written in words, and the model of Xu et al. (2015). Chapter 10."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from course_lib import evaluation
from course_lib.alignment import mass_on_region, region_hits, score_regions
from course_lib.batching import collate, encode_sources
from course_lib.corpora.pairs import SentencePair
from course_lib.corpora.pictures.captions import caption_corpus, caption_pair, gold_regions
from course_lib.corpora.pictures.cells import cell_pixels, picture_words
from course_lib.corpora.pictures.scenes import COLOURS, Scene, Shape, draw_scenes
from course_lib.encoders.grid import GridEncoder
from course_lib.evaluation import evaluate_regions
from course_lib.models import build_model, xu2015
from course_lib.saved_models import load_model, save_model
from course_lib.tracing import trace
from course_lib.vocabulary import BOS, EOS, SPECIAL_TOKENS
from tests.oracles import reference
from tests.oracles.models import bahdanau, make
from tests.oracles.pictures import CELLS, PAIRS, SCENES, SIZES, WORDS, captioner

# --- pictures in words ---------------------------------------------------------------------------


def test_a_picture_written_in_words_comes_back_pixel_by_pixel() -> None:
    encoder = GridEncoder(CELLS, 2, 3)
    for start in range(0, len(SCENES), 100):
        some = SCENES[start : start + 100]
        ids, _ = encode_sources([picture_words(scene) for scene in some], CELLS)
        assert np.array_equal(encoder.picture(ids).numpy(), np.stack([scene.image() for scene in some]))


def test_a_cell_worked_by_hand() -> None:
    """A square whose first pixel is in row 2, column 1 covers 2 × 3 pixels of the first cell."""
    words = picture_words(Scene((Shape("square", "red", 2, 1, 6),)))
    assert len(words) == 64 and words[0] == "red:0077" and words[1] == "red:00ee"
    assert words[8] == "red:7777" and words[9] == "red:eeee" and set(words) - {"-"} == {*words[:2], *words[8:10]}
    covered = cell_pixels("red:0077")[0] > 0
    assert covered.tolist() == [[False] * 4] * 2 + [[False, True, True, True]] * 2
    assert cell_pixels("red:0077")[:, 2, 1].tolist() == pytest.approx(COLOURS["red"])
    assert not cell_pixels("-").any()


def test_the_vocabulary_holds_every_cell_that_can_be_drawn() -> None:
    seen = {word for seed in (1, 2) for scene in draw_scenes(1500, seed=seed).test for word in picture_words(scene)}
    assert seen <= set(CELLS.tokens) and len(CELLS) == len(set(CELLS.tokens))
    assert (len(CELLS) - 5) % len(COLOURS) == 0  # the same cells in every colour


@pytest.mark.parametrize("word", ["cat", "red", "red:", "red:123", "red:12g4", "pink:0137", "<unk>"])
def test_a_word_that_is_no_cell_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"no cell of a picture.*caption_corpus"):
        cell_pixels(word)


def test_a_vocabulary_of_words_makes_no_captioner() -> None:
    with pytest.raises(ValueError, match="'a' is no cell of a picture"):
        xu2015(WORDS, WORDS)
    with pytest.raises(ValueError, match="attention: expected one of 'soft', 'hard', 'none'"):
        captioner(attention="firm")
    with pytest.raises(ValueError, match="64 cells"):
        captioner().translate([PAIRS[0].source[:63]])


def test_the_corpus_is_the_scenes_pair_by_pair() -> None:
    corpus, scenes = caption_corpus(200, seed=3, most=2), draw_scenes(200, seed=3, most=2)
    for split in ("train", "validation", "test"):
        pairs, drawn = getattr(corpus, split), getattr(scenes, split)
        assert [pair.target for pair in pairs] == [scene.caption for scene in drawn]
        assert [pair.source for pair in pairs] == [picture_words(scene) for scene in drawn]


def test_gold_regions_read_from_the_words_are_those_of_the_scene() -> None:
    for scene in SCENES[:400]:
        expected = {(int(j), i) for i, region in enumerate(scene.regions()) for j in np.flatnonzero(region)}
        assert gold_regions(caption_pair(scene)) == expected


# --- where the model looks -----------------------------------------------------------------------


def weights_at(pair: SentencePair, cells: Callable[[int, list[int]], int]) -> np.ndarray:
    """Weights (T, S) that are largest at the cell that ``cells`` names for each word."""
    gold = gold_regions(pair)
    rows = np.full((len(pair.target) + 1, len(pair.source) + 1), 0.001)
    for i in range(len(pair.target)):
        rows[i, cells(i, sorted(j for j, k in gold if k == i))] = 0.9
    return rows


def test_a_look_into_the_region_is_right_and_one_beside_it_is_wrong() -> None:
    """The first two colours look right, the third and every kind look into a black cell."""
    pair = caption_pair(next(scene for scene in SCENES if len(scene.shapes) == 3))
    black = pair.source.index("-")
    right = [i for i, word in enumerate(pair.target) if word in COLOURS][:2]
    rows = weights_at(pair, lambda i, region: region[-1] if i in right else black)
    scores = score_regions([pair], [rows])
    assert (float(scores.colours), scores.colours.n) == (pytest.approx(200 / 3), 3)
    assert (float(scores.kinds), scores.kinds.n) == (0.0, 3)
    assert scores.alignment.aer == pytest.approx(100 * (1 - 2 / 6))
    assert np.isnan(scores.alignment.recall)


def test_words_that_name_nothing_may_look_anywhere() -> None:
    pair = PAIRS[0]
    black = pair.source.index("-")
    scores = score_regions([pair], [weights_at(pair, lambda i, region: region[0] if region else black)])
    assert float(scores.colours) == float(scores.kinds) == 100 and scores.alignment.aer == 0
    assert "colour words" in str(scores) and "kind words" in str(scores)


def picture_of(*colours: str) -> SentencePair:
    """A picture whose first cells are of these colours, one each, and a caption that names a square of each."""
    cells = [f"{colour}:ffff" for colour in colours]
    caption = " left of ".join(f"a {colour} square" for colour in colours)
    return SentencePair((*cells, *["-"] * (64 - len(cells))), tuple(caption.split()))


def looking_at(pair: SentencePair, *cells: int) -> np.ndarray:
    """Weights (T, S) of .9 at the cell named for each colour, in their order, and at the last one for other words."""
    rows = np.full((len(pair.target) + 1, 65), 0.1 / 64)
    looks = iter(cells)
    for i, word in enumerate((*pair.target, "</s>")):
        rows[i, next(looks) if word in COLOURS else 63] = 0.9
    return rows


ONE, TWO = picture_of("red"), picture_of("blue", "green")


def test_hits_and_mass_are_counted_picture_by_picture() -> None:
    """Red is looked at; of blue and green the second alone, and blue finds itself at green's cell."""
    weights = [looking_at(ONE, 0), looking_at(TWO, 1, 1)]
    assert region_hits([ONE, TWO], weights) == [[True], [False, True]]
    assert region_hits([ONE, TWO], weights, sort="kind") == [[False], [False, False]]
    scores = score_regions([ONE, TWO], weights)
    assert (float(scores.colours), scores.colours.n) == (pytest.approx(200 / 3), 3)
    np.testing.assert_allclose(mass_on_region([ONE, TWO], weights), [0.9, (0.1 / 64 + 0.9) / 2])
    nothing = SentencePair(ONE.source, ("a",))
    assert region_hits([nothing], [np.ones((2, 65))]) == [[]]
    assert np.isnan(mass_on_region([nothing], [np.ones((2, 65))])).all()


def test_the_mass_on_a_region_is_summed_over_all_of_its_cells() -> None:
    pair = caption_pair(SCENES[0])
    region = sorted(j for j, i in gold_regions(pair) if pair.target[i] in COLOURS and i == 1)
    rows = np.full((len(pair.target) + 1, 65), 1 / 65)
    one = SentencePair(pair.source, pair.target[:3])
    assert len(region) > 3 and mass_on_region([one], [rows[:4]]) == pytest.approx([len(region) / 65])


def test_the_interval_of_hits_is_one_over_pictures() -> None:
    """Two words that are always right or wrong together tell no more than one: a picture is drawn whole."""
    singles, doubles = [ONE] * 40, [TWO] * 40
    right = [k % 4 > 0 for k in range(40)]
    of_one = score_regions(singles, [looking_at(ONE, 0 if hit else 9) for hit in right], bootstrap=200)
    of_two = score_regions(doubles, [looking_at(TWO, *((0, 1) if hit else (9, 9))) for hit in right], bootstrap=200)
    assert float(of_one.colours) == float(of_two.colours) == 75 and of_two.colours.n == 2 * of_one.colours.n
    assert of_one.colours.interval is not None and of_one.colours.interval[1] - of_one.colours.interval[0] > 15
    assert of_two.colours.interval == pytest.approx(of_one.colours.interval)
    all_right = score_regions(singles, [looking_at(ONE, 0)] * 40, bootstrap=200)
    assert all_right.colours.interval == (100, 100) and all_right.kinds.interval == (0, 0)
    assert of_one.alignment.interval is not None
    assert score_regions(singles, [looking_at(ONE, 0)] * 40).colours.interval is None


def test_a_picture_without_a_colour_counts_in_no_draw() -> None:
    pairs = [ONE, SentencePair(ONE.source, ("a",))]
    scores = score_regions(pairs, [looking_at(ONE, 0), np.ones((2, 65))], bootstrap=50)
    assert scores.colours.interval == (100, 100) and scores.colours.n == 1


def test_words_of_another_sort_and_pictures_without_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="sort: expected one of 'colour', 'kind', got 'shape'"):
        region_hits([ONE], [looking_at(ONE, 0)], sort="shape")  # type: ignore[arg-type]
    for count in (region_hits, mass_on_region, score_regions):
        with pytest.raises(ValueError, match=r"shorter|longer"):
            count([ONE, TWO], [looking_at(ONE, 0)])


def test_the_regions_of_a_model_are_scored_on_its_own_weights_pair_by_pair() -> None:
    model = captioner()
    weights = [model(collate([pair], CELLS, WORDS)).weights[0].detach().numpy() for pair in PAIRS]
    for bootstrap in (0, 20):
        found = evaluate_regions(model.train(), PAIRS, batch_size=4, bootstrap=bootstrap)
        assert found == score_regions(PAIRS, weights, bootstrap)
        assert (found.colours.interval is None) == (bootstrap == 0)
    assert model.training
    with pytest.raises(ValueError, match="attention weights"):
        evaluate_regions(captioner(attention="none"), PAIRS)


def test_an_interval_draws_pictures_by_the_places_that_the_caller_gave_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are shuffled: in their order, two models could not be compared picture by picture."""
    monkeypatch.setattr(evaluation, "score_regions", lambda pairs, weights, bootstrap: list(pairs))
    assert evaluate_regions(captioner(), PAIRS, batch_size=4) == list(PAIRS)


# --- the model -----------------------------------------------------------------------------------


def test_annotations_are_the_convolutions_written_with_loops() -> None:
    model = captioner()
    encoded = model.encode(*encode_sources([pair.source for pair in PAIRS[:2]], CELLS))
    for row, scene in enumerate(SCENES[:2]):
        expected = reference.grid(model.encoder, scene.image().astype(float))
        np.testing.assert_allclose(encoded.memory[row, :64].detach().numpy(), expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(encoded.initial.top[row].detach().numpy(), expected.mean(0), rtol=1e-5)
    assert encoded.mask[:, :64].all() and not encoded.mask[:, 64].any()  # there is nothing to see at </s>


def test_each_convolution_is_padded_keeps_its_strength_and_leaves_no_table_in_a_saved_model() -> None:
    """Without padding, or one wider, there are 8 × 8 places as well, and each stands beside its own cell."""
    torch.manual_seed(0)
    encoder = GridEncoder(CELLS, 64, 64)
    layers = [layer for layer in encoder.cnn if isinstance(layer, nn.Conv2d)]
    assert [(c.kernel_size, c.stride, c.padding) for c in layers] == [
        ((3, 3), (2, 2), (1, 1)),
        ((3, 3), (2, 2), (1, 1)),
        ((3, 3), (1, 1), (1, 1)),
    ]
    for layer in layers:  # He et al. (2015), eq. 10
        assert layer.weight.std().item() == pytest.approx((2 / (layer.in_channels * 9)) ** 0.5, rel=0.1)
    assert all(name.startswith("cnn.") for name in encoder.state_dict())
    assert not encoder.cells[: len(SPECIAL_TOKENS)].any()  # what is no cell shows nothing


def test_one_short_picture_among_whole_ones_is_refused() -> None:
    with pytest.raises(ValueError, match="64 cells"):
        captioner().translate([PAIRS[0].source, PAIRS[1].source[:63]])


@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("attention", ["soft", "hard", "none"])
def test_the_captioner_is_the_papers_model_from_pixels_to_logits(attention: str, gated: bool) -> None:
    model = captioner(attention=attention, gated=gated)
    for pair in PAIRS[:3]:
        given = collate([pair], CELLS, WORDS)
        output, encoded = model(given), model.encode(given.source, given.source_lengths)
        memory, mean = (part.detach().numpy() for part in (encoded.memory[0, :64], encoded.initial.top[0]))
        logits, weights = reference.xu(model.decoder, memory, mean, [BOS, *WORDS.encode(pair.target)])
        np.testing.assert_allclose(output.logits[0].detach().numpy(), logits, rtol=1e-8, atol=1e-12)
        if attention == "none":
            assert output.look is None
        else:
            np.testing.assert_allclose(output.weights[0, :, :64].detach().numpy(), weights, rtol=1e-8)
            assert (output.weights[0, :, 64] == 0).all()


def test_the_cell_that_a_weight_belongs_to_is_where_the_shape_stands() -> None:
    """Annotation j must see cell j: one shape moved moves the annotations that differ from those of a black picture."""
    encoder = GridEncoder(CELLS, 4, 6).double()
    black = encoder.annotate(torch.zeros(1, 3, 32, 32, dtype=torch.float64))[0]
    for top, left in ((4, 20), (20, 4)):
        scene = Scene((Shape("square", "white", top, left, 8),))
        seen = encoder.annotate(torch.from_numpy(scene.image()).double()[None])[0]
        moved = (seen - black).abs().sum(-1).reshape(8, 8) > 1e-12
        rows, columns = (torch.nonzero(moved.any(axis)).flatten().tolist() for axis in (1, 0))
        shape = scene.shapes[0]
        assert {shape.top // 4, shape.top // 4 + 1} <= set(rows) <= set(range(top // 4 - 2, top // 4 + 4))
        assert {left // 4, left // 4 + 1} <= set(columns) <= set(range(left // 4 - 2, left // 4 + 4))


@pytest.mark.parametrize("attention", ["soft", "hard", "none"])
def test_stepping_gives_what_teacher_forcing_gives(attention: str) -> None:
    model = captioner(attention=attention)
    given = collate(PAIRS, CELLS, WORDS)
    output = model(given)
    step, state = model.stepper(given.source, given.source_lengths)
    for t, previous in enumerate(given.target_in.unbind(1)):
        one = step(previous, state)
        state = one.state
        torch.testing.assert_close(one.logits, output.logits[:, t])
        torch.testing.assert_close(state.top, output.states[:, t])
        if one.weights is not None:
            torch.testing.assert_close(one.weights, output.weights[:, t])
            torch.testing.assert_close(one.look.context, output.look.context[:, t])


def test_without_attention_the_decoder_sees_the_mean_annotation_alone() -> None:
    model = captioner(attention="none")
    encoded = model.encode(*encode_sources([PAIRS[0].source], CELLS))
    target = torch.tensor([[BOS, *WORDS.encode(PAIRS[0].target)]])
    before = model.decoder(target, encoded).logits
    encoded.memory.data.normal_()
    assert torch.equal(model.decoder(target, encoded).logits, before)


def test_a_trace_shows_a_caption_over_the_cells_of_its_picture() -> None:
    model = captioner(attention="hard")
    traced = trace(model, PAIRS[0].source, PAIRS[0].target)
    assert traced.source == (*PAIRS[0].source, "</s>") and traced.target == (*PAIRS[0].target, "</s>")
    assert traced.weights.shape == (len(traced.target), 65) and not traced.weights[:, 64].any()
    assert traced.positions == tuple(traced.weights.argmax(1))
    assert model.beam_search([PAIRS[0].source], 2, 3, coverage_penalty=0.2)[0].hypotheses


def test_a_saved_captioner_captions_as_before(tmp_path) -> None:
    options = {**SIZES, "attention": "hard"}
    torch.manual_seed(0)
    model = build_model("xu", CELLS, WORDS, **options).eval()
    model.decoder.attention.baseline.fill_(-3.0)
    save_model(tmp_path, model, "xu", options)
    again = load_model(tmp_path).eval()
    given = collate(PAIRS, CELLS, WORDS)
    assert torch.equal(again(given).logits, model(given).logits)
    assert again.decoder.attention.baseline.item() == -3.0
    assert not any("cells" in key or "places" in key for key in model.state_dict())  # made again, not stored


def test_a_decoder_that_reads_out_h_reads_it_after_the_step() -> None:
    """Eq. 7 has h_t, which has seen ẑ_t; the look of the next step starts from it."""
    model = make("xu-over-words")
    ids, lengths = encode_sources([("the", "cat")], model.source_vocabulary)
    step, state = model.stepper(ids, lengths)
    first = step(torch.tensor([BOS]), state)
    second = step(torch.tensor([EOS]), first.state)
    alpha, _ = reference.attend(
        model.decoder.attention,
        reference.array(first.state.top[0]),
        reference.array(model.encode(ids, lengths).memory[0]),
    )
    np.testing.assert_allclose(second.weights[0].detach().numpy(), alpha, rtol=1e-9)
    with pytest.raises(ValueError, match="Start from"):
        make("xu-over-words").decoder.step(
            torch.tensor([BOS]), make("bahdanau").stepper(ids, lengths)[1], model.encode(ids, lengths)
        )
    assert bahdanau(hard=True).name == "Bahdanau, hard"
