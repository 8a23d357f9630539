"""The papers' models by name, each a choice of encoder, decoder and attention. Chapters 2, 3, 5 to 13, 15 and 16."""

from collections.abc import Callable, Collection
from typing import Literal

from course_lib.attention import (
    AdditiveAttention,
    Attention,
    DotAttention,
    GeneralAttention,
    HardAttention,
    LocalAttention,
    LocationAttention,
)
from course_lib.built import remembered
from course_lib.decoders import (
    ROUTES,
    BahdanauDecoder,
    ChoDecoder,
    FixedVectorDecoder,
    LuongDecoder,
    Route,
    VaswaniDecoder,
    XuDecoder,
)
from course_lib.decoders.bahdanau import Initial, Query, Readout, ReadState
from course_lib.decoders.luong import CoverageOf, Fed, Start
from course_lib.encoders import (
    BidirectionalEncoder,
    Direction,
    FixedVectorEncoder,
    GRUEncoder,
    LSTMEncoder,
    VaswaniEncoder,
)
from course_lib.encoders.grid import GridEncoder
from course_lib.options import check_option, check_sizes, check_switch
from course_lib.seq2seq import Seq2Seq
from course_lib.vocabulary import Vocabulary

ScoreName = Literal["dot", "general", "concat", "location"]
Local = Literal["none", "monotonic", "predictive"]
AttentionName = Literal["soft", "hard", "none"]
Positions = Literal["both", "source", "target", "none"]


@remembered
def sutskever2014(
    source_vocabulary: Vocabulary,
    target_vocabulary: Vocabulary,
    *,
    embedding: int = 64,
    hidden: int = 128,
    layers: int = 1,
    reverse_source: bool = True,
    dropout: float = 0.0,
) -> Seq2Seq:
    """Return the fixed-vector model of Sutskever, Vinyals & Le (2014): LSTM to (h, c) to LSTM.

    Follows §2 and §3.3: separate LSTMs, (h, c) handed over, source reversed.

    Departs from the paper:

    - size: 1 layer of 128 units, word vectors of 64 numbers, unless you say more; the paper: 4 layers of
      1,000 units, word vectors of 1,000 (§3.4).
    - LSTM: torch's, whose gates do not see the cell; the paper: that of Graves (2013), with peepholes.
    - parameters at the start: torch's defaults, U(±1/√H) in the LSTMs and the output layer, N(0, 1) for word
      vectors; the paper: U(±0.08) in the LSTMs (§3.4).
    - dropout: an option, 0 by default, on word vectors, between layers and before the output layer; the paper:
      none.
    """
    check_sizes(embedding=embedding, hidden=hidden, layers=layers)
    V_x, V_y = len(source_vocabulary), len(target_vocabulary)
    encoder = FixedVectorEncoder(V_x, embedding, hidden, layers, reverse_source, dropout)
    decoder = FixedVectorDecoder(V_y, embedding, hidden, layers, dropout)
    name = "fixed vector, source reversed" if reverse_source else "fixed vector"
    return Seq2Seq(name, encoder, decoder, source_vocabulary, target_vocabulary)


@remembered
def bahdanau2014(
    source_vocabulary: Vocabulary,
    target_vocabulary: Vocabulary,
    *,
    embedding: int = 64,
    hidden: int = 128,
    attention: int | None = None,
    dropout: float = 0.0,
    query: Query = "before",
    initial: Initial = "backward",
    readout: Readout = "maxout",
    read_state: ReadState = "query",
    coverage: bool = False,
    hard: bool = False,
) -> Seq2Seq:
    """Return RNNsearch, Bahdanau, Cho & Bengio (2015): bidirectional GRU, additive attention, maxout.

    ``attention`` is the size of the score's hidden layer (the paper's n', there equal to n), by
    default ``hidden``. The last six options turn on what :class:`~course_lib.decoders.BahdanauDecoder` says.

    Departs from the paper:

    - size: states of 128 units each way, word vectors of 64 numbers, unless you say more; the paper: 1,000 and
      620 (§A.2.3).
    - parameters at the start: torch's defaults, U(±1/√n) and N(0, 1) for word vectors; the paper: recurrent matrices
      orthogonal, biases 0, other weights N(0, 0.01²) (§B.1).
    - dropout: an option, 0 by default, on word vectors and on the state and the context that are read out; the
      paper: none.
    """
    attention = hidden if attention is None else attention
    check_sizes(embedding=embedding, hidden=hidden, attention=attention)
    encoder = BidirectionalEncoder(len(source_vocabulary), embedding, hidden, dropout)
    decoder = BahdanauDecoder(
        len(target_vocabulary),
        embedding,
        2 * hidden,
        hidden,
        attention,
        dropout,
        query=query,
        initial=initial,
        readout=readout,
        read_state=read_state,
        coverage=coverage,
        hard=hard,
    )
    departures = [
        "query after the step" if query == "after" else "",
        "s_0 from both directions" if initial == "both" else "",
        "linear readout" if readout == "linear" else "",
        "readout of s_{i-1}" if query == "after" and read_state == "before" else "",
        "coverage" if coverage else "",
        "hard" if hard else "",
    ]
    name = ", ".join(filter(None, ["Bahdanau", *departures]))
    return Seq2Seq(name, encoder, decoder, source_vocabulary, target_vocabulary)


