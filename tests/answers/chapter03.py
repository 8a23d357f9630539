"""Right and wrong answers to the exercises of chapter 3."""

import random
import zlib
from functools import partial

import numpy as np
import torch

from course_lib.checks import chapter03 as checks
from tests.exercises import always

# Right answers


def paper_step(y, s, c, W, U, C):
    (z_y, r_y, n_y), (z_s, r_s, n_s), (z_c, r_c, n_c) = ((M @ v).chunk(3) for M, v in ((W, y), (U, s), (C, c)))
    z, r = torch.sigmoid(z_y + z_s + z_c), torch.sigmoid(r_y + r_s + r_c)
    return z * s + (1 - z) * torch.tanh(n_y + r * (n_s + n_c))


def paper_step_in_numpy(*given):
    """In single precision."""
    y, s, c, W, U, C = (np.asarray(one, dtype=np.float32) for one in given)
    z, r = (1 / (1 + np.exp(-gate)) for gate in np.split(W @ y + U @ s + C @ c, 3)[:2])
    candidate = np.tanh(np.split(W @ y, 3)[2] + r * np.split(U @ s + C @ c, 3)[2])
    return candidate + z * (s - candidate)


def paper_step_from_lists(*given):
    y, s, c, W, U, C = (np.array(one.tolist()) for one in given)
    W, U, C = (matrix.reshape(3, len(s), -1) for matrix in (W, U, C))
    word, state, summary = (np.einsum("bhk,k->bh", m, v) for m, v in ((W, y), (U, s), (C, c)))
    z, r = 1 / (1 + np.exp(-(word + state + summary)[:2]))
    return (z * s + (1 - z) * np.tanh(word[2] + r * (state + summary)[2])).tolist()


def overwritten(step, words, s, c):
    rows = []
    for word in words:
        logits, s = step(word, s, c)
        c = s
        rows.append(logits)
    return torch.stack(rows)


def overwritten_as_a_list(step, words, s, c):
    rows = []
    for number, word in enumerate(words.tolist()):
        logits, s = step(word, s, c if number == 0 else s)
        rows.append(logits)
    return rows


def overwritten_in_numpy(step, words, s, c):
    told, found = c.numpy().copy(), np.zeros((0, 0))
    for word in words:
        logits, s = step(int(word), s, told)
        told = np.asarray(s)
        found = np.vstack([found.reshape(-1, len(logits)), logits])
    return found


def reach(decode, words, told, change, atol=1e-6):
    """Return a table [i][k] of whether the logits of step k, from 1, move with told[i]."""
    sound, table = decode(words, told), []
    for i in range(len(told)):
        other = told.clone()
        change(other, i)
        moved = (decode(words, other) - sound).abs().amax(-1) > atol
        table.append([None, *moved.tolist()])
    return table


def fits(table):
    steps = len(table[0])
    return all(table[i][k] == (i <= k) for i in range(len(table)) for k in range(1, steps))


def one_entry(other, i):
    other[i, 0] += 1


def hears(decode, words, told):
    return fits(reach(decode, words, told, one_entry))


def hears_a_row_drawn_anew(decode, words, told):
    def draw(other, i):
        other[i] = torch.randn(other.shape[1])

    return fits(reach(decode, words, told, draw))


def hears_by_assertion(decode, words, told):
    """Compare with the defaults of allclose, row by row, as in pytest."""
    sound = decode(words, told)
    for i in range(len(told)):
        other = torch.cat((told[:i], -told[i : i + 1], told[i + 1 :]))
        for k, (before, after) in enumerate(zip(sound, decode(words, other), strict=True), start=1):
            assert torch.allclose(before, after) == (i > k), (i, k)
    return True


def hears_in_numpy(decode, words, told):
    told = told.numpy()
    sound = decode(words, told)
    changed = [decode(words, told + 0.1 * (np.arange(len(told)) == i)[:, None]) for i in range(len(told))]
    heard = np.abs(np.array(changed) - sound).max(-1) > 1e-5
    return np.array_equal(heard, np.triu(np.ones((len(told), len(told))))[:, 1:] == 1)


