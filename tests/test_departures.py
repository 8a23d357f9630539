"""What a model does otherwise than its paper is declared, and a declaration is true of the code.

A departure that is taken out of the code, or a line that is taken out of a docstring, turns a test red here.
"""

import ast
import inspect
import json
import math
import re
from collections.abc import Callable
from unittest import mock

import pytest
import torch
from torch import Tensor, nn

from course_lib import departures
from course_lib.attention import SOFT, AdditiveAttention, DotAttention, HardAttention, LocalAttention
from course_lib.batching import epoch_batches
from course_lib.corpora.pairs import ParallelCorpus
from course_lib.corpora.pictures.captions import caption_pair
from course_lib.corpora.pictures.cells import cell_vocabulary
from course_lib.corpora.pictures.scenes import draw_scenes
from course_lib.decoders import BahdanauDecoder, ChoDecoder, LuongDecoder
from course_lib.encoders import State
from course_lib.encoders.positions import sinusoids
from course_lib.models import bahdanau2014, cho2014, luong2015, sutskever2014, vaswani2017, xu2015
from course_lib.search.scoring import Scoring
from course_lib.seq2seq import Seq2Seq
from course_lib.training import TrainConfig, fit
from course_lib.training.config import learning_rate
from course_lib.training.objectives import Objective, with_own_words
from course_lib.training.reinforce import Reinforce, start_baseline
from course_lib.vocabulary import BOS, EOS, UnknownTokenError, Vocabulary
from tests.oracles.models import PAIRS, SOURCE, TARGET, batch, make, shaken
from tests.rooms import ROOT, SOURCES

Check = Callable[[], None]
DECLARED = [d for owners in departures.OWNERS.values() for owner in owners for d in departures.departures(owner)]
CHECKS: dict[tuple[str, str], Check] = {}
SIZES = {"embedding": 5, "hidden": 6}


def holds(owner: str, what: str) -> Callable[[Check], Check]:
    """Say of a function that it is red where the code no longer does what ``owner`` declares."""

    def keep(check: Check) -> Check:
        CHECKS[owner, what] = check
        return check

    return keep


def test_a_departure_is_declared_that_nothing_holds_or_held_that_nothing_declares() -> None:
    declared = [(d.owner, d.what) for d in DECLARED]
    assert sorted(declared) == sorted(CHECKS) and len(declared) == len(set(declared)) > 50


@pytest.mark.parametrize("key", CHECKS, ids=": ".join)
def test_the_code_no_longer_departs(key: tuple[str, str]) -> None:
    CHECKS[key]()


# --- the declarations themselves -------------------------------------------------------------------


def docstrings() -> dict[str, str]:
    """Return every docstring of a class or function of the library, by its dotted name within its file."""
    found = {}
    for path in SOURCES:
        if path.name == "departures.py":
            continue  # it shows the form
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.Module):
                found[f"{path.name} {getattr(node, 'name', '')}"] = ast.get_docstring(node) or ""
    return found


def test_a_departure_is_declared_where_the_page_does_not_look() -> None:
    says_so = {name.split()[-1] for name, text in docstrings().items() if re.search(r"\bDeparts\b", text)}
    owners = [owner for owners in departures.OWNERS.values() for owner in owners]
    assert says_so == {owner.__name__ for owner in owners}
    assert all(departures.departures(owner) for owner in owners)


@pytest.mark.parametrize(
    "line", ["- size: small", "- small; the paper: large.", "size: 1; the paper: 2.", "- a: b.", ""]
)
@pytest.mark.parametrize("before", ["", "- size: 1; the paper: 2.\n    "])
def test_a_line_of_another_form_is_left_out_without_a_word(line: str, before: str) -> None:
    def owner() -> None:
        pass

    owner.__doc__ = f"A model.\n\n    Departs from the paper:\n\n    {before}{line or 'More.'}\n\n    More.\n    "
    with pytest.raises(ValueError, match="owner: a departure reads"):
        departures.departures(owner)


def test_a_bar_in_a_cell_makes_a_column_too_many() -> None:
    for paper in departures.OWNERS:
        for row in departures.departure_table(paper).splitlines():
            assert len(re.findall(r"(?<!\\)\|", row)) == 5, row


