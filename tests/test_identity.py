"""A checkpoint taken up by another run: no error, and a result that belongs to neither."""

import copy
import inspect
import pickle
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.attention import DotAttention
from course_lib.built import remembered
from course_lib.corpora.pairs import ParallelCorpus, SentencePair
from course_lib.corpora.pictures.cells import cell_vocabulary
from course_lib.decoders import BahdanauDecoder
from course_lib.models import CONSTRUCTORS, cho2014, luong2015
from course_lib.seq2seq import Seq2Seq
from course_lib.settings import as_setting, differences, model_settings
from course_lib.training import CheckpointError, Objective, TrainConfig, fit
from course_lib.training.identity import run_identity
from course_lib.vocabulary import Vocabulary

torch.set_num_threads(1)

WORDS = Vocabulary.build([tuple("abcd")])
SIZES = {"embedding": 4, "hidden": 6}


def pair(words: str, links: tuple[tuple[int, int], ...] = ()) -> SentencePair:
    both = frozenset(links)
    return SentencePair(tuple(words), tuple(reversed(words)), both, both)


DRAWN = [pair("".join(Random(k).choices("abcd", k=4)) + "abcd"[k % 4] * (k % 3), ((0, 0),)) for k in range(40)]
DISTINCT = tuple({found.source: found for found in DRAWN}.values())
CORPUS = ParallelCorpus("letters", "there", "back", DISTINCT[:20], DISTINCT[20:25], DISTINCT[25:])
CONFIG = TrainConfig(steps=4, batch_size=4, validate_every=2, progress=False, device="cpu")


def luong(**options: Any) -> Seq2Seq:
    return luong2015(WORDS, WORDS, **{**SIZES, **options})


def identity(model: Seq2Seq | None = None, corpus: ParallelCorpus = CORPUS, config: TrainConfig = CONFIG) -> dict:
    return run_identity(luong() if model is None else model, corpus, config)


# --- an option that nobody has thought of ---------------------------------------------------------


class Throwaway(BahdanauDecoder):
    """A decoder of a notebook, with an option of its own; ``use`` says what becomes of it."""

    def __init__(self, option: Any, use: Callable[[nn.Module, Any], None]) -> None:
        super().__init__(len(WORDS), 4, 12, 6, 6, 0.0)
        use(self, option)


def _keep(module: nn.Module, option: Any) -> None:
    module._kept = option


def _close_over(module: nn.Module, option: Any) -> None:
    module.activation = lambda x: x * option


def _bind(module: nn.Module, option: Any) -> None:
    module.activation = partial(torch.mul, option)


def _buffer(module: nn.Module, option: Any) -> None:
    module.register_buffer("scale", torch.tensor(float(option)))


def _start(module: nn.Module, option: Any) -> None:
    nn.init.constant_(module.W_s.weight, option)  # no trace but in a parameter


def _layer_in_a_list(module: nn.Module, option: Any) -> None:
    module.unseen = [nn.Dropout(option / 10)]


USES = [_keep, _close_over, _bind, _buffer, _start, _layer_in_a_list]


@pytest.mark.parametrize("use", USES)
def test_a_new_option_of_a_decoder_is_seen_without_being_named(use: Callable[[nn.Module, Any], None]) -> None:
    def model(option: Any) -> Seq2Seq:
        return Seq2Seq("mine", luong().encoder, Throwaway(option, use), WORDS, WORDS)

    assert identity(model(2)) == identity(model(2))
    assert identity(model(2)) != identity(model(3))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_remembers_what_the_model_was_built_with(copied: Callable[[Seq2Seq], Seq2Seq]) -> None:
    model = luong(local="predictive", window=2)
    assert identity(copied(model)) == identity(model)
    assert copied(model).decoder.attention.built_with["window"] == 2


def test_a_list_that_was_given_and_then_changed_is_remembered_as_it_was() -> None:
    routes = ["state"]
    model = cho2014(WORDS, WORDS, **SIZES, routes=routes)
    before = identity(model)
    routes.append("steps")
    assert identity(model) == before == identity(cho2014(WORDS, WORDS, **SIZES, routes=("state",)))


