"""What an implementation may offer is read as it is said, and a report says what was looked for: never "healthy"."""

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from course_lib.clinic.catalogue import KNOWN
from course_lib.clinic.interface import CALLED_AS, SIZES, InterfaceError, WordIds, read_implementation
from course_lib.clinic.report import Broken, Checked, Finding, Report, Unchecked

FOUND = Finding("padding_attended", "step 3", {"share": 0.23456789}, "Padding receives 23 % of the weight at step 3.")
SEEN = Checked("double_softmax", "A weight of 0.99 was reached.")
LEFT = Unchecked("leaky_split", "Nothing splits a corpus here.", "Offer `split`.")
CRASH = Broken("score", "`score` raised <ValueError> & more.")
FULL = Report((FOUND,), (SEEN,), (LEFT,), (CRASH,), seed=3)


def weights(scores: Any, mask: Any) -> Any:
    return scores, mask


# ------------------------------------------------------------------------------------------------- the interface


def test_functions_are_found_in_objects_dicts_modules_and_by_their_name() -> None:
    class Module(torch.nn.Module):
        def score(self, query: Any, keys: Any) -> Any:
            return query, keys

    assert set(read_implementation({"weights": weights, "score": weights}).parts) == {"weights", "score"}
    assert set(read_implementation(SimpleNamespace(attend=weights, other=3)).parts) == {"attend"}
    assert set(read_implementation(weights).parts) == {"weights"}
    found = read_implementation(Module())
    assert set(found.parts) == {"score"} and found.library == "torch" and len(found.modules) == 1
    assert read_implementation(found) is found


def test_what_is_said_of_an_implementation_is_kept_and_the_rest_is_as_usual() -> None:
    found = read_implementation(
        {
            "weights": weights,
            "sizes": {"query": 8},
            "vocabulary": {"source": 20, "target": 30, "pad": 1, "bos": 0},
            "traits": {"hard"},
            "library": "python",
            "parameters": [1],
        }
    )
    assert found.sizes == {**SIZES, "query": 8}
    assert found.vocabulary == WordIds(20, 30, pad=1, bos=0, eos=2, first=3)
    assert found.traits == {"hard"} and found.library == "python"
    assert found.parameters is not None and found.parameters() == [1]


def test_a_list_of_cells_is_as_good_as_a_function_that_returns_it() -> None:
    cells = torch.nn.ModuleList([torch.nn.GRUCell(2, 2)])
    assert read_implementation({"layers": cells}).parts["layers"]() is cells
    assert read_implementation({"layers": [[1.0]]}).parts["layers"]() == [[1.0]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (3, "An int offers none of the functions .* weights\\(scores"),
        ({}, "A dict offers none"),
        (lambda scores: scores, "offers none"),
        ({"weight": weights}, "'weight' is no part that can be checked. Did you mean 'weights'"),
        ({"zzz": weights}, "There are: score, weights"),
        ({"weights": weights, "traits": "hard"}, "traits: expected a set of"),
        ({"weights": weights, "traits": {"soft"}}, "a trait: expected one of 'location'"),
        ({"weights": weights, "library": "jax"}, "library: expected one of 'numpy'"),
        ({"weights": weights, "sizes": [4]}, "sizes: expected a dict"),
        ({"weights": weights, "sizes": {"width": 4}}, "a name in sizes: expected one of"),
        ({"weights": weights, "sizes": {"query": 0}}, "sizes\\['query'\\]: expected 1 or more"),
        ({"weights": weights, "vocabulary": {"source": 9}}, "the number of words of the target is missing"),
        ({"weights": weights, "vocabulary": {"source": 9, "target": 9, "end": 2}}, "a name in vocabulary"),
        (
            {"weights": weights, "vocabulary": {"source": 4, "target": 9}},
            "\\['source'\\]: expected 6 or more",
        ),
    ],
)
def test_an_implementation_that_cannot_be_read_is_told_why(given: Any, said: str) -> None:
    with pytest.raises(InterfaceError, match=said):
        read_implementation(given)


def test_what_has_the_name_of_a_part_and_is_no_function_is_not_passed_over() -> None:
    """A tensor called `weights` would otherwise be a part that nobody offered."""
    found = read_implementation(SimpleNamespace(weights=torch.zeros(2), score=weights))
    assert set(found.parts) == {"score"}
    assert found.refused == (("weights", f"`weights` is a Tensor, not a function. Expected {CALLED_AS['weights']}."),)


# ---------------------------------------------------------------------------------------------------- the report


def test_a_report_says_the_number_the_cure_and_what_could_not_be_checked() -> None:
    text = str(FULL)
    assert "Padding receives 23 % of the weight at step 3. Cure: Set the scores of padding to minus infinity" in text
    assert "[padding_attended, in step 3; chapter 4]" in text
    assert text.index("Found") < text.index("Does not work") < text.index("Looked for and not seen")
    assert "Nothing splits a corpus here. Offer `split`. [leaky_split]" in text
    assert text.splitlines()[-1] == (
        "Looked for 2 bugs of 20, found 1; 1 could not be looked for. 1 part did not work as the interface says. "
        "This says nothing of what was not looked for."
    )


@pytest.mark.parametrize("report", [Report(), Report(checked=(SEEN,)), FULL])
def test_no_report_says_that_an_implementation_is_healthy(report: Report) -> None:
    for text in (str(report), repr(report), report.to_json(), report._repr_html_()):
        assert not re.search(r"health|correct|no bugs?\b|all fine|passed", text.lower())
        assert "was not looked for" in text


def test_json_is_sorted_and_the_same_again_and_holds_no_nan() -> None:
    record = json.loads(FULL.to_json())
    assert FULL.to_json() == FULL.to_json() and list(record) == sorted(record)
    assert record["findings"][0]["measured"] == {"share": 0.234568}
    assert record["unchecked"] == [{"key": "leaky_split", "offer": "Offer `split`.", "reason": LEFT.reason}]
    assert record["seed"] == 3
    unmeasured = Report((Finding("double_softmax", "weights", {"cap": float("nan")}, "Capped."),))
    assert json.loads(unmeasured.to_json())["findings"][0]["measured"] == {"cap": None}


def test_one_line_of_a_test_fails_on_a_finding_and_on_a_crash_and_on_nothing_else() -> None:
    Report(checked=(SEEN,), unchecked=(LEFT,)).require_nothing_found()
    for report in (Report((FOUND,)), Report(broken=(CRASH,))):
        with pytest.raises(AssertionError, match=r"Padding receives|raised"):
            report.require_nothing_found()


def test_what_a_reader_wrote_is_escaped_and_the_colours_are_those_of_the_page() -> None:
    html = FULL._repr_html_()
    assert "&lt;ValueError&gt; &amp; more" in html and "<ValueError>" not in html
    assert "<style" not in html and "style=" not in html  # a widget's would hide the stand-ins of those without scripts
    assert html.index("Padding receives") < html.index("<details>"), "what was found is in sight"


def test_every_bug_has_a_name_a_cure_a_chapter_and_a_way_to_be_checked() -> None:
    assert len(KNOWN) == 20
    for known in KNOWN.values():
        assert known.title[0].isupper() and not known.title.endswith(".")
        assert known.cure.endswith((".", "`).")) and known.offer.startswith("Offer `")
        assert 1 <= known.chapter <= 15