def test_the_page_shows_other_departures_than_the_docstrings() -> None:
    cells = json.loads((ROOT / "book" / "notation.ipynb").read_text("utf-8"))["cells"]
    shown = {
        "".join(cell["source"]).split('"')[1]: "".join(cell["outputs"][0]["data"]["text/markdown"])
        for cell in cells
        if "departures.departure_table(" in "".join(cell["source"])
    }
    assert shown == {paper: departures.departure_table(paper) for paper in departures.OWNERS}


def test_two_lines_and_what_follows_are_told_apart() -> None:
    def owner() -> None:
        """Do.

        Departs from the papers:

        - size: 1 of ``two``
          lines; the papers: 2; 3.
        - a: b; the paper: c.

        - no: line; the paper: of it.
        """

    found = [(d.what, d.here, d.paper) for d in departures.departures(owner)]
    assert found == [("size", "1 of ``two`` lines", "2; 3"), ("a", "b", "c")]


# --- helpers -----------------------------------------------------------------------------------------


def default(function: Callable[..., object], name: str) -> object:
    return inspect.signature(function).parameters[name].default


def here(owner: str, what: str) -> str:
    """Return what a docstring says of the code."""
    return next(d.here for d in DECLARED if (d.owner, d.what) == (owner, what))


def check_defaults(constructor: Callable[..., object], *names: str) -> None:
    """Fail unless the line on size says the default of each option."""
    numbers = re.findall(r"\d+", here(constructor.__name__, "size"))
    assert [n for n in names if str(default(constructor, n)) not in numbers] == []


def fresh(constructor: Callable[..., Seq2Seq], **options: object) -> Seq2Seq:
    """Return an untrained model of a size at which the papers' starts and torch's lie far apart."""
    torch.manual_seed(0)
    return constructor(SOURCE, TARGET, embedding=32, hidden=64, **options)


def check_start(model: Seq2Seq, wider_than: float) -> None:
    """Fail unless RNNs and linear layers start in torch's uniform way and word vectors in its normal one."""
    seen = 0
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            assert 0.8 < module.weight[1:].std() < 1.2
        elif isinstance(module, nn.RNNBase | nn.Linear):
            bound = 1 / math.sqrt(module.hidden_size if isinstance(module, nn.RNNBase) else module.in_features)
            for parameter in module.parameters():
                assert bound * 0.6 < parameter.abs().max() <= bound
            seen += bound * 0.9 > wider_than
    assert seen >= 3


def check_not_orthogonal(matrices: Tensor, hidden: int) -> None:
    for U in matrices.detach().split(hidden):
        assert (U.T @ U - torch.eye(hidden)).abs().max() > 0.3


def dropped(model: Seq2Seq) -> list[int]:
    """Return the widths of what passes through dropout in a run with teacher forcing."""
    widths: list[int] = []
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.register_forward_hook(lambda module, given, out: widths.append(given[0].shape[-1]))
    model(batch())
    return widths


def check_dropout(constructor: Callable[..., Seq2Seq], widths: list[int], **options: object) -> None:
    assert default(constructor, "dropout") == 0
    model = constructor(SOURCE, TARGET, dropout=0.5, **SIZES, **options)
    assert {module.p for module in model.modules() if isinstance(module, nn.Dropout)} == {0.5}
    assert dropped(model) == widths
    layers = [m for m in model.modules() if isinstance(m, nn.RNNBase) and m.num_layers > 1]
    assert [m.dropout for m in layers] == [0.5] * len(layers)


