"""Every bug is found, alone and beside others; nothing is found where there is none; a crash is a sentence."""

import json
from collections.abc import Callable
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from course_lib.__main__ import main
from course_lib.clinic import BUGS, IN_MODELS, InterfaceError, Report, batch_second, diagnose, sick
from course_lib.clinic.catalogue import KNOWN
from course_lib.clinic.interface import read_implementation
from course_lib.clinic.weights import law_of, softmax_of
from course_lib.corpora.pictures.cells import cell_vocabulary
from course_lib.models import luong2015, xu2015
from course_lib.seq2seq import Seq2Seq
from tests.oracles import models
from tests.oracles.wild import WILD

KINDS = ("untrained", "shaken", "trained")
SEEDS = (0, 1, 2)


def model_of(name: str, kind: str, seed: int) -> Seq2Seq:
    """Return a small model of ``MAKERS``: as it begins, with parameters far from zero, or after a few updates."""
    if kind == "shaken":
        return models.make(name, seed)
    torch.manual_seed(seed)
    model = models.MAKERS[name](embedding=5, hidden=6)
    return models.a_little_trained(model) if kind == "trained" else model


# -------------------------------------------------------------------------------------- nothing where there is none


@pytest.mark.parametrize("name", models.MAKERS)
def test_nothing_is_found_in_a_model_of_the_library(name: str) -> None:
    """Each kind with a seed of its own; benchmarks/confusion.py has all kinds with all seeds."""
    for kind, seed in zip(KINDS, SEEDS, strict=True):
        report = diagnose(model_of(name, kind, seed), seed)
        assert report.keys == set() and report.broken == (), f"{kind}, {seed}: {report}"


@pytest.mark.parametrize("attention", ["soft", "hard", "none"])
def test_nothing_is_found_in_what_describes_pictures(attention: str) -> None:
    model = xu2015(cell_vocabulary(), models.TARGET, attention=attention, hidden=8, features=6)
    report = diagnose(model)
    assert report.keys == set() and report.broken == (), str(report)
    assert "every source has one length" in str(report)


@pytest.mark.parametrize(("style", "seed"), list(product(WILD, SEEDS)))
def test_nothing_is_found_in_the_wild_where_no_bug_is_planted(style: str, seed: int) -> None:
    report = diagnose(WILD[style].make((), seed), seed)
    assert report.keys == set() and report.broken == (), str(report)


# --------------------------------------------------------------------------------------------- what is planted is found


@pytest.mark.parametrize(("style", "key"), [(style, key) for style, wild in WILD.items() for key in wild.can])
def test_a_bug_is_found_on_three_seeds_and_no_other(style: str, key: str) -> None:
    for seed in SEEDS:
        report = diagnose(WILD[style].make((key,), seed), seed)
        assert report.keys == {key} and report.broken == (), f"seed {seed}: {report}"


@pytest.mark.parametrize("style", WILD)
def test_two_bugs_at_once_are_both_named_and_no_third(style: str) -> None:
    """All pairs of each style but one: of the slowest, those that another does not have; the script has them all."""
    wrong = {}
    for pair in WILD[style].pairs():
        if style == "deep_lstm" and not {"layers_mixed", "layers_shared"} & set(pair):
            continue
        report = diagnose(WILD[style].make(pair, 0))
        if report.keys != set(pair) or report.broken:
            wrong[pair] = sorted(report.keys), [str(entry) for entry in report.broken]
    assert wrong == {}


def test_every_bug_is_somewhere_in_the_wild_and_each_pair_that_is_left_out_has_its_reason() -> None:
    assert set().union(*(wild.can for wild in WILD.values())) == set(KNOWN) == set(BUGS)
    assert all(why for wild in WILD.values() for why in wild.hidden.values())
    assert all(pair <= set(wild.can) for wild in WILD.values() for pair in wild.hidden), "a reason for nothing"


@pytest.fixture(scope="module")
def deep() -> list[Seq2Seq]:
    """A model in which every bug of a model has its place, on three seeds."""
    made = (
        luong2015(
            models.SOURCE, models.TARGET, score="general", direction="bidirectional", layers=2, embedding=6, hidden=6
        )
        for _ in SEEDS
    )
    return [models.shaken(model, seed) for model, seed in zip(made, SEEDS, strict=True)]


@pytest.mark.parametrize("key", IN_MODELS)
def test_a_bug_switched_on_in_a_model_is_found_and_the_model_is_as_it_was(key: str, deep: list[Seq2Seq]) -> None:
    for seed, model in zip(SEEDS, deep, strict=True):
        with sick(model, key):
            assert diagnose(model, seed).keys == {key}
    assert diagnose(deep[0]).keys == set()


