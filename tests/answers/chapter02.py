"""Right and wrong answers to the exercises of chapter 2."""

import numpy as np
import torch
from torch.nn import functional as F

from course_lib.checks import chapter02 as checks
from course_lib.vocabulary import PAD
from tests.exercises import always

# Right answers


def own_words_loss(encoder, decoder, batch):
    logits = written_logits(encoder, decoder, batch)
    return F.cross_entropy(logits.flatten(0, 1), batch.target_out.flatten(), ignore_index=PAD)


def written_logits(encoder, decoder, batch, *, forgets=False, starts_late=False):
    first = state = encoder(batch.source)
    previous, steps = (batch.target_out if starts_late else batch.target_in)[:, :1], []
    for _ in range(batch.target_out.shape[1]):
        logits, state = decoder(previous, first if forgets else state)
        previous = logits.argmax(-1)
        steps.append(logits)
    return torch.cat(steps, dim=1)


def own_words_loss_step_by_step(encoder, decoder, batch):
    """Sum at every step, divide once."""
    state, previous, total = encoder(batch.source), batch.target_in[:, 0], 0.0
    for wanted in batch.target_out.unbind(1):
        logits, state = decoder(previous.unsqueeze(1), state)
        previous = logits[:, 0].argmax(-1)
        total = total + F.cross_entropy(logits[:, 0], wanted, ignore_index=PAD, reduction="sum")
    return total / batch.target_mask.sum()


def own_words_loss_in_double(encoder, decoder, batch):
    log_p = written_logits(encoder, decoder, batch).double().log_softmax(-1)
    picked = log_p.gather(-1, batch.target_out.unsqueeze(-1)).squeeze(-1)
    return float(-picked[batch.target_mask].mean())


def from_tensorflow(kernel, bias, forget_bias):
    H = kernel.shape[1] // 4
    i, g, f, o = np.split(kernel, 4, axis=1)
    b_i, b_g, b_f, b_o = np.split(bias, 4)
    both = np.concatenate([i, f, g, o], axis=1).T
    return both[:, :-H], both[:, -H:], np.concatenate([b_i, b_f + forget_bias, b_g, b_o])


def from_tensorflow_by_index(kernel, bias, forget_bias):
    H = len(bias) // 4
    order = np.arange(4 * H).reshape(4, H)[[0, 2, 1, 3]].ravel()
    b = bias[order]
    b[H : 2 * H] += forget_bias
    return kernel[:-H, order].T, kernel[-H:, order].T, b


def from_tensorflow_in_torch(kernel, bias, forget_bias):
    i, g, f, o = torch.as_tensor(kernel).chunk(4, dim=1)
    b_i, b_g, b_f, b_o = torch.as_tensor(bias).chunk(4)
    both = torch.cat([i, f, g, o], dim=1)
    H = len(b_i)
    return both[:-H].T, both[-H:].T, torch.cat([b_i, b_f + forget_bias, b_g, b_o])


def forgetful(decoder, previous, state):
    states, state = decoder.lstm(decoder.embedding(previous))
    return decoder.output(states), state


def forgetful_with_zeros(decoder, previous, state):
    return decoder(previous, tuple(torch.zeros_like(part) for part in state))


def forgetful_row_by_row(decoder, previous, state):
    rows = [forgetful(decoder, row.unsqueeze(0), None) for row in previous]
    h, c = (torch.cat([row[1][k] for row in rows], dim=1) for k in (0, 1))
    return [torch.cat([row[0] for row in rows]), (h, c)]


def alone(encode, source, lengths):
    return [encode(source[k : k + 1, :n], lengths[k : k + 1]) for k, n in enumerate(lengths.tolist())]


def company_changes_nothing(encode, source, lengths):
    return torch.allclose(encode(source, lengths), torch.cat(alone(encode, source, lengths)), atol=1e-5)


def company_by_assertion(encode, source, lengths):
    together = encode(source, lengths)
    for row, one in zip(together, alone(encode, source, lengths), strict=True):
        torch.testing.assert_close(row, one[0], atol=1e-5, rtol=1e-5)
    return True


def company_in_numpy(encode, source, lengths):
    together = encode(source, lengths).detach().numpy()
    return (
        np.abs(together - np.concatenate([one.detach().numpy() for one in alone(encode, source, lengths)])).max() < 1e-4
    )


