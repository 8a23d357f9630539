"""Bugs to plant: each is one small change to the library that must turn a test red.

``old`` stands exactly once in ``file``; ``test`` is the test (a file, or a node in it) that has to
fail. tests/test_mutations.py plants them one by one in a copy of the library.
"""

from typing import NamedTuple


class Mutation(NamedTuple):
    bug: str
    file: str
    old: str
    new: str
    test: str


MUTATIONS = (
    Mutation(
        "the mask is dropped",
        "attention/softmax.py",
        "torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)",
        "torch.softmax(scores, dim=-1)",
        "test_attention.py::test_padding_gets_exactly_zero_and_the_rest_sums_to_one",
    ),
    Mutation(
        "the softmax runs over the batch",
        "attention/softmax.py",
        "torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)",
        "torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=0)",
        "test_attention.py::test_the_masked_softmax_is_the_softmax_of_the_real_positions_alone",
    ),
    Mutation(
        "padding is pushed down by a number in place of minus infinity",
        "attention/softmax.py",
        "torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)",
        "torch.softmax(scores.masked_fill(~mask, -9.0), dim=-1)",
        "test_attention.py::test_padding_gets_exactly_zero_and_the_rest_sums_to_one",
    ),
    Mutation(
        "a row of padding becomes NaN",
        "attention/softmax.py",
        "if check and not mask.any(-1).all():",
        "if check and not mask.any():",
        "test_attention.py::test_a_row_of_padding_is_an_error_and_not_a_nan",
    ),
    Mutation(
        "the softmax is taken twice",
        "attention/softmax.py",
        "        weights = masked_softmax(scores, mask, check=False)",
        "        weights = masked_softmax(masked_softmax(scores, mask, check=False), mask, check=False)",
        "test_attention.py::test_additive_attention_is_the_papers_equation_written_with_loops",
    ),
    Mutation(
        "the context is made of raw scores",
        "attention/softmax.py",
        "weighted_sum(weights, values))",
        "weighted_sum(scores.masked_fill(~mask, 0.0), values))",
        "test_attention.py::test_additive_attention_is_the_papers_equation_written_with_loops",
    ),
    Mutation(
        "the tanh of the score is lost",
        "attention/additive.py",
        "torch.tanh(self.W_a(query).unsqueeze(-2) + keys) @ self.v_a",
        "(self.W_a(query).unsqueeze(-2) + keys) @ self.v_a",
        "test_attention.py::test_additive_attention_is_the_papers_equation_written_with_loops",
    ),
    Mutation(
        "the query is left out of the score",
        "attention/additive.py",
        "torch.tanh(self.W_a(query).unsqueeze(-2) + keys)",
        "torch.tanh(keys)",
        "test_attention.py::test_additive_attention_is_the_papers_equation_written_with_loops",
    ),
    Mutation(
        "v_a starts somewhere else",
        "attention/additive.py",
        "torch.zeros(attention_size)",
        "torch.ones(attention_size)",
        "test_attention.py::test_the_first_look_is_a_plain_average_because_v_a_starts_at_zero",
    ),
    Mutation(
        "padding is encoded",
        "encoders.py",
        "if bool((lengths == inputs.shape[1]).all()):",
        "if True:",
        "test_encoders.py::test_a_sentence_is_encoded_the_same_alone_and_among_longer_ones",
    ),
    Mutation(
        "the end of sentence is reversed to the front",
        "encoders.py",
        "unsqueeze(1) - 2",
        "unsqueeze(1) - 1",
        "test_encoders.py::test_reversal_keeps_the_end_of_sentence_last_and_padding_in_place",
    ),
    Mutation(
        "s_0 comes from the forward state",
        "encoders.py",
        "memory[:, 0, self.rnn.hidden_size :]",
        "memory[:, 0, : self.rnn.hidden_size]",
        "test_encoders.py::test_the_handed_over_state_is_the_backward_one_at_the_first_word",
    ),
    Mutation(
        "s_0 comes from the last position",
        "encoders.py",
        "memory[:, 0, self.rnn.hidden_size :]",
        "memory[:, -1, self.rnn.hidden_size :]",
        "test_encoders.py::test_the_handed_over_state_is_the_backward_one_at_the_first_word",
    ),
    Mutation(
        "the query is the state after the step",
        "decoders.py",
        "looks.append(self.attention(before[-1], *source))",
        "looks.append(self.attention(torch.tanh(before[-1]), *source))",
        "test_decoders.py::test_stepping_gives_what_teacher_forcing_gives",
    ),
    Mutation(
        "the readout uses the state after the step",
        "decoders.py",
        "self._logits(_stack(before[:-1]), embedded, contexts)",
        "self._logits(_stack(before[1:]), embedded, contexts)",
        "test_decoders.py::test_bahdanau_is_the_papers_model_from_words_to_logits",
    ),
    Mutation(
        "the gates are swapped",
        "decoders.py",
        "update, reset = torch.sigmoid",
        "reset, update = torch.sigmoid",
        "test_decoders.py::test_bahdanau_is_the_papers_model_from_words_to_logits",
    ),
    Mutation(
        "the update gate is turned round",
        "decoders.py",
        "torch.lerp(state, candidate, update)",
        "torch.lerp(candidate, state, update)",
        "test_decoders.py::test_bahdanau_is_the_papers_model_from_words_to_logits",
    ),
    Mutation(
        "the reset gate is applied after the product",
        "decoders.py",
        "self.U(reset * state)",
        "reset * self.U(state)",
        "test_decoders.py::test_bahdanau_is_the_papers_model_from_words_to_logits",
    ),
    Mutation(
        "the maxout keeps the smaller candidate",
        "decoders.py",
        ".amax(-1)",
        ".amin(-1)",
        "test_decoders.py::test_bahdanau_is_the_papers_model_from_words_to_logits",
    ),
    Mutation(
        "the maxout pairs the halves, not the neighbours",
        "decoders.py",
        "unflatten(-1, (-1, 2)).amax(-1)",
        "unflatten(-1, (2, -1)).amax(-2)",
        "test_decoders.py::test_bahdanau_is_the_papers_model_from_words_to_logits",
    ),
    Mutation(
        "s_0 has lost its tanh",
        "decoders.py",
        "State(torch.tanh(self.W_s(encoded.initial.hidden)))",
        "State(self.W_s(encoded.initial.hidden))",
        "test_decoders.py::test_bahdanau_is_the_papers_model_from_words_to_logits",
    ),
    Mutation(
        "the decoder's state is reset at every step",
        "decoders.py",
        "outputs, (hidden, cell) = self.rnn(self._embed(previous.unsqueeze(1)), (state.hidden, state.cell))",
        "outputs, (hidden, cell) = self.rnn(self._embed(previous.unsqueeze(1)))",
        "test_decoders.py::test_the_state_of_one_step_reaches_the_next",
    ),
    Mutation(
        "c stays behind",
        "decoders.py",
        "states, _ = self.rnn(self._embed(target_in), (state.hidden, state.cell))",
        "states, _ = self.rnn(self._embed(target_in), (state.hidden, torch.zeros_like(state.hidden)))",
        "test_decoders.py::test_both_h_and_c_cross_the_bridge",
    ),
    Mutation(
        "the target is not shifted: the decoder reads what it is asked for",
        "batching.py",
        "torch.cat((torch.tensor([BOS]), ids))",
        "torch.cat((ids, torch.tensor([EOS])))",
        "test_batching.py::test_teacher_forcing_reads_each_word_one_step_after_it_is_asked_for",
    ),
    Mutation(
        "the end of sentence is never asked for",
        "batching.py",
        "target_out = _pad([torch.cat((ids, torch.tensor([EOS])))",
        "target_out = _pad([torch.cat((ids, torch.tensor([PAD])))",
        "test_batching.py::test_teacher_forcing_reads_each_word_one_step_after_it_is_asked_for",
    ),
    Mutation(
        "every epoch has the same order",
        "batching.py",
        'Random(f"{seed} {epoch}")',
        'Random(f"{seed}")',
        "test_batching.py::test_the_order_is_the_same_for_a_seed_and_another_for_the_next_epoch",
    ),
    Mutation(
        "short sentences always come first",
        "batching.py",
        "    random.shuffle(batches)\n",
        "    batches.sort(key=lambda indices: len(pairs[indices[0]].source))\n",
        "test_batching.py::test_long_sentences_do_not_all_come_last",
    ),
    Mutation(
        "padding is part of the loss",
        "seq2seq.py",
        "ignore_index=PAD, reduction",
        "reduction",
        "test_seq2seq.py::test_the_loss_counts_each_real_word_once_and_padding_never",
    ),
    Mutation(
        "the mean counts padding below the line",
        "seq2seq.py",
        "int(batch.target_mask.sum())",
        "batch.target_out.numel()",
        "test_seq2seq.py::test_the_loss_counts_each_real_word_once_and_padding_never",
    ),
    Mutation(
        "dropout stays on while translating",
        "seq2seq.py",
        "        self.eval()\n",
        "        self.train()\n",
        "test_seq2seq.py::test_dropout_is_off_while_translating",
    ),
    Mutation(
        "a finished sentence keeps collecting log-probability",
        "search.py",
        "torch.where(running, log_probs.gather(-1, best.unsqueeze(-1)).squeeze(-1), 0.0)",
        "log_probs.gather(-1, best.unsqueeze(-1)).squeeze(-1)",
        "test_search.py::test_a_finished_sentence_gains_neither_words_nor_log_probability_from_its_neighbours",
    ),
    Mutation(
        "the limit is one word short",
        "search.py",
        "range(max_length + 1)",
        "range(max_length)",
        "test_search.py::test_a_sentence_of_exactly_the_limit_may_still_end",
    ),
    Mutation(
        "an unfinished sentence loses its last word as if it were EOS",
        "search.py",
        "else row[:max_length]",
        "else row[: max_length - 1]",
        "test_search.py::test_a_sentence_that_never_ends_is_reported_and_keeps_all_its_words",
    ),
    Mutation(
        "forced decoding reads the word it scores",
        "search.py",
        "        output = step(previous, state)\n        previous, state = words, output.state",
        "        output = step(words, state)\n        previous, state = words, output.state",
        "test_search.py::test_forced_decoding_scores_the_given_words_and_nothing_at_padding",
    ),
    Mutation(
        "a trace runs with dropout's mode left as it was and its rows shifted",
        "tracing.py",
        "given = [*model.target_vocabulary.encode(target), EOS]",
        "given = model.target_vocabulary.encode(target)",
        "test_tracing.py::test_a_forced_trace_shows_the_rows_of_the_teacher_forced_run",
    ),
)
