"""Bugs to plant in the slider that switches bugs."""

from tests.mutations import Mutation

FILE, TEST = "widgets/switching.py", "test_widgets_switching.py::test_"
MUTATIONS = (
    Mutation(
        "off and on exchanged",
        FILE,
        "for on in (0, 1)] for k, patient",
        "for on in (1, 0)] for k, patient",
        TEST + "a_frame_says_which_patient_it_is_and_whether_the_bug_is_on",
    ),
    Mutation(
        "the number of the sick model stands there before its bug is on",
        FILE,
        "<td>{f'<b>{escape(sick)}</b>' if on else ''}",
        "<td><b>{escape(sick)}</b>",
        TEST + "nothing_of_the_sick_model_is_seen_before_its_bug_is_on",
    ),
    Mutation(
        "the sick curve is there from the beginning",
        FILE,
        "shown = patient.losses[: on + 1]",
        "shown = patient.losses",
        TEST + "nothing_of_the_sick_model_is_seen_before_its_bug_is_on",
    ),
    Mutation(
        "both frames show the healthy map",
        FILE,
        "{_map(patient.looks[on])}",
        "{_map(patient.looks[0])}",
        TEST + "the_map_is_that_of_the_model_of_the_frame",
    ),
    Mutation(
        "the maps of sick models are drawn nowhere",
        FILE,
        "for one in patients for look in one.looks if look}",
        "for one in patients for look in one.looks[:1] if look}",
        TEST + "the_map_is_that_of_the_model_of_the_frame",
    ),
    Mutation(
        "columns are summed, not rows",
        FILE,
        "look.weights.sum(axis=1)",
        "look.weights.sum(axis=0)",
        TEST + "what_rows_sum_to_is_said_of_the_weights_shown",
    ),
    Mutation(
        "each curve fills the height",
        FILE,
        "d='{_path(curve, most)}'",
        "d='{_path(curve, max(curve))}'",
        TEST + "curves_of_one_patient_share_a_scale_and_begin_left",
    ),
    Mutation(
        "looks of two sentences are taken",
        FILE,
        "if words[0] != words[1]:",
        "if False:",
        TEST + "what_cannot_be_switched_is_refused",
    ),
)