def test_an_attribute_that_was_changed_after_building_is_seen() -> None:
    model = luong(local="monotonic")
    before = identity(model)
    model.decoder.attention.window = 3
    assert differences(before, identity(model)) == "decoder.attention.window: 10 there, 3 here"


def test_an_option_of_a_module_that_remembers_nothing_else_is_seen() -> None:
    class Scaled(DotAttention):
        def __init__(self, size: int, *, start: float = 1.0) -> None:
            super().__init__(size, size)
            self.weight = nn.Parameter(torch.tensor(start))

    assert model_settings(Scaled(6)) != model_settings(Scaled(6, start=2.0))


def test_an_option_that_a_new_constructor_uses_up_is_seen() -> None:
    @remembered
    def mine2026(source: Vocabulary, target: Vocabulary, *, start: float = 1.0) -> Seq2Seq:
        model = luong2015(source, target, **SIZES)
        nn.init.constant_(model.decoder.W_c.weight, start)
        return model

    assert identity(mine2026(WORDS, WORDS)) == identity(mine2026(WORDS, WORDS, start=1.0))
    assert "start): 1.0 there, 0.5 here" in differences(
        identity(mine2026(WORDS, WORDS)), identity(mine2026(WORDS, WORDS, start=0.5))
    )


HELD = [torch.tanh, torch.relu, (1, 2), (2, 1), {"a": 1}, {"a": 2}, {1, 2}, 1.5, 1.25, torch.float64, torch.float32]
HELD += [Path("x"), Path("y"), np.arange(3), np.arange(3.0), np.float64(0.5), np.float64(0.25), "1.5", None, abs, len]


def test_what_two_modules_hold_is_told_apart_and_equal_to_itself() -> None:
    def holding(value: object) -> dict[str, str]:
        module = DotAttention(2, 2)
        module.held = value
        return model_settings(module)

    assert [holding(value) for value in HELD] == [holding(copy.deepcopy(value)) for value in HELD]
    assert len({holding(value)["model.held"] for value in HELD}) == len(HELD)


def test_a_hook_with_another_number_inside_is_another_setting() -> None:
    def holding(function: Callable[[float], float]) -> dict[str, str]:
        module = DotAttention(2, 2)
        module.held = function
        return model_settings(module)

    hooks = [lambda x: x + 1, lambda x: x + 2, lambda x: x - 1, lambda x, y=1: x, lambda x, y=2: x]
    assert len({holding(hook)["model.held"] for hook in hooks}) == len(hooks)


# --- every option that there is -------------------------------------------------------------------


def _changed(value: Any, kind: Any) -> Any:
    """Return another value that an option or field of this kind may have."""
    choices = [choice for choice in get_args(kind) if isinstance(choice, str) and choice != value]
    if choices:
        return choices[0]
    if isinstance(value, tuple):
        return value[1:]
    if isinstance(value, bool) or bool in get_args(kind):
        return not value
    if isinstance(value, float):
        return value / 2 + 0.1
    return 2 if value is None else value + 2


OPTIONS = [
    (name, option)
    for name, constructor in CONSTRUCTORS.items()
    for option, parameter in inspect.signature(constructor).parameters.items()
    if parameter.kind is parameter.KEYWORD_ONLY
]


