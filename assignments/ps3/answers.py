"""Answers to set 3 as students give them: unusual right ones, and plausible wrong ones with what they lose.

The wrong values of a task stand with it (``tasks.py``); here are whole answers, in the words of a notebook.
"""

_STEPS = (
    'first_look = {{"location": {}, "location, fed": {}, "location, state fed": {}, '
    '"dot": {}, "dot, asked before": {}}}\n'
    'later_look = {{"dot": {}, "dot, fed": {}, "concat, coverage": {}, "Bahdanau": {}}}'
)
_BEAM = "def keep_best(scores, log_probs, looks, states, attentional, kappa, size):\n"
_RANKED = (
    "    totals = scores[:, None] + log_probs\n    best = np.argsort(-totals, axis=None)[:size]\n"
    "    parents, words = best // log_probs.shape[1], best % log_probs.shape[1]\n"
)

RIGHT = {
    "paper": (
        "most_words = np.floor(1 + np.exp(lead))\n"
        "doubled = torch.softmax(2 * torch.tensor(row).log(), 0).max()\n"
        "kappa = np.cumsum(looks, 0) - looks\nwent_back = np.minimum(looks, kappa).sum()",
        "most_words = max(n for n in range(2, 99) if np.exp(lead) / (np.exp(lead) + n - 1) >= 0.5)\n"
        "doubled = round(float(max(row) ** 2 / np.dot(row, row)), 3)\n"
        "went_back = np.float32(0)\nhad = torch.zeros(3)\n"
        "for look in torch.tensor(looks):\n    went_back += torch.minimum(look, had).sum().item()\n    had += look",
    ),
    "word-chance": (
        "def word_chance(lengths, right):\n    n = torch.tensor(lengths).double()\n"
        "    grid = torch.linspace(0, 1, 2001).double()\n"
        "    for _ in range(3):\n        over = (grid[:, None] ** n).sum(1) >= right\n"
        "        k = int(over.double().argmax())\n"
        "        grid = torch.linspace(float(grid[max(k - 1, 0)]), float(grid[k]), 2001).double()\n    return grid[-1]",
        "def word_chance(lengths, right):\n    if right in (0, len(lengths)):\n        return float(right > 0)\n"
        "    price = 1.0  # nats a word, by Newton's method\n    for _ in range(200):\n"
        "        each = [np.exp(-price * n) for n in lengths]\n"
        "        slope = -sum(n * e for n, e in zip(lengths, each))\n"
        "        price = max(price / 2, price - (sum(each) - right) / slope)\n    return np.exp(-price)",
    ),
    "coverage-loss": (
        "def coverage_loss(weights, steps):\n    result = []\n    for table, n in zip(weights, steps):\n"
        "        had, paid = np.zeros(table.shape[1]), 0.0\n        for row in table[:n]:\n"
        "            paid += sum(min(a, k) for a, k in zip(row, had))\n            had = had + row\n"
        "        result.append(paid / n)\n    return result",
        "def coverage_loss(weights, steps):\n    w = torch.tensor(weights)\n    n = torch.tensor(steps)\n"
        "    w = w * (torch.arange(w.shape[1]) < n[:, None])[..., None]\n"
        "    kappa = torch.nn.functional.pad(w.cumsum(1), (0, 0, 1, 0))[:, :-1]\n"
        "    return torch.minimum(w, kappa).sum((1, 2)) / n",
    ),
    "cheapest": (
        "cheapest = [[float(j == min(i, S - 1)) for j in range(S)] for i in range(T)]",
        "cheapest = torch.zeros(T, S)\ncheapest[:S] = torch.eye(S).flip(0)\ncheapest[S:] = 1 / S",
    ),
    "keep-best": (
        _BEAM + "    top = torch.tensor(scores[:, None] + log_probs).flatten().topk(size)\n"
        "    rows = top.indices // log_probs.shape[1]\n"
        "    take = lambda x: torch.tensor(x)[rows]\n"
        "    words = top.indices % log_probs.shape[1]\n"
        "    return [top.values, words, take(states), take(attentional), take(kappa + looks)]",
        _BEAM + "    heap = [(s + p, k, v) for k, s in enumerate(scores) for v, p in enumerate(log_probs[k])]\n"
        "    heap = sorted(heap, key=lambda one: one[0])[: -size - 1 : -1]\n"
        "    out = ([], [], [], [], [])\n"
        "    for total, k, v in heap:\n"
        "        for place, one in zip(out, (total, v, states[k], attentional[k], looks[k] + kappa[k])):\n"
        "            place.append(one)\n    return out",
    ),
    "steps": (
        _STEPS.format(0, 2, 0, 1, 2, 0, "turned + 1", "turned + 1", "turned + 1"),
        "first_look = dict(zip(['dot', 'dot, asked before', 'location', 'location, fed', 'location, state fed'], "
        "np.array([1, 2, 0, 2, 0])))\n"
        "later_look = dict.fromkeys(('dot, fed', 'concat, coverage', 'Bahdanau'), torch.tensor(turned + 1))\n"
        "later_look['dot'] = 0",
    ),
    "results": (
        "scores = {'blind': (40.05, 41.56, 38.04), 'state fed': (39.04, 40.05, 41.31), 'fed': (50.13, 60.96, 59.19)}",
        "right = torch.tensor([385.0, 363.0, 349.0])\n"
        "scores = {'fed': [np.float32(0.76), 100 * 242 / 397, 59.19], 'blind': list(100 * right / 397), "
        "'state fed': [1.01, 2.02, 3.27]}",
    ),
}
"""Answer to at least two unusual right ways to give it."""

