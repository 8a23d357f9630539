"""Bugs to plant in weights that are not the model's own."""

from tests.mutations import Mutation

GIVEN = "interventions/weights.py"
FOUND = "interventions/adversarial.py"

MUTATIONS = (
    Mutation(
        "flat weights are spread over padding too",
        GIVEN,
        "weights = (real / real.sum(-1, keepdim=True))",
        "weights = (torch.ones_like(real) / real.shape[-1])",
        "test_weights.py::test_a_flat_look_is_the_plain_mean_of_the_words_and_of_no_padding",
    ),
    Mutation(
        "weights are dealt out to padding",
        GIVEN,
        "lots.masked_fill(~real, 2.0).argsort(-1)",
        "lots.argsort(-1)",
        "test_weights.py::test_a_permuted_look_has_the_same_numbers_at_other_words_and_none_on_padding",
    ),
    Mutation(
        "permuted weights bring back the old context",
        GIVEN,
        "weights = look.weights.gather(-1, order)\n"
        "        return replace(look, weights=weights, context=weighted_sum(weights, values))",
        "weights = look.weights.gather(-1, order)\n        return replace(look, weights=weights)",
        "test_weights.py::test_a_permuted_look_has_the_same_numbers_at_other_words_and_none_on_padding",
    ),
    Mutation(
        "weights are turned round in place of dealt out",
        GIVEN,
        "order = lots.masked_fill(~real, 2.0).argsort(-1)",
        "order = (lots * 0).masked_fill(~real, 2.0).argsort(-1, stable=True)",
        "test_weights.py::test_every_order_of_the_weights_comes_as_often_as_any_other",
    ),
    Mutation(
        "the first row of given weights holds at every step",
        GIVEN,
        "given = weights[:, start:end].to(mask.device)",
        "given = weights[:, : end - start].to(mask.device)",
        "test_weights.py::test_given_weights_are_held_step_by_step_and_what_follows_follows_from_them",
    ),
    Mutation(
        "given weights may lie on padding",
        GIVEN,
        "given.masked_fill(mask.unsqueeze(1), 0.0).any()",
        "given.masked_fill(mask.unsqueeze(1), 0.0).isnan().any()",
        "test_weights.py::test_weights_on_padding_or_for_a_second_run_are_refused",
    ),
    Mutation(
        "given weights of NaN are weights",
        GIVEN,
        "if not bool((weights >= 0).all()):",
        "if bool((weights < 0).any()):",
        "test_weights.py::test_weights_that_are_none_are_refused",
    ),
    Mutation(
        "weights that change the next word count as found",
        FOUND,
        "(changed <= within) & (moved > self.moved)",
        "(moved > self.moved)",
        "test_weights.py::test_no_row_of_a_grid_over_all_weights_is_much_farther_and_as_close_in_its_next_word",
    ),
    Mutation(
        "the search never goes back to the old next word",
        FOUND,
        "torch.where(changed <= within, -moved, changed)",
        "-moved",
        "test_weights.py::test_no_row_of_a_grid_over_all_weights_is_much_farther_and_as_close_in_its_next_word",
    ),
    Mutation(
        "the search begins towards one position alone",
        FOUND,
        "torch.eye(S, dtype=self.own.dtype, device=self.own.device)",
        "torch.eye(S, dtype=self.own.dtype, device=self.own.device)[:1].expand(S, S)",
        "test_weights.py::test_no_row_of_a_grid_over_all_weights_is_much_farther_and_as_close_in_its_next_word",
    ),
    Mutation(
        "a step is searched from the state after it",
        FOUND,
        "            states.append(state)\n            output = model.decoder.step(word, state, encoded)\n"
        "            state = output.state\n",
        "            output = model.decoder.step(word, state, encoded)\n            state = output.state\n"
        "            states.append(state)\n",
        "test_weights.py::test_no_row_of_a_grid_over_all_weights_is_much_farther_and_as_close_in_its_next_word",
    ),
    Mutation(
        "the best row of one step is returned for another",
        FOUND,
        ".argmax(0) * T + torch.arange(T, device=self.moved.device)",
        ".argmax(0) * T",
        "test_weights.py::test_no_row_of_a_grid_over_all_weights_is_much_farther_and_as_close_in_its_next_word",
    ),
    Mutation(
        "total variation counts each difference twice",
        FOUND,
        "return (p - q).abs().sum(-1) / 2",
        "return (p - q).abs().sum(-1)",
        "test_weights.py::test_divergence_and_distance_are_their_definitions_at_both_ends_too",
    ),
    Mutation(
        "the divergence of two rows is that of one to their middle",
        FOUND,
        "return (to_middle(p) + to_middle(q)) / 2",
        "return to_middle(p)",
        "test_weights.py::test_divergence_and_distance_are_their_definitions_at_both_ends_too",
    ),
    Mutation(
        "dropout stays on while other weights are searched for",
        FOUND,
        "    with evaluating(model):\n",
        "    if True:\n",
        "test_weights.py::test_a_search_for_weights_leaves_the_model_alone_and_finds_the_same_again",
    ),
)
