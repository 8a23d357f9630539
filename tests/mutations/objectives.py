"""Bugs to plant in what training minimises."""

from tests.mutations import Mutation

MUTATIONS = (
    Mutation(
        "label smoothing is forgotten",
        "training/objectives.py",
        "            label_smoothing=self.label_smoothing,\n",
        "",
        "test_objectives.py::test_label_smoothing_shares_out_its_part_evenly_and_leaves_padding_out",
    ),
    Mutation(
        "the gold links are read the wrong way round",
        "training/objectives.py",
        "gold[row, i, j] = 1.0",
        "gold[row, j, i] = 1.0",
        "test_objectives.py::test_supervision_is_the_cross_entropy_of_the_weights_against_the_links",
    ),
    Mutation(
        "a word with two links counts twice",
        "training/objectives.py",
        "    gold = gold / gold.sum(-1, keepdim=True).clamp(min=1.0)\n",
        "",
        "test_objectives.py::test_supervision_is_the_cross_entropy_of_the_weights_against_the_links",
    ),
    Mutation(
        "the logarithm of a weight of zero",
        "training/objectives.py",
        ".clamp(min=tiny).log()",
        ".log()",
        "test_objectives.py::test_a_weight_of_exactly_zero_costs_much_but_not_infinity",
    ),
    Mutation(
        "own words are one position late",
        "training/objectives.py",
        "logits[:, :-1]",
        "logits[:, 1:]",
        "test_objectives.py::test_own_words_are_the_models_own_and_come_at_the_rate_asked_for",
    ),
    Mutation(
        "the share of own words is the share of true ones",
        "training/objectives.py",
        "< share",
        "> share",
        "test_objectives.py::test_own_words_are_the_models_own_and_come_at_the_rate_asked_for",
    ),
    Mutation(
        "patience runs out one validation early",
        "history.py",
        "len(self.validations) <= patience",
        "len(self.validations) < patience",
        "test_objectives.py::test_training_stops_after_the_patience_and_not_before",
    ),
    Mutation(
        "a model that draws nothing is no model to train",
        "training/reinforce.py",
        "if isinstance(module, HardAttention)), None)",
        "if isinstance(module, HardAttention)))",
        "test_objectives.py::test_only_a_model_that_draws_has_hard_attention",
    ),
)