@pytest.mark.parametrize("name", ["luong-concat-feeding", "bahdanau-coverage"])
def test_a_state_that_is_reset_is_found_where_something_else_is_handed_on(name: str) -> None:
    """What is fed back beside the word remembers the words before, too."""
    model = models.make(name)
    with sick(model, "state_reset"):
        assert diagnose(model).keys == {"state_reset"}


def test_functions_beside_the_library_are_told_apart() -> None:
    from course_lib.clinic import function_bugs as functions

    healthy = {"accuracy": functions.accuracy, "perplexity": functions.perplexity_of, "words": functions.words_of}
    ill = {
        "accuracy": functions.accuracy_counting_padding,
        "perplexity": functions.perplexity_by_batch_means,
        "words": functions.words_between_ends,
        "weights": functions.half_precision_weights,
    }
    assert diagnose(healthy).keys == set()
    found = {"accuracy_counts_padding", "mean_of_batch_means", "real_word_dropped", "mask_overflow"}
    assert diagnose(ill).keys == found


def test_a_softmax_over_the_target_is_told_from_one_over_a_single_number() -> None:
    """At the first step there is one target word, so that every weight is 1."""
    found = diagnose(WILD["whole_sequence"].make(("over_target",), 0)).findings
    assert [finding.key for finding in found] == ["softmax_over_batch"]
    assert "target" in found[0].sentence


# ------------------------------------------------------------------------------------------------------ the laws


SCORES = np.random.default_rng(5).normal(size=(3, 5)) * 2


@pytest.mark.parametrize(
    ("weights", "law"),
    [
        (softmax_of(SCORES), "one"),
        (softmax_of(SCORES, 0), "one"),
        (softmax_of(SCORES / 3), "one"),
        (softmax_of(SCORES) * 1.7, "one"),
        (softmax_of(softmax_of(SCORES)), "two"),
        (softmax_of(softmax_of(SCORES, 0)), "two"),
        (softmax_of(softmax_of(SCORES, 0), 0), "two"),
        (np.full((3, 5), 0.2), "one, then two"),
        (softmax_of(np.exp(SCORES) / np.exp(SCORES[:, 1:]).sum(1, keepdims=True)), "off, then two"),
        (softmax_of(SCORES**2), "unknown"),
    ],
)
def test_the_law_behind_weights_is_read_off_their_logarithms(weights: np.ndarray, law: str) -> None:
    assert law_of(SCORES, weights) == law


def test_equal_scores_have_no_law() -> None:
    assert law_of(SCORES * 0, softmax_of(SCORES * 0)) == "flat"
    assert law_of(SCORES / 50, softmax_of(SCORES / 300)) == "flat", "divided, or twice?"
    assert law_of(SCORES / 50, softmax_of(SCORES / 50)) == "one"
    assert law_of(SCORES / 50, softmax_of(softmax_of(SCORES / 50))) == "two"


def test_what_is_measured_is_what_is_there() -> None:
    """By hand: after a second softmax, 5 words have at most e / (e + 4) = 0.405; 2 of 5 equal words are padding."""
    double = diagnose({"weights": lambda scores, mask: softmax_of(softmax_of(np.where(mask, scores, -1e9)))})
    (finding,) = double.findings
    assert finding.measured["cap"] == pytest.approx(np.e / (np.e + 4)) and finding.measured["highest"] < 0.406
    flat = diagnose({"weights": lambda scores, mask: np.full(scores.shape, 1 / scores.shape[1])})
    assert flat.keys >= {"padding_attended"}
    padding = next(finding for finding in flat.findings if finding.key == "padding_attended")
    assert padding.measured["share"] == pytest.approx(2 / 5) and "40 %" in padding.sentence


def test_a_mask_after_the_softmax_leaves_the_words_less_than_all() -> None:
    (finding,) = diagnose({"weights": lambda scores, mask: softmax_of(scores) * mask}).findings
    assert finding.key == "padding_attended" and "thrown away afterwards" in finding.sentence


def test_a_softmax_over_the_batch_is_seen_by_the_company_of_a_sentence() -> None:
    (finding,) = diagnose({"weights": lambda scores, mask: softmax_of(np.where(mask, scores, -1e9), 0)}).findings
    assert finding.key == "softmax_over_batch" and finding.measured["change"] > 0.1


