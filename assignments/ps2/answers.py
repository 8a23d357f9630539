"""Answers to set 2 as students give them: unusual right ones, and plausible wrong ones with what they lose.

The wrong values of a task stand with it (``tasks.py``); here are whole answers, in the words of a notebook.
"""

RIGHT = {
    "paper": (
        "weights = torch.tensor(powers).double().log().softmax(0)\n"
        "context = weights @ torch.tensor(values).double()\n"
        "colder = (2 * torch.tensor(powers).double().log()).softmax(0).max()\n"
        "rise = math.log(sum(powers) - powers[0]) - math.log(powers[0])",
        "context = round(sum(p * v for p, v in zip(powers, values)) / sum(powers), 2)\n"
        "colder = np.float32(round(max(powers) ** 2 / sum(p * p for p in powers), 3))\n"
        "rise = round(float(np.log(np.sum(powers[1:]) / powers[0])), 2)",
    ),
    "or-nothing": (
        "def or_nothing(scores, mask):\n"
        "    wider = torch.tensor(np.where(mask, scores, -np.inf))\n"
        "    return torch.softmax(torch.nn.functional.pad(wider, (1, 0)), -1)[:, 1:]",
        "def or_nothing(scores, mask):\n"
        "    rows = []\n"
        "    for row, real in zip(scores, mask):\n"
        "        total = np.logaddexp.reduce([0, *row[real]])\n"
        "        rows.append([math.exp(e - total) if m else 0 for e, m in zip(row, real)])\n"
        "    return rows",
    ),
    "merge": (
        "def merge(context_a, total_a, context_b, total_b):\n"
        "    share = torch.sigmoid(torch.tensor(total_a - total_b))\n"
        "    total = torch.logsumexp(torch.tensor([total_a, total_b]), 0)\n"
        "    return torch.lerp(torch.tensor(context_b), torch.tensor(context_a), share.double()), total",
        "def merge(context_a, total_a, context_b, total_b):\n"
        "    if total_a < total_b:\n"
        "        return merge(context_b, total_b, context_a, total_a)\n"
        "    other = math.exp(total_b - total_a)\n"
        "    context = [(a + other * b) / (1 + other) for a, b in zip(context_a, context_b)]\n"
        "    return context, total_a + math.log1p(other)",
    ),
    "ceiling": (
        "def ceiling(v_a, S):\n"
        "    best = torch.tensor(v_a).abs().sum()\n"
        "    return torch.cat([best[None], (-best).expand(S - 1)]).softmax(0)[0]",
        "def ceiling(v_a, S):\n    return (1 - math.tanh(math.log(S - 1) / 2 - sum(map(abs, v_a)))) / 2",
    ),
    "annotations": (
        "def annotations(words, lengths, forward, backward):\n"
        "    real = (np.arange(words.shape[1]) < np.array(lengths)[:, None])[:, :, None]\n"
        "    halves = []\n"
        "    for weights, order in ((forward, 1), (backward, -1)):\n"
        "        state, states = np.zeros((len(words), len(weights['b']))), []\n"
        "        for step in range(words.shape[1])[::order]:\n"
        "            state = cell(words[:, step], state, weights) * real[:, step]\n"
        "            states.append(state)\n"
        "        halves.append(np.stack(states[::order], axis=1))\n"
        "    return np.concatenate(halves, axis=-1)",
        "def annotations(words, lengths, forward, backward):\n"
        "    E, H = words.shape[2], len(forward['b'])\n"
        "    rnn = torch.nn.RNN(E, H, batch_first=True, bidirectional=True).double()\n"
        "    for suffix, weights in (('', forward), ('_reverse', backward)):\n"
        "        for name, key in (('weight_ih_l0', 'W'), ('weight_hh_l0', 'U'), ('bias_ih_l0', 'b')):\n"
        "            getattr(rnn, name + suffix).data = torch.tensor(weights[key])\n"
        "        getattr(rnn, 'bias_hh_l0' + suffix).data.zero_()\n"
        "    packed = torch.nn.utils.rnn.pack_padded_sequence(\n"
        "        torch.tensor(words), lengths, batch_first=True, enforce_sorted=False\n"
        "    )\n"
        "    return torch.nn.utils.rnn.pad_packed_sequence(rnn(packed)[0], True, 0.0, words.shape[1])[0].detach()",
    ),
    "follow": (
        "def follow():\n"
        "    # a third unit that does nothing\n"
        "    W = torch.tensor([[-9.0, 3], [-9.0, -3], [0, 0]])\n"
        "    return W, [[9, 0], [9, 0], [0, 0]], (8, -8, 1)",
        "def follow():\n"
        "    # two flat steps: their difference is nearly a parabola, and v makes it steep\n"
        "    up, down = np.array([[0.01, 1.0]]), np.array([[-0.01, 0]])\n"
        "    v = 400000.0\n"
        "    return np.concatenate([down, down]), np.concatenate([up, up - [[0, 2.0]]]), np.array([v, -v])",
    ),
    "results": (
        "runs = {'1 unit': (70, 71.5, 72.25), '2 units': [np.float32(74.75), 70.0, 71.0], "
        "'64 units': [99, 100, torch.tensor(98.5)]}",
        "runs = {'64 units': [0.25, 100.0, 99.75], '2 units': [50.5, 50.5, 50.5], '1 unit': [50.5, 60.5, 61.5]}",
    ),
}
"""Answer to at least two unusual right ways to give it."""

