"""Bugs to plant in how several models translate together.

A sum in place of the mean changes no word, for search takes a softmax of it: only what a run with teacher forcing
gives would be no probability any more.
"""

from tests.mutations import Mutation

FILE = "ensembles.py"
TEST = "test_ensembles.py::test_"
BY_WORD, MEAN = TEST + "members_of_all_kinds_are_averaged_word_by_word", TEST + "the_mean_is_that_of_probabilities"
SEARCHED = TEST + "what_search_says_of_a_sentence_is_what_the_members_say_of_it"

MUTATIONS = (
    Mutation(
        "the mean of logarithms", FILE, "torch.logsumexp(each, dim=0) - math.log(len(logits))", "each.mean(dim=0)", MEAN
    ),
    Mutation(
        "logits are not brought to one scale", FILE, "torch.log_softmax(one, dim=-1) for one", "one for one", MEAN
    ),
    Mutation("a sum is no mean", FILE, " - math.log(len(logits))", "", MEAN),
    Mutation(
        "all members go on from the state of the first",
        FILE,
        "EnsembleState(tuple(output.state for output in outputs))",
        "EnsembleState(tuple(outputs[0].state for output in outputs))",
        TEST + "the_best_sentence_of_an_ensemble_is_the_best_of_all",
    ),
    Mutation(
        "rows of the first member alone move",
        FILE,
        "tuple(state.select(rows) for state in self.members)",
        "(self.members[0].select(rows), *self.members[1:])",
        SEARCHED,
    ),
    Mutation(
        "the last member is not heard",
        FILE,
        "model(batch) for model in self.models",
        "model(batch) for model in self.models[:-1]",
        BY_WORD,
    ),
    Mutation(
        "a source of other words is let through",
        FILE,
        'for side in ("source_vocabulary", "target_vocabulary"):',
        'for side in ("target_vocabulary",):',
        TEST + "who_cannot_translate_together_is_told_why",
    ),
    Mutation(
        "members on two devices are let through",
        FILE,
        "if model.device != first.device:",
        "if False:",
        TEST + "who_cannot_translate_together_is_told_why",
    ),
    Mutation(
        "looks are made that nobody asked for",
        FILE,
        "copies, looks=looks)",
        "copies)",
        TEST + "members_step_by_the_shortest_way_there_is",
    ),
    Mutation(
        "a trace of an ensemble is told nothing",
        FILE,
        'raise AttributeError(f"An ensemble has no look of its own. {_ASK}")',
        "return None",
        TEST + "what_belongs_to_a_single_model_is_asked_of_a_member",
    ),
    Mutation(
        "who asks for the decoder of an ensemble is told nothing",
        FILE,
        'if name in ("encoder", "decoder"):',
        "if False:",
        TEST + "what_belongs_to_a_single_model_is_asked_of_a_member",
    ),
    Mutation(
        "exact search jumps while a member counts its steps",
        FILE,
        "return any(model.steps_are_counted for model in self.models)",
        "return False",
        TEST + "what_belongs_to_a_single_model_is_asked_of_a_member",
    ),
    Mutation(
        "all members are left in the mode of the ensemble",
        "seq2seq.py",
        "part.training = training",
        "part.training = model.training",
        TEST + "dropout_is_off_meanwhile_and_each_member_is_left_as_it_was",
    ),
)
