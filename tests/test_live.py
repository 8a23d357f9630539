"""The model in the page gives what the course's gives: the JavaScript beside torch, with the same rounded weights."""

import gzip
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import playwright
import pytest
import torch

from course_lib import results, widgets
from course_lib.attention import weighted_sum
from course_lib.corpora import load
from course_lib.evaluation import evaluate
from course_lib.export import from_json, to_json
from course_lib.interventions import tempered, unmasked
from course_lib.interventions.looks import at_steps
from course_lib.models import bahdanau2014, luong2015
from course_lib.notation import Theme
from course_lib.seq2seq import Seq2Seq
from course_lib.traces import Trace
from course_lib.tracing import trace
from course_lib.vocabulary import Vocabulary
from course_lib.widgets.style import CSS_VARIABLES
from tests.oracles.traces import random_trace
from tests.pages import soup

ROOT = Path(__file__).resolve().parent.parent
LIVE = ROOT / "book" / "static" / "live"
NODE = Path(playwright.__file__).parent / "driver" / "node"
HEAVIEST = 20_000  # bytes of all scripts together, compressed

WORDS = Vocabulary.build([["the", "a", "cat", "cats", "dog", "sleeps", "."]])
OTHERS = Vocabulary.build([["le", "un", "chat", "chien", "dort", "dorment", "."]])
SWITCHES: tuple[dict[str, Any], ...] = (
    {},
    {"query": "after"},
    {"query": "after", "read_state": "before"},
    {"initial": "both"},
    {"readout": "linear"},
    {"coverage": True},
    {"query": "after", "initial": "both", "readout": "linear", "coverage": True},
    {"attention": 5},
)
SENTENCE = "a dog the cats cats dog sleeps ."
HANDS: tuple[dict[str, Any], ...] = (
    {},
    {"temperature": 0.2},
    {"temperature": 4.0, "padding": 3},
    {"padding": 3, "masked": False},
    {"held": [[1, {"position": 4, "share": 1}]]},
    {"held": [[0, {"position": 2, "share": 0}], [2, {"position": 1, "share": 0.7}]]},
    {"held": [[1, {"position": 9, "share": 0.5}]], "temperature": 2.0, "padding": 2, "masked": False},
)

QUESTIONS = "the old man sees the red cars ."
SAME = "le vieil homme voit les voitures rouges ."
TOLD: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, SAME),
    ({"held": [[1, {"position": 1, "share": 0}]]}, "le homme voit les voitures rouges ."),
    ({"held": [[0, {"position": 2, "share": 1}]]}, "l' vieil homme voit les voitures rouges ."),
    ({"held": [[1, {"position": 6, "share": 1}]]}, "le voitures voit les voitures rouges ."),
    ({"held": [[3, {"position": 3, "share": 0}]]}, SAME),
    ({"temperature": 4}, SAME),
    ({"temperature": 8}, "les vieilles voitures aux voitures ."),
)
"""What a reader of the page does with QUESTIONS, and what is written then."""
SENTENCES = 200
PAGE = json.loads((ROOT / "book" / "live.ipynb").read_text("utf-8"))


class Run(NamedTuple):
    """One sentence in one model, and what is done to its look."""

    model: int
    words: list[str]
    hands: dict[str, Any]


def random_model(seed: int, **switches: Any) -> Seq2Seq:
    """A model whose weights are all drawn, v_a and w_c too, which a new model has at zero."""
    model = bahdanau2014(WORDS, OTHERS, embedding=6, hidden=8, **switches)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator))
    return model


@contextmanager
def given(model: Seq2Seq, step: int, position: int, share: float) -> Iterator[None]:
    """Let ``position`` have ``share`` of the weight at ``step``, and the others the rest as they shared before."""

    def change(look: Any, values: Any, mask: Any) -> Any:
        others = look.weights.clone()
        others[..., position] = 0
        weights = others / others.sum(-1, keepdim=True) * (1 - share)
        weights[..., position] = share
        return replace(look, weights=weights, context=weighted_sum(weights, values))

    with at_steps(model, [step], change):
        yield


