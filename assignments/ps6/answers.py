"""Answers to set 6 as students give them: unusual right ones, which keep their points, and wrong ones."""

RIGHT: dict[str, tuple[str, ...]] = {
    "paper": (
        "alpha = np.log(long_nats / short_nats) / np.log1p((long_words - short_words) / (5 + short_words))\n"
        "brevity = round(math.e ** ((said - wanted) / said), 3)\n"
        "q = np.full(words, 0.1 / words)\nq[0] += 0.9\nfloor = -(q * np.log(q)).sum()",
        "def gap(a):\n"
        "    return long_nats * ((5 + short_words) / (5 + long_words)) ** a - short_nats\n"
        "low, high = 0.0, 50.0\n"
        "for _ in range(80):\n    middle = (low + high) / 2\n"
        "    low, high = (middle, high) if gap(middle) > 0 else (low, middle)\n"
        "alpha = low\nbrevity = torch.exp(torch.tensor(1 - wanted / said))\n"
        "t = torch.full((words,), 0.1 / words, dtype=torch.float64)\nt[3] += 0.9\n"
        "floor = torch.distributions.Categorical(t).entropy()",
    ),
    "may-follow": (
        "def may_follow(words, n, vocabulary):\n    seen = {}\n"
        "    for k in range(len(words) - n + 1):\n"
        "        seen.setdefault(tuple(words[k : k + n - 1]), set()).add(words[k + n - 1])\n"
        "    last = tuple(words[-(n - 1) :]) if n > 1 else ()\n"
        "    return [word not in seen.get(last, ()) for word in range(vocabulary)]",
        "def may_follow(words, n, vocabulary):\n    out = torch.ones(vocabulary, dtype=torch.bool)\n"
        "    for word in range(vocabulary):\n        row = list(words) + [word]\n"
        "        if len(row) >= n:\n            new = row[len(row) - n :]\n"
        "            out[word] = all(row[k : k + n] != new for k in range(len(row) - n))\n    return out",
    ),
    "letter-score": (
        "def letter_score(said, wanted, beta):\n    said, wanted = said.replace(' ', ''), wanted.replace(' ', '')\n"
        "    a = [said[k] + said[k + 1] for k in range(len(said) - 1)]\n"
        "    b = [wanted[k] + wanted[k + 1] for k in range(len(wanted) - 1)]\n"
        "    both = sum(min(a.count(g), b.count(g)) for g in set(a))\n"
        "    return 0 if both == 0 else 100 * (1 + beta**2) * both / (beta**2 * len(b) + len(a))",
        "def letter_score(said, wanted, beta):\n"
        "    x, y = (''.join(c for c in s if c != ' ') for s in (said, wanted))\n"
        "    rest, right = [y[k : k + 2] for k in range(len(y) - 1)], 0\n"
        "    n, m = max(len(x) - 1, 0), max(len(y) - 1, 0)\n"
        "    for k in range(n):\n        if x[k : k + 2] in rest:\n"
        "            rest.remove(x[k : k + 2])\n            right += 1\n"
        "    if right == 0:\n        return np.float32(0)\n    P, R = right / n, right / m\n"
        "    return torch.tensor(100 * (1 + beta * beta) * P * R / (beta * beta * P + R))",
    ),
    "best-pieces": (
        "from functools import lru_cache\n\n\ndef best_pieces(word, log_p):\n    @lru_cache(None)\n"
        "    def from_here(k):\n        if k == len(word):\n            return 0.0, ()\n"
        "        ways = []\n        for end in range(k + 1, len(word) + 1):\n"
        "            if word[k:end] in log_p:\n                total, ends = from_here(end)\n"
        "                ways.append((log_p[word[k:end]] + total, (end, *ends)))\n        return max(ways)\n\n"
        "    total, ends = from_here(0)\n    return total, [k + 1 in ends for k in range(len(word))]",
        "def best_pieces(word, log_p):\n    table = {0: (0.0, [])}\n"
        "    for end in range(1, len(word) + 1):\n"
        "        for piece, value in log_p.items():\n"
        "            if word[:end].endswith(piece):\n"
        "                before, ends = table[end - len(piece)]\n"
        "                if end not in table or before + value > table[end][0]:\n"
        "                    table[end] = (before + value, ends + [end])\n"
        "    total, ends = table[len(word)]\n    marks = torch.zeros(len(word), dtype=torch.bool)\n"
        "    marks[[end - 1 for end in ends]] = True\n    return [total, marks]",
    ),
    "diagnosis": (
        "def diagnosis(scores, mask, weights):\n    if np.any(weights[~mask] > 0):\n        return 1\n"
        "    if not np.allclose(weights.sum(1), 1):\n        return 3 if np.allclose(weights.sum(0), 1) else 2\n"
        "    row, here = weights[0], mask[0]\n    a, b = np.flatnonzero(here)[:2]\n"
        "    return 0 if np.isclose(np.log(row[a] / row[b]), scores[0, a] - scores[0, b]) else 4",
        "def diagnosis(scores, mask, weights):\n    s, m, w = map(torch.as_tensor, (scores, mask, weights))\n"
        "    hidden = s.masked_fill(~m, -torch.inf)\n    once = hidden.softmax(-1)\n"
        "    ways = [once, s.softmax(-1), s.softmax(-1) * m, hidden.softmax(0)]\n"
        "    ways.append(once.masked_fill(~m, -torch.inf).softmax(-1))\n"
        "    return torch.tensor(next(k for k, one in enumerate(ways) if torch.allclose(one, w)))",
    ),
    "results": (
        "runs = {'beam of 20': (44.16, 41.62, 43.65), 'greedy': (98.48, 98.98, 99.49), "
        "'beam of 20, divided': (98.98, 98.98, 99.49)}",
        "def share(*right):\n    return 100 * np.array(right) / 197\n\n\n"
        "runs = {'greedy': [*share(195, 195, 195)], 'beam of 20': share(87, 82, 86).tolist(), "
        "'beam of 20, divided': [100, *share(196, 195)]}",
    ),
}
"""grade_id of an answer -> right answers that look otherwise than the solution."""