GOES_WITH = {
    ("luong", "longest_source"): {"score": "location"},
    ("luong", "window"): {"local": "monotonic"},
    ("luong", "gaussian"): {"local": "monotonic"},
    ("luong", "renormalise"): {"local": "predictive"},
    ("luong", "plain_keys"): {"score": "concat"},
    ("luong", "fed"): {"input_feeding": True},
    ("luong", "coverage"): {"score": "concat"},
    ("luong", "coverage_of"): {"score": "concat", "coverage": True},
    ("vaswani", "heads"): {"hidden": 8},
}
"""What an option needs beside it, to mean something or to be allowed at all."""


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_option_of_every_constructor_is_seen(name: str, option: str) -> None:
    constructor = CONSTRUCTORS[name]
    vocabularies = (cell_vocabulary() if name == "xu" else WORDS, WORDS)
    sizes = {"hidden": 6} if name == "vaswani" else SIZES
    given = {**sizes, **GOES_WITH.get((name, option), {})}
    default = inspect.signature(constructor).parameters[option].default
    other = _changed(given.get(option, default), get_type_hints(constructor)[option])
    there, here = constructor(*vocabularies, **given), constructor(*vocabularies, **{**given, option: other})
    assert identity(there) == identity(constructor(*vocabularies, **given))
    assert f"({option}): " in differences(identity(there), identity(here))


