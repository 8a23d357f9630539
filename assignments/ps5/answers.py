"""Answers to set 5 as students give them: unusual right ones, and plausible wrong ones with what they lose.

The wrong values of a task stand with it (``tasks.py``); here are whole answers, in the words of a notebook.
"""

_PHRASES = "def phrase_pairs(links, S, T, longest):\n"
_EVERY = (
    "    found = []\n"
    "    for a in range(S):\n"
    "        for b in range(a, min(S, a + longest)):\n"
    "            for c in range(T):\n"
    "                for d in range(c, {}):\n"
    "                    x = [a <= j <= b for j, i in links]\n"
    "                    y = [c <= i <= d for j, i in links]\n"
    "                    if {}:\n"
    "                        found.append([a, {}, c, {}])\n"
    "    return found"
)
_SHORT_ENOUGH = "min(T, c + longest)"
_EM = "def em_round(pairs, t, nulls, add):\n"
_COUNTED = (
    "    counts = np.zeros_like(t)\n"
    "    for source, target in pairs:\n"
    "        places = [0] * {} + {}\n"
    "        for y in target:\n"
    "            whole = sum(t[x, y] for x in places)\n"
    "            for x in places:\n"
    "                counts[x, y] += t[x, y] / whole\n"
)
_ROWS = "    counts = counts + add\n    return counts / counts.sum(1)[:, None]"
_BRINGS = "def brings(alpha, h, W, words, others):\n"
_RUNS = (
    "runs = {{'forward, on the': {}, 'forward, held on the': {}, 'reversed, on the': {}, 'reversed, held on the': {}}}"
)

RIGHT = {
    "paper": (
        "from course_lib.alignment import ibm_model1\n"
        "corpus = [SentencePair(('blue', 'book'), ('livre', 'bleu'))] * both\n"
        "corpus += [SentencePair(('book',), ('livre',))] * alone\n"
        "after_two = ibm_model1(corpus, 2, null=False).probability('livre', 'book')\n"
        "without = np.float32(100 * (wrong + sure - found) / (found + wrong + sure))\n"
        "rest = torch.tensor(sorted(row)[:3])\n"
        "width = torch.distributions.Categorical(rest / rest.sum()).entropy().exp()",
        "q = (both / 2 + alone) / (both + alone)\n"
        "livre, bleu = both * q / (q + 0.5) + alone, both * (1 - q) / (1.5 - q)\n"
        "after_two = round(livre / (livre + bleu), 3)\n"
        "without = round(100 - 200 * found / (found + wrong + sure), 1)\n"
        "w = [one / (1 - max(row)) for one in row if one < max(row)]\n"
        "width = round(1 / np.prod([one**one for one in w]), 2)",
    ),
    "phrase-pairs": (
        _PHRASES + "    taken, found = {i for _, i in links}, set()\n"
        "    for a in range(S):\n"
        "        for b in range(a, min(S, a + longest)):\n"
        "            own = [i for j, i in links if a <= j <= b]\n"
        "            if not own or any(not a <= j <= b for j, i in links if min(own) <= i <= max(own)):\n"
        "                continue\n"
        "            low = min(own)\n"
        "            while low == min(own) or (low >= 0 and low not in taken):\n"
        "                high = max(own)\n"
        "                while high == max(own) or (high < T and high not in taken):\n"
        "                    if high - low < longest:\n"
        "                        found.add((a, b, low, high))\n"
        "                    high += 1\n"
        "                low -= 1\n"
        "    return sorted(found)",
        _PHRASES
        + _EVERY.format(_SHORT_ENOUGH, "any(x) and x == y", "b", "d").replace(
            "    return found", "    return np.array(found)"
        ),
    ),
    "em-round": (
        _EM + "    prior = np.ones(len(t))\n    prior[0] = nulls\n    counts = np.full(t.shape, add)\n"
        "    for source, target in pairs:\n"
        "        times = np.bincount(source, minlength=len(t)) + prior * (np.arange(len(t)) == 0)\n"
        "        for y in target:\n"
        "            counts[:, y] += times * t[:, y] / (times @ t[:, y])\n"
        "    return (counts.T / counts.sum(1)).T",
        _EM
        + _COUNTED.format("nulls", "list(source)")
        + "    V = t.shape[1]\n    return [[(c + add) / (sum(one) + V * add) for c in one] for one in counts.tolist()]",
    ),
    "brings": (
        _BRINGS + "    apart = torch.tensor(W[words] - W[others])\n"
        "    return torch.einsum('ts,sm,tm->ts', torch.tensor(alpha), torch.tensor(h), apart)",
        _BRINGS + "    found = np.zeros(alpha.shape)\n"
        "    for i, (y, z) in enumerate(zip(words, others)):\n"
        "        for j in range(len(h)):\n"
        "            rest = alpha[i].copy()\n"
        "            rest[j] = 0\n"
        "            with_it, without_it = W @ (alpha[i] @ h), W @ (rest @ h)\n"
        "            found[i, j] = (with_it[y] - with_it[z]) - (without_it[y] - without_it[z])\n"
        "    return found",
    ),
    "darkest": (
        "alpha = torch.tensor([0.8, 0.1, 0.1])\n"
        "h = torch.tensor([[-0.1, 0.99**0.5], [1.0, 0.0], [1.0, 0.0]])\nW = torch.tensor([[5.0, 0.0], [-5.0, 0.0]])",
        "alpha, h, W = (0.6, 0.0, 0.4), [(0, -1), (0, 1), (0.6, 0.8)], [[7, 1], [0, 0]]",
    ),
    "results": (
        _RUNS.format([4.25, 3.25, 2.73], [50.05, 47.89, 49.16], [63.87, 46.37, 92.45], [100, 100, 100]),
        "def shares(*hits):\n    return tuple(100 * one / count for one, count in zip(hits, (941, 923, 954)))\n\n\n"
        + _RUNS.format("shares(1, 2, 0)", "shares(400, 500, 477)", "shares(12, 13, 14)", "shares(930, 920, 954)"),
    ),
}
"""Answer to at least two unusual right ways to give it."""