def hears_by_slopes(decode, words, told):
    # all rows of slopes on one way back: row by row it takes eight times as long
    slopes = torch.autograd.functional.jacobian(partial(decode, words), told, vectorize=True)  # (T, V, T + 1, C)
    heard = slopes.abs().amax((1, 3)) > 0
    return bool((heard == torch.ones_like(heard).tril(1)).all())


def hears_where_nothing_is_a_number(decode, words, told):
    """What depends on a NaN is one."""
    for i in range(len(told)):
        spoilt = told.clone()
        spoilt[i] = torch.nan
        if decode(words, spoilt).isnan().any(-1).tolist() != [i <= k for k in range(1, len(told))]:
            return False
    return True


def control_labels(words, classes, seed):
    rng = np.random.default_rng(seed)
    own = {word: rng.choice(classes) for word in sorted(set(words))}
    return [own[word] for word in words]


def control_labels_by_places(words, classes, seed):
    types, places = np.unique(words, return_inverse=True)
    return np.random.default_rng(seed).choice(classes, size=len(types))[places]


def control_labels_as_a_tensor(words, classes, seed):
    """In the order of first use, with torch's generator."""
    generator = torch.Generator().manual_seed(seed)
    own = {word: classes[torch.randint(len(classes), (), generator=generator)] for word in dict.fromkeys(words)}
    return torch.tensor([own[word] for word in words])


def control_labels_by_checksum(words, classes, seed):
    return [classes[zlib.crc32(f"{seed} {word}".encode()) % len(classes)] for word in words]


RIGHT = [
    (checks.check_paper_step, paper_step),
    (checks.check_paper_step, paper_step_in_numpy),
    (checks.check_paper_step, paper_step_from_lists),
    (checks.check_overwritten, overwritten),
    (checks.check_overwritten, overwritten_as_a_list),
    (checks.check_overwritten, overwritten_in_numpy),
    (checks.check_hears, hears),
    (checks.check_hears, hears_a_row_drawn_anew),
    (checks.check_hears, hears_by_assertion),
    (checks.check_hears, hears_in_numpy),
    (checks.check_hears, hears_by_slopes),
    (checks.check_hears, hears_where_nothing_is_a_number),
    (checks.check_control_labels, control_labels),
    (checks.check_control_labels, control_labels_by_places),
    (checks.check_control_labels, control_labels_as_a_tensor),
    (checks.check_control_labels, control_labels_by_checksum),
]


# Wrong answers


def step_by(candidate_of, keeps=True, order="zrn", gates_hear="ysc", gate=torch.sigmoid):
    """Return a step with one mistake or several; ``candidate_of(r, n_y, n_s, n_c, U_n, s)`` is before its tanh."""

    def step(y, s, c, W, U, C):
        blocks = {
            v: dict(zip(order, (M @ x).chunk(3), strict=True)) for v, M, x in (("y", W, y), ("s", U, s), ("c", C, c))
        }
        z, r = (gate(sum(blocks[v][b] for v in gates_hear)) for b in "zr")
        U_n = U.chunk(3)[order.index("n")]
        candidate = torch.tanh(candidate_of(r, *(blocks[v]["n"] for v in "ysc"), U_n, s))
        return z * s + (1 - z) * candidate if keeps else (1 - z) * s + z * candidate

    return step


def in_paper(r, n_y, n_s, n_c, U_n, s):
    return n_y + r * (n_s + n_c)


def in_library(r, n_y, n_s, n_c, U_n, s):
    return n_y + r * n_s + n_c


def in_bahdanau(r, n_y, n_s, n_c, U_n, s):
    return n_y + U_n @ (r * s) + n_c


def in_place(y, s, c, W, U, C):
    s.copy_(paper_step(y, s, c, W, U, C))
    return s


