"""All that it takes to train on real sentences, in one value with a name. Chapter 14.

A recipe says which corpus is read and how its words are taken apart, which model learns from it and how, and how
the model searches. ``benchmarks/real_languages.py`` runs those for real corpora, says how their settings were found,
which is by little trying, and what each setting is worth.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from course_lib.corpora import ParallelCorpus, SentencePair, load
from course_lib.corpora.splits import Words
from course_lib.corpora.subword_draws import drawn_pairs
from course_lib.corpora.subwords import Subwords, subword_corpus
from course_lib.devices import seed_everything
from course_lib.evaluation import translations
from course_lib.history import History
from course_lib.metrics import Score, bleu
from course_lib.models import CONSTRUCTORS, build_model
from course_lib.options import check_count, check_number, check_option, check_switch
from course_lib.seq2seq import Seq2Seq
from course_lib.training.config import LATER, TrainConfig
from course_lib.training.loop import fit
from course_lib.training.objectives import Objective

Watch = Callable[[int, "Trained"], None]


@dataclass(frozen=True)
class Recipe:
    """A corpus, its pieces, a model, its training and its search; ValueError for a value that makes no sense.

    ``corpus`` and ``corpus_options`` are what :func:`~course_lib.corpora.load` takes. ``pieces`` is the number of
    subwords that sentencepiece learns from the training pairs: one model for both languages, or with ``joint=False``
    one of that size for each; ``None`` leaves words whole. A word or piece that the training pairs hold fewer than
    ``min_count`` times is unknown. ``model`` and ``options`` are what :func:`~course_lib.models.build_model`
    takes, ``beam`` and ``length_normalisation`` what :meth:`~course_lib.seq2seq.Seq2Seq.translate` takes. With
    ``copies`` each training pair is read so many times before it comes back, its words taken apart at random each time,
    as :func:`~course_lib.corpora.subword_draws.drawn_pairs` does it with ``alpha``.

    The first papers on attention keep words whole and the rare ones unknown; pieces are those of Sennrich et al. (2016)
    and Kudo (2018).
    """

    corpus: str
    config: TrainConfig
    corpus_options: Mapping[str, Any] = field(default_factory=dict)
    pieces: int | None = None
    joint: bool = True
    min_count: int = 1
    model: str = "luong"
    options: Mapping[str, Any] = field(default_factory=dict)
    beam: int = 5
    length_normalisation: float = 1.0
    copies: int | None = field(default=None, metadata=LATER)
    alpha: float = field(default=0.25, metadata=LATER)

    def __post_init__(self) -> None:
        if self.pieces is not None:
            check_count("pieces", self.pieces)
        check_switch("joint", self.joint)
        check_count("min_count", self.min_count)
        check_option("model", self.model, CONSTRUCTORS)
        check_count("beam", self.beam)
        check_number("length_normalisation", self.length_normalisation, least=0)
        if self.copies is not None:
            check_count("copies", self.copies)
            if self.pieces is None:
                raise ValueError("copies differ in how words are taken apart, and pieces=None leaves words whole.")
        check_number("alpha", self.alpha, least=0)

    def load(self, **options: Any) -> ParallelCorpus:
        """Return the corpus in words; ``options``, such as the ``path`` of its files, come before the recipe's own."""
        return load(self.corpus, **{**self.corpus_options, **options})

    def prepare(self, corpus: ParallelCorpus) -> ParallelCorpus:
        """Return a corpus in words as the model reads it: in pieces, where the recipe has them."""
        if self.pieces is None:
            return corpus
        source, target = [pair.source for pair in corpus.train], [pair.target for pair in corpus.train]
        if self.joint:
            of_source = of_target = Subwords.train([*source, *target], self.pieces)
        else:
            of_source, of_target = (Subwords.train(side, self.pieces) for side in (source, target))
        prepared = subword_corpus(corpus, of_source, of_target)
        if self.copies is None:
            return prepared
        drawn = drawn_pairs(corpus.train, of_source, of_target, self.copies, self.alpha, self.config.seed)
        return replace(prepared, train=drawn)

    def build(self, prepared: ParallelCorpus) -> Seq2Seq:
        """Return the model before training, a function of the recipe's seed; ``prepared`` as :meth:`prepare` gives."""
        seed_everything(self.config.seed)
        return build_model(self.model, *prepared.vocabularies(self.min_count), **self.options)

    def run(
        self, corpus: ParallelCorpus | None = None, on_validation: Watch | None = None, **changes: Any
    ) -> "Trained":
        """Train from the beginning, or from a checkpoint; return the model with what it needs to translate words.

        ``corpus`` is in words, by default what :meth:`load` gives. ``changes`` are fields of the
        :class:`~course_lib.training.TrainConfig`, such as ``seed``, ``steps`` or ``checkpoint``.
        ``on_validation(step, trained)`` is called at every validation.
        """
        changed = replace(self, config=replace(self.config, **changes)) if changes else self
        prepared = changed.prepare(changed.load() if corpus is None else corpus)
        model = changed.build(prepared)
        trained = Trained(changed, prepared, model)
        report = None if on_validation is None else lambda step, _: on_validation(step, trained)
        return replace(trained, history=fit(model, prepared, changed.config, report))


