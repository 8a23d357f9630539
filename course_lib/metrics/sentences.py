"""How good translations and predictions are: exact match, BLEU, perplexity. Chapters 2, 4, 8 and 13."""

import math
from collections.abc import Sequence

import numpy as np

from course_lib.metrics.resampling import MOST_RESAMPLINGS, resampled_interval
from course_lib.metrics.score import Score
from course_lib.metrics.sides import check_parallel, check_words
from course_lib.options import check_count, check_option

_NO_FOUR_WORDS = (
    "no reference has four words, so that nothing could match four in a row, not even a perfect translation; "
    "see exact match"
)


def exact_match(hypotheses: Sequence[Sequence[str]], references: Sequence[Sequence[str]], bootstrap: int = 0) -> Score:
    """Return the per cent of sentences that equal their reference word for word.

    ``bootstrap`` > 0 adds a 95 % interval from that many resamplings of the sentences; of a single
    sentence there is none.
    """
    check_parallel(hypotheses=hypotheses, references=references)
    check_words(hypotheses)
    check_words(references)
    hits = np.array([tuple(ours) == tuple(theirs) for ours, theirs in zip(hypotheses, references, strict=True)])
    interval = resampled_interval(hits[:, None], lambda sums: sums.ravel() / len(references), bootstrap)
    return Score(100 * float(hits.mean()), len(references), "exact match, % of sentences", interval)


def perplexity(total_nats: float, tokens: int) -> Score:
    """Return exp(total_nats / tokens), the perplexity of a target token.

    ``total_nats`` is the negative log-likelihood summed over every token of every sentence. Sum
    first, divide once: the mean of batch means weighs a token of a short batch more than others,
    and is another number.
    """
    if tokens < 1:
        raise ValueError(f"Perplexity is a mean over tokens: expected at least one, got {tokens}.")
    if not (math.isfinite(total_nats) and total_nats >= 0):
        raise ValueError(f"Expected a negative log-likelihood in nats, finite and not below 0; got {total_nats}.")
    try:
        value = math.exp(total_nats / tokens)
    except OverflowError:
        value = math.inf
    return Score(value, tokens, "perplexity of a target token, </s> included")


def bleu(
    hypotheses: Sequence[Sequence[str]] | Sequence[str],
    references: Sequence[Sequence[str]] | Sequence[str],
    tokenize: str = "none",
    bootstrap: int = 0,
) -> Score:
    """Return corpus BLEU (0 to 100) by sacrebleu, with sacrebleu's signature.

    With ``tokenize="none"`` sentences are sequences of words, compared as they are. That number is
    for comparing models on one corpus of this course. To compare with a paper, give raw strings and
    one of sacrebleu's tokenisers (``"13a"``, ``"zh"``, …; Post, 2018). ``bootstrap`` > 0 adds a 95 %
    interval from that many resamplings of the sentences (1,000 is usual). A hypothesis may be
    empty; a missing one is an error.

    BLEU is undefined where no reference has four words: then nothing can match four in a row, not even
    the references themselves, and sacrebleu's 0 says nothing of the hypotheses. So it depends on the test
    set alone. The way out that sacrebleu has for single sentences, a shorter "effective order", would
    count something else for each test set, and less for a model that says less; it stays off ("eff:no").
    """
    from sacrebleu.metrics import BLEU  # a slider shows scores, and computes none

    check_parallel(hypotheses=hypotheses, references=references)
    check_option("tokenize", tokenize, sorted(BLEU.TOKENIZERS))
    check_count("bootstrap", bootstrap, least=0, most=MOST_RESAMPLINGS)
    as_line = _joined if tokenize == "none" else _raw
    metric = BLEU(tokenize=tokenize, force=True)  # force: no warning that the text looks tokenised, it is
    ours, theirs = ([as_line(sentence) for sentence in side] for side in (hypotheses, references))
    result = metric.corpus_score(ours, [theirs], n_bootstrap=bootstrap or 1)
    signature, order = f"BLEU|{metric.get_signature()}", metric.max_ngram_order
    long_enough = [len(metric.tokenizer(line).split()) >= order for line in theirs]
    if not any(long_enough):
        return Score(math.nan, len(references), signature, undefined=_NO_FOUR_WORDS)
    interval = (result._mean - result._ci, result._mean + result._ci) if bootstrap > 1 else None
    if len(theirs) < 2 or _may_draw_none(long_enough):
        interval = None  # undefined resamplings would count as 0; a single sentence is no sample
    return Score(result.score, len(references), signature, interval)


def _may_draw_none(wanted: Sequence[bool]) -> bool:
    """Say whether more than one resampling in a thousand draws no sentence of those wanted."""
    return (1 - sum(wanted) / len(wanted)) ** len(wanted) > 0.001


def _joined(words: Sequence[str]) -> str:
    """Join words by spaces; a blank inside a word is made visible, or sacrebleu would split there."""
    if isinstance(words, str):
        raise ValueError(
            f'With tokenize="none" a sentence is a sequence of words; got the string {words!r}. '
            'Split it, or name a tokeniser such as "13a".'
        )
    if "" in words:
        raise ValueError(f"A word cannot be empty: {words!r}.")
    return " ".join("␣".join(word.split()) or "␣" for word in words)


def _raw(line: Sequence[str]) -> str:
    if not isinstance(line, str):
        raise ValueError(f'A tokeniser wants raw strings; for words already split use tokenize="none". Got {line!r}.')
    return line