def seen_by_torch(model: Seq2Seq, run: Run) -> Trace:
    hands = run.hands
    with ExitStack() as around:
        around.enter_context(tempered(model, hands.get("temperature", 1.0)))
        if not hands.get("masked", True):
            around.enter_context(unmasked(model))
        for step, hold in hands.get("held", []):
            around.enter_context(given(model, step, **hold))
        return trace(model, run.words, padding=hands.get("padding", 0), top=len(model.target_vocabulary))


MODELS = [random_model(seed, **switches) for seed, switches in enumerate(SWITCHES)]
RUNS = [
    *(Run(number, sentence.split(), {}) for number in range(len(SWITCHES)) for sentence in (".", "the cat sleeps .")),
    *(Run(number, SENTENCE.split(), hands) for number in (0, 6) for hands in HANDS),
]
ALL_ELSE_ZERO = {"held": [[0, {"position": 1, "share": 0.0}]], "temperature": 1e-4}
TEXTS = {
    "The cat  sleeps.": ("the cat sleeps .", None),
    "the cat’s .": ("the cat 's .", "‘'s’ is not among the 7 words of this model."),
    "": ("", "Type a sentence."),
    "the dgo": ("the dgo", "‘dgo’ is not among the 7 words of this model."),
    "the catz .": ("the catz .", "‘catz’ is not among the 7 words of this model. Nearest: ‘cat’, ‘cats’."),
    "</s> <pad>": ("</s> <pad>", "‘</s>’ is not among the 7 words of this model."),
    "__proto__ constructor": ("__proto__ constructor", "‘__proto__’ is not among the 7 words of this model."),
    "🐈‍⬛ sleeps .": ("🐈‍⬛ sleeps .", "‘🐈‍⬛’ is not among the 7 words of this model."),
    "القطة": ("القطة", "‘القطة’ is not among the 7 words of this model."),
    "cat " * 10_000: (None, "That is a long text: 40 words at most. Shorten it."),
    "x" * 1_000_000: (None, f"‘{'x' * 29}…’ is not among the 7 words of this model."),
}