RIGHT = [
    (checks.check_own_words_loss, own_words_loss),
    (checks.check_own_words_loss, own_words_loss_step_by_step),
    (checks.check_own_words_loss, own_words_loss_in_double),
    (checks.check_from_tensorflow, from_tensorflow),
    (checks.check_from_tensorflow, from_tensorflow_by_index),
    (checks.check_from_tensorflow, from_tensorflow_in_torch),
    (checks.check_forgetful, forgetful),
    (checks.check_forgetful, forgetful_with_zeros),
    (checks.check_forgetful, forgetful_row_by_row),
    (checks.check_company, company_changes_nothing),
    (checks.check_company, company_by_assertion),
    (checks.check_company, company_in_numpy),
]


# Wrong answers


def teacher_forced(encoder, decoder, batch):
    logits, _ = decoder(batch.target_in, encoder(batch.source))
    return F.cross_entropy(logits.flatten(0, 1), batch.target_out.flatten(), ignore_index=PAD)


def summed(encoder, decoder, batch):
    logits = written_logits(encoder, decoder, batch)
    return F.cross_entropy(logits.flatten(0, 1), batch.target_out.flatten(), ignore_index=PAD, reduction="sum")


def padding_counted(encoder, decoder, batch):
    return F.cross_entropy(written_logits(encoder, decoder, batch).flatten(0, 1), batch.target_out.flatten())


def state_not_carried(encoder, decoder, batch):
    logits = written_logits(encoder, decoder, batch, forgets=True)
    return F.cross_entropy(logits.flatten(0, 1), batch.target_out.flatten(), ignore_index=PAD)


def starts_with_the_first_word(encoder, decoder, batch):
    logits = written_logits(encoder, decoder, batch, starts_late=True)
    return F.cross_entropy(logits.flatten(0, 1), batch.target_out.flatten(), ignore_index=PAD)


def asks_for_its_own_words(encoder, decoder, batch):
    log_p = written_logits(encoder, decoder, batch).log_softmax(-1)
    return -log_p.amax(-1)[batch.target_mask].mean()


def mean_of_steps(encoder, decoder, batch):
    logits = written_logits(encoder, decoder, batch)
    steps = zip(logits.unbind(1), batch.target_out.unbind(1), strict=True)
    return torch.stack([F.cross_entropy(step, wanted, ignore_index=PAD) for step, wanted in steps]).mean()


def mean_of_sentences(encoder, decoder, batch):
    logits = written_logits(encoder, decoder, batch)
    rows = zip(logits, batch.target_out, strict=True)
    return torch.stack([F.cross_entropy(row, wanted, ignore_index=PAD) for row, wanted in rows]).mean()


def bias_in_the_old_order(kernel, bias, forget_bias):
    W, U, _ = from_tensorflow(kernel, bias, forget_bias)
    return W, U, in_the_old_order(kernel, bias, forget_bias)[2]


def without_forget_bias(kernel, bias, forget_bias):
    return from_tensorflow(kernel, bias, 0.0)


def in_the_old_order(kernel, bias, forget_bias):
    H, b = kernel.shape[1] // 4, bias.copy()
    b[2 * H : 3 * H] += forget_bias
    return kernel.T[:, :-H], kernel.T[:, -H:], b