def gru_candidate(rnn: nn.GRU, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return r, z and W x + b and U of the new state's candidate, from the stacked parameters of torch."""
    W, U = rnn.weight_ih_l0, rnn.weight_hh_l0
    b, b_h = rnn.bias_ih_l0, rnn.bias_hh_l0
    (W_r, W_z, W_n), (U_r, U_z, U_n) = W.chunk(3), U.chunk(3)
    (b_r, b_z, b_n), (c_r, c_z, c_n) = b.chunk(3), b_h.chunk(3)
    r = torch.sigmoid(W_r @ inputs + b_r + U_r @ state + c_r)
    z = torch.sigmoid(W_z @ inputs + b_z + U_z @ state + c_z)
    return r, z, W_n @ inputs + b_n, torch.cat((U_n, c_n[:, None]), dim=1)


def check_reset_after_product(rnn: nn.GRU) -> None:
    inputs, state = torch.randn(2, rnn.input_size, dtype=torch.double)[0], torch.randn(rnn.hidden_size).double()
    r, z, word, U_b = gru_candidate(rnn, inputs, state)
    U, b = U_b[:, :-1], U_b[:, -1]
    directions = 2 if rnn.bidirectional else 1
    start = torch.stack([state] * directions)[:, None]
    after = rnn(inputs.view(1, 1, -1), start)[1][0, 0]
    torch.testing.assert_close(after, (1 - z) * torch.tanh(word + r * (U @ state + b)) + z * state)
    papers = (1 - z) * torch.tanh(word + U @ (r * state) + b) + z * state
    assert (after - papers).abs().max() > 1e-3


def words_read(model: Seq2Seq) -> set[int]:
    """Return the words whose vectors the decoder reads while it is trained."""
    model(batch()).logits.sum().backward()
    gradient = model.decoder.embedding.weight.grad
    assert gradient is not None
    return set(gradient.abs().sum(-1).nonzero().flatten().tolist())


def check_first_word(model: Seq2Seq) -> None:
    """BOS is read and EOS never is, by the decoder; the encoder has read EOS."""
    assert BOS in words_read(model) and EOS not in words_read(model)
    source = model.encoder.embedding.weight.grad
    assert source is not None and source[EOS].abs().sum() > 0
    vector = model.decoder.embedding.weight[BOS]
    assert vector.abs().max() > 0 and vector.requires_grad


# --- Sutskever, Vinyals and Le (2014) -------------------------------------------------------------


@holds("sutskever2014", "size")
def _() -> None:
    check_defaults(sutskever2014, "layers", "hidden", "embedding")


@holds("sutskever2014", "LSTM")
def _() -> None:
    """Without peepholes the new cell is a straight line in the old one: f c + i g, where no gate knows c."""
    model = make("fixed")
    encoded = model.encode(*sources())
    h, c = encoded.initial.hidden, encoded.initial.cell
    word = torch.full((len(PAIRS),), BOS)
    zero, one, two = (model.decoder.step(word, State(h, k * c), encoded).state.cell for k in (0, 1, 2))
    torch.testing.assert_close(two - one, one - zero)
    assert sorted(dict(model.encoder.rnn.named_parameters())) == [
        "bias_hh_l0",
        "bias_ih_l0",
        "weight_hh_l0",
        "weight_ih_l0",
    ]


def sources() -> tuple[Tensor, Tensor]:
    found = batch()
    return found.source, found.source_lengths


@holds("sutskever2014", "parameters at the start")
def _() -> None:
    check_start(fresh(sutskever2014), wider_than=0.08)


@holds("sutskever2014", "dropout")
def _() -> None:
    check_dropout(sutskever2014, [5, 5, 6], layers=2)


@holds("FixedVectorDecoder", "first word that the decoder reads")
def _() -> None:
    check_first_word(make("fixed"))


# --- Cho et al. (2014) ----------------------------------------------------------------------------


@holds("cho2014", "size")
def _() -> None:
    check_defaults(cho2014, "hidden", "embedding")


@holds("cho2014", "parameters at the start")
def _() -> None:
    model = fresh(cho2014)
    check_start(model, wider_than=0.03)
    for rnn in (model.encoder.rnn, model.decoder.rnn):
        check_not_orthogonal(rnn.weight_hh_l0, 64)


@holds("cho2014", "dropout")
def _() -> None:
    check_dropout(cho2014, [5, 5, 6, 6])


@holds("cho2014", "direction of reading")
def _() -> None:
    assert default(cho2014, "reverse_source") is False
    forward, backward = shaken(cho2014(SOURCE, TARGET, **SIZES), 0), make("cho-reversed")
    assert (forward(batch()).logits - backward(batch()).logits).abs().max() > 1e-3


@holds("GRUEncoder", "encoder's GRU")
def _() -> None:
    check_reset_after_product(make("cho").encoder.rnn)


@holds("ChoDecoder", "decoder's GRU")
def _() -> None:
    """The summary c is read beside the word, where the reset gate does not reach."""
    model = make("cho")
    encoded = model.encode(*sources())
    state, c = model.decoder.initial_state(encoded), encoded.initial.top[0]
    word = torch.full((len(PAIRS),), BOS)
    inputs = torch.cat((model.decoder.embedding(word)[0], c))
    s = state.top[0]
    r, z, read, U_b = gru_candidate(model.decoder.rnn, inputs, s)
    U, b = U_b[:, :-1], U_b[:, -1]
    C_c = model.decoder.rnn.weight_ih_l0.chunk(3)[2][:, 5:] @ c
    after = model.decoder.step(word, state, encoded).state.top[0]
    torch.testing.assert_close(after, (1 - z) * torch.tanh(read + r * (U @ s + b)) + z * s)
    papers = (1 - z) * torch.tanh(read - C_c + r * (U @ s + b + C_c)) + z * s
    assert (after - papers).abs().max() > 1e-3


@holds("ChoDecoder", "width of the maxout layer")
def _() -> None:
    assert make("cho").decoder.readout.W_o.in_features == 6


@holds("ChoDecoder", "output matrix")
def _() -> None:
    """Fewer words than units: as many independent rows as words, where rank 1 or 2 would be a product."""
    readout = make("cho").decoder.readout
    assert [name for name, _ in readout.named_parameters() if name.startswith("W_o")] == ["W_o.weight", "W_o.bias"]
    assert torch.linalg.matrix_rank(readout.W_o.weight) == min(readout.W_o.weight.shape)


@holds("ChoDecoder", "first word that the decoder reads")
def _() -> None:
    check_first_word(make("cho"))


@holds("ChoDecoder", "the word in the readout")
def _() -> None:
    model = make("cho")
    assert model.decoder.readout.V_o.in_features == model.decoder.embedding.embedding_dim == 5
    given = []
    model.decoder.readout.register_forward_hook(lambda module, args, out: given.append(args[1]))
    model(batch())
    torch.testing.assert_close(given[0], model.decoder.embedding(batch().target_in))


@holds("ChoDecoder", "switches")
def _() -> None:
    assert re.findall(r"``(\w+)``", here("ChoDecoder", "switches")) == ["summary", "routes"]
    for function in (cho2014, ChoDecoder):
        assert default(function, "summary") is None and default(function, "routes") == ("state", "steps", "readout")
    plain = make("cho").decoder
    assert plain.V.out_features == plain.V_prime.in_features == plain.rnn.hidden_size == 6


# --- Bahdanau, Cho and Bengio (2015) --------------------------------------------------------------


@holds("bahdanau2014", "size")
def _() -> None:
    check_defaults(bahdanau2014, "hidden", "embedding")
    assert make("bahdanau").encoder.rnn.hidden_size == 6


@holds("bahdanau2014", "parameters at the start")
def _() -> None:
    model = fresh(bahdanau2014)
    check_start(model, wider_than=0.03)
    check_not_orthogonal(model.encoder.rnn.weight_hh_l0, 64)
    check_not_orthogonal(model.encoder.rnn.weight_hh_l0_reverse, 64)
    check_not_orthogonal(model.decoder.cell.U.weight, 64)
    check_not_orthogonal(model.decoder.cell.U_gates.weight, 64)
    for bias in (model.encoder.rnn.bias_ih_l0, model.decoder.cell.W.bias, model.decoder.W_s.bias):
        assert bias.abs().min() > 0


@holds("bahdanau2014", "dropout")
def _() -> None:
    check_dropout(bahdanau2014, [5, 5, 6, 12])


@holds("BidirectionalEncoder", "encoder's GRU")
def _() -> None:
    check_reset_after_product(make("bahdanau").encoder.rnn)


@holds("BidirectionalEncoder", "encoder's z")
def _() -> None:
    """A z near 1 keeps the old state."""
    rnn = make("bahdanau").encoder.rnn
    with torch.no_grad():
        rnn.bias_ih_l0[6:12] = 50.0
    start = torch.rand(2, 1, 6).double()
    torch.testing.assert_close(rnn(torch.rand(1, 1, 5).double(), start)[1][0], start[0])


@holds("AdditiveAttention", "start of W_a and U_a")
def _() -> None:
    torch.manual_seed(0)
    score = AdditiveAttention(64, 128, 32)
    for matrix in (score.W_a.weight, score.U_a.weight):
        assert matrix.std().item() == pytest.approx(1 / math.sqrt(3 * matrix.shape[1]), rel=0.1)


@holds("AdditiveAttention", "plain keys")
def _() -> None:
    h = torch.randn(2, 5, 6)
    score, plain = (
        AdditiveAttention(4, 6, 6, plain_keys=on) for on in (default(AdditiveAttention, "plain_keys"), True)
    )
    assert torch.equal(plain.project_keys(h), h) and not torch.allclose(score.project_keys(h), h)


@holds("AdditiveAttention", "coverage")
def _() -> None:
    score = AdditiveAttention(6, 6, 4, coverage=True)
    assert [name for name, _ in score.named_parameters() if "bias" in name] == []
    assert score.w_c is not None and score.w_c.abs().max() == 0


@holds("BahdanauDecoder", "width of the maxout layer")
def _() -> None:
    assert make("bahdanau").decoder.readout.W_o.in_features == 6


@holds("BahdanauDecoder", "the state in the readout")
def _() -> None:
    model = make("bahdanau")
    given = []
    model.decoder.readout.register_forward_hook(lambda module, args, out: given.append(args[0]))
    output = model(batch())
    start = model.decoder.initial_state(model.encode(*sources())).top[:, None]
    torch.testing.assert_close(given[0], torch.cat((start, output.states[:, :-1]), dim=1))


@holds("BahdanauDecoder", "switches")
def _() -> None:
    named = re.findall(r"``(\w+)``", here("BahdanauDecoder", "switches"))
    off = dict(zip(named, ("before", "backward", "maxout", "query", False, False), strict=True))
    for function in (bahdanau2014, BahdanauDecoder):
        assert {name: default(function, name) for name in named} == off


# --- Luong, Pham and Manning (2015) ---------------------------------------------------------------


@holds("luong2015", "size")
def _() -> None:
    check_defaults(luong2015, "layers", "hidden", "embedding")


@holds("luong2015", "parameters at the start")
def _() -> None:
    check_start(fresh(luong2015, score="general"), wider_than=0.1)


@holds("luong2015", "start of concat's v_a")
def _() -> None:
    output = fresh(luong2015, score="concat")(batch())
    real = batch().source_mask[:, None].expand_as(output.weights)
    average = real / real.sum(-1, keepdim=True)
    torch.testing.assert_close(output.weights, average)


@holds("luong2015", "dropout")
def _() -> None:
    check_dropout(luong2015, [5, 5, 6], layers=2)


@holds("luong2015", "options")
def _() -> None:
    assert default(luong2015, "direction") == "reversed" and default(luong2015, "hard") is False
    switches = re.findall(r"``(\w+)``", here("LuongDecoder", "switches"))
    assert {default(luong2015, name) == default(LuongDecoder, name) for name in switches} == {True}
    assert default(luong2015, "coverage") is False
    assert default(luong2015, "gaussian") is None and default(luong2015, "renormalise") is False
    both = luong2015(SOURCE, TARGET, direction="bidirectional", hard=True, **SIZES)
    assert both.encoder.rnn.bidirectional and isinstance(both.decoder.attention, HardAttention)


@holds("LuongDecoder", "first word that the decoder reads")
def _() -> None:
    check_first_word(make("luong-dot"))


@holds("LuongDecoder", "bias of W_s")
def _() -> None:
    decoder = make("luong-dot").decoder
    assert decoder.W_s.bias is not None and decoder.W_c.bias is None


@holds("LuongDecoder", "switches")
def _() -> None:
    named = re.findall(r"``(\w+)``", here("LuongDecoder", "switches"))
    off = dict(zip(named, ("after", False, "encoder", "attentional", "all"), strict=True))
    assert {name: default(LuongDecoder, name) for name in named} == off


@holds("LocationAttention", "location, a longer sentence")
def _() -> None:
    model = make("luong-location")
    long = ("the", "cat") * 5
    with pytest.raises(ValueError, match="longest_source"):
        model.translate([long])


@holds("LocationAttention", "location, a shorter sentence")
def _() -> None:
    weights = make("luong-location")(batch(PAIRS[1:2])).weights
    assert weights.shape[-1] == 3 < make("luong-location").decoder.attention.W_a.out_features
    torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]))


