"""Bugs to plant in the switches of Luong's decoder."""

from tests.mutations import Mutation

EQUATION = "test_luong_switches.py::test_every_switch_of_luong_is_its_equation_and_no_other"

MUTATIONS = (
    Mutation(
        "before the first step the last state asks",
        "decoders/luong.py",
        "torch.cat((state.top.unsqueeze(1), states[:, :-1]), dim=1)",
        "states.roll(1, dims=1)",
        EQUATION,
    ),
    Mutation(
        "one step at a time asks after, all at once before",
        "decoders/luong.py",
        'asks = top if self.query == "after" else state.top',
        "asks = top",
        "test_decoders.py::test_stepping_gives_what_teacher_forcing_gives",
    ),
    Mutation(
        "the query has read the word that it is to find",
        "decoders/luong.py",
        "self._look(asks, embedded, encoded, first_step=0)",
        "self._look(asks, embedded.roll(-1, dims=1), encoded, first_step=0)",
        EQUATION,
    ),
    Mutation(
        "the word reaches the query after the step only",
        "decoders/luong.py",
        "asks if self.W_q is None else",
        'asks if self.W_q is None or self.query == "before" else',
        "test_luong_switches.py::test_before_the_step_the_word_just_written_does_not_move_the_look",
    ),
    Mutation(
        "the readout moves with the query",
        "decoders/luong.py",
        "self._logits(self._attentional(look, states))",
        "self._logits(self._attentional(look, asks))",
        "test_luong_switches.py::test_only_the_look_asks_earlier_and_the_readout_still_takes_the_state_after_the_step",
    ),
    Mutation(
        "the cell still says which source it was",
        "decoders/luong.py",
        "hidden = cell = torch.zeros_like(hidden)",
        "hidden = torch.zeros_like(hidden)",
        "test_luong_switches.py::test_from_zeros_nothing_but_the_looks_says_which_source_it_is",
    ),
    Mutation(
        "the matrix of the word is drawn first and moves every other draw",
        "decoders/luong.py",
        "        super().__init__(vocabulary_size, embedding, dropout)\n",
        "        _ = nn.Linear(embedding, hidden) if query_reads_word else None\n"
        "        super().__init__(vocabulary_size, embedding, dropout)\n",
        "test_luong_switches.py::test_a_switch_draws_no_other_start_for_what_all_models_have",
    ),
    Mutation(
        "plain keys are a matrix that does not learn",
        "attention/additive.py",
        "nn.Identity() if plain_keys",
        "nn.Linear(memory_size, attention_size, bias=False).requires_grad_(False) if plain_keys",
        "test_luong_switches.py::test_plain_keys_are_the_annotations_and_the_score_is_the_papers_simplified_one",
    ),
    Mutation(
        "plain keys of another size fail with a message about shapes",
        "attention/additive.py",
        "and attention_size != memory_size",
        "and attention_size > memory_size",
        "test_luong_switches.py::test_plain_keys_of_another_size_are_refused_before_a_sum_of_shapes_that_do_not_fit",
    ),
    Mutation(
        "a score without keys of its own takes plain keys without a word",
        "models.py",
        'and score != "concat":',
        'and score == "general":',
        "test_luong_switches.py::test_what_makes_no_sense_is_refused_and_says_why",
    ),
    Mutation(
        "a word counts as yes",
        "options.py",
        'if not isinstance(value, bool):\n        raise ValueError(f"{name}: expected True or False',
        'if value is None:\n        raise ValueError(f"{name}: expected True or False',
        "test_luong_switches.py::test_what_makes_no_sense_is_refused_and_says_why",
    ),
    Mutation(
        "a figure does not say that the query is another",
        "models.py",
        '"query before" if query == "before" else ""',
        '""',
        "test_luong_switches.py::test_a_figure_names_every_switch_that_is_on",
    ),
)