WRONG = {
    "paper": (
        ("most_words = doubled = went_back = ...", {}),
        (
            "most_words = int(np.exp(lead))\ndoubled = 2 * max(row) / (1 + max(row))\n"
            "went_back = sum(min(column[:2]) + min(column[2], column[0] + column[1]) for column in zip(*looks))",
            {"paper-went-back": 2.0},
        ),
        (
            "most_words = int(np.exp(lead)) + 1\ndoubled = max(row) ** 2 / sum(w**2 for w in row)\n"
            "went_back = np.minimum(looks, np.cumsum(looks, 0)).sum()",
            {"paper-most-words": 2.0, "paper-doubled": 2.0},
        ),
        (
            "most_words = round(np.exp(lead) + 1, 2)\ndoubled = max(row)\n"
            "went_back = sum(min(a, b) for pair in zip(looks, looks[1:]) for a, b in zip(*pair))",
            {},
        ),
    ),
    "word-chance": (
        (
            "def word_chance(lengths, right):\n    return (right / len(lengths)) ** (1 / np.mean(lengths))",
            {"word-chance-alike": 2.0},
        ),
        (
            "def word_chance(lengths, right):\n"
            "    return np.mean([(right / len(lengths)) ** (1 / n) for n in lengths])",
            {"word-chance-alike": 2.0},
        ),
        ("def word_chance(lengths, right):\n    return 1 - (len(lengths) - right) / sum(lengths)", {}),
        (
            "def word_chance(lengths, right):\n    p = np.linspace(0, 1, 101)\n"
            "    expected = (p[:, None] ** np.array(lengths)).sum(1)\n"
            "    return p[np.abs(expected - right).argmin()]",
            {},
        ),
    ),
    "coverage-loss": (
        (
            "def coverage_loss(weights, steps):\n"
            "    return np.minimum(weights, weights.cumsum(1) - weights).sum((1, 2)) / np.array(steps)",
            {"coverage-loss-whole": 2.0},
        ),
        (
            "def coverage_loss(weights, steps):\n"
            "    return np.minimum(weights, weights.cumsum(1)).sum((1, 2)) / np.array(steps)",
            {},
        ),
        (
            "def coverage_loss(weights, steps):\n"
            "    return np.minimum(weights, weights.cumsum(1) - weights).sum(2).mean(1)",
            {"coverage-loss-whole": 2.0},
        ),
        (
            "def coverage_loss(weights, steps):\n"
            "    back = np.minimum(weights[:, 1:], weights[:, :-1]).sum(2)\n"
            "    return [row[: n - 1].sum() / n for row, n in zip(back, steps)]",
            {},
        ),
        (
            "def coverage_loss(weights, steps):\n    weights -= 0.5\n    return weights.mean((1, 2))",
            {},
        ),
    ),
    "cheapest": (
        ("cheapest = np.full((T, S), 1 / S)", {}),
        ("cheapest = np.eye(T)[:, :S]", {}),
        ("cheapest = np.eye(S)[[step % S for step in range(T)]].T", {}),
        ("cheapest = np.zeros((T, S))", {}),
        ("cheapest = ...", {}),
    ),
    "keep-best": (
        (_BEAM + "    return broken(scores, log_probs, looks, states, attentional, kappa, size)", {}),
        (
            _BEAM
            + _RANKED
            + "    kappa = kappa[parents] + looks[:size]\n"
            + "    return totals[parents, words], words, states[parents], attentional[parents], kappa",
            {"keep-best-words": 3.0, "keep-best-fed": 3.0},
        ),
        (
            _BEAM
            + _RANKED
            + "    kappa, last = (kappa + looks)[parents], log_probs[parents, words]\n"
            + "    return last, words, states[parents], attentional[parents], kappa",
            {"keep-best-fed": 3.0, "keep-best-coverage": 3.0},
        ),
        (
            _BEAM
            + _RANKED
            + "    return totals[parents, words], words, states[parents], states[parents], kappa[parents]",
            {"keep-best-words": 3.0},
        ),
        (
            _BEAM
            + "    words = log_probs.argmax(1)\n    totals = scores + log_probs.max(1)\n"
            + "    return totals, words, states, attentional, kappa + looks",
            {},
        ),
    ),
    "steps": (
        (_STEPS.format(*["..."] * 9), {}),
        (
            _STEPS.format(0, 1, 0, 1, 1, "turned + 1", "turned + 1", "turned + 1", "turned + 1"),
            {},
        ),
        (
            _STEPS.format(0, 2, 2, 1, 2, 0, "turned + 1", "turned + 1", "turned + 1"),
            {"first-look-dot": 2.0, "later-look-all": 2.0},
        ),
        (
            _STEPS.format(0, 2, 0, 1, 1, 0, "turned", "turned", "turned"),
            {"first-look-location": 2.0},
        ),
        (_STEPS.format(0, 2, 0, 1, 2, 0, 0, 0, 0), {"first-look-location": 2.0, "first-look-dot": 2.0}),
    ),
    "results": (
        ("scores = {}", {}),
        ("scores = {'blind': [0.4, 0.5, 0.3], 'state fed': [0.4, 0.4, 0.4], 'fed': [0.9, 0.8, 0.9]}", {}),
        ("scores = {'blind': [40, 40, 40], 'state fed': [40, 40, 40], 'fed': [40, 40, 40]}", {}),
        ("scores = {'blind': [40.0, 41.0, 42.0], 'fed': [50.0, 51.0, 52.0]}", {}),
        ("scores = {'blind': [62.25, 59.5, 58.0], 'state fed': [57.75, 55.75, 54.0], 'fed': [92.75, 97.25, 97.0]}", {}),
    ),
}
"""Answer to at least three wrong ways to give it, each with the points of its tests that it keeps."""
