"""Bugs in patients, exams and their grades that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

PATIENTS, EXAM = "clinic/patients.py", "clinic/examination.py"
HERE = "test_clinic_exam.py::"
ELSEWHERE = HERE + "test_an_exam_is_another_one_elsewhere"
NEVER = HERE + "test_a_bug_is_never_asked_for"
GRADE = HERE + "test_a_grade_says_something_else"
KEY = HERE + "test_a_key_that_is_none_is_graded"
FORMS = HERE + "test_arrays_lists_and_tensors_get_other_answers"
SHEET = HERE + "test_a_line_of_the_sheet_does_not_fail_on_its_bug_or_fails_on_another"

MUTATIONS = (
    Mutation(
        "a patient is healthy when it is called",
        PATIENTS,
        "with sick(self._model, *self._in_model), torch.no_grad():",
        "with torch.no_grad():",
        SHEET + "[state_reset]",
    ),
    Mutation(
        "the loss of a patient is healthy",
        PATIENTS,
        "        with sick(self._model, *self._in_model):\n            return",
        "        with sick(self._model):\n            return",
        SHEET + "[padding_in_loss]",
    ),
    Mutation(
        "the functions beside a patient are healthy",
        PATIENTS,
        "return BUGS[key].function if key in self._keys else healthy",
        "return healthy",
        SHEET + "[leaky_split]",
    ),
    Mutation(
        "the layers of the encoder are those of the decoder, too",
        PATIENTS,
        'if name.startswith("decoder")]',
        "]",
        HERE + "test_layers_of_one_stack_are_not_two",
    ),
    Mutation(
        "a patient draws its parameters from torch's generator",
        PATIENTS,
        "parameter.copy_(torch.from_numpy(0.8 * draw.normal(size=tuple(parameter.shape))))",
        "parameter.normal_(std=0.8)",
        HERE + "test_a_patient_is_another_one_on_another_machine",
    ),
    Mutation(
        "an exam moves the reader's random numbers",
        PATIENTS,
        "with torch.random.fork_rng(devices=[]):",
        "with torch.enable_grad():",
        HERE + "test_a_patient_changes_the_readers_chance",
    ),
    Mutation(
        "scores in single precision stay so",
        PATIENTS,
        "return tensor.double() if tensor.is_floating_point() else tensor",
        "return tensor",
        FORMS,
    ),
    Mutation(
        "what a patient gives follows a gradient",
        PATIENTS,
        "with sick(self._model, *self._in_model), torch.no_grad():",
        "with sick(self._model, *self._in_model):",
        HERE + "test_what_a_patient_gives_wants_a_gradient",
    ),
    Mutation(
        "the test pairs are lost",
        PATIENTS,
        'return splits["train"], [*splits["validation"], *splits["test"]]',
        'return splits["train"], splits["validation"]',
        HERE + "test_a_split_loses_a_pair_or_makes_one",
    ),
    Mutation(
        "two bugs in one place are found out when the exam is sat",
        PATIENTS,
        "with sick(self._model, *self._in_model):  # two in one place are refused at once\n            pass",
        "pass",
        HERE + "test_a_patient_that_cannot_be_is_built",
    ),
    Mutation(
        "scores are equal if they are to the last digit",
        "clinic/weights.py",
        "if wide <= SAME_ROW * max(1.0, float(np.abs(scores).max(initial=0.0))) or",
        "if wide == 0 or",
        HERE + "test_scores_that_differ_by_rounding_alone_show_a_softmax_of_a_softmax",
    ),
    Mutation(
        "one bug and two are drawn alike",
        EXAM,
        'Random(f"exam {check_seed(seed)} of {bugs}")',
        'Random(f"exam {check_seed(seed)}")',
        ELSEWHERE,
    ),
    Mutation(
        "an exam depends on the order of sets",
        EXAM,
        "return [(key,) for key in sorted(KNOWN)]",
        "return [(key,) for key in set(KNOWN)]",
        HERE + "test_an_exam_depends_on_the_order_of_sets",
    ),
    Mutation(
        "an exam may have a bug that hides another",
        EXAM,
        "if set(pair) not in _HIDDEN and not clash(*pair)]",
        "if not clash(*pair)]",
        NEVER,
    ),
    Mutation(
        "an exam may have two bugs in one place",
        EXAM,
        "if set(pair) not in _HIDDEN and not clash(*pair)]",
        "if set(pair) not in _HIDDEN]",
        NEVER,
    ),
    Mutation(
        "a right answer with a wrong one beside it is right",
        EXAM,
        "if not wrong and not missing:",
        "if not missing:",
        GRADE,
    ),
    Mutation(
        "half an answer is a whole one",
        EXAM,
        "if not wrong and not missing:",
        "if not wrong and right:",
        GRADE,
    ),
    Mutation(
        "what is missing is named",
        EXAM,
        'sentences += [f"{self._rest(missing)} still to be found."] if missing else []',
        'sentences += [f"{self._rest(missing)} still to be found: {_listed(self._keys)}."] if missing else []',
        HERE + "test_an_exam_gives_its_bugs_away",
    ),
    Mutation(
        "a single bug is one of two",
        EXAM,
        'return "The bug is" if self.bugs == 1 else "One bug is"',
        'return "One bug is"',
        HERE + "test_a_grade_of_one_bug_speaks_of_two",
    ),
    Mutation(
        "a single key is taken letter by letter",
        EXAM,
        "named = [answer] if isinstance(answer, str) else answer",
        "named = answer",
        GRADE,
    ),
    Mutation(
        "a number for an answer is a traceback",
        EXAM,
        "if not isinstance(named, Collection) or not all(",
        "if not all(",
        HERE + "test_an_answer_of_another_kind_ends_in_a_traceback",
    ),
    Mutation(
        "a key that is none is a wrong answer",
        EXAM,
        "        if unknown:\n",
        "        if unknown and not named:\n",
        KEY,
    ),
    Mutation(
        "nobody says which key was meant",
        EXAM,
        "by_name, n=1, cutoff=0.8)",
        "(), n=1, cutoff=0.8)",
        KEY,
    ),
    Mutation(
        "any key may have been meant",
        EXAM,
        "by_name, n=1, cutoff=0.8)",
        "by_name, n=1, cutoff=0.0)",
        KEY,
    ),
    Mutation(
        "all bugs are revealed",
        EXAM,
        '[chapter {KNOWN[key].chapter}]" for key in self._keys',
        '[chapter {KNOWN[key].chapter}]" for key in KNOWN',
        HERE + "test_what_is_revealed_is_not_what_was_planted",
    ),
    Mutation(
        "an exam of three bugs is set",
        EXAM,
        'check_count("bugs", bugs, most=2)',
        'check_count("bugs", bugs)',
        HERE + "test_an_exam_that_cannot_be_is_set",
    ),
)