@remembered
def cho2014(
    source_vocabulary: Vocabulary,
    target_vocabulary: Vocabulary,
    *,
    embedding: int = 64,
    hidden: int = 128,
    reverse_source: bool = False,
    dropout: float = 0.0,
    summary: int | None = None,
    routes: Collection[Route] = ROUTES,
) -> Seq2Seq:
    """Return the RNN Encoder-Decoder of Cho et al. (2014): GRU to a summary that every step is told. Chapter 3.

    Follows §2.2 and the appendix: c in the initial state, the gates and the maxout readout. ``summary`` is the width
    of c, by default ``hidden``; ``routes`` names which of the three places are told c, by default all. What the last
    two do is said by :class:`~course_lib.decoders.ChoDecoder`.

    Departs from the paper:

    - size: states of 128 units, word vectors of 64 numbers, unless you say more; the paper: 1,000, and 100
      (§4.1) or 500 (appendix).
    - parameters at the start: torch's defaults, U(±1/√n) and N(0, 1) for word vectors; the paper: recurrent matrices
      of orthonormal columns (left singular vectors), other weights N(0, 0.01²) (§4.1).
    - dropout: an option, 0 by default, on word vectors and on the state and the summary that are read out; the
      paper: none.
    - direction of reading: forward, or with ``reverse_source`` backwards, as Sutskever's; the paper: forward.
    """
    check_sizes(embedding=embedding, hidden=hidden)
    direction: Direction = "reversed" if reverse_source else "forward"
    encoder = GRUEncoder(len(source_vocabulary), embedding, hidden, direction, dropout)
    decoder = ChoDecoder(len(target_vocabulary), embedding, hidden, dropout, summary=summary, routes=routes)
    parts = [
        "Cho",
        "source reversed" if reverse_source else "",
        _routes_in_words(decoder.routes),
        f"summary of {decoder.summary}" if decoder.summary != hidden else "",
    ]
    return Seq2Seq(", ".join(filter(None, parts)), encoder, decoder, source_vocabulary, target_vocabulary)