def by_node(folder: Path, models: Sequence[str], runs: Sequence[Run], texts: Sequence[str] = ()) -> Any:
    """What one node says of all cases: to start it takes longer than to run them."""
    cases = {
        "models": models,
        "runs": [run._asdict() for run in runs],
        "texts": [{"model": 0, "text": text} for text in texts],
    }
    path = folder / "cases.json"
    path.write_text(json.dumps(cases), encoding="utf-8")
    command = [str(NODE), str(ROOT / "tests" / "oracles" / "live_run.js"), str(LIVE), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the small models see, and what becomes of what is typed."""
    runs = [*RUNS, Run(0, ["."], ALL_ELSE_ZERO)]
    return by_node(tmp_path_factory.mktemp("live"), [to_json(model) for model in MODELS], runs, [*TEXTS, "the ca"])


@pytest.fixture(scope="module")
def in_page(tmp_path_factory: pytest.TempPathFactory, test_pairs: Any) -> Any:
    """What the page's model sees of the test sentences, then of what its page tells: for its own tests alone."""
    runs = [Run(0, list(pair.source), {}) for pair in test_pairs[:SENTENCES]]
    runs += [Run(0, QUESTIONS.split(), hands) for hands, _ in TOLD]
    return by_node(tmp_path_factory.mktemp("page"), [of_the_page()], runs)["seen"]


@pytest.mark.parametrize("number", range(len(RUNS)))
def test_the_page_sees_what_torch_sees(found: Any, number: int) -> None:
    run = RUNS[number]
    # in float64, as JavaScript counts: random weights let what float32 rounds grow from step to step
    expected = seen_by_torch(from_json(to_json(MODELS[run.model])).double(), run)
    steps = found["seen"][number]["steps"]
    assert [step["word"] for step in steps] == list(expected.target)
    assert found["seen"][number]["source"] == list(expected.source)
    assert found["seen"][number]["finished"] == expected.finished
    scores = [[-np.inf if score is None else score for score in step["scores"]] for step in steps]
    np.testing.assert_allclose(scores, expected.scores, atol=1e-6)
    np.testing.assert_allclose([step["weights"] for step in steps], expected.weights, atol=1e-6)
    np.testing.assert_allclose([step["context"] for step in steps], expected.contexts, atol=1e-6)
    for step, candidates in zip(steps, expected.candidates, strict=True):
        chances = {candidate.token: candidate.probability for candidate in candidates}
        logits = np.array(step["logits"])
        differences = logits - np.log([chances[word] for word in OTHERS.tokens])
        assert np.ptp(differences) < 1e-5  # equal but for what the softmax takes off
        assert [one["word"] for one in step["top"]] == [candidate.token for candidate in candidates[:5]]
        assert [one["probability"] for one in step["top"]] == pytest.approx(
            [candidate.probability for candidate in candidates[:5]], abs=1e-5
        )


def test_a_held_look_still_says_what_it_would_have_been(found: Any) -> None:
    pinned, plain = (RUNS.index(Run(0, SENTENCE.split(), hands)) for hands in (HANDS[4], {}))
    step, before = (found["seen"][number]["steps"][1] for number in (pinned, plain))
    assert step["own"] == pytest.approx(before["weights"])
    assert step["weights"] == [0, 0, 0, 0, 1, 0, 0, 0, 0]


def test_what_has_no_share_left_is_shared_alike(found: Any) -> None:
    """Two positions, one with all the weight: switched off, the other has to take it, and nothing is NaN."""
    first = found["seen"][len(RUNS)]["steps"][0]
    assert first["own"] == [0, 1]
    assert first["weights"] == [1, 0]


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_what_is_typed_is_split_and_what_is_unknown_is_named(found: Any, number: int) -> None:
    words, problem = list(TEXTS.values())[number]
    read = found["read"][number]
    assert read.get("problem") == problem
    if words is not None:
        assert read["words"] == words.split()


def test_words_are_offered_as_they_are_typed(found: Any) -> None:
    assert sorted(found["read"][-1]["offers"]) == ["cat", "cats"]
    assert found["read"][1]["offers"] == []


# The file


def test_a_rounded_weight_is_the_nearest_of_its_row() -> None:
    model = random_model(1)
    rounded = from_json(to_json(model))
    before, after = model.state_dict(), rounded.state_dict()
    for name, weight in before.items():
        step = weight.abs().amax(-1, keepdim=True) / 127 if weight.dim() == 2 else torch.zeros(1)
        assert bool(((after[name] - weight).abs() <= step * 0.5001).all()), name
    assert to_json(rounded) == to_json(from_json(to_json(rounded)))


def test_a_row_of_zeros_stays_one() -> None:
    model = random_model(1)
    with torch.no_grad():
        model.decoder.embedding.weight[0] = 0
    assert bool((from_json(to_json(model)).decoder.embedding.weight[0] == 0).all())


def test_what_the_page_cannot_run_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Only Bahdanau's model .* Export a bahdanau2014"):
        to_json(luong2015(WORDS, OTHERS, embedding=4, hidden=4))
    with pytest.raises(ValueError, match=r"one word a step.*hard=False"):
        to_json(bahdanau2014(WORDS, OTHERS, embedding=4, hidden=4, hard=True))


def test_a_changed_file_is_refused() -> None:
    text = to_json(random_model(1))
    with pytest.raises(ValueError, match="is of another content"):
        from_json(text.replace('"chat"', '"char"'))
    with pytest.raises(ValueError, match="Expected the format"):
        from_json(text.replace("live 1", "live 0"))


def test_the_scripts_are_light() -> None:
    scripts = [path for path in LIVE.iterdir() if path.stem != "en-fr"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) <= HEAVIEST


# The model of the page


def of_the_page() -> str:
    """Return the JSON in the script that holds the page's model."""
    script = (LIVE / "en-fr.js").read_text("utf-8")
    begun, ended = 'Live.take("en-fr", ', ");\n"
    assert script.startswith(begun) and script.endswith(ended)
    return script[len(begun) : -len(ended)]


@pytest.fixture(scope="module")
def record() -> Any:
    return results.load("live_model")


@pytest.fixture(scope="module")
def test_pairs(record: Any) -> Any:
    settings = record["settings"]
    pairs = {name: value for name, value in settings["pairs"].items() if name != "draws"}
    return load(settings["corpus"], **{**pairs, "size": 1}).test


def test_the_file_is_the_record_s_and_scores_what_it_says(record: Any, test_pairs: Any) -> None:
    """CI trains nothing: a file that was exchanged alone, or damaged, would be found by nobody else."""
    text = of_the_page()
    assert json.loads(text)["fingerprint"] == record["fingerprint"]
    model = from_json(text)
    assert [model.built_with[name] for name in ("hidden", "query")] == [64, "after"]
    scores, said = evaluate(model, test_pairs, unknown="unk"), record["test"]
    assert scores.exact_match.value == pytest.approx(said["exact_match"], abs=0.5)
    assert scores.alignment and scores.alignment.aer == pytest.approx(said["alignment"]["aer"], abs=0.2)
    assert said["exact_match"] > 94 and said["alignment"]["aer"] < 10
    assert abs(said["exact_match"] - record["test_before_rounding"]["exact_match"]) < 0.5
    assert len(gzip.compress((LIVE / "en-fr.js").read_bytes())) <= 250_000


def test_two_hundred_sentences_are_translated_as_torch_does(in_page: Any, test_pairs: Any) -> None:
    expected = from_json(of_the_page()).translate([pair.source for pair in test_pairs[:SENTENCES]])
    said = [[step["word"] for step in found["steps"] if step["word"] != "</s>"] for found in in_page[:SENTENCES]]
    assert said == [list(translation.tokens) for translation in expected]


@pytest.mark.parametrize("number", range(len(TOLD)))
def test_the_page_s_answers_are_what_happens(in_page: Any, number: int) -> None:
    hands, words = TOLD[number]
    steps = in_page[SENTENCES + number]["steps"]
    assert " ".join(step["word"] for step in steps) == f"{words} </s>"
    page = "".join(source for cell in PAGE["cells"] for source in cell["source"])
    assert not hands or words.removesuffix(" .") in page


def test_what_the_page_says_of_single_weights(in_page: Any) -> None:
    plain, off, hot = (in_page[SENTENCES + number]["steps"] for number in (0, 1, 5))
    assert plain[1]["word"] == "vieil" and max(off[1]["weights"]) == off[1]["weights"][2] > 0.5
    largest = [max(step["weights"]) for step in hot]
    assert sum(weight < 0.4 for weight in largest) > len(largest) / 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_stylesheet_of_the_page_has_the_colours_of_the_table(theme: Theme) -> None:
    css = (LIVE / "live.css").read_text("utf-8")
    selector = ".live {" if theme == "light" else 'html[data-theme="dark"] .live {'
    block = re.search(rf"^{re.escape(selector)}(.+?)^}}", css, re.MULTILINE | re.DOTALL)
    assert block
    found = dict(re.findall(r"--c-(\w+): (#\w+);", block[1]))
    assert found == {name: CSS_VARIABLES[name].on(theme) for name in found} and len(found) == 8


# The place in a page


def test_the_place_names_its_model_and_holds_the_stand_in() -> None:
    seen = random_trace(("a", '"<b>&', "</s>"))
    place = soup(widgets.live("en-fr", seen)._repr_html_()).select_one("div.course-live")
    assert (place["data-live"], place["data-sentence"]) == ("en-fr", 'a "<b>&')
    assert place.select_one("figure > svg[role=img]") is not None
    assert len(place.select("figure ol > li")) == len(seen.target)
    assert "In the built book the model itself runs" in place.get_text()
    with pytest.raises(ValueError, match=r"such as 'en-fr', got '\.\./en-fr'"):
        widgets.live("../en-fr", seen)