WRONG: dict[str, tuple[tuple[str, dict[str, float]], ...]] = {
    "paper": (
        ("alpha, brevity, floor = 0.6, 0.9, 0.5", {}),
        (
            "alpha = math.log(long_nats / short_nats) / math.log(long_words / short_words)\n"
            "brevity = math.exp(1 - wanted / said)\nfloor = -math.log(0.9 + 0.1 / words)",
            {"paper-brevity": 2.0},
        ),
        (
            "alpha = math.log(long_nats / short_nats) / math.log((5 + long_words) / (5 + short_words))\n"
            "brevity = math.exp(1 - said / wanted)\nq = np.full(words, 0.1 / words)\nq[0] += 0.9\n"
            "floor = -(q * np.log(q)).sum()",
            {"paper-alpha": 2.0, "paper-floor": 2.0},
        ),
        (
            "alpha = math.log(long_nats / short_nats) / math.log((5 + long_words) / (5 + short_words))\n"
            "brevity = math.exp(1 - wanted / said)\nq = np.full(words, 0.1 / words)\nq[0] += 0.9\n"
            "floor = -(q * np.log2(q)).sum()",
            {"paper-alpha": 2.0, "paper-brevity": 2.0},
        ),
    ),
    "may-follow": (
        (
            "def may_follow(words, n, vocabulary):\n"
            "    return np.array([word not in words for word in range(vocabulary)])",
            {},
        ),
        (
            "def may_follow(words, n, vocabulary):\n    free = np.ones(vocabulary, bool)\n"
            "    last = words[-(n - 1) :]\n    for k in range(len(words) - n + 1):\n"
            "        if words[k : k + n - 1] == last:\n            free[words[k + n - 1]] = False\n    return free",
            {"may-follow-long": 5.0},
        ),
        (
            "def may_follow(words, n, vocabulary):\n    free = np.ones(vocabulary, bool)\n"
            "    last = words[len(words) - n + 1 :]\n    for k in range(len(words) - n):\n"
            "        if words[k : k + n - 1] == last:\n            free[words[k + n - 1]] = False\n    return free",
            {"may-follow-edges": 3.0},
        ),
        (
            "def may_follow(words, n, vocabulary):\n    free = np.ones(vocabulary, bool)\n    last = words[-n:]\n"
            "    for k in range(len(words) - n):\n        if words[k : k + n] == last:\n"
            "            free[words[k + n]] = False\n    return free",
            {},
        ),
        (
            "def may_follow(words, n, vocabulary):\n    free = np.ones(vocabulary, bool)\n"
            "    last = words[len(words) - n + 1 :]\n    for k in range(len(words) - n + 1):\n"
            "        if words[k : k + n - 1] == last:\n            free[words[k + n - 1]] = False\n"
            "            break\n    return free",
            {},
        ),
    ),
    "letter-score": (
        (
            "def letter_score(said, wanted, beta):\n"
            "    a, b = (Counter(s[k : k + 2] for k in range(len(s) - 1)) for s in (said, wanted))\n"
            "    both = (a & b).total()\n    if not both:\n        return 0.0\n"
            "    P, R = both / a.total(), both / b.total()\n    return 100 * (1 + beta**2) * P * R / (beta**2 * P + R)",
            {},
        ),
        (
            "def letter_score(said, wanted, beta):\n    said, wanted = said.replace(' ', ''), wanted.replace(' ', '')\n"
            "    a, b = (Counter(s[k : k + 2] for k in range(len(s) - 1)) for s in (said, wanted))\n"
            "    both = (a & b).total()\n    P, R = both / a.total(), both / b.total()\n"
            "    return 100 * (1 + beta**2) * P * R / (beta**2 * P + R)",
            {"letter-score-values": 4.0},
        ),
        (
            "def letter_score(said, wanted, beta):\n"
            "    said, wanted = said.replace(' ', '').lower(), wanted.replace(' ', '').lower()\n"
            "    a, b = (Counter(s[k : k + 2] for k in range(len(s) - 1)) for s in (said, wanted))\n"
            "    both = (a & b).total()\n    if not both:\n        return 0.0\n"
            "    P, R = both / a.total(), both / b.total()\n    return 100 * (1 + beta**2) * P * R / (beta**2 * P + R)",
            {"letter-score-values": 4.0},
        ),
        (
            "def letter_score(said, wanted, beta):\n    said, wanted = said.replace(' ', ''), wanted.replace(' ', '')\n"
            "    a, b = ({s[k : k + 2] for k in range(len(s) - 1)} for s in (said, wanted))\n"
            "    both = len(a & b)\n    if not both:\n        return 0.0\n    P, R = both / len(a), both / len(b)\n"
            "    return 100 * (1 + beta**2) * P * R / (beta**2 * P + R)",
            {},
        ),
    ),
    "best-pieces": (
        (
            "def best_pieces(word, log_p):\n    total, ends, k = 0.0, [], 0\n    while k < len(word):\n"
            "        end = max(e for e in range(k + 1, len(word) + 1) if word[k:e] in log_p)\n"
            "        total, k = total + log_p[word[k:end]], end\n        ends.append(end)\n"
            "    return total, [j + 1 in ends for j in range(len(word))]",
            {},
        ),
        (
            "import itertools\n\n\ndef best_pieces(word, log_p):\n"
            "    best, n = (-math.inf, None), min(len(word), 12) - 1\n"
            "    for cuts in itertools.product((False, True), repeat=n):\n"
            "        ends = [*cuts, *[True] * (len(word) - n)]\n        total, start = 0.0, 0\n"
            "        for k, end in enumerate(ends):\n            if end:\n"
            "                total, start = total + log_p.get(word[start : k + 1], -math.inf), k + 1\n"
            "        if total > best[0]:\n            best = total, ends\n    return best",
            {"best-pieces-ways": 6.0},
        ),
        (
            "def best_pieces(word, log_p):\n    best = [0.0]\n    for end in range(1, len(word) + 1):\n"
            "        best.append(max(best[s] + log_p.get(word[s:end], -math.inf) for s in range(end)))\n"
            "    return best[-1], [True] * len(word)",
            {"best-pieces-long": 3.0},
        ),
        ("def best_pieces(word, log_p):\n    return sum(log_p[c] for c in word), [True] * len(word)", {}),
    ),
    "diagnosis": (
        ("def diagnosis(scores, mask, weights):\n    return 0 if np.allclose(weights.sum(1), 1) else 2", {}),
        (
            "def diagnosis(scores, mask, weights):\n    if weights[~mask].any():\n        return 1\n"
            "    return 0 if np.allclose(weights.sum(1), 1) else 2",
            {"diagnosis-plain": 2.0},
        ),
        (
            "def diagnosis(scores, mask, weights):\n    if weights[~mask].any():\n        return 1\n"
            "    if np.allclose(weights.sum(0), 1):\n        return 3\n    if not np.allclose(weights.sum(1), 1):\n"
            "        return 2\n    return 4 if weights.max() < 0.7 else 0",
            {},
        ),
        (
            "def diagnosis(scores, mask, weights):\n    if weights[~mask].any():\n        return 1\n"
            "    if not np.allclose(weights.sum(1), 1):\n        return 3 if np.allclose(weights.sum(0), 1) else 2\n"
            "    flat = [row[real].max() <= math.e * row[real].min() for row, real in zip(weights, mask)]\n"
            "    return 4 if all(flat) else 0",
            {},
        ),
        ("def diagnosis(scores, mask, weights):\n    return 'padding' if weights[~mask].any() else 'healthy'", {}),
    ),
    "results": (
        ("runs = {'greedy': [99, 98, 99]}", {}),
        (
            "runs = {'greedy': [0.99, 0.98, 0.99], 'beam of 20': [0.4, 0.42, 0.4], 'beam of 20, divided': [1, 1, 1]}",
            {},
        ),
        (
            "runs = {'greedy': [98.5, 99, 99], 'beam of 20': [44, 42, 44], 'beam of 20, divided': [98, 99, 100]}",
            {},
        ),
    ),
}
"""grade_id of an answer -> wrong answers, with the points that tests keep; 0 for a later test that it costs."""