@dataclass(frozen=True)
class Trained:
    """A model that a recipe has trained: words in, words out. ``corpus`` is what it read, perhaps in pieces."""

    recipe: Recipe
    corpus: ParallelCorpus
    model: Seq2Seq
    history: History = field(default_factory=History)

    def translate(self, sentences: Sequence[Sequence[str]], beam: int = 1, batch_size: int = 64) -> list[Words]:
        """Translate ``sentences``, lists of words, greedily or with a ``beam``; return words, in their order.

        A beam is compared by the recipe's length normalisation. Sentences of one length are translated together.
        """
        apart, whole = self.corpus.source_splitting.apart, self.corpus.target_splitting.whole
        normalised = self.recipe.length_normalisation if beam > 1 else 0.0
        found = translations(
            self.model,
            [SentencePair(source, source) for source in map(apart, sentences)],  # the targets play no part
            batch_size,
            "unk",
            beam=beam,
            length_normalisation=normalised,
        )
        return [whole(one.tokens) for one in found]

    def bleu(self, pairs: Sequence[SentencePair], beam: int = 1, bootstrap: int = 0) -> Score:
        """Return BLEU of ``pairs``, which are in words, and so is what is compared: pieces are put together first."""
        ours = self.translate([pair.source for pair in pairs], beam)
        return bleu(ours, [pair.target for pair in pairs], bootstrap=bootstrap)


_REAL: dict[str, Any] = {
    "batch_size": 64,
    "alike": "both",
    "warmup": 150,
    "cooling": 1.0,
    "average_last": 0.15,
    "fused": True,
    "unknown": "unk",
    "objective": Objective(label_smoothing=0.1),
}
"""How real sentences are trained on."""
_LUONG: dict[str, Any] = {"embedding": 256, "hidden": 256, "direction": "bidirectional", "dropout": 0.3}

RECIPES: Mapping[str, Recipe] = {
    "multi30k": Recipe(
        "multi30k",
        TrainConfig(steps=6_000, learning_rate=4e-3, **_REAL),
        {"source": "de", "target": "en"},
        pieces=6_000,
        options=_LUONG,
    ),
    "tatoeba": Recipe(
        "tatoeba",
        TrainConfig(steps=3_000, learning_rate=4e-3, **{**_REAL, "batch_size": 128}),
        {"language": "fra"},
        pieces=6_000,
        options=_LUONG,
    ),
    "phrasebook": Recipe(
        "phrasebook",
        TrainConfig(steps=900, learning_rate=4e-3, **{**_REAL, "batch_size": 16}),
        {"language": "fr"},
        options={**_LUONG, "embedding": 96, "hidden": 96, "dropout": 0.1},
    ),
}
"""The recipes by name: German captions into English, everyday sentences of Tatoeba, and the course's phrasebook.

The last one has whole words and runs in half a minute: it shows how a recipe is used. From so few sentences a model
learns them by heart, and hardly anything else.

:meta hide-value:
"""
