"""Bugs to plant in the bugs of the clinic: a bug that is switched on and does nothing, or something else."""

from tests.mutations import Mutation

LOOK = "clinic/look_bugs.py"
MODEL = "clinic/model_bugs.py"
WIRES = "clinic/rewiring.py"
FUNCTIONS = "clinic/function_bugs.py"
ALL = "clinic/bugs.py"
TESTS = "test_clinic_bugs.py::"
FORMULA = f"{TESTS}test_a_sick_look_is_what_its_formula_says"
NORMALISER = f"{TESTS}test_a_sick_normaliser_is_what_its_formula_says"
TOGETHER = f"{TESTS}test_two_bugs_act_together_in_either_order_or_refuse_each_other"
STEPS = f"{TESTS}test_a_run_of_all_steps_is_the_steps_under_the_bug_and_after_it_the_model_is_as_it_was"

MUTATIONS = (
    Mutation(
        "weights of one are given to padding",
        LOOK,
        "torch.ones_like(scores) * mask",
        "torch.ones_like(scores + 0 * mask)",
        f"{FORMULA}[softmax_over_one-bahdanau]",
    ),
    Mutation(
        "the second softmax is over padding too",
        LOOK,
        "masked_softmax(look.weights, mask, check=False)",
        "torch.softmax(look.weights, dim=-1)",
        f"{FORMULA}[double_softmax-bahdanau]",
    ),
    Mutation(
        "the softmax over the batch is over the source after all",
        LOOK,
        "dim=0) * mask",
        "dim=-1) * mask",
        f"{FORMULA}[softmax_over_batch-luong-dot]",
    ),
    Mutation(
        "the context of scores is one of weights",
        LOOK,
        "look.scores.masked_fill(~mask, 0.0)",
        "look.weights.masked_fill(~mask, 0.0)",
        f"{FORMULA}[raw_context-luong-dot]",
    ),
    Mutation(
        "the normaliser leaves two words out",
        LOOK,
        "scores[..., 1:]",
        "scores[..., 2:]",
        f"{NORMALISER}[normaliser_off_by_one-luong-dot]",
    ),
    Mutation(
        "half precision is single precision",
        LOOK,
        "torch.softmax(scores.half() + hidden, dim=-1)",
        "torch.softmax(scores.float() + hidden, dim=-1)",
        f"{TESTS}test_weights_in_half_precision_have_three_digits",
    ),
    Mutation(
        "the context of scores comes before the second softmax, which mends it",
        LOOK,
        "_look_changed(model, change, SUMMING)",
        "_look_changed(model, change, AGAIN)",
        f"{TOGETHER}[double_softmax+raw_context]",
    ),
    Mutation(
        "slots are drawn anew for each length",
        LOOK,
        "manual_seed(0)",
        "manual_seed(S)",
        f"{TESTS}test_slots_have_the_same_keys_in_every_sentence_and_each_its_own",
    ),
    Mutation(
        "blind slots see",
        LOOK,
        "project_keys(slots(*memory.shape[1:]).to(memory).expand_as(memory))",
        "project_keys(slots(*memory.shape[1:]).to(memory) + memory)",
        f"{TESTS}test_blind_slots_never_see_the_annotations_and_tell_positions_apart",
    ),
    Mutation(
        "the one key is that of the last word",
        LOOK,
        "keys[:, :1].expand_as(keys)",
        "keys[:, -1:].expand_as(keys)",
        f"{TESTS}test_one_key_gives_every_word_the_same_weight_by_the_score_of_the_first",
    ),
    Mutation(
        "the location score takes keys that it never reads",
        LOOK,
        "if isinstance(attention, LocationAttention):",
        "if False:",
        f"{TESTS}test_where_a_bug_has_no_place_it_says_why",
    ),
    Mutation(
        "the cell of the LSTM outlives the reset",
        MODEL,
        "replace(state, hidden=start.hidden, cell=start.cell)",
        "replace(state, hidden=start.hidden)",
        f"{TESTS}test_with_its_state_reset_each_step_is_a_first_step",
    ),
    Mutation(
        "a reset forgets what is fed back",
        MODEL,
        "replace(state, hidden=start.hidden, cell=start.cell)",
        "start",
        f"{TESTS}test_what_is_fed_back_and_covered_outlives_the_reset",
    ),
    Mutation(
        "training goes round the reset",
        MODEL,
        'rewired(decoder, "forward", one_by_one)',
        'rewired(decoder, "forward", lambda healthy: healthy)',
        f"{STEPS}[luong-dot-state_reset]",
    ),
    Mutation(
        "what is read past the end stays turned round",
        MODEL,
        "reverse_words(outputs, lengths) if turned else outputs",
        "outputs",
        f"{TESTS}test_an_encoder_that_reads_padding_ends_where_the_batch_ends",
    ),
    Mutation(
        "the words of a reversed encoder are read forwards",
        MODEL,
        "read = reverse_words(source, lengths) if turned else source",
        "read = source",
        f"{TESTS}test_an_encoder_that_reads_padding_ends_where_the_batch_ends",
    ),
    Mutation(
        "layers are taken in twos, as they should be",
        MODEL,
        "last.unflatten(0, (2, L)).transpose(0, 1).flatten(0, 1)",
        "last.unflatten(0, (2, L)).flatten(0, 1)",
        f"{TESTS}test_mixed_layers_are_the_halves_of_what_torch_hands_over",
    ),
    Mutation(
        "layers share their weights for ever",
        MODEL,
        "blocks.callback(setattr, rnn, name, rnn.get_parameter(name))",
        "pass",
        f"{TESTS}test_shared_layers_are_copies_of_the_first_that_learn_together",
    ),
    Mutation(
        "the backward direction shares the forward one's weights",
        MODEL,
        """{'_reverse' if layer.endswith('_reverse') else ''}""",
        "",
        f"{TESTS}test_shared_layers_are_copies_of_the_first_that_learn_together",
    ),
    Mutation(
        "a loss with padding is divided by the real words",
        MODEL,
        "Loss(total, batch.target_out.numel())",
        "Loss(total, int(batch.target_mask.sum()))",
        f"{TESTS}test_a_sick_loss_is_what_its_formula_says",
    ),
    Mutation(
        "a loss with padding, opened last, takes logits again",
        MODEL,
        'rewired(model, "loss_of", over_all, COUNTING)',
        'rewired(model, "loss_of", over_all, BENDING)',
        f"{TESTS}test_a_sick_loss_is_what_its_formula_says",
    ),
    Mutation(
        "a loss of choices stops the training",
        MODEL,
        "loss.total.detach().requires_grad_()",
        "loss.total.detach()",
        f"{TESTS}test_without_a_gradient_training_goes_on_and_changes_nothing",
    ),
    Mutation(
        "the bug that was opened first is the innermost",
        WIRES,
        "sorted(wraps, key=lambda entry: entry[0])",
        "wraps",
        f"{TESTS}test_the_lowest_stage_is_the_innermost_and_a_stranger_is_put_back",
    ),
    Mutation(
        "what somebody else had put there is gone",
        WIRES,
        "if as_ever is not None:",
        "if False:",
        f"{TESTS}test_the_lowest_stage_is_the_innermost_and_a_stranger_is_put_back",
    ),
    Mutation(
        "two bugs may have one place, and the outer one does nothing",
        WIRES,
        "if alone and any(",
        "if False and any(",
        f"{TESTS}test_two_blocks_around_one_line_refuse_each_other",
    ),
    Mutation(
        "an exam may hold two bugs of which one cannot be seen",
        ALL,
        'if why := "it is named twice" if one == other else clash(one, other):',
        'if why := "it is named twice" if one == other else "":',
        f"{TOGETHER}[softmax_over_one+blind_slots]",
    ),
    Mutation(
        "a healthy accuracy counts padding",
        FUNCTIONS,
        "float((predictions == targets)[real].mean())",
        "float((predictions == targets).mean())",
        f"{TESTS}test_accuracy_counts_padding_or_not",
    ),
    Mutation(
        "a mean of means weighs its batches",
        FUNCTIONS,
        "np.mean([of_words[real].mean() for of_words, real in batches])",
        "np.mean(np.concatenate([of_words[real] for of_words, real in batches]))",
        f"{TESTS}test_a_mean_of_means_is_another_number",
    ),
    Mutation(
        "a leak is counted in training pairs",
        FUNCTIONS,
        "/ len(held_out)",
        "/ len(seen)",
        f"{TESTS}test_a_split_by_pair_leaks_where_one_by_source_does_not",
    ),
    Mutation(
        "a healthy cut is a slice",
        FUNCTIONS,
        "return said[: said.index(EOS)] if EOS in said else said",
        "return said[:-1]",
        f"{TESTS}test_a_slice_drops_a_word_where_no_mark_came",
    ),
    Mutation(
        "a row of padding has weights",
        FUNCTIONS,
        "np.where(mask, 0.0, -1e10).astype(np.float16)",
        "np.where(mask, 0.0, -1e4).astype(np.float16)",
        f"{TESTS}test_half_precision_loses_a_row_of_padding",
    ),
)
