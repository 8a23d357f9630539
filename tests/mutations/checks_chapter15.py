"""Bugs in the checkers of chapter 15 that the tests must catch; see test_mutations.py."""

from tests.mutations import Mutation

FILE = "checks/chapter15.py"
HERE = "test_checks_chapter15.py::"
NAMED = HERE + "test_a_usual_mistake_is_named"
PASSES = HERE + "test_a_right_answer_passes_and_an_empty_one_is_only_not_yet"
TWICE = HERE + "test_what_is_handed_in_has_not_been_through_two_softmaxes"
PLACES = HERE + "test_no_padding_stands_before_a_word_and_no_row_has_one_word"
APART = HERE + "test_two_mistakes_give_the_same_in_all_batches"
CARD = HERE + "test_the_colleague_does_not_draw_what_the_card_says"
JUDGED = HERE + "test_the_check_does_not_judge_as_the_colleagues_test_on_the_card"
TENTH = HERE + "test_less_than_a_tenth_is_enough"
STEPS = HERE + "test_a_decoder_forgets_otherwise_than_its_name_says"
TWO_BUGS = HERE + "test_a_decoder_with_two_bugs_has_one"
BESIDE = HERE + "test_a_bug_beside_is_not_what_its_name_says"
REST = HERE + "test_a_state_that_is_handed_on_comes_to_rest_within_eight_steps"
HEALTHY = HERE + "test_a_healthy_decoder_is_none"
FORM = "test_checks.py::test_a_right_answer_in_another_form_is_refused"

