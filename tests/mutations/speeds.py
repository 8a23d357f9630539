"""Bugs in reading what was timed that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

FILE = "results/speeds.py"
RATIOS = "test_speed.py::TestRatios"
BARS = "test_speed.py::TestBars"

MUTATIONS = (
    Mutation(
        "the slower is called the faster",
        FILE,
        "found = [one / other for one, other in",
        "found = [other / one for one, other in",
        f"{RATIOS}::test_a_ratio_stands_on_its_head",
    ),
    Mutation(
        "one busy round moves the ratio",
        FILE,
        "return Ratio(median(found), min(found), max(found))",
        "return Ratio(sum(found) / len(found), min(found), max(found))",
        f"{RATIOS}::test_a_busy_round_decides_a_ratio",
    ),
    Mutation(
        "a rate is that of the luckiest round",
        FILE,
        "{name: median(_rates(work))",
        "{name: max(_rates(work))",
        f"{RATIOS}::test_a_rate_is_the_mean_of_a_lucky_round",
    ),
    Mutation(
        "a rate forgets how much was done",
        FILE,
        "return [units / seconds for units, seconds in",
        "return [1 / seconds for units, seconds in",
        f"{RATIOS}::test_a_ratio_stands_on_its_head",
    ),
    Mutation(
        "a bar is not met by what it asks for",
        FILE,
        "value >= self.bound if self.at_least",
        "value > self.bound if self.at_least",
        f"{BARS}::test_a_bar_is_met_from_the_wrong_side",
    ),
    Mutation(
        "what was not measured is met",
        FILE,
        "        if value is None:\n            return None",
        "        if value is None:\n            return True",
        f"{BARS}::test_what_was_not_measured_is_met",
    ),
    Mutation(
        "the window that grows least speaks for the other",
        FILE,
        "max(ratio(record[run], look(kind, 40)",
        "min(ratio(record[run], look(kind, 40)",
        f"{BARS}::test_one_of_two_windows_speaks_for_both",
    ),
    Mutation(
        "short sources count where long ones were promised",
        FILE,
        'timing["settings"]["lengths"] if words >= 40]',
        'timing["settings"]["lengths"] if words]',
        f"{BARS}::test_growth_is_read_from_the_shortest_source",
    ),
    Mutation(
        "every run is a notebook",
        FILE,
        'if key.startswith("notebook ")',
        "if key",
        f"{BARS}::test_minutes_of_notebooks_leave_some_out",
    ),
)
