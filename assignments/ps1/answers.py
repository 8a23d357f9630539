"""Answers to set 1 as students give them: unusual right ones, and plausible wrong ones with what they lose.

The wrong values of a task stand with it (``tasks.py``); here are whole answers, in the words of a notebook.
"""

RIGHT = {
    "paper": (
        "one_batch, two_batches, sentence_perplexity = (\n"
        "    round(1 - sum(lengths) / (6 * max(lengths)), 3),\n"
        "    round(1 - sum(lengths) / (3 * sorted(lengths)[2] + 3 * max(lengths)), 3),\n"
        "    round(math.exp(-sum(map(math.log, probabilities)) / 4), 3),\n)",
        "cells = 6 * max(lengths)\none_batch = np.float32((cells - sum(lengths)) / cells)\n"
        "ordered = np.sort(lengths)\ncells = 3 * (ordered[2] + ordered[5])\n"
        "two_batches = torch.tensor((cells - ordered.sum()) / cells)\n"
        "sentence_perplexity = 2 ** float(-np.log2(probabilities).mean())",
    ),
    "padding": (
        "def padding(lengths, batch_size):\n"
        "    def share(row):\n"
        "        rows = [torch.ones(n) for n in row]\n"
        "        padded = [torch.nn.utils.rnn.pad_sequence(rows[k : k + batch_size]) for k in "
        "range(0, len(rows), batch_size)]\n"
        "        return 1 - sum(float(p.sum()) for p in padded) / sum(p.numel() for p in padded)\n"
        "    return share(lengths), share(sorted(lengths))",
        "def padding(lengths, batch_size):\n"
        "    result = []\n"
        "    for row in (np.array(lengths), np.sort(lengths)):\n"
        "        wide = np.concatenate([np.full(len(b), b.max()) for b in np.split(row, "
        "range(batch_size, len(row), batch_size))])\n"
        "        result.append(np.float32(1 - row.sum() / wide.sum()))\n"
        "    return result",
    ),
    "mixture": (
        "def mixture(log_p, log_q, share):\n"
        "    with np.errstate(divide='ignore'):\n"
        "        nats = np.logaddexp(np.log(share) + log_p, np.log(1 - share) + log_q)\n"
        "    return np.exp(-nats.mean())",
        "def mixture(log_p, log_q, share):\n"
        "    both = torch.stack([torch.tensor(log_p), torch.tensor(log_q)])\n"
        "    prior = torch.tensor([share, 1 - share], dtype=torch.double).log()[:, None]\n"
        "    return torch.logsumexp(both + prior, 0).mean().neg().exp()",
    ),
    "teacher-forcing": (
        "def teacher_forcing(sentences, longest):\n"
        "    rows = [s[:longest] + [EOS] * (len(s) <= longest) for s in map(list, sentences)]\n"
        "    T = max(map(len, rows))\n"
        "    fill = lambda row: row + [PAD] * (T - len(row))\n"
        "    return [fill([BOS] + r[:-1]) for r in rows], [fill(r) for r in rows], "
        "[[k < len(r) for k in range(T)] for r in rows]",
        "def teacher_forcing(sentences, longest):\n"
        "    pad = lambda rows: torch.nn.utils.rnn.pad_sequence([torch.tensor(r) for r in rows], True, PAD)\n"
        "    whole = [[BOS, *s[:longest], EOS] if len(s) <= longest else [BOS, *s[:longest]] for s in sentences]\n"
        "    asked = pad([row[1:] for row in whole])\n"
        "    return pad([row[:-1] for row in whole]), asked, asked.ne(PAD)",
    ),
    "one-gate": (
        "def one_gate(x, h, weights):\n"
        "    t = {k: torch.tensor(v) for k, v in weights.items()}\n"
        "    x, h = torch.tensor(x), torch.tensor(h)\n"
        "    f = torch.sigmoid(torch.nn.functional.linear(x, t['W_f'], t['b_f']) + h @ t['U_f'].T)\n"
        "    return torch.lerp(h, torch.tanh(torch.nn.functional.linear(x, t['W'], t['b']) + (f * h) @ t['U'].T), f)",
        "def one_gate(x, h, weights):\n"
        "    both = np.concatenate([x, h], -1)\n"
        "    f = (1 + np.tanh((both @ np.hstack([weights['W_f'], weights['U_f']]).T + weights['b_f']) / 2)) / 2\n"
        "    both = np.concatenate([x, f * h], -1)\n"
        "    new = np.tanh(both @ np.hstack([weights['W'], weights['U']]).T + weights['b'])\n"
        "    return h + f * (new - h)",
    ),
    "read-batch": (
        "def read_batch(words, lengths, weights):\n"
        "    out = []\n"
        "    for row, n in zip(words, lengths):\n"
        "        h = np.zeros(len(weights['b']))\n"
        "        for x in row[:n]:\n"
        "            h = one_gate(x, h, weights)\n"
        "        out.append(h)\n"
        "    return out",
        "def read_batch(words, lengths, weights):\n"
        "    states = [np.zeros((len(words), len(weights['b'])))]\n"
        "    for step in range(words.shape[1]):\n"
        "        states.append(one_gate(words[:, step], states[-1], weights))\n"
        "    return np.stack(states)[np.array(lengths), np.arange(len(words))]",
    ),
    "results": (
        "runs = {'as it stands': [89.92, 91.44, 87.91], 'reversed': (60.2, 60.96, 59.19)}",
        "right = torch.tensor([357.0, 363.0, 349.0])\n"
        "runs = {'reversed': [np.float32(0.76), 100 * 242 / 397, 59.19], 'as it stands': list(100 * right / 397)}",
    ),
}
"""Answer to at least two unusual right ways to give it."""