def test_a_number_of_words_decides_the_perplexity_and_the_report_says_both() -> None:
    def by_batches(batches: Any) -> float:
        return float(np.exp(np.mean([nats[real].mean() for nats, real in batches])))

    (finding,) = diagnose({"perplexity": by_batches}).findings
    assert finding.measured["one_batch"] == pytest.approx(finding.measured["true"])
    assert finding.measured["two_batches"] > finding.measured["one_batch"]


# ------------------------------------------------------------------------------------------------ what is not checked


def test_every_bug_is_found_or_looked_for_or_left_with_what_to_offer() -> None:
    report = diagnose({"weights": lambda scores, mask: softmax_of(np.where(mask, scores, -1e9))})
    told = [entry.key for part in (report.findings, report.checked, report.unchecked) for entry in part]
    assert sorted(told) == sorted(KNOWN)
    assert all(entry.offer.startswith("Offer") for entry in report.unchecked)


def test_before_training_a_second_softmax_is_not_looked_for_in_equal_scores() -> None:
    """v_a = 0: every weight is 1 / S after one softmax, and after two."""
    model = model_of("bahdanau", "untrained", 0)
    left = {entry.key: str(entry) for entry in diagnose(model).unchecked}
    assert "v_a = 0 before training" in left["one_key_for_all"] and "blind_slots" in left


def test_the_same_seed_gives_the_same_report_and_the_model_and_the_dice_are_as_before() -> None:
    model = models.MAKERS["luong-dot"](embedding=5, hidden=6, dropout=0.5)
    model.train()
    torch.manual_seed(3)
    np.random.seed(3)  # noqa: NPY002
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    grads = [parameter.grad for parameter in model.parameters()]
    first, second = diagnose(model, seed=4), diagnose(model, seed=4)
    assert first.to_json() == second.to_json() and first.broken == ()
    assert all(module.training for module in model.modules())
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002
    assert [parameter.grad for parameter in model.parameters()] == grads == [None] * len(grads)


@pytest.mark.parametrize("seed", [-1, 2.5, True, "3"])
def test_a_seed_that_is_none_is_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match="seed"):
        diagnose({"words": list}, seed)


# --------------------------------------------------------------------------------------------------- hostile readers


