"""Bugs in the checkers of chapter 3 that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

MUTATIONS = (
    Mutation(
        "a step whose reset lets the summary past is the paper's",
        "checks/chapter03.py",
        "r * (heard(U, s, last) + heard(C, c, last))",
        "r * heard(U, s, last) + heard(C, c, last)",
        "test_checks_chapter03.py::test_the_step_of_the_paper_is_not_the_one_worked_out_by_hand",
    ),
    Mutation(
        "a step may overwrite the state that it was handed",
        "checks/chapter03.py",
        "answer(paper_step, *given, keep_inputs=True)",
        "answer(paper_step, *given)",
        "test_checks_chapter03.py::test_a_usual_mistake_is_named",
    ),
    Mutation(
        "a loop without its first summary is broken as announced",
        "checks/chapter03.py",
        "return after(k) if k else c",
        "return after(k)",
        "test_checks_chapter03.py::test_the_state_takes_the_place_of_the_summary_at_another_step",
    ),
    Mutation(
        "who returns states is told of a shape alone",
        "checks/chapter03.py",
        "rows(broken, kept=1)",
        "rows(broken)",
        "test_checks_chapter03.py::test_a_usual_mistake_is_named",
    ),
    Mutation(
        "a test that looks two steps ahead is praised",
        "checks/chapter03.py",
        '        "one that remembers two steps": decoder(memory=2),\n',
        "",
        "test_checks_chapter03.py::test_a_usual_mistake_is_named",
    ),
    Mutation(
        "a decoder that drops its state keeps it",
        "checks/chapter03.py",
        "decoder(memory=1)",
        "decoder(memory=9)",
        "test_checks_chapter03.py::test_a_sound_decoder_is_sick_or_a_sick_one_is_sound",
    ),
    Mutation(
        "a leak is too small for any test to see",
        "checks/chapter03.py",
        "0.01 * told[k + 1 :]",
        "0.00001 * told[k + 1 :]",
        "test_checks_chapter03.py::test_what_a_sound_decoder_hears_is_lost_among_its_last_digits",
    ),
    Mutation(
        "a test by slopes is turned away",
        "checks/chapter03.py",
        "given = torch.as_tensor(told).to(dtype)",
        "given = torch.as_tensor(told).detach().to(dtype)",
        "test_checks_chapter03.py::test_a_right_answer_passes_and_an_empty_one_is_only_not_yet",
    ),
    Mutation(
        "what a decoder is not told is multiplied by 0, and a test by NaN is turned down",
        "checks/chapter03.py",
        'torch.tanh(heard + w["C"] @ told_at(given, i) if steps else heard)',
        'torch.tanh(heard + steps * (w["C"] @ told_at(given, i)))',
        "test_checks_chapter03.py::test_a_right_answer_passes_and_an_empty_one_is_only_not_yet",
    ),
    Mutation(
        "Python's hash passes for a seed",
        "checks/chapter03.py",
        "_words(texts, session=2), seed=11",
        "_words(texts), seed=11",
        "test_checks_chapter03.py::test_a_usual_mistake_is_named",
    ),
    Mutation(
        "a class an occurrence is a class a type",
        "checks/chapter03.py",
        "if seen.setdefault(text, label) != label:",
        "if seen.setdefault(text, label) != seen[text]:",
        "test_checks_chapter03.py::test_a_usual_mistake_is_named",
    ),
    Mutation(
        "a rare class may be drawn as often as a common one",
        "checks/chapter03.py",
        "if all(abs(shares[one] - wanted[one]) < 0.12 for one in wanted):",
        "if all(abs(shares[one] - wanted[one]) < 0.4 for one in wanted):",
        "test_checks_chapter03.py::test_a_usual_mistake_is_named",
    ),
    Mutation(
        "the seed of a wrong answer stays in force",
        "checks/chapter03.py",
        "        np.random.set_state(of_numpy)",
        "        np.random.get_state()",
        "test_checks_chapter03.py::test_a_wrong_answer_that_seeds_the_notebook_is_left_in_force",
    ),
)