def _candidate(y, s, c, W, U, C):
    r = torch.sigmoid(W @ y + U @ s + C @ c).chunk(3)[1]
    return (W @ y).chunk(3)[2] + r * (U @ s + C @ c).chunk(3)[2]


def unsquashed(y, s, c, W, U, C):
    z = torch.sigmoid(W @ y + U @ s + C @ c).chunk(3)[0]
    return z * s + (1 - z) * _candidate(y, s, c, W, U, C)


def handing(rule):
    """Return a loop whose ``rule(states so far, c)`` gives the state and the summary for the next step."""

    def loop(step, words, s, c):
        so_far, rows = [s], []
        for word in words:
            logits, new = step(word, *rule(so_far, c))
            so_far.append(new)
            rows.append(logits)
        return torch.stack(rows)

    return loop


def later(value):
    """Tell the true summary at step 1, then ``value(states so far, c)``."""
    return handing(lambda so_far, c: (so_far[-1], value(so_far, c) if len(so_far) > 1 else c))


def states_for_logits(step, words, s, c):
    states = []
    for word in words:
        _, s = step(word, s, c)
        c = s
        states.append(s)
    return torch.stack(states)


def in_place_of_the_summary(step, words, s, c):
    rows = []
    for word in words:
        logits, s = step(word, s, c)
        c.copy_(s)
        rows.append(logits)
    return torch.stack(rows)


def of_logits_and_states(step, words, s, c):
    both = []
    for word in words:
        both.append(step(word, s, c))
        s = c = both[-1][1]
    return both


def logits_and_state(step, words, s, c):
    rows = []
    for word in words:
        logits, s = step(word, s, c)
        c = s
        rows.append(logits)
    return torch.stack(rows), s


def reading_its_own_words(step, words, s, c):
    word, rows = words[0], []
    for _ in words:
        logits, s = step(word, s, c)
        word, c = logits.argmax(), s
        rows.append(logits)
    return rows


def yielding(step, words, s, c):
    for word in words:
        logits, s = step(word, s, c)
        c = s
        yield logits


def equal_to_the_last_digit(decode, words, told):
    return fits(reach(decode, words, told, one_entry, atol=0))


def only_where_it_must_be_heard(decode, words, told):
    table = reach(decode, words, told, one_entry)
    return all(table[i][k] for i in range(len(table)) for k in range(max(i, 1), len(table[0])))


def only_where_it_must_not_be_heard(decode, words, told):
    table = reach(decode, words, told, one_entry)
    return not any(table[i][k] for i in range(len(table)) for k in range(1, min(i, len(table[0]))))


def at_its_own_step_and_the_next(decode, words, told):
    table = reach(decode, words, told, one_entry)
    return all(table[i][k] == (i <= k) for i in range(len(table)) for k in range(1, len(table[0])) if k <= i + 1)


def without_the_first(decode, words, told):
    table = reach(decode, words, told, one_entry)
    return all(table[i][k] == (i <= k) for i in range(1, len(table)) for k in range(1, len(table[0])))


def without_the_last(decode, words, told):
    table = reach(decode, words, told, one_entry)
    return all(table[i][k] == (i <= k) for i in range(len(table) - 1) for k in range(1, len(table[0])))


def coarse(decode, words, told):
    return fits(reach(decode, words, told, one_entry, atol=0.01))


def all_rows_at_once(decode, words, told):
    return bool(((decode(words, told + 1) - decode(words, told)).abs().amax(-1) > 1e-6).all())


def without_a_copy(decode, words, told):
    sound = decode(words, told)
    for i in range(len(told)):
        told[i] += 1
        moved = (decode(words, told) - sound).abs().amax(-1) > 1e-6
        if moved.tolist() != [i <= k for k in range(1, len(told))]:
            return False
    return True


def one_row_off(decode, words, told):
    """Take row 0 of the logits for step 0."""
    sound = decode(words, told)
    for i in range(len(told)):
        other = told.clone()
        other[i] += 1
        moved = (decode(words, other) - sound).abs().amax(-1) > 1e-6
        if moved.tolist() != [i <= k for k in range(len(words))]:
            return False
    return True