def forget_bias_on_the_candidate(kernel, bias, forget_bias):
    W, U, b = from_tensorflow(kernel, bias, 0.0)
    H = len(b) // 4
    return W, U, b + forget_bias * (np.arange(4 * H) // H == 2)


def not_transposed(kernel, bias, forget_bias):
    W, U, b = from_tensorflow(kernel, bias, forget_bias)
    return W.T, U.T, b


def forgets_c_alone(decoder, previous, state):
    return decoder(previous, (state[0], torch.zeros_like(state[1])))


def forgets_h_alone(decoder, previous, state):
    return decoder(previous, (torch.zeros_like(state[0]), state[1]))


def reads_the_batch_as_a_sentence(decoder, previous, state):
    states, state = decoder.lstm(decoder.embedding(previous[:, 0]))
    return decoder.output(states).unsqueeze(1), state


def returns_the_old_state(decoder, previous, state):
    return forgetful(decoder, previous, state)[0], state


def equal_to_the_last_digit(encode, source, lengths):
    return torch.equal(encode(source, lengths), torch.cat(alone(encode, source, lengths)))


def still_padded(encode, source, lengths):
    rows = [encode(source[k : k + 1], lengths[k : k + 1]) for k in range(len(source))]
    return torch.allclose(encode(source, lengths), torch.cat(rows), atol=1e-5)


def roughly(encode, source, lengths):
    return torch.allclose(encode(source, lengths), torch.cat(alone(encode, source, lengths)), atol=0.05)


def longest_row_only(encode, source, lengths):
    k = int(lengths.argmax())
    return torch.allclose(encode(source, lengths)[k], encode(source[k : k + 1], lengths[k : k + 1])[0], atol=1e-5)


def one_row_only(k):
    def test(encode, source, lengths):
        n = lengths[k]
        return torch.allclose(encode(source, lengths)[k], encode(source[k, :n][None], n[None])[0], atol=1e-5)

    return test


def shapes_only(encode, source, lengths):
    return encode(source, lengths).shape[0] == len(source)


WRONG = [
    (checks.check_own_words_loss, teacher_forced, "teacher forcing"),
    (checks.check_own_words_loss, summed, "the sum over the words"),
    (checks.check_own_words_loss, padding_counted, "Padding was counted"),
    (checks.check_own_words_loss, state_not_carried, "started from the encoder's state"),
    (checks.check_own_words_loss, starts_with_the_first_word, "reads <s>"),
    (checks.check_own_words_loss, asks_for_its_own_words, "the word that the model has written"),
    (checks.check_own_words_loss, lambda *given: -own_words_loss(*given), "a loss is positive"),
    (checks.check_own_words_loss, lambda *given: own_words_loss(*given) / np.log(2), "bits"),
    (checks.check_own_words_loss, mean_of_steps, "mean of means, step by step"),
    (checks.check_own_words_loss, mean_of_sentences, "mean of means, sentence by sentence"),
    (checks.check_own_words_loss, written_logits, "expected one number"),
    (checks.check_from_tensorflow, without_forget_bias, "forget_bias is missing: TensorFlow adds it"),
    (checks.check_from_tensorflow, in_the_old_order, "still stand in the order i, g, f, o; torch"),
    (
        checks.check_from_tensorflow,
        lambda kernel, bias, forget_bias: in_the_old_order(kernel, bias, 0.0),
        "i, g, f, o, and forget_bias is missing",
    ),
    (checks.check_from_tensorflow, forget_bias_on_the_candidate, "went to the candidate"),
    (checks.check_from_tensorflow, bias_in_the_old_order, "the bias still in TensorFlow's"),
    (checks.check_from_tensorflow, not_transposed, r"W .*expected shape \(8, 6\), \(4H, E\), got"),
    (checks.check_from_tensorflow, lambda *given: from_tensorflow(*given)[:2], "expected 3 values .W, U, b., got 2"),
    (checks.check_forgetful, lambda decoder, previous, state: decoder(previous, state), "still remembers"),
    (checks.check_forgetful, forgets_c_alone, "forgets c and keeps h"),
    (checks.check_forgetful, forgets_h_alone, "forgets h and keeps c"),
    (checks.check_forgetful, reads_the_batch_as_a_sentence, "read as one sentence"),
    (checks.check_forgetful, returns_the_old_state, "h of the state to return.* the one that came in"),
    (checks.check_forgetful, lambda *given: forgetful(*given)[0], "logits, state"),
    (checks.check_company, lambda encode, source, lengths: True, "never calls"),
    (checks.check_company, always(True), "catches 0 of 6 bugs"),
    (checks.check_company, always(False), "turns away an encoder that packs its rows"),
    (checks.check_company, equal_to_the_last_digit, "turns away .* last digits"),
    (checks.check_company, still_padded, "one that reads the padding"),
    (checks.check_company, roughly, "a thousandth of the other rows"),
    (checks.check_company, longest_row_only, "one that reads the padding"),
    (checks.check_company, one_row_only(0), "one that reads the padding"),
    (checks.check_company, one_row_only(-1), "one that reads the padding"),
    (checks.check_company, shapes_only, "catches 0 of 6 bugs"),
]