def local(window: int, predictive: bool) -> LocalAttention:
    return LocalAttention(DotAttention(4, 4), 4, window, predictive).double()


def look_of(attention: LocalAttention, T: int, S: int) -> tuple[Tensor, Tensor]:
    """Return centres and weights of T looks at a source of S positions."""
    keys = torch.randn(1, S, 4).double()
    look = attention(torch.randn(1, T, 4).double(), keys, keys, torch.ones(1, S, dtype=torch.bool))
    return look.centre[0], look.weights[0]


@holds("LocalAttention", "positions")
def _() -> None:
    centres, weights = look_of(local(1, predictive=False), T=3, S=6)
    assert centres.tolist() == [0, 1, 2]
    assert (weights[0] > 0).tolist() == [True, True, False, False, False, False]


@holds("LocalAttention", "S of local-p")
def _() -> None:
    """v_p = 0 puts p_t at S / 2: of three words and ``</s>``, at 2."""
    model = make("luong-local-p-feeding")
    with torch.no_grad():
        model.decoder.attention.v_p.zero_()
    found = batch(PAIRS[1:2])
    centre = model(found).look.centre
    assert len(PAIRS[1].source) == 2
    torch.testing.assert_close(centre, torch.full_like(centre, 3 / 2))


@holds("LocalAttention", "local-p's window")
def _() -> None:
    """p_t = 2.4, D = 1: the positions 1 to 3; of the paper's interval from 1.4 to 3.4 only 2 and 3."""
    attention = local(1, predictive=True)
    with mock.patch.object(attention, "centre", return_value=torch.tensor([[2.4]]).double()):
        _, weights = look_of(attention, T=1, S=6)
    assert (weights[0] > 0).nonzero().flatten().tolist() == [1, 2, 3]