_LOOP = (
    "    state, halves = np.zeros((len(words), len(forward['b']))), []\n"
    "    for weights, x in ((forward, words), (backward, words[:, ::-1])):\n"
)
_REAL = "    real = (np.arange(words.shape[1]) < np.array(lengths)[:, None])[:, :, None]\n"

WRONG = {
    "paper": (
        ("context = colder = rise = ...", {}),
        (
            "context = sum(values) / 4\ncolder = max(powers) / sum(powers)\n"
            "rise = math.log(sum(powers[1:]) / powers[0])",
            {"paper-rise": 2.0},
        ),
        (
            "context = sum(p * v for p, v in zip(powers, values)) / sum(powers)\n"
            "colder = max(powers) ** 0.5 / sum(p**0.5 for p in powers)\nrise = math.log(max(powers[1:]) / powers[0])",
            {"paper-context": 1.0},
        ),
        (
            "context = sum(p * v for p, v in zip(powers, values))\n"
            "colder = max(powers) ** 2 / sum(p**2 for p in powers)\nrise = math.log(sum(powers) / powers[0])",
            {"paper-colder": 1.0},
        ),
    ),
    "or-nothing": (
        (
            "def or_nothing(scores, mask):\n    powers = np.exp(scores) * mask\n"
            "    return powers / (1 + powers.sum(axis=-1, keepdims=True))",
            {"or-nothing-near": 3.0, "or-nothing-padded": 2.0},
        ),
        (
            "def or_nothing(scores, mask):\n    scores = np.where(mask, scores, -1e9)\n"
            "    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))\n"
            "    return powers / (1 + powers.sum(axis=-1, keepdims=True))",
            {},
        ),
        (
            "def or_nothing(scores, mask):\n    top = np.maximum(scores.max(axis=-1, keepdims=True), 0)\n"
            "    powers = np.exp(scores - top)\n"
            "    return powers / (np.exp(-top) + powers.sum(axis=-1, keepdims=True)) * mask",
            {"or-nothing-near": 3.0},
        ),
        (
            "def or_nothing(scores, mask):\n    scores = np.where(mask, scores, -np.inf)\n"
            "    top = scores.max(axis=-1, keepdims=True)\n    powers = np.exp(scores - top)\n"
            "    return powers / (np.exp(-top) + powers.sum(axis=-1, keepdims=True))",
            {"or-nothing-near": 3.0, "or-nothing-far": 2.0},
        ),
        (
            "def or_nothing(scores, mask):\n    scores = np.where(mask, scores, -np.inf)\n"
            "    top = max(scores.max(), 0)\n    powers = np.exp(scores - top)\n"
            "    return powers / (np.exp(-top) + powers.sum(axis=-1, keepdims=True))",
            {"or-nothing-near": 3.0, "or-nothing-padded": 2.0},
        ),
    ),
    "merge": (
        (
            "def merge(context_a, total_a, context_b, total_b):\n    a, b = np.exp(total_a), np.exp(total_b)\n"
            "    return (a * context_a + b * context_b) / (a + b), np.log(a + b)",
            {"merge-near": 4.0},
        ),
        (
            "def merge(context_a, total_a, context_b, total_b):\n"
            "    return (context_a + context_b) / 2, np.logaddexp(total_a, total_b)",
            {},
        ),
        (
            "def merge(context_a, total_a, context_b, total_b):\n    total = total_a + total_b\n"
            "    return (total_a * context_a + total_b * context_b) / total, total",
            {},
        ),
        (
            "def merge(context_a, total_a, context_b, total_b):\n    top = max(total_a, total_b)\n"
            "    a, b = np.exp(total_a - top), np.exp(total_b - top)\n"
            "    return (a * context_a + b * context_b) / (a + b), np.log(a + b)",
            {},
        ),
    ),
    "ceiling": (
        (
            "def ceiling(v_a, S):\n    return 1 / (1 + (S - 1) * np.exp(-2 * v_a.sum()))",
            {"ceiling-positive": 2.0},
        ),
        ("def ceiling(v_a, S):\n    return 1 / (1 + (S - 1) * np.exp(-np.abs(v_a).sum()))", {}),
        ("def ceiling(v_a, S):\n    return 1.0", {}),
        ("def ceiling(v_a, S):\n    top = np.exp(np.abs(v_a).sum())\n    return top / (top + S / top)", {}),
    ),
    "annotations": (
        (
            "def annotations(words, lengths, forward, backward):\n    return broken(words, lengths, forward, backward)",
            {},
        ),
        (
            "def annotations(words, lengths, forward, backward):\n" + _REAL + "    halves = []\n"
            "    for weights, order in ((forward, 1), (backward, -1)):\n"
            "        state, states = np.zeros((len(words), len(weights['b']))), []\n"
            "        for step in range(words.shape[1])[::order]:\n"
            "            state = cell(words[:, step], state, weights)\n            states.append(state)\n"
            "        halves.append(np.stack(states[::order], axis=1))\n"
            "    return np.concatenate(halves, axis=-1) * real",
            {"annotations-alone": 4.0},
        ),
        (
            "def annotations(words, lengths, forward, backward):\n"
            + _LOOP
            + "        states = []\n        for step in range(words.shape[1]):\n"
            "            state = cell(x[:, step], state, weights)\n            states.append(state)\n"
            "        halves.append(np.stack(states[::-1] if halves else states, axis=1))\n"
            + _REAL
            + "    return np.concatenate(halves, axis=-1) * real",
            {},
        ),
        (
            "def annotations(words, lengths, forward, backward):\n"
            + _REAL
            + "    H = len(forward['b'])\n    found = np.zeros((*words.shape[:2], 2 * H))\n"
            "    for row, n in enumerate(lengths):\n        state = np.zeros((1, H))\n"
            "        for j in range(n):\n            state = cell(words[row : row + 1, j], state, forward)\n"
            "            found[row, j, :H] = state[0]\n"
            "        state = np.zeros((1, H))\n        for j in range(n):\n"
            "            state = cell(words[row : row + 1, n - 1 - j], state, backward)\n"
            "            found[row, j, H:] = state[0]\n    return found",
            {},
        ),
    ),
    "follow": (
        ("def follow():\n    return np.array([[-1.0, 0]]), np.array([[1.0, 0]]), np.array([20.0])", {}),
        (
            "def follow():\n    return [[-4.0, 0], [-4.0, 0]], [[4.0, 2], [4.0, -2]], [0.5, -0.5]",
            {"follow-place": 3.0},
        ),
        ("def follow():\n    return [[4.0, 0], [4.0, 0]], [[4.0, 2], [4.0, -2]], [5.0, -5.0]", {}),
        ("def follow():\n    return [[-4.0, 0], [-4.0, 0]], [[4.0, 2], [4.0, -2]], [-5.0, 5.0]", {}),
        ("def follow():\n    return [[-4.0], [-4.0]], [[4.0], [4.0]], [5.0, -5.0]", {}),
    ),
    "results": (
        ("runs = {}", {}),
        ("runs = {'1 unit': [0.7, 0.7, 0.7], '2 units': [0.7, 0.8, 0.7], '64 units': [0.9, 1.0, 0.9]}", {}),
        ("runs = {'1 unit': [70, 70, 70], '64 units': [99, 99, 98]}", {}),
        ("runs = {'1 unit': [70.1, 70, 70], '2 units': [70, 71, 72], '64 units': [99, 99, 98]}", {}),
        ("runs = {k: [99.0, 99.0, 99.0] for k in ('1 unit', '2 units', '64 units')}", {}),
    ),
}
"""Answer to at least three wrong ways to give it, each with the points of its tests that it keeps."""
