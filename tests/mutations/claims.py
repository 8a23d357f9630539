"""Bugs to plant in claims and in the intervals of scores."""

from tests.mutations import Mutation

CLAIMS, METRICS = "test_claims.py::", "test_metrics.py::"

MUTATIONS = (
    Mutation(
        "a claim is printed before it is looked at",
        "claims.py",
        "    if not _yes_or_no(holds):\n",
        '    print(f"✓ {text}")\n    if not _yes_or_no(holds):\n',
        CLAIMS + "test_a_claim_that_does_not_hold_never_passes_in_silence",
    ),
    Mutation(
        "a NaN is a yes",
        "claims.py",
        "    if isinstance(holds, Real) and not isinstance(holds, bool):\n",
        "    if False:\n",
        CLAIMS + "test_what_is_no_yes_or_no_is_not_taken_for_a_yes",
    ),
    Mutation(
        "an empty array holds, or the first of several decides",
        "claims.py",
        "    if math.prod(shape) != 1:\n",
        "    if False:\n",
        CLAIMS + "test_what_is_no_yes_or_no_is_not_taken_for_a_yes",
    ),
    Mutation(
        "the interval is that of links drawn one by one, not of sentence pairs",
        "metrics/resampling.py",
        "np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=bootstrap)",
        "np.random.default_rng(0).multinomial(4 * n, np.full(n, 1 / n), size=bootstrap)",
        METRICS + "test_an_interval_is_as_wide_as_that_many_sentences_make_it",
    ),
    Mutation(
        "the interval leaves out half",
        "metrics/resampling.py",
        "(2.5, 97.5)",
        "(25, 75)",
        METRICS + "test_an_interval_is_as_wide_as_that_many_sentences_make_it",
    ),
    Mutation(
        "the AER of a resampling divides by the sure links alone",
        "metrics/links.py",
        "1 - sums[:, :2].sum(1) / sums[:, 2:].sum(1)",
        "1 - sums[:, :2].sum(1) / sums[:, 3:].sum(1)",
        METRICS + "test_an_interval_of_aer_holds_its_value",
    ),
    Mutation(
        "the query after the step is read out too, where the state before it was asked for",
        "decoders/bahdanau.py",
        'read = after if self.read_state == "query" else state.top',
        "read = after",
        "test_decoders.py::test_the_state_that_is_read_out_can_stay_that_of_before",
    ),
)