def by_the_word_it_would_write(decode, words, told):
    written, table = decode(words, told).argmax(-1), []
    for i in range(len(told)):
        other = told.clone()
        other[i] += 1
        table.append([None, *(decode(words, other).argmax(-1) != written).tolist()])
    return fits(table)


def a_label_an_occurrence(words, classes, seed):
    return np.random.default_rng(seed).choice(classes, size=len(words))


def by_hash(words, classes, seed):
    return [classes[hash((seed, word)) % len(classes)] for word in words]


def in_the_order_of_a_set(words, classes, seed):
    rng = np.random.default_rng(seed)
    own = {word: rng.choice(classes) for word in set(words)}
    return [own[word] for word in words]


def seed_ignored(words, classes, seed):
    return control_labels(words, classes, 0)


def unseeded(words, classes, seed):
    own = {word: random.choice(classes) for word in sorted(set(words))}
    return [own[word] for word in words]


def with_the_notebooks(seeding, draw):
    def labels(words, classes, seed):
        seeding(seed)
        own = {word: draw(classes) for word in sorted(set(words))}
        return [own[word] for word in words]

    return labels


def uniform(words, classes, seed):
    return control_labels(words, sorted(set(classes)), seed)


def rare_for_common(words, classes, seed):
    return control_labels(words, [9 if one == 3 else 3 if one == 9 else one for one in classes], seed)


def places_in_the_list(words, classes, seed):
    return control_labels(words, range(len(classes)), seed)


def a_label_a_type(words, classes, seed):
    return np.random.default_rng(seed).choice(classes, size=len(set(words)))


def shuffles_the_classes(words, classes, seed):
    random.Random(seed).shuffle(classes)
    own = {word: classes[k % len(classes)] for k, word in enumerate(sorted(set(words)))}
    return [own[word] for word in words]


def by_the_last_letter(words, classes, seed):
    return [classes[(ord(word[-1]) + seed) % len(classes)] for word in words]


def by_the_sum_of_letters(words, classes, seed):
    return [random.Random(seed + sum(map(ord, word))).choice(classes) for word in words]


def own_dictionary(words, classes, seed):
    return dict(zip(words, control_labels(words, classes, seed), strict=True))


