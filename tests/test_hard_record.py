"""What benchmarks/hard.py builds, chooses and measures, before it trains for an hour; then the record itself."""

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from course_lib import seq2seq
from course_lib.attention import HardAttention
from course_lib.batching import collate
from course_lib.corpora.pairs import SentencePair
from course_lib.corpora.pictures.captions import caption_pair, gold_regions, naming
from course_lib.corpora.pictures.cells import EMPTY
from course_lib.interventions import guided
from course_lib.training.objectives import sentence_log_probs
from course_lib.training.reinforce import Reinforce
from course_lib.word_scores import score_run
from tests.oracles.pictures import CELLS, PAIRS, SCENES, WORDS, captioner


@pytest.fixture
def script(script_of: Callable[[str], Any]) -> Any:
    return script_of("hard")


@pytest.fixture
def looks(script: Any) -> Any:
    return sys.modules["drawn_looks"]


@pytest.fixture
def bench(script: Any, tmp_path: Path) -> Any:
    corpus = SimpleNamespace(train=PAIRS, validation=PAIRS[:3], test=PAIRS, vocabularies=lambda: (CELLS, WORDS))
    return script.Bench(tmp_path / "hard.json", 5, corpus, {"size": 6, "draws": "few"})


def picture(shapes: dict[str, dict[int, str]], caption: str) -> SentencePair:
    """A picture with cells of these colours, by their place and the pixels that are covered."""
    cells = {place: f"{colour}:{covered}" for colour, found in shapes.items() for place, covered in found.items()}
    return SentencePair(tuple(cells.get(j, EMPTY) for j in range(64)), tuple(caption.split()))


ONE = picture({"red": {9: "0137", 10: "ffff"}}, "a red circle")
TWO = picture({"red": {0: "000f", 1: "00ff"}, "blue": {63: "0001"}}, "a red circle left of a blue square")


# --- rows


def test_each_row_of_the_ladder_differs_from_the_one_it_stands_on_in_one_field(script: Any) -> None:
    def terms(name: str) -> dict[str, Any]:
        return asdict(script.ROWS[name].objective(0.1).reinforce)

    stands_on = {
        "bare": ("slope alone", "weight"),
        "+ baseline": ("bare", "baseline"),
        "+ entropy": ("+ baseline", "entropy"),
        "+ soft start": ("+ entropy", "soft_start"),
        "soft start, no reward": ("+ soft start", "weight"),
        "soft start, no entropy": ("+ soft start", "entropy"),
        "soft start, slope alone": ("slope alone", "soft_start"),
        "+ mixing": ("+ entropy", "mixing"),
    }
    assert terms("slope alone") == asdict(Reinforce(weight=0, entropy=0, soft_start=0, baseline="none"))
    for name, (below, field) in stands_on.items():
        changed = [key for key, value in terms(name).items() if value != terms(below)[key]]
        assert changed == [field], name
    hard = {name for name, row in script.ROWS.items() if row.attention == "hard"}
    assert hard == {"slope alone", *stands_on}
    assert all(script.ROWS[name].reading == ("largest" if name in hard else "averaged") for name in script.ROWS)
    twice = script.ROWS["soft, doubly stochastic"].objective(0.01)
    assert twice.doubly_stochastic == 0.01 and twice.reinforce == script.ROWS["soft"].objective(0.01).reinforce