MUTATIONS = (
    Mutation(
        "the second softmax gives padding weight",
        FILE,
        "return first, _softmax(first, mask), mask",
        "return first, _softmax(first), mask",
        TWICE,
    ),
    Mutation(
        "what is handed in has been through three softmaxes",
        FILE,
        "return first, _softmax(first, mask), mask",
        "return first, _softmax(_softmax(first, mask), mask), mask",
        TWICE,
    ),
    Mutation(
        "padding always stands at the end",
        FILE,
        "row[draw.permutation(S)[words:]] = False",
        "row[words:] = False",
        PLACES,
    ),
    Mutation(
        "no row has a single word",
        FILE,
        'if padded == "some" else (1,)',
        'if padded == "some" else (2,)',
        PLACES,
    ),
    Mutation(
        "all scores are nearly alike, and so is what mistakes give",
        FILE,
        "first = _softmax(1.5 * draw.normal(size=(B, S)), mask)",
        "first = _softmax(0.01 * draw.normal(size=(B, S)), mask)",
        APART,
    ),
    Mutation(
        "who counts padding among the words is told two numbers",
        FILE,
        "shifted((1 - total) / twice.shape[1])",
        "shifted((1 - total) / (1 + twice.shape[1]))",
        NAMED + "[check_undo-padding_counted-Padding has been counted among the words]",
    ),
    Mutation(
        "who shifts the batch is told two numbers",
        FILE,
        "shifted((len(twice) - total.sum()) / mask.sum())",
        "shifted((1 - total.sum()) / mask.sum())",
        NAMED + "[check_undo-over_the_batch-Each place of the batch has been shifted by the same]",
    ),
    Mutation(
        "logarithms to the base 2 are those to the base 10",
        FILE,
        "_shared(np.log2(np.e) * logs, mask)",
        "_shared(np.log10(np.e) * logs, mask)",
        APART,
    ),
    Mutation(
        "a NaN of padding has no word of its own",
        FILE,
        '            not_finite="The logarithm of 0 is no number: leave padding out of the sum.",\n',
        "",
        NAMED + "[check_undo-padding_in_the_logarithm-leave padding out of the sum]",
    ),
    Mutation(
        "the weights may be changed where they were handed in",
        FILE,
        "answer(undo, twice, mask, keep_inputs=True)",
        "answer(undo, twice, mask)",
        NAMED + "[check_undo-in_place-has changed what it was handed]",
    ),
    Mutation(
        "the colleague has sentences of nine words",
        FILE,
        "words, padding = draw.integers(3, 9), draw.integers(6)",
        "words, padding = draw.integers(3, 10), draw.integers(6)",
        CARD,
    ),
    Mutation(
        "the colleague's padding always scores high",
        FILE,
        "draw.uniform(0, 9, mask.shape)), mask",
        "draw.uniform(5, 9, mask.shape)), mask",
        CARD,
    ),
    Mutation(
        "the colleague forgives a tenth",
        FILE,
        "_SENTENCES, _LOOKED_AT, _FORGIVEN = 20, 0.1, 0.01",
        "_SENTENCES, _LOOKED_AT, _FORGIVEN = 20, 0.1, 0.1",
        JUDGED,
    ),
    Mutation(
        "the colleague forgives nothing",
        FILE,
        "if seen >= _FORGIVEN:",
        "if seen > 0:",
        PASSES,
    ),
    Mutation(
        "the weights of the colleague's words are not compared",
        FILE,
        "if off >= _FORGIVEN + tolerance:",
        "if off >= 1 + tolerance:",
        NAMED + "[check_quiet-warmer-the weight of a word is off by]",
    ),
    Mutation(
        "the longest sentence always comes first",
        FILE,
        "draw.permutation([3, 4, 5, 7])[:, None]",
        "np.array([7, 3, 4, 5])[:, None]",
        HERE + "test_the_longest_sentence_always_comes_first",
    ),
    Mutation(
        "rows without padding count, too",
        FILE,
        "np.where(mask, 0, alpha)[~whole].sum(1).mean()",
        "np.where(mask, 0, alpha).sum(1).mean()",
        HERE + "test_the_share_of_padding_is_not_what_a_pencil_finds",
    ),
    Mutation(
        "a twentieth is a tenth",
        FILE,
        "if share < _LOOKED_AT:",
        "if share < _LOOKED_AT / 2:",
        TENTH,
    ),
    Mutation(
        "a row without padding may be wrong",
        FILE,
        "[whole].max() > tolerance:",
        "[whole].max() > 1:",
        NAMED + "[check_quiet-the_first_mask-a row without padding is not the softmax]",
    ),
    Mutation(
        "weights in half precision have to add up to one to the last place of double",
        FILE,
        "if abs(sums[worst] - 1) > tolerance:",
        "if abs(sums[worst] - 1) > ROUNDING:",
        FORM + "[a tensor in bfloat16-check_quiet-quiet]",
    ),
    Mutation(
        "only the first row has to add up to one",
        FILE,
        "worst = int(np.abs(sums - 1).argmax())",
        "worst = 0",
        HERE + "test_a_second_row_need_not_add_up_to_one",
    ),
    Mutation(
        "a mask that hides nothing from the softmax",
        FILE,
        "np.where(mask, scores, -np.inf)\n",
        "np.where(mask, scores, -1)\n",
        TWICE,
    ),
    Mutation(
        "a healthy decoder forgets",
        FILE,
        "lambda t, word, states: states[-1]\n",
        "lambda t, word, states: states[0]\n",
        HEALTHY,
    ),
    Mutation(
        "a healthy decoder resets the wrong half of its cell",
        FILE,
        "(r * s) @ R[:, 2 * _STATE : 3 * _STATE]",
        "(z * s) @ R[:, 2 * _STATE : 3 * _STATE]",
        HEALTHY,
    ),
    Mutation(
        "the LSTM's c is its h",
        FILE,
        "return np.stack([_sigmoid(o) * np.tanh(c), c])",
        "return np.stack([_sigmoid(o) * np.tanh(c)] * 2)",
        HERE + "test_the_lstm_is_none",
    ),
    Mutation(
        "what starts from the first step's state starts from the last",
        FILE,
        "states[min(t, 1)]",
        "states[min(t, 2)]",
        STEPS,
    ),
    Mutation(
        "at every other step is at every third",
        FILE,
        "states[-1 if t % 2 else 0]",
        "states[-1 if t % 3 else 0]",
        STEPS,
    ),
    Mutation(
        "from the fifth step is from the sixth",
        FILE,
        "states[0 if t >= 4 else -1]",
        "states[0 if t >= 5 else -1]",
        STEPS,
    ),
    Mutation(
        "the word at which one forgets is never drawn",
        FILE,
        "states[0 if word == 4 else -1]",
        "states[0 if word == 6 else -1]",
        STEPS,
    ),
    Mutation(
        "two bugs are one",
        FILE,
        "replace(_ANEW, twice=True)",
        "replace(_ANEW)",
        TWO_BUGS,
    ),
    Mutation(
        "a word seen before is answered anew",
        FILE,
        "if self.remembers and word in known:",
        "if False:",
        HERE + "test_a_word_is_not_answered_as_it_was_the_first_time",
    ),
    Mutation(
        "who peeps sees the word just read",
        FILE,
        "after = words[t + 1] if self.peeps",
        "after = words[t] if self.peeps",
        BESIDE,
    ),
    Mutation(
        "who looks at all alike looks as a healthy one does",
        FILE,
        "alpha = np.full(len(h), 1 / len(h), h.dtype) if self.level else scores",
        "alpha = scores",
        BESIDE,
    ),
    Mutation(
        "a state comes to rest at once",
        FILE,
        'cell="tanh", size=0.7',
        'cell="tanh", size=0.2',
        REST,
    ),
    Mutation(
        "a decoder in single precision computes in double",
        FILE,
        "kind = np.float32 if self.single else np.float64",
        "kind = np.float64",
        HERE + "test_a_decoder_in_single_precision_is_in_double",
    ),
    Mutation(
        "who changes what a decoder gave changes what it will give",
        FILE,
        "for ids in (source, words))).copy()",
        "for ids in (source, words)))",
        HERE + "test_a_decoder_remembers_from_call_to_call",
    ),
    Mutation(
        "an id that is none is taken from the end",
        FILE,
        "if not np.isin(ids, range(_WORDS)).all():",
        "if False:",
        NAMED + "[check_keeps_state-of_ids_beyond-expected ids from 0 to 5 in words, got]",
    ),
    Mutation(
        "a decoder that is sick of something else is called right",
        "checks/comparing/judging.py",
        'return {f"{name}, {being}": _verdict(test, f"{name}, {being}",',
        'return {f"{name}, which is right": _verdict(test, f"{name}, {being}",',
        "test_checks_comparing.py::test_who_is_sick_of_something_else_is_called_right",
    ),
)