@holds("LocalAttention", "local-m past the end")
def _() -> None:
    centres, weights = look_of(local(1, predictive=False), T=6, S=3)
    assert centres.tolist() == [0, 1, 2, 2, 2, 2] and (weights[-1] > 0).tolist() == [False, True, True]


# --- Xu et al. (2015) -----------------------------------------------------------------------------

CELLS = cell_vocabulary()


def captioner(**options: object) -> Seq2Seq:
    torch.manual_seed(0)
    return xu2015(CELLS, TARGET, **SIZES, **options)


@holds("xu2015", "size")
def _() -> None:
    check_defaults(xu2015, "features")
    assert captioner().encoder.annotate(torch.zeros(1, 3, 32, 32)).shape == (1, 8 * 8, 48)


@holds("xu2015", "β_t")
def _() -> None:
    assert captioner().decoder.f_beta is None and captioner(gated=True).decoder.f_beta is not None


@holds("xu2015", "dropout")
def _() -> None:
    """Word vectors, then the sum: both have the size of a word vector, and nothing else is dropped."""
    model = captioner(dropout=0.5)
    given = []
    model.decoder.dropout.register_forward_hook(lambda module, args, out: given.append(args[0]))
    model.decoder(batch().target_in, model.encode(*picture()))
    assert default(xu2015, "dropout") == 0 and len(given) == 2
    torch.testing.assert_close(given[0], model.decoder.embedding(batch().target_in))
    assert given[1].shape == given[0].shape and (given[1] - given[0]).abs().max() > 0.01
    assert [m for m in model.encoder.modules() if isinstance(m, nn.Dropout)] == []


