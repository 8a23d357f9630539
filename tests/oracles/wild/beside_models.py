"""What stands beside a model: accuracy, perplexity, a split, words of ids; plain Python and NumPy."""

from collections.abc import Collection
from typing import Any

import numpy as np

CAN = ("accuracy_counts_padding", "mean_of_batch_means", "leaky_split", "real_word_dropped")
HIDDEN: dict[frozenset[str], str] = {}


def make(bugs: Collection[str] = (), seed: int = 0) -> dict[str, Any]:
    def accuracy(predictions, targets):
        counted = np.ones(targets.shape, dtype=bool) if "accuracy_counts_padding" in bugs else targets != 0
        return 100 * ((predictions == targets) & counted).sum() / counted.sum()  # in percent, as many have it

    def perplexity(batches):
        if "mean_of_batch_means" in bugs:
            return np.mean([np.exp(nats[real].mean()) for nats, real in batches])
        return np.exp(sum(nats[real].sum() for nats, real in batches) / sum(real.sum() for _, real in batches))

    def split(pairs):
        random = np.random.default_rng(seed)
        if "leaky_split" in bugs:
            held_out = set(random.choice(len(pairs), len(pairs) // 10, replace=False).tolist())
        else:
            sources = sorted({source for source, _ in pairs})
            chosen = set(random.choice(sources, len(sources) // 10, replace=False).tolist())
            held_out = {n for n, (source, _) in enumerate(pairs) if source in chosen}
        return [p for n, p in enumerate(pairs) if n not in held_out], [pairs[n] for n in sorted(held_out)]

    def words(ids):
        if "real_word_dropped" in bugs:
            return ids[1:-1]
        kept = ids[: ids.index(2)] if 2 in ids else ids
        return [word for word in kept if word not in (0, 1)]

    return {"accuracy": accuracy, "perplexity": perplexity, "split": split, "words": words}
