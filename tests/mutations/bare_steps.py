"""Bugs to plant in what makes decoding fast: bare steps, one step of an LSTM, windows looked up row by row."""

from tests.mutations import Mutation

BARE, PARTS = "decoders/bare.py", "decoders/parts.py"
TEST = "test_bare_steps.py::test_"
EQUAL, ASKED = TEST + "bare_steps_are_the_steps", TEST + "whoever_has_to_be_asked_is_asked"
ONE_STEP = TEST + "one_step_of_an_lstm_is_the_step_of_torchs_call"

MUTATIONS = (
    Mutation("a bare step looks at padding", BARE, "if padding is not None:", "if False:", EQUAL),
    Mutation("a bare step reads the whole state", BARE, "(reset * s) @ U", "s @ U", EQUAL),
    Mutation(
        "a bare step reads out the state after it",
        BARE,
        "torch.addmm(b_o, s, U_o)",
        "torch.addmm(b_o, after, U_o)",
        EQUAL,
    ),
    Mutation(
        "a sentence alone is read out without its context",
        BARE,
        "memory @ C_o), dim=-1) if alone",
        "0 * (memory @ C_o)), dim=-1) if alone",
        EQUAL,
    ),
    Mutation(
        "rows of a bare state stay behind",
        BARE,
        "self.hidden.index_select(0, rows)",
        "self.hidden",
        TEST + "rows_of_a_bare_state_move_as_those_of_a_state_do",
    ),
    Mutation("a hook before a layer is not asked", BARE, '"_forward_pre_hooks", ', "", ASKED),
    Mutation("a hook after a layer is not asked", BARE, ', "_forward_hooks"', ",", ASKED),
    Mutation("a method in place of another is not asked", BARE, "any(map(callable, own.values()))", "False", ASKED),
    Mutation("a layer of somebody's own is not asked", BARE, "type(part) in _LAYERS and", "", ASKED),
    Mutation(
        "a class that was rewritten is not asked",
        BARE,
        "vars(kind) == methods for",
        "True for",
        TEST + "a_class_that_is_rewritten_is_asked",
    ),
    Mutation("dropout of training is forgotten", BARE, "decoder.training or ", "", ASKED),
    Mutation(
        "a bare step is taken where a gradient is wanted",
        BARE,
        "torch.is_grad_enabled() or ",
        "",
        TEST + "gradients_go_through_the_decoders_own_steps",
    ),
    Mutation(
        "a switch of Bahdanau's is forgotten",
        BARE,
        'decoder.query != "before" or ',
        "",
        TEST + "switches_and_other_models_step_by_themselves",
    ),
    Mutation(
        "translations take the slow steps",
        "seq2seq.py",
        "stepper(source, lengths, looks=False)",
        "stepper(source, lengths)",
        TEST + "a_translation_takes_the_bare_steps_and_says_the_same",
    ),
    Mutation(
        "every layer starts from the first one's state",
        PARTS,
        "(hidden[layer], cell[layer])",
        "(hidden[0], cell[0])",
        ONE_STEP,
    ),
    Mutation("every layer reads the word", PARTS, "        inputs = states[-1][0]\n", "", ONE_STEP),
    Mutation(
        "nothing is dropped between layers",
        PARTS,
        "functional.dropout(inputs, rnn.dropout, rnn.training)",
        "inputs",
        TEST + "between_layers_a_step_drops_what_the_call_would_drop",
    ),
    Mutation(
        "search copies the matrices at every step",
        "decoders/luong.py",
        "encoded, alone=True)",
        "encoded)",
        TEST + "search_takes_steps_of_one_word_without_copying_the_matrices",
    ),
    Mutation(
        "every window lies in the first sentence",
        "attention/local.py",
        "first_row + index",
        "index + 0 * first_row",
        "test_local_and_self_attention.py::test_what_a_window_holds_and_its_gradient_are_those_of_gather_to_the_bit",
    ),
)