WRONG = [
    (checks.check_paper_step, step_by(in_library), "gets past the reset gate, as in torch"),
    (checks.check_paper_step, step_by(in_bahdanau), "that is the cell of Bahdanau"),
    (
        checks.check_paper_step,
        step_by(lambda r, n_y, n_s, n_c, U_n, s: n_y + U_n @ (r * s) + r * n_c),
        "before the matrix does, and the summary after",
    ),
    (checks.check_paper_step, step_by(in_paper, keeps=False), "it says how much is kept"),
    (checks.check_paper_step, step_by(in_paper, order="rzn"), "The gates have changed places"),
    (checks.check_paper_step, step_by(in_library, order="rzn"), "This is torch's GRU"),
    (
        checks.check_paper_step,
        step_by(in_paper, keeps=False, order="rzn"),
        "changed places, and the update gate counts from the other side",
    ),
    (
        checks.check_paper_step,
        step_by(in_library, keeps=False),
        "gets past the reset gate, and the update gate counts from the other side",
    ),
    (checks.check_paper_step, step_by(in_paper, gates_hear="ys"), "The two gates have not heard the summary"),
    (checks.check_paper_step, step_by(in_paper, gates_hear="yc"), "The two gates have not heard the old state"),
    (
        checks.check_paper_step,
        step_by(lambda r, n_y, n_s, n_c, U_n, s: n_y + r * n_s, gates_hear="ys"),
        "The summary is nowhere",
    ),
    (
        checks.check_paper_step,
        step_by(lambda r, n_y, n_s, n_c, U_n, s: n_y + r * n_s),
        "candidate has not heard the summary",
    ),
    (
        checks.check_paper_step,
        step_by(lambda r, n_y, n_s, n_c, U_n, s: n_y + r * n_c),
        "candidate has not heard the old state",
    ),
    (
        checks.check_paper_step,
        step_by(lambda r, n_y, n_s, n_c, U_n, s: r * (n_y + n_s + n_c)),
        "holds back the word as well",
    ),
    (checks.check_paper_step, step_by(lambda r, n_y, n_s, n_c, U_n, s: n_y + n_s + n_c), "reset gate is not used"),
    (checks.check_paper_step, lambda *given: torch.tanh(_candidate(*given)), "this is the candidate alone"),
    (checks.check_paper_step, unsquashed, "The candidate has no tanh"),
    (checks.check_paper_step, lambda *given: torch.tanh(paper_step(*given)), "a tanh over the whole new state"),
    (checks.check_paper_step, step_by(in_paper, gate=torch.tanh), "The gates went through tanh"),
    (checks.check_paper_step, step_by(in_paper, gate=lambda x: x), "went through no sigmoid"),
    (checks.check_paper_step, lambda y, s, *others: s, "This is the old state"),
    (checks.check_paper_step, step_by(in_paper, order="nzr"), r"the new state for E=3, H=4, C=2 at \(\d,\): expected"),
    (checks.check_paper_step, in_place, "has changed what it was handed"),
    (checks.check_paper_step, lambda *given: paper_step(*given).unsqueeze(0), "an axis of size 1"),
    (checks.check_paper_step, lambda y, s, c, W, U, C: W @ y + U @ s + C @ c, r"expected shape \(4,\), \(H,\), got"),
    (checks.check_paper_step, lambda *given: torch.log(paper_step(*given) - 1), "NaN"),
    (checks.check_overwritten, handing(lambda so_far, c: (so_far[-1], c)), "still sound"),
    (checks.check_overwritten, handing(lambda so_far, c: (so_far[-1], so_far[-1])), "gone before step 1"),
    (checks.check_overwritten, later(lambda so_far, c: so_far[-2]), "went into the step before"),
    (
        checks.check_overwritten,
        handing(lambda so_far, c: (so_far[-1] if len(so_far) == 1 else c, c)),
        "The wrong one is overwritten",
    ),
    (checks.check_overwritten, handing(lambda so_far, c: (c, c)), "Every step starts from the summary"),
    (checks.check_overwritten, later(lambda so_far, c: c + so_far[-1]), "State and summary are added"),
    (checks.check_overwritten, later(lambda so_far, c: c + sum(so_far[1:])), "grows by every state"),
    (checks.check_overwritten, later(lambda so_far, c: so_far[1]), "overwritten once"),
    (
        checks.check_overwritten,
        handing(lambda so_far, c: (so_far[-1], so_far[-1] if len(so_far) > 2 else c)),
        "lasts one step too long",
    ),
    (checks.check_overwritten, handing(lambda so_far, c: (c, so_far[-1])), "changed places in the call"),
    (
        checks.check_overwritten,
        handing(lambda so_far, c: (so_far[0], so_far[-1] if len(so_far) > 1 else c)),
        "not handed on as the state",
    ),
    (checks.check_overwritten, handing(lambda so_far, c: (so_far[0], c)), "and the summary is sound"),
    (checks.check_overwritten, states_for_logits, "These are the states"),
    (checks.check_overwritten, lambda *given: torch.softmax(overwritten(*given), -1), "These are probabilities"),
    (
        checks.check_overwritten,
        lambda *given: torch.log_softmax(overwritten(*given), -1),
        "These are log-probabilities",
    ),
    (checks.check_overwritten, lambda *given: overwritten(*given)[-1], "the last step alone"),
    (checks.check_overwritten, lambda *given: overwritten(*given)[1:], "The first step is missing"),
    (checks.check_overwritten, lambda *given: overwritten(*given).T, "The axes stand in another order"),
    (checks.check_overwritten, yielding, "make it a list"),
    (checks.check_overwritten, reading_its_own_words, "Each step reads the word that the step before would write"),
    (checks.check_overwritten, of_logits_and_states, "states come with the logits. Return the logits alone"),
    (checks.check_overwritten, logits_and_state, "the state comes with the logits. Return the logits alone"),
    (checks.check_overwritten, in_place_of_the_summary, "has changed what it was handed"),
    (checks.check_overwritten, lambda step, words, s, c: step(words, s, c)[0], "overwritten|your function raised"),
    (checks.check_hears, lambda decode, words, told: True, "never calls"),
    (checks.check_hears, always(True), "catches 0 of 11 bugs"),
    (checks.check_hears, always(False), "turns away a decoder in double precision"),
    (checks.check_hears, equal_to_the_last_digit, "turns away a decoder in single|turns away .* last digits"),
    (checks.check_hears, only_where_it_must_be_heard, "the mean of all summaries.*a hundredth"),
    (checks.check_hears, only_where_it_must_not_be_heard, "first state only.*drops its state"),
    (checks.check_hears, at_its_own_step_and_the_next, "lets through one that remembers two steps"),
    (checks.check_hears, without_the_first, "lets through one whose first state hears nothing"),
    (checks.check_hears, without_the_last, "lets through one whose last step"),
    (checks.check_hears, coarse, "turns away|a hundredth"),
    (checks.check_hears, all_rows_at_once, "the mean of all summaries"),
    (checks.check_hears, without_a_copy, "turns away a decoder in double.*leave told as it was"),
    (checks.check_hears, one_row_off, "turns away a decoder in double.*Check first that row 0 of the logits is step 1"),
    (checks.check_hears, by_the_word_it_would_write, "turns away.*See small changes"),
    (
        checks.check_hears,
        lambda decode, words, told: decode(words, told[1:]) is not None,
        r"a row for the first state and one a word, got \(5, 4\)",
    ),
    (checks.check_hears, lambda decode, words, told: decode(words, told), "the verdict of your test"),
    (checks.check_control_labels, a_label_an_occurrence, "in one place and . in another"),
    (checks.check_control_labels, by_hash, "in another session"),
    (checks.check_control_labels, in_the_order_of_a_set, "in another session"),
    (
        checks.check_control_labels,
        lambda words, classes, seed: [classes[0]] * len(words),
        "all 60 types have the class",
    ),
    (checks.check_control_labels, by_the_last_letter, "spelling decides"),
    (checks.check_control_labels, by_the_sum_of_letters, "spelling decides"),
    (checks.check_control_labels, seed_ignored, "four seeds gave the same labels"),
    (checks.check_control_labels, unseeded, "the same words and the same seed gave other labels"),
    (checks.check_control_labels, with_the_notebooks(np.random.seed, np.random.choice), "the whole notebook"),
    (checks.check_control_labels, with_the_notebooks(random.seed, random.choice), "the whole notebook"),
    (
        checks.check_control_labels,
        with_the_notebooks(torch.manual_seed, lambda classes: classes[torch.randint(len(classes), ())]),
        "the whole notebook",
    ),
    (checks.check_control_labels, uniform, "every class came about equally often"),
    (checks.check_control_labels, rare_for_common, "makes up .* % of the list, but"),
    (checks.check_control_labels, places_in_the_list, "is none of the classes .3, 7, 9.. Is it a place"),
    (
        checks.check_control_labels,
        a_label_a_type,
        "one for each word that was handed in, got 60: one for each of the 60 types",
    ),
    (
        checks.check_control_labels,
        lambda *given: control_labels(*given)[1:],
        "expected 165, one for each word that was handed in, got 164",
    ),
    (checks.check_control_labels, shuffles_the_classes, "has changed what it was handed"),
    (checks.check_control_labels, own_dictionary, "the labels: expected numbers, got a dict"),
]