@remembered
def luong2015(
    source_vocabulary: Vocabulary,
    target_vocabulary: Vocabulary,
    *,
    embedding: int = 64,
    hidden: int = 128,
    layers: int = 1,
    score: ScoreName = "dot",
    local: Local = "none",
    window: int = 10,
    gaussian: bool | None = None,
    renormalise: bool = False,
    input_feeding: bool = False,
    fed: Fed = "attentional",
    coverage: bool = False,
    coverage_of: CoverageOf = "all",
    hard: bool = False,
    query: Query = "after",
    query_reads_word: bool = False,
    start: Start = "encoder",
    plain_keys: bool = False,
    direction: Direction = "reversed",
    longest_source: int = 64,
    dropout: float = 0.0,
) -> Seq2Seq:
    """Return a model of Luong, Pham & Manning (2015): step first, then look.

    ``score`` is one of §3.1's. ``local`` looks at a window of D = ``window`` positions to each side:
    ``"monotonic"`` is local-m, ``"predictive"`` local-p (§3.2); ``gaussian`` and ``renormalise`` are what
    :class:`~course_lib.attention.LocalAttention` says. ``input_feeding`` is §3.3.
    ``longest_source`` is what the location score is built for, ``</s>`` included; it points at
    positions, which a window would hide, so the two do not go together. ``hard`` looks at one annotation a step,
    drawn in training: Xu et al. (2015), §4.1; a window leaves nothing to draw from. ``query``, ``query_reads_word``,
    ``start``, ``fed`` and ``coverage_of`` are what :class:`~course_lib.decoders.LuongDecoder` says. *concat* alone
    knows two options more: ``plain_keys`` leaves out its matrix over annotations (note 15 of the paper), ``coverage``
    tells it how much each position has been looked at (See et al., 2017, eq. 11).

    Departs from the paper:

    - size: 1 layer of 128 units, word vectors of 64 numbers, unless you say more; the paper: 4 layers of
      1,000 units, word vectors of 1,000 (§4.1).
    - parameters at the start: torch's defaults, U(±1/√n) and N(0, 1) for word vectors; the paper: U(±0.1) (§4.1).
    - start of concat's v_a: 0, so that every look begins as a plain average; the paper: U(±0.1), as all
      parameters (§4.1).
    - dropout: an option, 0 by default, on word vectors, between layers and on h̃_t; the paper: 0.2 in some models,
      in the LSTMs, with no word of h̃_t (§4.1).
    - options: ``direction="bidirectional"``, ``hard``, ``coverage``, ``gaussian``, ``renormalise`` and the switches of
      the decoder; the paper: none of them.
    """
    check_sizes(embedding=embedding, hidden=hidden, layers=layers, window=window, longest_source=longest_source)
    check_option("score", score, ScoreName)
    check_option("local", local, Local)
    if score == "location" and local != "none":
        raise ValueError("score='location' points at positions of the whole source; with local, take another score.")
    if check_switch("plain_keys", plain_keys) and score != "concat":
        raise ValueError(
            f"plain_keys leaves out U_a, which score='concat' alone has; score={score!r} is complete without it."
        )
    if check_switch("coverage", coverage) and score != "concat":
        raise ValueError(
            "coverage is a term inside the tanh of score='concat', with a vector w_c of its own; "
            f"score={score!r} has no place for it."
        )
    if check_switch("hard", hard) and local != "none":
        raise ValueError("hard draws from the weights over the whole source; leave local or hard out.")
    if local == "none" and (gaussian is not None or check_switch("renormalise", renormalise)):
        raise ValueError(
            "gaussian and renormalise say what happens to the weights of a window; local='none' has no window. "
            "Set local, or leave them out."
        )
    V_x, V_y = len(source_vocabulary), len(target_vocabulary)
    encoder = LSTMEncoder(V_x, embedding, hidden, layers, direction, dropout)
    align = _score(score, hidden, longest_source, coverage, plain_keys)
    attention: Attention | LocalAttention | HardAttention = HardAttention(align) if hard else align
    if local != "none":
        attention = LocalAttention(align, hidden, window, local == "predictive", gaussian, renormalise)
    decoder = LuongDecoder(
        V_y,
        embedding,
        hidden,
        hidden,
        layers,
        dropout,
        attention=attention,
        input_feeding=input_feeding,
        query=query,
        query_reads_word=query_reads_word,
        start=start,
        fed=fed,
        coverage_of=coverage_of,
    )
    parts = [
        f"Luong {score}",
        "plain keys" if plain_keys else "",
        {"none": "", "monotonic": "local-m", "predictive": "local-p"}[local],
        "Gaussian" if local == "monotonic" and gaussian else "",
        "no Gaussian" if local == "predictive" and gaussian is False else "",
        "renormalised" if renormalise else "",
        {"attentional": "input feeding", "state": "state fed"}[fed] if input_feeding else "",
        {"all": "coverage", "last": "coverage of the last look"}[coverage_of] if coverage else "",
        "hard" if hard else "",
        "query before" if query == "before" else "",
        "query reads the word" if query_reads_word else "",
        "start from zeros" if start == "zeros" else "",
    ]
    return Seq2Seq(", ".join(filter(None, parts)), encoder, decoder, source_vocabulary, target_vocabulary)


@remembered
def xu2015(
    source_vocabulary: Vocabulary,
    target_vocabulary: Vocabulary,
    *,
    embedding: int = 64,
    hidden: int = 128,
    channels: int = 16,
    features: int = 48,
    attention_size: int | None = None,
    attention: AttentionName = "soft",
    gated: bool = False,
    dropout: float = 0.0,
) -> Seq2Seq:
    """Return the captioner of Xu et al. (2015), Show, attend and tell: CNN, attention over places, LSTM.

    Source vocabulary and pairs come from :mod:`course_lib.corpora.pictures`. ``attention`` is ``"soft"`` (§4.2),
    ``"hard"`` (§4.1) or ``"none"``, which tells every step the mean annotation. ``features`` is the
    size D of an annotation, ``channels`` that of the layer before, ``attention_size`` the hidden layer
    of the score, by default ``features``. ``gated`` adds β_t of §4.2.1, which the paper has for soft
    attention alone; on the course's scenes it learns more slowly. Doubly stochastic attention (eq. 14)
    and how hard attention learns are options of :class:`~course_lib.training.objectives.Objective`.

    Departs from the paper:

    - size: 8 × 8 annotations of 48 numbers, unless you say more; the paper: 14 × 14 of 512 (§4.3).
    - β_t: left out unless ``gated`` asks for it; the paper: with soft attention always (§4.2.1).
    - dropout: an option, 0 by default, on word vectors and on the sum that is read out; the paper: yes, without
      saying where (§4.3).
    - no attention: ``attention="none"`` tells every step the mean annotation; the paper: always looks.
    """
    attention_size = features if attention_size is None else attention_size
    check_sizes(embedding=embedding, hidden=hidden, channels=channels, features=features, attention_size=attention_size)
    check_option("attention", attention, AttentionName)
    encoder = GridEncoder(source_vocabulary, channels, features)
    align = None if attention == "none" else AdditiveAttention(hidden, features, attention_size)
    decoder = XuDecoder(
        len(target_vocabulary),
        embedding,
        features,
        hidden,
        dropout,
        attention=HardAttention(align) if align is not None and attention == "hard" else align,
        gated=gated,
    )
    name = "mean annotation" if attention == "none" else f"Xu, {attention}"
    return Seq2Seq(name, encoder, decoder, source_vocabulary, target_vocabulary)


