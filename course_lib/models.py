"""The papers' models by name, each a choice of encoder, decoder and attention. Chapters 2 to 9."""

from typing import Literal

from course_lib.attention import (
    AdditiveAttention,
    Attention,
    DotAttention,
    GeneralAttention,
    LocalAttention,
    LocationAttention,
)
from course_lib.decoders import BahdanauDecoder, ChoDecoder, FixedVectorDecoder, LuongDecoder
from course_lib.decoders.bahdanau import Initial, Query, Readout
from course_lib.encoders import BidirectionalEncoder, Direction, FixedVectorEncoder, GRUEncoder, LSTMEncoder
from course_lib.options import check_option, check_sizes
from course_lib.seq2seq import Seq2Seq
from course_lib.vocabulary import Vocabulary

ScoreName = Literal["dot", "general", "concat", "location"]
Local = Literal["none", "monotonic", "predictive"]


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

    Follows §2 and §3.3 (separate LSTMs, (h, c) handed over, source reversed). Departs in size:
    the paper has four layers of 1,000 units, this one a single layer unless ``layers`` says more.
    """
    check_sizes(embedding=embedding, hidden=hidden, layers=layers)
    V_x, V_y = len(source_vocabulary), len(target_vocabulary)
    encoder = FixedVectorEncoder(V_x, embedding, hidden, layers, reverse_source, dropout)
    decoder = FixedVectorDecoder(V_y, embedding, hidden, layers, dropout)
    name = "fixed vector, source reversed" if reverse_source else "fixed vector"
    return Seq2Seq(name, encoder, decoder, source_vocabulary, target_vocabulary)


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
    coverage: bool = False,
) -> Seq2Seq:
    """Return RNNsearch, Bahdanau, Cho & Bengio (2015): bidirectional GRU, additive attention, maxout.

    ``attention`` is the size of the score's hidden layer (the paper's n', there equal to n), by
    default ``hidden``. Departs in size, in the encoder's fused GRU (see
    :class:`~course_lib.encoders.BidirectionalEncoder`) and in the width of the maxout layer
    (``hidden``; the paper: half of it). The last four options turn on further departures, named
    in :class:`~course_lib.decoders.BahdanauDecoder`.
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
        coverage=coverage,
    )
    departures = [
        "query after the step" if query == "after" else "",
        "s_0 from both directions" if initial == "both" else "",
        "linear readout" if readout == "linear" else "",
        "coverage" if coverage else "",
    ]
    name = ", ".join(filter(None, ["Bahdanau", *departures]))
    return Seq2Seq(name, encoder, decoder, source_vocabulary, target_vocabulary)


def cho2014(
    source_vocabulary: Vocabulary,
    target_vocabulary: Vocabulary,
    *,
    embedding: int = 64,
    hidden: int = 128,
    reverse_source: bool = False,
    dropout: float = 0.0,
) -> Seq2Seq:
    """Return the RNN Encoder-Decoder of Cho et al. (2014): GRU to a summary that every step is told.

    Follows §2.2 and the appendix (c in the initial state, the gates and the maxout readout). Departs
    in size, in the width of the maxout layer and in torch's fused GRU (see the encoder and decoder);
    ``reverse_source`` is Sutskever's, not Cho's.
    """
    check_sizes(embedding=embedding, hidden=hidden)
    direction: Direction = "reversed" if reverse_source else "forward"
    encoder = GRUEncoder(len(source_vocabulary), embedding, hidden, direction, dropout)
    decoder = ChoDecoder(len(target_vocabulary), embedding, hidden, dropout)
    name = "Cho, source reversed" if reverse_source else "Cho"
    return Seq2Seq(name, encoder, decoder, source_vocabulary, target_vocabulary)


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
    input_feeding: bool = False,
    direction: Direction = "reversed",
    longest_source: int = 64,
    dropout: float = 0.0,
) -> Seq2Seq:
    """Return a model of Luong, Pham & Manning (2015): step first, then look.

    ``score`` is one of §3.1's. ``local`` looks at a window of D = ``window`` positions to each side:
    ``"monotonic"`` is local-m, ``"predictive"`` local-p (§3.2). ``input_feeding`` is §3.3.
    ``longest_source`` is what the location score is built for, ``</s>`` included; it points at
    positions, which a window would hide, so the two do not go together. Departs in size (the paper:
    four layers of 1,000 units), and with ``direction="bidirectional"``.
    """
    check_sizes(embedding=embedding, hidden=hidden, layers=layers)
    check_option("score", score, ScoreName)
    check_option("local", local, Local)
    if score == "location" and local != "none":
        raise ValueError("score='location' points at positions of the whole source; with local, take another score.")
    V_x, V_y = len(source_vocabulary), len(target_vocabulary)
    encoder = LSTMEncoder(V_x, embedding, hidden, layers, direction, dropout)
    align = _score(score, hidden, longest_source)
    attention = align if local == "none" else LocalAttention(align, hidden, window, local == "predictive")
    decoder = LuongDecoder(
        V_y, embedding, hidden, hidden, layers, dropout, attention=attention, input_feeding=input_feeding
    )
    parts = [
        f"Luong {score}",
        {"none": "", "monotonic": "local-m", "predictive": "local-p"}[local],
        "input feeding" if input_feeding else "",
    ]
    return Seq2Seq(", ".join(filter(None, parts)), encoder, decoder, source_vocabulary, target_vocabulary)


def _score(score: ScoreName, hidden: int, longest_source: int) -> Attention:
    if score == "dot":
        return DotAttention(hidden, hidden)
    if score == "general":
        return GeneralAttention(hidden, hidden)
    if score == "concat":
        return AdditiveAttention(hidden, hidden, hidden)
    return LocationAttention(hidden, longest_source)