def picture() -> tuple[Tensor, Tensor]:
    """Return three pictures as ids, and their lengths."""
    words = [caption_pair(scene).source for scene in draw_scenes(3, seed=1).train]
    ids = torch.tensor([[*CELLS.encode(picture), EOS] for picture in words])
    return ids, torch.full((3,), ids.shape[1])


@holds("xu2015", "no attention")
def _() -> None:
    model = captioner(attention="none")
    assert model.decoder.attention is None
    assert model.decoder(batch().target_in, model.encode(*picture())).look is None


@holds("GridEncoder", "CNN")
def _() -> None:
    cnn = captioner().encoder.cnn
    layers = [layer for layer in cnn if isinstance(layer, nn.Conv2d)]
    assert len(layers) == 3 and all(p.requires_grad for p in cnn.parameters())
    other = xu2015(CELLS, TARGET, **SIZES).encoder.cnn
    assert (other[0].weight - layers[0].weight).abs().max() > 0.01


@holds("GridEncoder", "what the CNN reads")
def _() -> None:
    """In a picture all black, where a net sees nothing but colours, two places away from the rim still differ."""
    encoder = captioner().encoder
    seen = encoder.annotate(torch.zeros(1, 3, 32, 32)).unflatten(1, (8, 8))[0]
    assert (seen[3, 3] - seen[3, 5]).abs().max() > 1e-3 and (seen[3, 3] - seen[5, 3]).abs().max() > 1e-3


