"""Answers to set 4 as students give them: unusual right ones, and plausible wrong ones with what they lose.

The wrong values of a task stand with it (``tasks.py``); here are whole answers, in the words of a notebook.
"""

_LOCAL_P = "def local_p(scores, p, lengths, D):\n"
_INSIDE = (
    "    off = np.arange(scores.shape[1]) - p[:, None]\n"
    "    inside = (np.abs(off) <= D) & (np.arange(scores.shape[1]) < np.array(lengths)[:, None])\n"
)
_SHARES = "    alpha = np.exp(scores) * inside\n    alpha = alpha / alpha.sum(1, keepdims=True)\n"
_WALK = "def walk(chances):\n"
_DRAWS = "def from_draws(weights, places, rewards):\n"
_RESULTS = (
    "to_the_right = {{'from the end': {}, 'from the front': {}, 'from both ends': {}}}\n"
    "to_the_left = {{'from the end': {}, 'from the front': {}, 'from both ends': {}}}"
)
_GOOD = ("[100.0, 99.75, 99.5]", "[10, 11.08, 9.92]", "[98.0, 97.25, 96.5]")

RIGHT = {
    "paper": (
        "at = np.minimum(np.arange(len(partners)), S)\nnarrowest = np.abs(at - partners).max()\n"
        "j = torch.arange(round(p) - D, round(p) + D + 1)\n"
        "kept = torch.exp(-((j - p) ** 2) / (2 * (D / 2) ** 2)).sum() / (2 * D + 1)\n"
        "silent = np.dot([1 - chance, chance], rewards)",
        "narrowest = next(d for d in range(99) if all(min(i, S) - d <= j <= min(i, S) + d "
        "for i, j in enumerate(partners)))\n"
        "kept = round(sum(np.exp(-2 * (d - p + round(p)) ** 2 / D**2) for d in range(-D, D + 1)) / (2 * D + 1), 3)\n"
        "grid = np.arange(-1000, 1) / 100\n"
        "silent = grid[np.abs((rewards[0] - grid) * (1 - chance) + (rewards[1] - grid) * chance).argmin()]",
    ),
    "local-p": (
        _LOCAL_P + "    rows = []\n    for row, centre, n in zip(scores, p, lengths):\n"
        "        out = np.zeros(len(row))\n"
        "        seen = [j for j in range(n) if centre - D <= j <= centre + D]\n"
        "        alpha = torch.tensor(row[seen]).softmax(0).numpy()\n"
        "        out[seen] = alpha * np.exp(-((np.array(seen) - centre) ** 2) / (2 * (D / 2) ** 2))\n"
        "        rows.append(out)\n    return rows",
        _LOCAL_P + "    e, centre = torch.tensor(scores), torch.tensor(p)[:, None]\n"
        "    j = torch.arange(e.shape[1])\n"
        "    outside = (j < centre - D) | (j > centre + D) | (j >= torch.tensor(lengths)[:, None])\n"
        "    alpha = e.masked_fill(outside, -torch.inf).softmax(-1)\n"
        "    return alpha * torch.exp(-2 * ((j - centre) / D) ** 2)",
    ),
    "walk": (
        _WALK + "    T, S = chances.shape\n    rows, at = [], {0: 1.0}\n    for row in chances:\n"
        "        stopped = [0.0] * S\n        for start, weight in at.items():\n            for j in range(start, S):\n"
        "                stopped[j] += weight * row[j]\n                weight *= 1 - row[j]\n"
        "        rows.append(stopped)\n        at = dict(enumerate(stopped))\n    return rows",
        _WALK + "    P = torch.tensor(chances)\n    S = P.shape[1]\n    alpha, out = torch.eye(S)[0].double(), []\n"
        "    for row in P.double():\n        go_on = torch.diag(1 - row[:-1], 1)\n"
        "        alpha = alpha @ torch.linalg.inv(torch.eye(S).double() - go_on) * row\n        out.append(alpha)\n"
        "    return torch.stack(out)",
    ),
    "from-draws": (
        _DRAWS + "    N, (T, S) = len(rewards), weights.shape\n    out = np.zeros((T, S))\n    for n in range(N):\n"
        "        b = sum(r for m, r in enumerate(rewards) if m != n) / (N - 1)\n        for t in range(T):\n"
        "            out[t, places[n, t]] += (rewards[n] - b) / N\n    return out",
        _DRAWS + "    a = torch.tensor(weights).log().requires_grad_()\n"
        "    r, N = torch.tensor(rewards), len(rewards)\n"
        "    b = (r.sum() - r) / (N - 1)\n    log_p = a.log_softmax(-1)\n"
        "    chosen = torch.stack([log_p[range(len(a)), list(way)].sum() for way in places])\n"
        "    ((r - b) * chosen).mean().backward()\n    return a.grad",
    ),
    "results": (
        _RESULTS.format(*_GOOD, *_GOOD),
        "to_the_left = {'from both ends': (90, 91.5, 89), 'from the front': [np.float64(98.25)] * 3, "
        "'from the end': [torch.tensor(40.0), 39.67, 40.33]}\n"
        "to_the_right = {key: [1.0, 2.5, 3.75] for key in to_the_left}",
    ),
}
"""Answer to at least two unusual right ways to give it."""