def healthy(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return softmax_of(np.where(mask, scores, -1e9))


class Counter:
    """Answers otherwise each time it is asked."""

    calls = 0

    def weights(self, scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
        self.calls += 1
        return healthy(scores, mask) + self.calls


def spoils_scores(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    scores[~mask] = -1e9
    scores += 1
    return softmax_of(scores)


def raises(error: BaseException) -> Callable[..., Any]:
    def part(*_: Any) -> Any:
        raise error

    return part


def endless(*_: Any) -> Any:
    return endless()


HOSTILE: dict[str, tuple[Any, str]] = {
    "an error": (raises(KeyError("query")), "`weights` stopped with KeyError: 'query' (line"),
    "an error without words": (raises(RuntimeError()), "`weights` stopped with RuntimeError (line"),
    "an exit": (raises(SystemExit(3)), "`weights` stopped with SystemExit: 3"),
    "no end": (endless, "`weights` stopped with RecursionError"),
    "too many arguments": (lambda scores: scores, "stopped with TypeError"),
    "nothing": (lambda scores, mask: None, "`weights` gave no array: it is nothing"),
    "a string": (lambda scores, mask: "0.5", "`weights` gave no array: it is of the kind str"),
    "a generator": (lambda scores, mask: (x for x in scores), "gave no array: it is of the kind generator"),
    "rows of two lengths": (lambda scores, mask: [[0.5], [0.5, 0.5]], "rows are not of one length"),
    "another shape": (lambda scores, mask: scores.T, "gave an array of the shape (5, 3), expected (3, 5)"),
    "complex numbers": (lambda scores, mask: scores * 1j, "gave no array"),
    "NaN": (lambda scores, mask: scores * np.nan, "`weights` gave NaN in 15 of 15 places"),
    "infinity": (lambda scores, mask: scores / 0.0, "`weights` gave infinity in 15 of 15 places"),
    "a changed input": (spoils_scores, "`weights` changes what it is given, in place. Let it work on a copy."),
    "two answers": (Counter().weights, "`weights` answers the same question in two ways"),
    "dice": (lambda scores, mask: np.random.random(scores.shape), "answers the same question in two ways"),  # noqa: NPY002
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_goes_wrong_in_the_readers_code_is_a_sentence(what: str) -> None:
    part, said = HOSTILE[what]
    report = diagnose({"weights": part})
    assert report.keys == set() and len(report.broken) == 1, str(report)
    assert said in report.broken[0].sentence, report.broken[0].sentence
    assert report.broken[0].part == "weights" and report.broken[0].sentence.endswith(".")
    assert {entry.key for entry in report.unchecked} == set(KNOWN) and "Traceback" not in str(report)
    with pytest.raises(AssertionError, match="weights"):
        report.require_nothing_found()


def test_a_crash_names_the_line_in_the_readers_file() -> None:
    report = diagnose({"weights": raises(ValueError("shapes do not fit"))})
    assert "of test_diagnose.py)" in report.broken[0].sentence
    assert "It was called with arrays of the shapes (3, 5), (3, 5): weights(scores" in report.broken[0].sentence
    cell: dict[str, Any] = {}
    exec(compile("def weights(scores, mask):\n    return scores / nothing", "/tmp/ipykernel_12/345.py", "exec"), cell)
    assert "(line 2 of a cell)" in diagnose(cell["weights"]).broken[0].sentence


def test_a_crash_of_one_part_leaves_the_others_to_be_checked() -> None:
    report = diagnose({"weights": healthy, "accuracy": raises(ZeroDivisionError("of zero"))})
    assert {entry.part for entry in report.broken} == {"accuracy"}
    assert {"double_softmax", "padding_attended", "mask_overflow"} <= {entry.key for entry in report.checked}


def whole(**changes: Any) -> Any:
    """Return a healthy whole model in plain Python, with some of its parts exchanged."""
    model = WILD["plain_lists"].make((), 0)
    parts = {name: getattr(model, name) for name in ("encode", "step", "loss", "vocabulary", "library")}
    return SimpleNamespace(**{**parts, **changes})


def remembers(previous: Any, state: Any, memory: Any) -> Any:
    given = whole().step(previous, state, memory)
    state["now"] = given["state"]["now"]  # in place
    return given


MODELS: dict[str, tuple[dict[str, Any], str]] = {
    "no vocabulary": ({"vocabulary": None}, "A whole model needs to say its vocabulary"),
    "no step": ({"step": None}, "`encode` can be checked beside `step` alone"),
    "no encode": ({"encode": None}, "`step` can be checked beside `encode` alone"),
    "one thing encoded": ({"encode": lambda *_: 3}, "`encode` has to return two things"),
    "a step of four things": ({"step": lambda *_: (1, 2, 3, 4)}, "`step` gave a tuple; expected a tuple of logits"),
    "a dict without state": ({"step": lambda *_: {"logits": 1}}, "`step` gave a dict without 'state'"),
    "no logits": ({"step": lambda *_: (None, None)}, "`step` gave no logits"),
    "logits of other words": (
        {"step": lambda p, s, m: ([[0.0] * 5] * len(p), s)},
        "the logits of `step` gave an array",
    ),
    "a state that is changed": ({"step": remembers}, "`step` changes what it is given, in place"),
    "a loss a word": ({"loss": lambda *_: [1.0, 2.0]}, "`loss` gave an array of the shape (2,), expected ()"),
    "an endless loss": ({"loss": lambda *_: float("inf")}, "`loss` gave infinity"),
}


@pytest.mark.parametrize("what", MODELS)
def test_a_whole_model_that_breaks_the_interface_is_told_so(what: str) -> None:
    changes, said = MODELS[what]
    report = diagnose(whole(**changes))
    assert report.keys == set()
    assert any(said in entry.sentence for entry in report.broken), str(report)


OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "a look of one thing": ({"attend": lambda *_: (1,)}, "`attend` gave a tuple; expected a tuple or a dict"),
    "a look without weights": ({"attend": lambda *_: {"context": 1}}, "`attend` gave a dict without 'weights'"),
    "a bridge to nowhere": ({"bridge": lambda hidden: hidden}, "`bridge` gave an array of the shape (4, 3, 4)"),
    "layers that are none": ({"layers": lambda: 3}, "`layers` gave no list of cells"),
    "a split into one": ({"split": lambda pairs: pairs[:1]}, "`split` gave no two lists of pairs"),
    "an accuracy a word": ({"accuracy": lambda p, t: p == t}, "`accuracy` gave an array of the shape (3, 6)"),
    "words that are text": ({"words": lambda ids: ["a"]}, "`words` gave no array"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_part_that_breaks_the_interface_is_told_so(what: str) -> None:
    given, said = OTHERS[what]
    report = diagnose(given)
    assert report.keys == set() and said in str(report.broken[0]), str(report)


def test_an_object_that_cannot_be_looked_at_is_told_so() -> None:
    class Locked:
        @property
        def weights(self) -> Any:
            raise OSError("no key")

    with pytest.raises(InterfaceError, match="`weights` cannot be read: OSError: no key"):
        diagnose(Locked())


def test_marks_may_be_masked_in_the_logits_and_scores_at_padding() -> None:
    model = WILD["plain_lists"].make((), 0)

    def step(previous: Any, state: Any, memory: Any) -> Any:
        given = model.step(previous, state, memory)
        return {**given, "logits": [[-np.inf, *row[1:]] for row in given["logits"]]}

    report = diagnose(whole(step=step, loss=None))
    assert report.keys == set() and report.broken == () and len(report.checked) >= 9


def test_tensors_arrays_and_lists_are_all_read() -> None:
    for wrapped in (
        np.asarray,
        torch.tensor,
        lambda weights: weights.tolist(),
        lambda weights: list(map(list, weights)),
    ):
        report = diagnose({"weights": lambda scores, mask, wrap=wrapped: wrap(healthy(scores, mask))})
        assert report.keys == set() and report.broken == ()
    assert diagnose({"weights": lambda scores, mask: healthy(scores, mask)[:, :, None]}).broken == ()


def test_words_first_is_turned_in_every_part() -> None:
    """The report on parts with (S, B) is that on the same parts with (B, S)."""

    def score(query: np.ndarray, keys: np.ndarray) -> np.ndarray:
        return np.einsum("bh,bsh->bs", query, keys)

    def attend(query: np.ndarray, keys: np.ndarray, values: np.ndarray, mask: np.ndarray) -> Any:
        weights = healthy(score(query, keys), mask)
        return np.einsum("bs,bsm->bm", weights, values), weights

    def accuracy(predictions: np.ndarray, targets: np.ndarray) -> float:
        return float((predictions == targets)[targets != 0].mean())

    def attend_turned(query: np.ndarray, keys: np.ndarray, values: np.ndarray, mask: np.ndarray) -> Any:
        context, weights = attend(query, keys.swapaxes(0, 1), values.swapaxes(0, 1), mask.T)
        return context, weights.T

    turned = {
        "score": lambda query, keys: score(query, keys.swapaxes(0, 1)).T,
        "weights": lambda scores, mask: healthy(scores.T, mask.T).T,
        "attend": attend_turned,
        "accuracy": lambda predictions, targets: accuracy(predictions.T, targets.T),
    }
    plain = diagnose({"score": score, "weights": healthy, "attend": attend, "accuracy": accuracy})
    assert plain.broken == () and len(plain.checked) == 10
    assert diagnose(batch_second(turned)).to_json() == plain.to_json()


# ------------------------------------------------------------------------------------------------------ the command


@pytest.fixture
def module(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    code = """
        import numpy as np
        number = 3
        def weights(scores, mask):
            powers = np.exp(scores - scores.max(1, keepdims=True))
            return powers / powers.sum(1, keepdims=True)
        class Healthy:
            def words(self, ids):
                kept = ids[: ids.index(2)] if 2 in ids else ids
                return [word for word in kept if word > 2]
        """
    (tmp_path / "mine_to_diagnose.py").write_text("\n".join(line[8:] for line in code.splitlines()))
    monkeypatch.syspath_prepend(str(tmp_path))
    return "mine_to_diagnose"


def test_the_command_prints_a_report_and_says_by_its_exit_whether_anything_was_found(
    module: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diagnose", f"{module}:weights"]) == 2
    said = capsys.readouterr()
    assert "Padding receives" in said.out and "1 found, 0 broken" in said.err
    assert main(["diagnose", f"{module}:Healthy", "--json", "--seed", "3"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["findings"] == [] and record["seed"] == 3


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("weights", "Expected package.module:name"),
        ("no_such_module:weights", "ModuleNotFoundError"),
        ("mine_to_diagnose:nothing", "AttributeError"),
        ("mine_to_diagnose:number", "offers none of the functions"),
    ],
)
def test_the_command_says_in_a_sentence_what_it_could_not_find(
    target: str, said: str, module: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diagnose", target]) == 2
    error = capsys.readouterr().err
    assert said in error and "Traceback" not in error


def test_a_report_is_what_diagnose_returns() -> None:
    assert isinstance(diagnose({"words": list}), Report)
    assert read_implementation({"words": list}).parts["words"] is list
