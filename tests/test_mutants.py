"""The tool that makes every small change to a module: what it changes, what it leaves alone, what it sees."""

import ast

import mutate
import pytest
from mutants import mutants

from course_lib import metrics
from course_lib.metrics import resampling
from course_lib.search.scoring import Scoring
from course_lib.vocabulary import BOS


def changes(source: str) -> set[str]:
    return {mutant.change for mutant in mutants("x.py", source)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a + b", {"a + b → a - b"}),
        ("a < b", {"a < b → a <= b", "a < b → a >= b"}),
        ("a and not b", {"a and (not b) → a or not b", "not b → b"}),
        ("x = -1", {"1 → 2", "1 → 0"}),
        ("x = True", {"True → False"}),
        ("f(a, b, dim=c)", {f"f(a, b, dim=c) → {new}" for new in ("pass", "f(a, b)", "f(a, dim=c)")}),
        ("y = x.min(-1)", {"x.min(-1) → x.max(-1)", "1 → 2", "1 → 0"}),
        ("y = any(x)", {"any(x) → all(x)"}),
        ("y = x[:n]", {":n → 1:n", ":n → :n + 1", ":n → :n - 1"}),
        ("y = a if f() else b", {"a if f() else b → a if not f() else b"}),
        ("x.y += z", {"x.y += z → x.y -= z", "x.y += z → pass"}),
        ("self.x = y", {"self.x = y → pass"}),
        ("def f(x):\n    x = g\n    y = x\n    return y", {"x = g → pass", "return y → return"}),
        ("y = [x for x in z if x]", {" for x in z if x →  for x in z", " for x in z if x →  for x in z if not x"}),
        ("def f():\n    return None", set()),
        ("for x in y:\n    continue", {"continue → break", "continue → pass"}),
        ("raise ValueError(1 + 2)", {"raise ValueError(1 + 2) → pass"}),
        ('"""1 + 2."""', set()),
        ('x = "a"', set()),
        ("x: Float[Tensor, 1]", set()),
        ("@f(1)\ndef g(x: y[1]) -> z[1]:\n    super().__init__(x, y=x)", set()),
        ('x = f"{y:.1f}"', set()),
        ("zip(a, b, strict=True)", {f"zip(a, b, strict=True) → {new}" for new in ("pass", "zip(a, strict=True)")}),
        ("x = torch.zeros(n, device=d)", {"torch.zeros(n, device=d) → torch.ones(n, device=d)"}),
    ],
)
def test_each_rule_makes_its_changes_and_no_other(source, expected):
    assert changes(source) == expected


def test_a_constant_of_a_module_may_matter_to_every_test_of_it():
    lines = {mutant.change: mutant.lines for mutant in mutants("x.py", "A = 1\ndef f():\n    b = 3\n")}
    assert lines["1 → 2"] == range(0) and lines["3 → 4"] == range(3, 4)


def test_a_test_that_only_reads_a_constant_meets_its_mutants_and_one_that_was_left_out_meets_none():
    constant, _, inside, _ = mutants("x.py", "A = 1\ndef f():\n    b = 3\n")
    line = {(str(mutate.ROOT / "x.py"), 3)}
    assert [mutate.reaches(lines, constant) for lines in (set(), line, {("y.py", 3)}, None)] == [
        True,
        True,
        False,
        False,
    ]
    assert [mutate.reaches(lines, inside) for lines in (set(), line, {("y.py", 3)}, None)] == [
        False,
        True,
        False,
        False,
    ]


def test_every_mutant_of_a_file_is_another_program():
    source = (mutate.ROOT / "course_lib" / "corpora" / "splits.py").read_text("utf-8")
    trees = [ast.dump(mutant.tree()) for mutant in mutants("x.py", source)]
    assert len(set(trees)) == len(trees) > 50 and ast.dump(ast.parse(source)) not in trees


def planted(file: str, change: str, line: str, sees: object) -> object:
    """Return what ``sees`` finds in a process in which one mutant of ``file`` was planted."""
    source = (mutate.ROOT / file).read_text("utf-8")
    (mutant,) = (m for m in mutants(file, source) if m.change == change and line in m.line)

    def work() -> tuple[int, object]:
        mutate.plant(mutant)
        return 0, sees()

    return mutate.forked(work)[1]


@pytest.mark.parametrize(
    ("file", "change", "line", "sees", "without", "found"),
    [
        (
            "metrics/sentences.py",
            "total_nats / tokens → total_nats * tokens",
            "",
            lambda: metrics.perplexity(0.5, 2).n,
            2,
            2,
        ),
        (
            "metrics/sentences.py",
            "tokens < 1 → tokens <= 1",
            "",
            lambda: refused(metrics.perplexity, 0.5, 1),
            False,
            True,
        ),
        ("metrics/resampling.py", "100000 → 100001", "MOST", lambda: resampling.MOST_RESAMPLINGS, 100_000, 100_001),
        ("search/scoring.py", "6 → 7", "return (", lambda: Scoring(1.0).length_penalty(2), 7 / 6, 1.0),
        ("search/scoring.py", "0.0 → 1.0", "alpha:", lambda: Scoring().alpha, 0.0, 1.0),
    ],
    ids=["another function", "a function", "a constant", "a method", "a default"],
)
def test_a_planted_mutant_is_what_the_library_does_from_then_on(file, change, line, sees, without, found):
    assert sees() == without
    assert planted(f"course_lib/{file}", change, line, sees) == found
    assert sees() == without  # no other process sees it


def refused(function, *arguments) -> bool:
    try:
        function(*arguments)
    except ValueError:
        return True
    return False


def test_an_endless_loop_is_ended_and_a_crash_is_no_success():
    def endless():
        while True:
            pass

    assert mutate.forked(endless, limit=1)[0] < 0
    assert mutate.forked(lambda: 1 / 0)[0] == 2
    assert mutate.forked(lambda: (0, BOS))[:2] == (0, BOS)


def test_an_equivalent_that_fits_no_line_any_more_is_told(monkeypatch, tmp_path):
    assert mutate.unknown_equivalents() == []
    listed = tmp_path / "equivalent.toml"
    listed.write_text('[[mutant]]\nfile = "course_lib/claims.py"\nline = "x"\nchange = "1 → 2"\nreason = "none"\n')
    monkeypatch.setattr(mutate, "EQUIVALENT", listed)
    assert mutate.unknown_equivalents() == [("course_lib/claims.py", "x", "1 → 2")]
    assert mutate.main([]) == 1


def test_a_new_file_of_tests_meets_the_mutants_of_what_it_imports():
    """A list by hand forgot five of them: their modules looked worse than they were."""
    own, others = mutate.seeing("batching")
    assert own == {"batching"} and {"seq2seq", "encoders", "properties"} <= others and not own & others
    assert mutate.seeing("batching", own=True) == [own]
    assert not any(name.endswith("_record") for name in others)


def test_every_equivalent_has_a_reason():
    assert all(len(reason.split()) > 3 for reason in mutate.equivalents().values())