def _all_fields(settings: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for field in fields(settings):
        value = getattr(settings, field.name)
        yield from _all_fields(value, (*path, field.name)) if is_dataclass(value) else [(*path, field.name)]


def _with(settings: Any, path: tuple[str, ...]) -> Any:
    """Return the settings with another value at ``path``."""
    value = getattr(settings, path[0])
    new = _with(value, path[1:]) if path[1:] else _changed(value, get_type_hints(type(settings))[path[0]])
    return replace(settings, **{path[0]: new})


CHANGE_NOTHING = {("device",), ("checkpoint",), ("progress",)}


@pytest.mark.parametrize("path", list(_all_fields(CONFIG)), ids=".".join)
def test_every_field_of_the_config_and_the_objective_is_seen_but_where_it_runs(path: tuple[str, ...]) -> None:
    if path in CHANGE_NOTHING:
        other = replace(CONFIG, device="auto", checkpoint=Path("elsewhere.pt"), progress=True)
        assert identity(config=other) == identity()
        return
    differing = differences(identity(), identity(config=_with(CONFIG, path)))
    assert differing.startswith(".".join(path) + ": ") and ";" not in differing


def test_what_came_later_names_no_run_that_does_without_it() -> None:
    """Every older checkpoint would be another run's."""
    later = {"alike": "both", "average_last": 0.5, "cooling": 0.2, "fused": True}
    assert later.keys().isdisjoint(identity())
    assert later.keys() <= identity(config=replace(CONFIG, **later)).keys()


# --- the data -------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", ["train", "validation"])
def test_every_change_of_the_data_is_seen(split: str) -> None:
    pairs = getattr(CORPUS, split)
    first, second, *rest = pairs
    others = {
        "a source": (replace(first, source=(*first.source[:-1], "z")), second, *rest),
        "a target": (replace(first, target=(*first.target[:-1], "z")), second, *rest),
        "a possible link": (replace(first, possible=first.possible | {(1, 1)}), second, *rest),
        "a sure link": (replace(first, sure=frozenset()), second, *rest),
        "no links": (replace(first, sure=None, possible=None), second, *rest),
        "the order": (second, first, *rest),
        "one pair less": pairs[1:],
        "where a word ends": (replace(first, source=(" ".join(first.source[:2]), *first.source[2:])), second, *rest),
        "which side": (
            replace(first, source=first.source[:-1], target=(first.source[-1], *first.target)),
            second,
            *rest,
        ),
    }
    found = {what: identity(corpus=replace(CORPUS, test=(), **{split: other})) for what, other in others.items()}
    assert len({tuple(sorted(one.items())) for one in [identity(), *found.values()]}) == 1 + len(others)
    assert f"pairs: {len(pairs)} pairs, fingerprint" in differences(identity(), found["the order"])


def test_what_a_run_does_not_read_is_no_part_of_it() -> None:
    other = replace(CORPUS, name="other", source_language="x", test=(), note="none left out")
    assert identity(corpus=other) == identity()
    silent = replace(CONFIG, validate_every=None)
    assert identity(corpus=replace(CORPUS, validation=()), config=silent) == identity(config=silent)


def test_another_vocabulary_is_another_run() -> None:
    turned = Vocabulary((*WORDS.tokens[:4], *reversed(WORDS.tokens[4:])))
    for vocabularies in ((turned, WORDS), (WORDS, turned)):
        assert identity(luong2015(*vocabularies, **SIZES)) != identity()


def test_another_number_type_and_other_weights_that_do_not_learn_make_another_run() -> None:
    """Vectors from a file are frozen as they came: no option says which they were."""

    def frozen(value: float) -> Seq2Seq:
        model = luong()
        nn.init.constant_(model.decoder.embedding.weight, value).requires_grad_(False)
        return model

    assert identity(frozen(1)) == identity(frozen(1))
    assert len({str(identity(model)) for model in (luong(), luong().double(), frozen(1), frozen(2))}) == 4


# --- what a run says ------------------------------------------------------------------------------


SUPERVISED = replace(CONFIG, objective=Objective(supervision=0.5))
UNLINKED = replace(CORPUS, train=tuple(replace(one, sure=None, possible=None) for one in CORPUS.train))
FEWER = tuple(replace(one, sure=frozenset(), possible=frozenset({(1, 1)})) for one in CORPUS.train)
ANOTHER = {
    "direction": ((luong(), CORPUS, CONFIG), (luong(direction="forward"), CORPUS, CONFIG)),
    "window": (
        (luong(local="monotonic"), CORPUS, CONFIG),
        (luong(local="monotonic", window=1), CORPUS, CONFIG),
    ),
    "gold links": ((luong(), CORPUS, SUPERVISED), (luong(), replace(CORPUS, train=FEWER), SUPERVISED)),
    "validation": ((luong(), CORPUS, CONFIG), (luong(), replace(CORPUS, validation=CORPUS.validation[:3]), CONFIG)),
    "batch size": ((luong(), CORPUS, CONFIG), (luong(), CORPUS, replace(CONFIG, batch_size=5))),
}
SAYS = {
    "direction": "model(direction): 'reversed' there, 'forward' here",
    "window": "model(window): 10 there, 1 here",
    "gold links": "training pairs: 20 pairs, fingerprint",
    "validation": "validation pairs: 5 pairs",
    "batch size": "batch_size: 4 there, 5 here",
}


@pytest.mark.parametrize("what", ANOTHER)
def test_another_run_is_refused_and_told_what_differs_and_what_to_do(tmp_path: Path, what: str) -> None:
    there, (model, corpus, config) = ANOTHER[what]
    fit(there[0], there[1], replace(there[2], checkpoint=tmp_path / "run.pt"))
    before = (tmp_path / "run.pt").read_bytes()
    with pytest.raises(CheckpointError, match=r"belongs to another run.*choose another folder, or delete") as raised:
        fit(model, corpus, replace(config, checkpoint=tmp_path / "run.pt"))
    assert SAYS[what] in str(raised.value)
    assert (tmp_path / "run.pt").read_bytes() == before


@pytest.mark.parametrize(("hard", "at"), [(False, 2), (True, 2), (True, 4)], ids=["soft", "still soft", "drawn"])
def test_the_same_run_goes_on_in_the_model_that_it_has_trained(tmp_path: Path, hard: bool, at: int) -> None:
    """A notebook's cell is run again after Ctrl-C: the model has learnt meanwhile, and moved what moves."""

    def stop(step: int, _: Seq2Seq) -> None:
        if step == at:
            raise KeyboardInterrupt

    longer = replace(CONFIG, steps=8)  # hard attention looks softly in the first three
    config = replace(longer, checkpoint=tmp_path / "run.pt")
    expected = fit(luong(hard=hard), CORPUS, longer)
    torch.manual_seed(3)
    model = luong(hard=hard)
    with pytest.raises(KeyboardInterrupt):
        fit(model, CORPUS, config, stop)
    model.name = "another label"
    torch.manual_seed(4)
    assert fit(model, CORPUS, config).steps == expected.steps
    moved = (tmp_path / "run.pt").replace(tmp_path / "moved.pt")
    assert fit(luong(hard=hard), CORPUS, replace(config, checkpoint=moved, progress=True, device="auto")).steps == 8


def test_a_method_that_was_replaced_and_a_hook_make_another_run() -> None:
    """Whether they only watch, nobody can tell: a learner's own score is put into a model in just this way."""

    def changed(number: int, how: str) -> dict[str, str]:
        model = luong()
        if how == "method":
            model.decoder.attention.scores = lambda query, keys: number * query @ keys.mT  # type: ignore[method-assign]
        elif how == "method of a layer":
            model.decoder.embedding.forward = lambda ids: ids * number
        else:
            model.decoder.attention.register_forward_hook(lambda module, given, look: number)
        return identity(model)

    for how in ("method", "method of a layer", "hook"):
        assert changed(2, how) == changed(2, how)
        assert changed(2, how) != changed(3, how) and changed(2, how) != identity(luong()), how


# --- what stands in a notebook --------------------------------------------------------------------


def cell(source: str, file: str = "/notebook/1/11.py") -> Any:
    """Run a cell of a notebook; return its ``made``. Another kernel gives it another file and other line numbers."""
    place = {"__name__": "__main__", "nn": nn, "torch": torch, "DotAttention": DotAttention, "Objective": Objective}
    exec(compile(source, file, "exec"), place)
    return place["made"]


SUBCLASS = """
class Mine(DotAttention):
    sharpness = {}
    def scores(self, query, keys):
        return super().scores(query, keys) * self.sharpness {}
made = Mine(2, 2)
"""
HELPER = """
def sharper(x):
    return x * {}
def made(x):
    return sharper(x)
"""
FROZEN = "made = nn.Linear(2, 2); nn.init.constant_(made.weight, {}); made.weight.requires_grad_(False)"
CELLS = {
    "the body of a class": [SUBCLASS.format(2, "+ 1"), SUBCLASS.format(2, "- 1")],
    "what stands in a class": [SUBCLASS.format(2, ""), SUBCLASS.format(3, "")],
    "a comprehension in a function": ["made = lambda x: [y + 1 for y in x]", "made = lambda x: [y + 2 for y in x]"],
    "a variable that a function reads": [f"s = {k}\nmade = lambda x: x * s" for k in (2, 3)],
    "a function that a function calls": [HELPER.format(2), HELPER.format(3)],
    "the object of a method": [
        f"class Sharp:\n    k = {a}\n    def __init__(self): self.a = {b}\n    def go(self): pass\nmade = Sharp().go"
        for a, b in ((1, 1), (1, 2), (2, 1))
    ],
    "slots": [
        f"class Sharp:\n    __slots__ = ('a',)\n    def __init__(self): self.a = {k}\nmade = Sharp()" for k in (1, 2)
    ],
    "a property": [f"class Sharp:\n    @property\n    def a(self): return {k}\nmade = Sharp()" for k in (1, 2)],
    "a layer of which torch prints nothing": [f"made = [nn.MultiheadAttention(8, {k})]" for k in (2, 4)],
    "an option of a whole layer": [f"made = [nn.TransformerEncoderLayer(8, 2, norm_first={k})]" for k in (True, False)],
    "the smoothing of a loss": [f"made = [nn.CrossEntropyLoss(label_smoothing={k})]" for k in (0.0, 0.1)],
    "a parameter that does not learn": ["made = [nn.Linear(2, 2)]", *(FROZEN.format(k) for k in (1, 2))],
}


@pytest.mark.parametrize("what", CELLS)
def test_what_stands_in_a_notebook_is_told_apart_and_equal_in_every_kernel(what: str) -> None:
    def holding(source: str, file: str = "/notebook/1/11.py") -> str:
        module = DotAttention(2, 2)
        module.held = [cell(source, file)]
        return model_settings(module)["model.held"]

    for source in CELLS[what]:
        assert holding(source) == holding("\n\n# another kernel\n" + source, "/notebook/2/7.py")
    assert len({holding(source) for source in CELLS[what]}) == len(CELLS[what])


def test_a_notebook_is_no_library_whatever_program_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "__file__", "/env/site-packages/kernel/__main__.py", raising=False)
    there, here = (cell(f"made = lambda x: x + {k}") for k in (1, 2))
    assert as_setting(there) != as_setting(here)
    assert as_setting(nn.functional.relu).startswith("function(torch.nn.functional.relu")  # whatever its version