@remembered
def vaswani2017(
    source_vocabulary: Vocabulary,
    target_vocabulary: Vocabulary,
    *,
    hidden: int = 128,
    layers: int = 2,
    heads: int = 2,
    inner: int | None = None,
    dropout: float = 0.0,
    positions: Positions = "both",
    scaled: bool = True,
) -> Seq2Seq:
    """Return the Transformer of Vaswani et al. (2017): attention, feed-forward layers and positions alone. Chapter 16.

    Follows §3: sublayers added and then normed, N scaled dot products side by side, sinusoids, word vectors times √M.
    Word vectors, annotations and states have one size, ``hidden`` (the paper's d_model), which ``heads`` has to divide;
    ``inner`` is the width of the feed-forward layers, by default four times that, as in the paper.
    What a look is where every layer has several heads, :class:`~course_lib.decoders.VaswaniDecoder` says.

    Two switches take a piece away: ``positions`` says on which side words are told where they stand, and
    ``scaled=False`` leaves 1 / √d out of every look.

    Departs from the paper:

    - size: 2 layers of 128 units with 2 heads, unless you say more; the paper: 6 layers of 512 with 8 heads, of 64
      entries each as here (§3.1 and §3.2.2).
    - word vectors: a matrix for each language, whose vocabularies are apart; the paper: one matrix for both (§3.4).
    - parameters at the start: torch's defaults, U(±1/√n), and N(0, 1/M) for word vectors, which √M makes as large as
      the sinusoids; the paper: does not say.
    - dropout: an option, 0 by default; the paper: 0.1 (§5.4).
    """
    check_sizes(hidden=hidden, layers=layers, heads=heads)
    inner = 4 * hidden if inner is None else inner
    check_sizes(inner=inner)
    check_option("positions", positions, Positions)
    sizes = (hidden, layers, heads, inner, dropout)
    on_source, on_target = (positions in ("both", side) for side in ("source", "target"))
    encoder = VaswaniEncoder(len(source_vocabulary), *sizes, positions=on_source, scaled=scaled)
    decoder = VaswaniDecoder(len(target_vocabulary), *sizes, positions=on_target, scaled=scaled)
    name = "Vaswani" if positions == "both" else f"Vaswani, positions: {positions}"
    return Seq2Seq(name if scaled else f"{name}, unscaled", encoder, decoder, source_vocabulary, target_vocabulary)


CONSTRUCTORS: dict[str, Callable[..., Seq2Seq]] = {
    "sutskever": sutskever2014,
    "cho": cho2014,
    "bahdanau": bahdanau2014,
    "luong": luong2015,
    "xu": xu2015,
    "vaswani": vaswani2017,
}
"""The papers' models by the short names of the command line.

:meta hide-value:
"""


def build_model(name: str, source: Vocabulary, target: Vocabulary, **options: object) -> Seq2Seq:
    """Return a new model of the kind ``name``; ``options`` are those of its constructor."""
    return CONSTRUCTORS[check_option("model", name, CONSTRUCTORS)](source, target, **options)


def _routes_in_words(routes: Collection[Route]) -> str:
    if not routes:
        return "no source"
    if len(routes) == 1:
        return f"{next(iter(routes))} alone"
    return ", ".join(f"without {route}" for route in ROUTES if route not in routes)


def _score(score: ScoreName, hidden: int, longest_source: int, coverage: bool, plain_keys: bool) -> Attention:
    if score == "dot":
        return DotAttention(hidden, hidden)
    if score == "general":
        return GeneralAttention(hidden, hidden)
    if score == "concat":
        return AdditiveAttention(hidden, hidden, hidden, coverage, plain_keys=plain_keys)
    return LocationAttention(hidden, longest_source)