WRONG = {
    "paper": (
        ("after_two = without = width = ...", {}),
        (
            "after_two = (both / 2 + alone) / (both + alone)\n"
            "without = 100 * (1 - 2 * found / (found + wrong + sure))\n"
            "width = np.exp(-sum(w * np.log(w) for w in row))",
            {"paper-without": 2.0},
        ),
        (
            "q = (both / 2 + alone) / (both + alone)\n"
            "livre, bleu = both * q / (q + 0.5) + alone, both * (1 - q) / (1.5 - q)\n"
            "after_two = livre / (livre + bleu)\n"
            "without = 100 * (1 - (2 * found + harmless) / (found + harmless + wrong + sure))\n"
            "width = np.exp(-sum(w * np.log(w) for w in sorted(row)[:3]))",
            {"paper-after-two": 2.0},
        ),
        (
            "after_two = 0.5\nwithout = 2 * found / (found + wrong + sure)\n"
            "rest = np.array(sorted(row)[:3]) / sum(sorted(row)[:3])\nwidth = np.exp(-(rest * np.log(rest)).sum())",
            {"paper-width": 2.0},
        ),
    ),
    "phrase-pairs": (
        (_PHRASES + _EVERY.format(_SHORT_ENOUGH, "any(x) and all(v for u, v in zip(x, y) if u)", "b", "d"), {}),
        (
            _PHRASES + "    found = []\n"
            "    for a in range(S):\n"
            "        for b in range(a, min(S, a + longest)):\n"
            "            own = [i for j, i in links if a <= j <= b]\n"
            "            if not own or max(own) - min(own) >= longest:\n"
            "                continue\n"
            "            if all(a <= j <= b for j, i in links if min(own) <= i <= max(own)):\n"
            "                found.append([a, b, min(own), max(own)])\n"
            "    return found",
            {"phrase-pairs-linked": 4.0, "phrase-pairs-limited": 2.0},
        ),
        (
            _PHRASES + _EVERY.format(_SHORT_ENOUGH, "x == y", "b", "d"),
            {"phrase-pairs-linked": 4.0, "phrase-pairs-limited": 2.0},
        ),
        (
            _PHRASES + _EVERY.format("T", "any(x) and x == y", "b", "d"),
            {"phrase-pairs-linked": 4.0, "phrase-pairs-lonely": 3.0},
        ),
        (_PHRASES + _EVERY.format(_SHORT_ENOUGH, "any(x) and x == y", "b + 1", "d + 1"), {}),
    ),
    "em-round": (
        (_EM + "    return broken(pairs, t, nulls, add)", {}),
        (_EM + _COUNTED.format("1", "list(dict.fromkeys(source))") + _ROWS, {"em-round-plain": 3.0}),
        (
            _EM + "    counts = np.zeros_like(t)\n"
            "    for source, target in pairs:\n"
            "        places = [0] * nulls + source\n"
            "        for y in target:\n"
            "            counts[places, y] += t[places, y] / t[places, y].sum()\n" + _ROWS,
            {"em-round-plain": 3.0, "em-round-nulls": 2.0},
        ),
        (
            _EM + _COUNTED.format("nulls", "sorted(set(source))") + _ROWS,
            {"em-round-plain": 3.0, "em-round-nulls": 2.0},
        ),
        (
            _EM + _COUNTED.format("1", "source") + "    counts[0] *= nulls\n" + _ROWS,
            {"em-round-plain": 3.0, "em-round-twice": 3.0},
        ),
        (
            _EM + _COUNTED.format("nulls", "source") + "    return counts / counts.sum(1)[:, None] + add",
            {"em-round-nulls": 2.0},
        ),
        (
            _EM + "    counts = np.zeros_like(t)\n"
            "    for source, target in pairs:\n"
            "        for y in target:\n"
            "            whole = nulls * t[0, y] + sum(t[x, y] for x in source)\n"
            "            for x in [0, *source]:\n"
            "                counts[x, y] += t[x, y] / whole\n" + _ROWS,
            {"em-round-plain": 3.0, "em-round-twice": 3.0, "em-round-nulls": 2.0},
        ),
    ),
    "brings": (
        (
            _BRINGS + "    return alpha * ((W[words[0]] - W[others[0]]) @ h.T)",
            {"brings-one": 2.0},
        ),
        (_BRINGS + "    return (W[words] - W[others]) @ h.T", {}),
        (
            _BRINGS + "    p = np.exp(h @ W.T)\n    p = p / p.sum(1, keepdims=True)\n"
            "    return alpha * (p[:, words] - p[:, others]).T",
            {},
        ),
        (_BRINGS + "    return alpha * (W[others] @ h.T - W[words] @ h.T)", {}),
        (_BRINGS + "    alpha *= 2\n    return alpha / 2 * (W[words] @ h.T - W[others] @ h.T)", {}),
    ),
    "darkest": (
        ("alpha = h = W = ...", {}),
        ("alpha = [0.8, 0.1, 0.1]\nh = [[0.0, 0.0], [1.0, 0.0], [1.0, 0.0]]\nW = [[5.0, 0.0], [0.0, 0.0]]", {}),
        ("alpha = [0.5, 0.25, 0.25]\nh = [[-0.6, 0.8], [1.0, 0.0], [1.0, 0.0]]\nW = [[9.0, 0.0], [0.0, 0.0]]", {}),
        ("alpha = [0.6, 0.2, 0.2]\nh = [[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]\nW = [[9.0, 0.0], [0.0, 0.0]]", {}),
        ("alpha = [0.8, 0.1, 0.1]\nh = [[-1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]\nW = [[9.0, 0.0], [0.0, 0.0]]", {}),
    ),
    "results": (
        ("runs = {}", {}),
        (_RUNS.format([4.0, 3.0, 3.0], [50.0, 48.0, 49.0], [64.0, 46.0, 92.0], [100, 100, 100]), {}),
        (_RUNS.format([0.04, 0.03, 0.03], [0.5, 0.48, 0.49], [0.64, 0.46, 0.92], [1, 1, 1]), {}),
        (_RUNS.format([3.25, 4.25, 2.73], [47.89, 50.05, 49.16], [46.37, 63.87, 92.45], [100, 100, 100]), {}),
        (_RUNS.format([100] * 3, [100] * 3, [100] * 3, [100] * 3), {}),
    ),
}
"""Answer to at least three wrong ways to give it, each with the points of its tests that it keeps."""