@holds("XuDecoder", "h_0 and c_0")
def _() -> None:
    model = captioner().double()
    encoded = model.encode(*picture())
    start, mean = model.decoder.initial_state(encoded), encoded.initial.top
    torch.testing.assert_close(torch.atanh(start.top), model.decoder.f_init_h(mean))
    torch.testing.assert_close(torch.atanh(start.cell[0]), model.decoder.f_init_c(mean))
    assert isinstance(model.decoder.f_init_h, nn.Linear) and isinstance(model.decoder.f_init_c, nn.Linear)


@holds("XuDecoder", "score")
def _() -> None:
    score = captioner().decoder.attention
    assert isinstance(score, AdditiveAttention) and score.v_a.abs().max() == 0


@holds("XuDecoder", "bias of L_o")
def _() -> None:
    decoder = captioner().decoder
    assert decoder.L_o.bias is not None and decoder.L_h.bias is None and decoder.L_z.bias is None


@holds("HardAttention", "hard attention in evaluation")
def _() -> None:
    model = make("luong-general-hard")
    look = model(batch()).look
    assert look.position.equal(look.weights.argmax(-1))
    model.train()
    assert not model(batch()).look.position.equal(look.position)


@holds("Reinforce", "soft looks among the drawn ones")
def _() -> None:
    assert Reinforce().mixing == 0 and Reinforce().soft_share(0.9) == 0
    model = make("luong-general-hard").train()
    model.decoder.attention.soften(0.5)
    torch.manual_seed(0)
    soft = torch.stack([model(batch()).look.position == SOFT for _ in range(5)]).flatten(0, 1)
    assert ((soft.sum(-1) > 0) & (soft.sum(-1) < soft.shape[-1])).any(), "a sentence is soft in all looks or in none"


@holds("Reinforce", "soft start")
def _() -> None:
    share = int(re.findall(r"\d+", here("Reinforce", "soft start"))[0]) / 100
    assert Reinforce().soft_share(share - 0.01) == 1 and Reinforce().soft_share(share + 0.01) == 0


@holds("Reinforce", "start of the baseline b")
def _() -> None:
    baseline = torch.zeros(())
    start_baseline(baseline, torch.tensor([-8.0, -4.0]))
    assert baseline == -6
    start_baseline(baseline, torch.tensor([-1.0]))
    assert baseline == -6


# --- Vaswani et al. (2017) ------------------------------------------------------------------------


@holds("vaswani2017", "size")
def _() -> None:
    check_defaults(vaswani2017, "layers", "hidden", "heads")
    attention = vaswani2017(SOURCE, TARGET).decoder.layers[0].cross
    assert attention.W_q.out_features // attention.heads == 64 == 512 // 8
    assert len(vaswani2017(SOURCE, TARGET).encoder.layers) == 2


@holds("vaswani2017", "word vectors")
def _() -> None:
    model = make("vaswani")
    assert model.encoder.embedding.weight.shape != model.decoder.embedding.weight.shape
    named = [name for name, _ in model.named_parameters() if "embedding" in name]
    assert named == ["encoder.embedding.weight", "decoder.embedding.weight"]


@holds("vaswani2017", "parameters at the start")
def _() -> None:
    torch.manual_seed(0)
    model = vaswani2017(SOURCE, TARGET, hidden=64)
    for part in (model.encoder, model.decoder):
        assert 0.8 < 64**0.5 * part.embedding.weight[1:].std() < 1.2
        assert sinusoids(torch.arange(9.0), 64).abs().max() == 1
    for layer in (module for module in model.modules() if isinstance(module, nn.Linear)):
        assert 0.6 < layer.weight.abs().max() * layer.in_features**0.5 <= 1.0001


@holds("vaswani2017", "dropout")
def _() -> None:
    """Words on either side, and what each sublayer says: two in a layer of the encoder, three in one of the decoder."""
    assert default(vaswani2017, "dropout") == 0
    assert dropped(vaswani2017(SOURCE, TARGET, hidden=6, layers=1, dropout=0.5)) == [6] * (1 + 2 + 1 + 3)


@holds("VaswaniDecoder", "output layer")
def _() -> None:
    decoder = make("vaswani").decoder
    assert decoder.output.bias is not None and decoder.output.weight is not decoder.embedding.weight
    assert not torch.equal(decoder.output.weight, decoder.embedding.weight)