WRONG = {
    "paper": (
        ("narrowest = kept = silent = ...", {}),
        (
            "narrowest = max(abs(i - j) for i, j in enumerate(partners))\n"
            "kept = np.exp(-0.5 * ((np.arange(-D, D + 1) - (p - round(p))) / D) ** 2).mean()\n"
            "silent = (1 - chance) * rewards[0] + chance * rewards[1]",
            {"paper-silent": 2.0},
        ),
        (
            "narrowest = max(abs(min(i, S - 1) - j) for i, j in enumerate(partners))\n"
            "kept = np.exp(-2 * ((np.arange(-D, D + 1) - (p - round(p))) / D) ** 2).mean()\n"
            "silent = chance * rewards[0] + (1 - chance) * rewards[1]",
            {"paper-kept": 2.0},
        ),
        (
            "narrowest = max(abs(min(i, S) - j) for i, j in enumerate(partners))\n"
            "kept = np.exp(-2 * ((np.arange(-D, D + 1) - (p - round(p))) / D) ** 2).sum()\nsilent = sum(rewards) / 2",
            {"paper-narrowest": 2.0},
        ),
    ),
    "local-p": (
        (_LOCAL_P + "    return broken(scores, p, lengths, D)", {}),
        (
            _LOCAL_P + _INSIDE + _SHARES + "    alpha = alpha * np.exp(-2 * (off / D) ** 2)\n"
            "    return alpha / alpha.sum(1, keepdims=True)",
            {"local-p-seen": 2.0},
        ),
        (
            _LOCAL_P + _INSIDE + _SHARES + "    return alpha * np.exp(-(off**2) / (2 * D**2))",
            {"local-p-seen": 2.0},
        ),
        (
            _LOCAL_P + _INSIDE + "    real = np.arange(scores.shape[1]) < np.array(lengths)[:, None]\n"
            "    alpha = np.exp(scores) * real\n    alpha = alpha / alpha.sum(1, keepdims=True)\n"
            "    return alpha * inside * np.exp(-2 * (off / D) ** 2)",
            {"local-p-seen": 2.0, "local-p-whole": 3.0},
        ),
        (
            _LOCAL_P
            + "    off = np.arange(scores.shape[1]) - p[:, None]\n    inside = np.abs(off) <= D\n"
            + _SHARES
            + "    return alpha * np.exp(-2 * (off / D) ** 2)",
            {"local-p-whole": 3.0},
        ),
    ),
    "walk": (
        (_WALK + "    return chances", {}),
        (
            _WALK + "    go = np.cumprod(1 - chances, axis=1)\n"
            "    return chances * np.concatenate([np.ones((len(chances), 1)), go[:, :-1]], axis=1)",
            {"walk-first": 2.0},
        ),
        (
            _WALK + "    out, before = [], np.eye(chances.shape[1])[0]\n    for row in chances:\n"
            "        go = np.concatenate([[1], np.cumprod(1 - row[:-1])])\n"
            "        before = row * go * np.cumsum(before / go)\n        out.append(before)\n    return np.array(out)",
            {"walk-first": 2.0, "walk-several": 4.0},
        ),
        (
            _WALK + "    out, before = [], np.eye(chances.shape[1])[0]\n    for row in chances:\n"
            "        come, new = 0, []\n        for j, c in enumerate(row):\n            come += before[j]\n"
            "            new.append(c * come)\n"
            "            come -= c * come\n        before = np.array(new) / sum(new)\n        out.append(before)\n"
            "    return np.array(out)",
            {},
        ),
        (
            _WALK + "    out, before = [], np.eye(chances.shape[1])[0]\n    for row in chances:\n"
            "        go = np.concatenate([[1], np.cumprod(1 - row[:-1])])\n"
            "        before = row * go * np.cumsum(before / np.clip(go, 1e-10, 1))\n"
            "        out.append(before)\n    return np.array(out)",
            {"walk-first": 2.0, "walk-several": 4.0},
        ),
        (_WALK + "    chances *= 0.5\n    return chances", {}),
    ),
    "from-draws": (
        (
            _DRAWS + "    drawn = np.eye(weights.shape[1])[places]\n"
            "    return np.tensordot(rewards - rewards.mean(), drawn - weights, axes=1) / len(rewards)",
            {},
        ),
        (
            _DRAWS + "    drawn = np.eye(weights.shape[1])[places]\n"
            "    return np.tensordot(rewards, drawn - weights, axes=1) / len(rewards)",
            {},
        ),
        (
            _DRAWS + "    N = len(rewards)\n    better = rewards - (rewards.sum() - rewards) / (N - 1)\n"
            "    out = np.zeros_like(weights)\n    for n in range(N):\n        out[0] += better[n] / N * "
            "(np.eye(weights.shape[1])[places[n, 0]] - weights[0])\n    return out",
            {"from-draws-one": 3.0},
        ),
        (
            _DRAWS + "    N = len(rewards)\n    better = rewards - (rewards.sum() - rewards) / (N - 1)\n"
            "    drawn = np.eye(weights.shape[1])[places]\n"
            "    return np.tensordot(better, drawn - weights, axes=1) / N / len(weights)",
            {"from-draws-one": 3.0},
        ),
        (
            _DRAWS + "    N = len(rewards)\n    better = rewards - (rewards.sum() - rewards) / (N - 1)\n"
            "    out = np.zeros_like(weights)\n    for t in range(len(weights)):\n"
            "        out[t, places[:, t]] += better / N\n    return out",
            {},
        ),
    ),
    "results": (
        ("to_the_right = to_the_left = {}", {}),
        (_RESULTS.format(*["[0.9, 0.95, 1.0]"] * 3, *_GOOD), {"results-left": 1.0}),
        (_RESULTS.format(*_GOOD, "[40.3, 40.0, 39.67]", *_GOOD[1:]), {"results-right": 1.0}),
        (_RESULTS.format(*["[50, 50, 50]"] * 6), {}),
        (_RESULTS.format(*["[..., ..., ...]"] * 6), {}),
    ),
}
"""Answer to at least three wrong ways to give it, each with the points of its tests that it keeps."""