WRONG = {
    "paper": (
        ("one_batch = two_batches = sentence_perplexity = ...", {}),
        ("one_batch = 0.25\ntwo_batches = 0.1\nsentence_perplexity = 2.0", {}),
        (
            "one_batch = 1 - sum(lengths) / (6 * max(lengths))\n"
            "two_batches = 1 - sum(lengths) / (3 * sorted(lengths)[2] + 3 * max(lengths))\n"
            "sentence_perplexity = -sum(map(math.log, probabilities)) / 4",
            {"paper-batches": 2.0},
        ),
        (
            "one_batch = sum(lengths) / (6 * max(lengths))\ntwo_batches = one_batch\n"
            "sentence_perplexity = math.prod(probabilities) ** (-1 / 4)",
            {"paper-perplexity": 2.0},
        ),
    ),
    "padding": (
        (
            "def padding(lengths, batch_size):\n    share = 1 - sum(lengths) / (max(lengths) * len(lengths))\n"
            "    return share, share",
            {},
        ),
        (
            "def padding(lengths, batch_size):\n    result = []\n    for row in (lengths, sorted(lengths)):\n"
            "        full = row[: len(row) // batch_size * batch_size] or row\n"
            "        cells = sum(max(full[k : k + batch_size]) * batch_size for k in range(0, len(full), batch_size))\n"
            "        result.append(1 - sum(full) / cells)\n    return result",
            {"padding-whole": 3.0},
        ),
        (
            "def padding(lengths, batch_size):\n    result = []\n    for _ in range(2):\n"
            "        batches = [lengths[k : k + batch_size] for k in range(0, len(lengths), batch_size)]\n"
            "        result.append(1 - sum(lengths) / sum(max(b) * len(b) for b in batches))\n"
            "        lengths.sort()\n    return result",
            {},
        ),
        ("def padding(lengths, batch_size):\n    return 0.25", {}),
    ),
    "mixture": (
        (
            "def mixture(log_p, log_q, share):\n"
            "    return np.exp(-np.log(share * np.exp(log_p) + (1 - share) * np.exp(log_q)).mean())",
            {"mixture-values": 4.0},
        ),
        ("def mixture(log_p, log_q, share):\n    return np.exp(-(share * log_p + (1 - share) * log_q).mean())", {}),
        (
            "def mixture(log_p, log_q, share):\n    top = max(log_p.max(), log_q.max())\n"
            "    mixed = share * np.exp(log_p - top) + (1 - share) * np.exp(log_q - top)\n"
            "    return np.exp(-(top + np.log(mixed)).mean())",
            {"mixture-values": 4.0},
        ),
        ("def mixture(log_p, log_q, share):\n    return -np.logaddexp(log_p, log_q).mean()", {}),
    ),
    "teacher-forcing": (
        (
            "def teacher_forcing(sentences, longest):\n    T = max(map(len, sentences)) + 1\n"
            "    read = [[BOS, *s] + [PAD] * (T - 1 - len(s)) for s in sentences]\n"
            "    asked = [[*s, EOS] + [PAD] * (T - 1 - len(s)) for s in sentences]\n"
            "    return read, asked, np.array(asked) != PAD",
            {"teacher-forcing-one": 2.0, "teacher-forcing-pads": 3.0},
        ),
        (
            "def teacher_forcing(sentences, longest):\n    sentences = [s[:longest] for s in sentences]\n"
            "    T = max(map(len, sentences)) + 1\n"
            "    read = [[BOS, *s] + [PAD] * (T - 1 - len(s)) for s in sentences]\n"
            "    asked = [[*s, EOS] + [PAD] * (T - 1 - len(s)) for s in sentences]\n"
            "    return read, asked, np.array(asked) != PAD",
            {"teacher-forcing-one": 2.0, "teacher-forcing-pads": 3.0},
        ),
        (
            "def teacher_forcing(sentences, longest):\n    T = max(map(len, sentences)) + 1\n"
            "    read = [[BOS, *s] + [PAD] * (T - 1 - len(s)) for s in sentences]\n"
            "    asked = [[*s] + [PAD] * (T - 1 - len(s)) + [EOS] for s in sentences]\n"
            "    return read, asked, np.array(asked) != PAD",
            {"teacher-forcing-one": 2.0},
        ),
        (
            "def teacher_forcing(sentences, longest):\n    T = max(map(len, sentences)) + 1\n"
            "    read = [[BOS, *s] + [PAD] * (T - 1 - len(s)) for s in sentences]\n"
            "    asked = [[*s, EOS] + [PAD] * (T - 1 - len(s)) for s in sentences]\n"
            "    return read, asked, np.ones((len(sentences), T), bool)",
            {"teacher-forcing-one": 2.0},
        ),
        ("def teacher_forcing(sentences, longest):\n    return broken(sentences, longest)", {}),
        ("from course_lib.checks.chapter01 import _shift as teacher_forcing", {}),
    ),
    "one-gate": (
        (
            "def one_gate(x, h, weights):\n    w = weights\n"
            "    f = 1 / (1 + np.exp(-(w['W_f'] @ x + w['U_f'] @ h + w['b_f'])))\n"
            "    return (1 - f) * h + f * np.tanh(w['W'] @ x + w['U'] @ (f * h) + w['b'])",
            {"one-gate-one": 3.0, "read-batch-masks": 0.0},
        ),
        (
            "def one_gate(x, h, weights):\n    w = weights\n"
            "    f = 1 / (1 + np.exp(-(x @ w['W_f'].T + h @ w['U_f'].T + w['b_f'])))\n"
            "    return f * h + (1 - f) * np.tanh(x @ w['W'].T + (f * h) @ w['U'].T + w['b'])",
            {},
        ),
        (
            "def one_gate(x, h, weights):\n    w = weights\n"
            "    f = 1 / (1 + np.exp(-(x @ w['W_f'].T + h @ w['U_f'].T + w['b_f'])))\n"
            "    return (1 - f) * h + f * np.tanh(x @ w['W'].T + h @ w['U'].T + w['b'])",
            {},
        ),
    ),
    "read-batch": (
        (
            "def read_batch(words, lengths, weights):\n    h = np.zeros((len(words), len(weights['b'])))\n"
            "    for step in range(words.shape[1]):\n        h = one_gate(words[:, step], h, weights)\n    return h",
            {},
        ),
        (
            "def read_batch(words, lengths, weights):\n    h = np.zeros((len(words), len(weights['b'])))\n"
            "    for step in range(words.shape[1]):\n"
            "        real = (step < np.array(lengths))[:, None]\n"
            "        h = one_gate(words[:, step], h, weights) * real\n    return h",
            {},
        ),
        (
            "def read_batch(words, lengths, weights):\n    h = np.zeros((len(words), len(weights['b'])))\n"
            "    for step in range(max(lengths) - 1):\n"
            "        real = (step < np.array(lengths) - 1)[:, None]\n"
            "        h = np.where(real, one_gate(words[:, step], h, weights), h)\n    return h",
            {},
        ),
    ),
    "results": (
        ("runs = {}", {}),
        ("runs = {'as it stands': [0.9, 0.8, 0.85], 'reversed': [0.5, 0.6, 0.4]}", {}),
        ("runs = {'as it stands': [90, 90, 90], 'reversed': [90, 90, 90]}", {}),
        ("runs = {'as it stands': [90.0, 80.0, 70.0]}", {}),
        ("runs = {'as it stands': [92.0, 90.25, 94.5], 'reversed': [61.0, 55.5, 66.0]}", {}),
    ),
}
"""Answer to at least three wrong ways to give it, each with the points of its tests that it keeps."""