# --- training and search --------------------------------------------------------------------------


@holds("Vocabulary.build", "vocabulary")
def _() -> None:
    words = Vocabulary.build([["rare", "often", "often"]])
    assert "rare" in words
    with pytest.raises(UnknownTokenError):
        words.encode(["never"])


def recorded(thing: str) -> tuple[list[mock._Call], list[float]]:
    """Return how ``thing`` of the training loop was called in three updates, and their losses."""
    corpus = ParallelCorpus("tiny", "English", "French", PAIRS, (), ())
    from course_lib.training import loop

    owner = loop.torch.optim if thing == "Adam" else loop
    with mock.patch.object(owner, thing, wraps=getattr(owner, thing)) as spy:
        history = fit(make("fixed").float(), corpus, TrainConfig(steps=3, validate_every=None, progress=False))
    return spy.call_args_list, list(history.losses)


@holds("TrainConfig", "optimiser")
def _() -> None:
    calls, _ = recorded("Adam")
    assert len(calls) == 1
    config = TrainConfig(steps=1000)
    rates = [learning_rate(step, config) for step in range(1000)]
    assert max(rates) == config.learning_rate == float(re.findall(r"[\d.]+", here("TrainConfig", "optimiser"))[0])
    assert rates[0] < rates[50] < rates[99] == rates[400] and rates[600] > rates[800] > rates[999] > 0


@holds("TrainConfig", "clipping of the gradient's norm")
def _() -> None:
    calls, _ = recorded("clip_grad_norm_")
    assert [call.args[1] for call in calls] == [1.0] * 3


@holds("TrainConfig", "loss")
def _() -> None:
    """The gradient that is clipped is that of the mean over the words of a batch."""
    model = make("fixed").train()
    pairs = [PAIRS[0], PAIRS[0]]
    corpus = ParallelCorpus("tiny", "English", "French", (PAIRS[0],), (), ())
    per_word = -model(batch(pairs)).logits.log_softmax(-1).gather(-1, batch(pairs).target_out[..., None]).mean()
    history = fit(model, corpus, TrainConfig(steps=1, validate_every=None, progress=False, precision="float32"))
    assert history.losses[0] == pytest.approx(per_word.item(), rel=1e-6)


@holds("TrainConfig", "averaging")
def _() -> None:
    assert TrainConfig(steps=10).average_last == 0 and TrainConfig(steps=10).averages_from == 10
    assert TrainConfig(steps=10, average_last=0.3).averages_from == 7


@holds("TrainConfig", "batches")
def _() -> None:
    size = int(re.findall(r"\d+", here("TrainConfig", "batches"))[0])
    assert TrainConfig(steps=1).batch_size == size
    pairs = PAIRS * 20
    drawn = epoch_batches(pairs, size, seed=1, epoch=0)
    assert all(len({len(pairs[k].source) for k in one}) == 1 and len(one) <= size for one in drawn)


@holds("Seq2Seq.translate", "search")
def _() -> None:
    model, sentences = make("bahdanau"), [pair.source for pair in PAIRS]
    assert default(Seq2Seq.translate, "beam") == 1 and default(Seq2Seq.translate, "length_normalisation") == 0
    with mock.patch.object(model, "beam_search", side_effect=AssertionError("a beam")):
        model.translate(sentences)


@holds("Objective", "label smoothing")
def _() -> None:
    """Training as it comes lowers the cross-entropy of the words themselves, and of nothing beside them."""
    assert Objective().label_smoothing == 0
    model, pairs = make("vaswani"), PAIRS[:2]
    given = batch(pairs)
    torch.testing.assert_close(Objective().loss(model, given, pairs, 0.0).total, model.loss(given).total)


@holds("Objective", "scheduled sampling")
def _() -> None:
    """One run with teacher forcing, and never a step."""
    model = make("bahdanau")
    with (
        mock.patch.object(model.decoder, "forward", wraps=model.decoder.forward) as run,
        mock.patch.object(model.decoder, "step", side_effect=AssertionError("a step")),
    ):
        with_own_words(model, batch(), 0.5)
    assert run.call_count == 1


@holds("Scoring", "coverage of a word without any weight")
def _() -> None:
    penalty = Scoring(beta=1.0).coverage_penalty(torch.zeros(1, 1), torch.ones(1, 1, dtype=torch.bool))
    assert -88 < penalty.item() < -87