def test_the_code_of_a_module_of_a_notebook_is_a_setting_of_its_own() -> None:
    there, here = (model_settings(cell(SUBCLASS.format(2, more))) for more in ("+ 1", "- 1"))
    assert differences(there, here).startswith("model.code: ")
    assert "model.code" not in model_settings(DotAttention(2, 2))  # the course has a version


def test_functions_that_call_each_other_are_described_once() -> None:
    """Each calls the two before it, and the last one: 2^40 paths lead to the first one."""
    lines = ["def made(x): return f39(x)", "def f0(x): return {}", "def f1(x): return f0(x)"]
    lines += [f"def f{k}(x): return f{k - 1}(f{k - 2}(x)) + (x and made(x))" for k in range(2, 40)]
    there, here = (as_setting(cell("\n".join(lines).format(value))) for value in (1, 2))
    assert there == as_setting(cell("\n".join(lines).format(1), "/notebook/2/7.py")) != here


def test_an_objective_of_a_notebook_is_another_one() -> None:
    source = (
        "class Mine(Objective):\n    def loss(self, *given):\n        return super().loss(*given) * {}\nmade = Mine()"
    )
    found = [identity(config=replace(CONFIG, objective=cell(source.format(k)))) for k in (2, 3)]
    assert len({str(one) for one in [identity(), *found]}) == 3
    assert differences(*found).startswith("objective.class: Mine ")