def test_every_captioner_is_of_one_size_and_the_seed_makes_it(script: Any, bench: Any) -> None:
    sizes = {}
    for name, row in script.ROWS.items():
        model = script.built(bench, script.settings_of(bench, name, 1, script.BASE))
        sizes[row.attention] = sum(p.numel() for p in model.parameters())
        assert isinstance(model.decoder.attention, HardAttention) == (row.attention == "hard")
    assert sizes["soft"] == sizes["hard"] > sizes["none"]
    first, again, other = (
        script.built(bench, script.settings_of(bench, "soft", seed, script.BASE)).decoder.L_h.weight
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_the_settings_of_a_run_say_all_that_it_depends_on(script: Any, bench: Any) -> None:
    """Else a run with another weight, or without its reward, would be taken for done."""
    tunings = (script.BASE, (1.0, 4e-3), (0.1, 2e-3))
    seen = {
        json.dumps(script.settings_of(bench, name, seed, tuning), sort_keys=True)
        for name in script.ROWS
        for seed in (1, 2)
        for tuning in tunings
    }
    without_strength = ("soft", "none", "slope alone", "soft start, no reward", "soft start, slope alone")
    assert len(seen) == 2 * (3 * len(script.ROWS) - len(without_strength))


def test_the_reward_weighs_in_all_rows_what_is_best_for_the_one_that_is_tuned(script: Any) -> None:
    """Rows with weights of their own would differ in two things at once."""
    record = {
        script.tried("+ baseline", (0.1, 4e-3)): {"validation_perplexity": 1.4},
        script.tried("+ baseline", (1.0, 4e-3)): {"validation_perplexity": 1.3},
        script.tried("bare", (0.01, 4e-3)): {"validation_perplexity": 1.1},
    }
    for name, row in script.ROWS.items():
        own = script.own_tuning(record, name)
        assert own == (
            (0.01, 4e-3) if row.doubly_stochastic else (1.0, 4e-3) if row.tuned_as or row.tries else script.BASE
        )
    assert script.ROWS["bare"].tuned_as and script.ROWS["bare"].tries


def test_a_row_is_the_try_that_it_was_chosen_by(script: Any, bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def run(_bench: Any, settings: Any, key: str) -> dict[str, Any]:
        made.append(key)
        script.keep(captioner(), bench.kept(key))
        return {"validation_perplexity": 2 - settings["reinforce"]["weight"]}

    monkeypatch.setattr(script, "run", run)
    monkeypatch.setattr(script, "said", lambda _: "")
    script.try_all(bench, "+ baseline")
    for seed in (1, 2):
        script.run_row(bench, "+ baseline", seed)
    best = script.tried("+ baseline", (1.0, 4e-3))
    assert made == [script.tried("+ baseline", script.BASE), best, "+ baseline, seed 2"]
    record = script.read(bench.out)
    assert record["+ baseline, seed 1"] == record[best]
    assert bench.kept("+ baseline, seed 1").exists() and not bench.kept(best).exists()


def test_a_try_does_not_overwrite_the_record(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for option in (["--steps", "3"], ["--size", "300"]):
        monkeypatch.setattr(sys, "argv", ["hard", *option])
        with pytest.raises(SystemExit):
            script._arguments()
    monkeypatch.setattr(sys, "argv", ["hard"])
    assert script._arguments().parts[0] == "rows" and script._arguments().rows[0] == "soft"


# --- readings


@pytest.mark.parametrize("attention", ["soft", "hard"])
def test_a_captioner_is_read_by_the_mean_by_the_largest_and_by_draws(looks: Any, attention: str) -> None:
    """Whatever it was trained with; after the block it looks as before, and no weight has moved."""
    model, given = captioner(attention=attention), collate(PAIRS, CELLS, WORDS)
    before, encoded = model(given), model.encode(given.source, given.source_lengths)
    found = {}
    for reading in ("averaged", "largest", "drawn"):
        with looks.looking_by(model, looks.read_by(model, reading)):
            model.train().eval()  # as searching and scoring do
            found[reading] = model(given).look
    at_first = {name: look.context[:, 0] for name, look in found.items()}
    weights = found["averaged"].weights[:, 0]
    torch.testing.assert_close(at_first["averaged"], torch.einsum("bs,bsm->bm", weights, encoded.memory))
    rows = torch.arange(len(PAIRS))
    assert torch.equal(at_first["largest"], encoded.memory[rows, weights.argmax(-1)])
    assert torch.equal(at_first["drawn"], encoded.memory[rows, found["drawn"].position[:, 0]])
    assert not torch.equal(found["drawn"].position, found["drawn"].weights.argmax(-1))
    assert torch.equal(model(given).logits, before.logits)
    with pytest.raises(ValueError, match="captioner that looks"):
        looks.score_of(captioner(attention="none"))


def test_a_reading_is_made_with_the_look_that_it_is_named_after(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("exact_match", "perplexity", "next_word")
    monkeypatch.setattr(
        script, "scored", lambda model, *_, **__: dict.fromkeys(names, type(model.decoder.attention).__name__)
    )
    for attention in ("soft", "hard"):
        found = script.readings(captioner(attention=attention), PAIRS)
        assert found["averaged"]["exact_match"] == "AdditiveAttention"
        assert found["largest"]["exact_match"] == "HardAttention"
        assert [scores["exact_match"] for scores in found["drawn"]] == ["Drawing"] * len(script.DRAWN_WITH)
    assert set(script.readings(captioner(attention="none"), PAIRS)) == {"averaged"}


def test_where_even_looks_lie_worked_by_hand(looks: Any) -> None:
    """Of 64 cells two are red in each picture, and one is blue in the second; the first cell counts as the largest."""
    rows = [np.full((len(pair.target) + 1, 65), 1 / 64) for pair in (ONE, TWO)]
    for look in rows:
        look[:, 64] = 0
    found = looks.where([ONE, TWO], rows, bootstrap=10)
    assert found["hits"] == "0 10" and found["colours"] == pytest.approx(100 / 3)
    assert found["kinds"] == pytest.approx(100 / 3) and found["cells_of_largest"] == 1 and found["even_to_the_bit"]
    assert found["mass"] == pytest.approx(100 * (2 / 64 + (2 + 1) / 2 / 64) / 2)
    assert found["entropy"] == pytest.approx(np.log(64)) == found["entropy_at_colours"]
    rows[1][1] = np.eye(65)[0]
    found = looks.where([ONE, TWO], rows, bootstrap=10)
    assert not found["even_to_the_bit"] and found["entropy_at_colours"] == pytest.approx(np.log(64) * 2 / 3)


def test_scores_are_those_of_the_captions_and_of_the_words(looks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [ONE.target, ("a",), ONE.target]
    monkeypatch.setattr(looks, "translations", lambda *_: [SimpleNamespace(tokens=words) for words in said])
    right = [np.array([True, False, True, True]), np.ones(9, dtype=bool), np.array([True, True, False, True])]
    right[1][[1, 2]] = False
    scores = SimpleNamespace(nats=[np.full(len(row), 0.5) for row in right], right=right, looks=None)
    monkeypatch.setattr(looks, "score_words", lambda *_: scores)
    found = looks.scored(None, [ONE, TWO, ONE], bootstrap=10)
    assert found["exact"] == "101" and found["exact_match"] == pytest.approx(200 / 3) and "where" not in found
    assert found["exact_match_by_shapes"] == {"1": 100, "2": 0}
    assert found["perplexity"] == pytest.approx(np.exp(0.5)) and found["next_word"] == pytest.approx(100 * 13 / 17)
    assert (found["colours_right"], found["kinds_right"]) == (50, 50)


# --- held looks


def test_the_fullest_cell_of_a_shape_and_a_wrong_one_worked_by_hand(looks: Any) -> None:
    assert looks.fullest_cells(TWO) == {"red": 1, "blue": 63}
    assert looks.gold_and_wrong_cells(TWO) == {"red": (1, 63), "blue": (63, 1)}
    assert looks.gold_and_wrong_cells(ONE) == {"red": (10, 53)}
    middle = picture({"green": {27: "ffff", 36: "0fff"}}, "a green square")
    assert looks.gold_and_wrong_cells(middle) == {"green": (27, 0)}  # across the middle there is green, too
    level = picture({"green": {27: "ffff", 28: "ffff"}}, "a green square")
    assert looks.fullest_cells(level) == {"green": 27}
    for scene in SCENES[:200]:
        pair = caption_pair(scene)
        named = [(i, colour) for i, sort, colour in naming(pair.target) if sort == "colour"]
        for i, colour in named:
            gold, wrong = looks.gold_and_wrong_cells(pair)[colour]
            assert (gold, i) in gold_regions(pair) and (wrong, i) not in gold_regions(pair)
            assert (pair.source[wrong] == EMPTY) == (len(named) == 1)


def test_the_places_of_a_hold_worked_by_hand(looks: Any) -> None:
    """a red circle left of a blue square </s>"""
    F = looks.FREE
    assert looks.places(TWO, "free") == [F] * 9
    assert looks.places(TWO, "gold at colours") == [F, 1, F, F, F, F, 63, F, F]
    assert looks.places(TWO, "wrong at kinds") == [F, F, 63, F, F, F, F, 1, F]
    assert looks.places(TWO, "corner at every word") == [0] * 9
    assert set(looks.HOLDS) > {"free", "gold at colours", "wrong at kinds", "corner at every word"}


def test_a_held_soft_look_is_that_of_guided(looks: Any) -> None:
    model, given = captioner(), collate(PAIRS, CELLS, WORDS)
    wanted = torch.randint(-1, 64, given.target_out.shape, generator=torch.Generator().manual_seed(0))
    with guided(model, wanted):
        expected = model(given).logits
    with looks.looking_by(model, looks.HoldingSoftly(looks.score_of(model), wanted)):
        found = model(given).logits
    torch.testing.assert_close(found, expected)
    assert (wanted == looks.FREE).any() and not torch.allclose(expected, model(given).logits)


def test_a_hard_look_that_is_not_held_goes_to_the_largest_weight(looks: Any) -> None:
    model, given = captioner(attention="hard"), collate(PAIRS, CELLS, WORDS)
    free = model(given)
    where = torch.full(given.target_out.shape, looks.FREE)
    with looks.looking_by(model, looks.Holding(looks.score_of(model), where)):
        assert torch.equal(model(given).logits, free.logits)
    where[:, 1] = 5
    with looks.looking_by(model, looks.Holding(looks.score_of(model), where)):
        held = model(given)
    memory = model.encode(given.source, given.source_lengths).memory
    assert torch.equal(held.look.context[:, 1], memory[:, 5]) and torch.equal(held.logits[:, 0], free.logits[:, 0])
    assert not torch.equal(held.logits[:, 1], free.logits[:, 1])


def test_the_fall_of_held_looks_is_counted_over_words_several_shapes_apart(looks: Any) -> None:
    free = [np.array([True, True, True, True]), np.ones(9, dtype=bool)]
    now = [np.array([True, False, True, True]), np.ones(9, dtype=bool)]
    now[1][6] = False
    several, one = (looks._fall(free, now, [ONE, TWO], "colour", many, 10) for many in (True, False))
    assert (several["right"], several["fall"], one["right"], one["fall"]) == (50, 50, 0, 100)
    assert looks._fall(free, now, [ONE, TWO], "kind", True, 10)["fall"] == 0
    many = [pair for pair in map(caption_pair, SCENES[:60]) if looks.number_of_shapes(pair) > 1]
    right = [np.ones(len(pair.target) + 1, dtype=bool) for pair in many]
    assert looks._fall(right, [~row for row in right], many, "colour", True, 50)["fall_interval"] == (100, 100)


@pytest.mark.parametrize("softly", [True, False])
def test_held_looks_of_a_model_stand_by_hold_sort_and_number_of_shapes(looks: Any, softly: bool) -> None:
    model = captioner(attention="soft" if softly else "hard")
    found = looks.held(model, PAIRS, softly, bootstrap=10)
    assert set(found) == set(looks.HOLDS) and all(len(groups) == 4 for groups in found.values())
    assert all(group["fall"] == 0 for group in found["free"].values())
    given = collate(PAIRS, CELLS, WORDS)
    right = score_run(model(given), given).right
    many = [k for k, pair in enumerate(PAIRS) if looks.number_of_shapes(pair) > 1]
    at = [bool(right[k][i]) for k in many for i, sort, _ in naming(PAIRS[k].target) if sort == "colour"]
    assert found["free"]["colours, several shapes"]["right"] == pytest.approx(100 * np.mean(at))


# --- noise


def test_one_draw_of_the_gradient_is_that_of_the_library(looks: Any) -> None:
    """The states do not depend on how likely a look was: the short way must give what training's long way gives."""
    model, given = captioner(attention="hard"), collate(PAIRS, CELLS, WORDS)
    torch.manual_seed(3)
    log_probs, chosen = looks._draw(model, given)
    align = list(looks.score_of(model).parameters())
    mask = given.target_mask.double()
    short = torch.autograd.grad(chosen, align, (log_probs.sum(1, keepdim=True) * mask).to(chosen.dtype))
    torch.manual_seed(3)
    with looks.looking_by(model, looks.read_by(model, "drawn")):
        output = model(given)
    whole = sentence_log_probs(output, given)
    torch.testing.assert_close(log_probs.sum(1), whole.double())
    teacher = Reinforce(weight=1.0, entropy=0.0, soft_start=0.0)
    loss = teacher.loss(output, whole, given.target_mask, torch.zeros((), dtype=whole.dtype))
    for ours, theirs in zip(short, torch.autograd.grad(-loss, align), strict=True):
        torch.testing.assert_close(ours, theirs)
        assert ours.abs().max() > 1e-6


def test_what_a_look_is_rewarded_with_worked_by_hand(looks: Any) -> None:
    """Two pictures of one shape and one of two; the words after the first of the second picture are padding."""
    log_probs = torch.tensor([[-1.0, -2.0, -3.0], [-4.0, 0.0, 0.0], [-1.0, -1.0, -1.0]]).double()
    known = torch.stack([log_probs - 1, log_probs + 3])  # their mean is 1 a word above
    shapes = np.array([1, 1, 2])
    found = {name: value.tolist() for name, value in looks.advantages(log_probs, known, shapes).items()}
    assert set(found) == set(looks.ESTIMATES)
    assert found["no b"] == [[-6] * 3, [-4] * 3, [-3] * 3]
    assert found["reward to go"] == [[-6, -5, -3], [-4, 0, 0], [-3, -2, -1]]
    means = np.array([-6.0, -4.0, -3.0]) + 3  # three words, each 1 more
    assert found["one b"][0] == pytest.approx([-6 - means.mean()] * 3)
    assert found["b by number of shapes"][1] == pytest.approx([-4 - means[:2].mean()] * 3)
    assert found["b by number of shapes"][2] == pytest.approx([-3 - means[2]] * 3)
    steps = [[-6 + 3, -5 + 2, -3 + 1], [-4 + 3, 0 + 2, 0 + 1]]
    assert found["reward to go, b by shapes and step"][0] == pytest.approx(
        np.array([-6, -5, -3]) - np.mean(steps, axis=0)
    )
    assert found["reward to go, b by shapes and step"][2] == pytest.approx([-3, -2, -1] - np.array([0, 0, 0]))


def test_signal_and_variance_of_gradients_worked_by_hand(looks: Any) -> None:
    found = torch.tensor([[1.0, 0.0], [3.0, 4.0]]).double()
    first = torch.tensor([[1.0, 0.0], [1.0, 4.0]]).double()
    spread = looks._spread(found, first)
    assert spread["variance"] == pytest.approx(2 + 8)  # n − 1 below
    assert spread["signal"] == pytest.approx(2**2 + 2**2 - 10 / 2)
    assert spread["apart"] == pytest.approx(1**2 / (2 / 2))
    assert looks._spread(first, first)["apart"] == 0


def test_padding_is_no_look_to_be_rewarded(looks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """On average it would teach nothing: only the noise would be another."""
    model, mask = captioner(attention="hard"), collate(PAIRS, CELLS, WORDS).target_mask
    weights = sum(parameter.sum() for parameter in looks.score_of(model).parameters())
    monkeypatch.setattr(looks, "_draw", lambda *_: (-mask.double(), weights * (~mask)))
    found = looks.noise(model, PAIRS, draws=2, before=1)
    assert (~mask).any() and all(spread["signal"] == spread["variance"] == 0 for spread in found.values())


def test_a_baseline_changes_the_noise_and_not_the_mean(looks: Any) -> None:
    torch.manual_seed(0)
    found = looks.noise(captioner(attention="hard"), PAIRS, draws=60, before=20)
    assert list(found) == list(looks.ESTIMATES)
    assert found["one b"]["variance"] < found["no b"]["variance"] / 2
    assert all(values["apart"] < 3 for values in found.values())


# --- floors


def test_floors_worked_by_hand(looks: Any) -> None:
    train = [ONE, ONE, picture({"blue": {3: "ffff"}}, "a blue circle"), TWO]
    found = looks.floors(train, [ONE, TWO, picture({"blue": {1: "ffff"}}, "a blue circle")])
    assert (found["pictures"], found["colour_words"], found["shapes"]) == (3, 4, "2 1 0")
    assert found["hit_of_any_cell"] == pytest.approx(100 * (2 + 2 + 1 + 1) / 64 / 4)
    assert found["hit_of_any_coloured_cell"] == pytest.approx(100 * (1 + 2 / 3 + 1 / 3 + 1) / 4)
    assert (found["the_best_cell"], found["hit_of_the_best_cell"]) == (1, 50)
    assert found["exact_match_of_the_usual_caption"] == pytest.approx(200 / 3)
    assert found["lengths"] == {"3": 2, "8": 1} and found["coloured_cells"] == pytest.approx(2)


# --- a run


def test_a_run_leaves_all_numbers_that_the_chapter_reads(
    script: Any, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On six pictures and five updates: what is missing would be missed after an hour."""
    monkeypatch.setattr(script, "SIZES", {"embedding": 4, "hidden": 5})
    monkeypatch.setattr(script, "NOISY", {"pictures": 4, "draws": 3, "before": 2})
    for name in script.ROWS:
        monkeypatch.setitem(script.ROWS, name, script.Row(**{**vars(script.ROWS[name]), "tries": ()}))
    monkeypatch.setattr(seq2seq, "default_max_length", lambda _: 4)  # untrained, they would write on and on
    monkeypatch.setattr(script, "TRACED", ("slope alone", "soft"))
    for name in ("none", "+ soft start", "+ entropy", "slope alone", "soft"):
        script.run_row(bench, name, 1)
    record = script.read(bench.out)
    for key, run in record.items():
        row = script.ROWS[run["settings"]["row"]]
        assert set(run["read"]) == ({"averaged"} if row.attention == "none" else {"averaged", "largest", "drawn"})
        assert len(run["read"][row.reading]["exact"]) == 6 and run["validation_perplexity"] > 1
        assert ("held" in run) == (row.attention != "none") and bench.kept(key).exists()
        assert run["test"]["exact_match"] == pytest.approx(run["read"][row.reading]["exact_match"])
    started = record["+ soft start, seed 1"]
    assert started["switch"] == 3 and set(started["at_switch"]) == {"averaged", "largest", "drawn"}
    assert bench.kept("+ soft start, seed 1, at 3").exists() and "at_switch" not in record["soft, seed 1"]
    assert record["slope alone, seed 1"]["read"]["largest"]["where"]["even_to_the_bit"]
    monkeypatch.setattr(script, "chosen", lambda *_: (2, "asked for"))
    for part in ("traces", "noise"):
        script.measure(bench, part, (), 1)
    record = script.read(bench.out)
    assert set(record["traces"]["traces"]) == set(script.TRACED)
    assert set(record["noise, seed 1"]) == {
        "settings",
        "+ entropy, at 0",
        "+ entropy, at the end",
        "+ soft start, at 3",
    }
    script.measure(bench, "noise", (), 2)  # nothing is kept of seed 2
    assert script.read(bench.out) == record


def test_the_picture_that_is_shown_is_the_first_of_those_that_were_asked_for(
    script: Any, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = picture(
        {"red": dict.fromkeys(range(6), "ffff"), "blue": dict.fromkeys(range(8, 14), "ffff")}, " ".join(TWO.target)
    )
    pairs = [ONE, TWO, wide, wide, wide, wide, wide, wide]
    monkeypatch.setattr(bench.corpus, "test", pairs)
    found = {
        "soft": ("11011111", "1 11 11 11 11 01 11 11"),
        "+ soft start": ("11101111", "1 11 11 11 11 11 10 11"),
    }
    bench.out.write_text(
        json.dumps(
            {
                f"{name}, seed 1": {"read": {script.ROWS[name].reading: {"exact": exact, "where": {"hits": seen}}}}
                for name, (exact, seen) in found.items()
            }
        )
    )
    hits = [[False], [False] * 2, [False] * 2, [False] * 2, [True, False], *([False] * 2 for _ in range(3))]
    monkeypatch.setattr(script, "_loaded", lambda *_: nullcontext())
    monkeypatch.setattr(script, "score_words", lambda *_: SimpleNamespace(looks=()))
    monkeypatch.setattr(script, "region_hits", lambda *_: hits)
    assert script.chosen(bench, 1)[0] == 7
    hits[7] = [True, True]
    assert script.chosen(bench, 1) == (3, "soft captions it exactly")


# --- the record itself

FILE = Path(__file__).resolve().parent.parent / "course_lib" / "results" / "hard.json"
RECORD = json.loads(FILE.read_text("utf-8"))
RUNS = [key for key, run in RECORD.items() if "read" in run]


@pytest.mark.parametrize("key", RUNS)
def test_every_run_of_the_record_stands_under_its_own_name(script: Any, key: str) -> None:
    """A run copied to another key would be a seed that was never trained; one of another weight, another row."""
    settings = RECORD[key]["settings"]
    name, seed = settings["row"], settings["seed"]
    own = script.own_tuning(RECORD, name)
    if key != f"{name}, seed {seed}":
        own = next(tuning for tuning in script.ROWS[name].tries if script.tried(name, tuning) == key)
    bench = SimpleNamespace(steps=script.STEPS, pictures=RECORD["floors"]["settings"]["pairs"])
    assert settings == script.settings_of(bench, name, seed, own)


@pytest.mark.parametrize("key", RUNS)
def test_the_numbers_of_a_run_agree_with_each_other(key: str) -> None:
    run, floors = RECORD[key], RECORD["floors"]
    assert run["test"]["exact_match"] == pytest.approx(run["read"][run["reading"]]["exact_match"])
    shapes = [int(n) for n in floors["shapes"].split()]
    for reading, found in run["read"].items():
        if reading == "drawn":
            continue
        assert found["exact_match"] == pytest.approx(100 * found["exact"].count("1") / floors["pictures"])
        low, high = found["exact_match_interval"]
        assert len(found["exact"]) == 500 and low <= found["exact_match"] <= high
        by_shapes = sum(n * share for n, share in zip(shapes, found["exact_match_by_shapes"].values(), strict=True))
        assert by_shapes / 500 == pytest.approx(found["exact_match"])
        if "where" in found:
            hits = found["where"]["hits"].replace(" ", "")
            assert len(hits) == floors["colour_words"] and len(found["where"]["hits"].split()) == 500
            assert found["where"]["colours"] == pytest.approx(100 * hits.count("1") / len(hits))
            assert found["where"]["even_to_the_bit"] == (run["settings"]["row"] == "slope alone")


def test_what_the_record_shows_is_of_one_picture_and_of_rows_that_stand_there(script: Any) -> None:
    if "traces" not in RECORD:
        pytest.skip("no traces yet")
    shown = RECORD["traces"]["traces"]
    assert set(shown) == set(script.TRACED) and len({" ".join(seen["source"]) for seen in shown.values()}) == 1
    assert all(RECORD["traces"]["settings"]["of"][name] == RECORD[f"{name}, seed 1"]["settings"] for name in shown)