def test_a_function_that_knows_its_own_module_has_an_end() -> None:
    def model(number: int) -> DotAttention:
        module = DotAttention(2, 2)
        module.activation = lambda x: x * number * module.size
        module.parents = [nn.Sequential(module), module]
        later = lambda: unbound  # noqa: E731
        module.later = later
        found = model_settings(module)
        unbound = 1
        return found

    assert model(2) == model(2) != model(3)


def test_numbers_of_numpy_are_numbers() -> None:
    assert identity(config=replace(CONFIG, steps=np.int64(4), clip_norm=np.float64(1.0))) == identity()


class Watching(DotAttention):
    """Keeps its last weights, and counts: what a learner adds to see more."""

    def scores(self, query: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
        found = super().scores(query, keys)
        self.last, self.looks = found, getattr(self, "looks", 0) + 1
        return found


def test_what_moves_by_itself_keeps_nobody_from_going_on(tmp_path: Path) -> None:
    """After Ctrl-C the same cell is run again, with the model that has looked meanwhile; or in a new kernel."""

    def watching() -> Seq2Seq:
        model = luong()
        model.decoder.attention = Watching(6, 6)
        return model

    def stop(step: int, _: Seq2Seq) -> None:
        raise KeyboardInterrupt

    config, model = replace(CONFIG, steps=8, checkpoint=tmp_path / "run.pt"), watching()
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            fit(model, CORPUS, config, stop)
    assert fit(watching(), CORPUS, config).steps == fit(model, CORPUS, config).steps == 8
    with pytest.raises(CheckpointError, match=r"decoder\.attention"):
        fit(luong(), CORPUS, config)


def test_a_long_list_of_differences_is_cut_and_an_option_handed_on_is_named_once() -> None:
    there, here = {str(k): "1" for k in range(5)}, {str(k): "2" for k in range(5)}
    assert differences(there, here) == "0: 1 there, 2 here; 1: 1 there, 2 here; 2: 1 there, 2 here; and 2 more"
    assert differences({"model(a)": "1", "decoder(a)": "1", "decoder.a": "1"}, {}) == "model(a): 1 there, nothing here"
    assert differences(there, there) == ""
