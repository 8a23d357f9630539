"""Bugs to plant in what models do otherwise than their papers: each takes a departure, or its declaration, away."""

from tests.mutations import Mutation

READS = "first word that the decoder reads"


def taken_away(file: str, old: str, new: str, owner: str, what: str) -> Mutation:
    """Return the bug that does as the paper does, where the docstring of ``owner`` says otherwise."""
    test = f"test_departures.py::test_the_code_no_longer_departs[{owner}: {what}]"
    return Mutation(f"{owner} no longer departs: {what}", file, old, new, test)


MUTATIONS = (
    taken_away(
        "decoders/fixed_vector.py",
        "lstm_step(self.rnn, self._embed(previous), state.hidden, state.cell)",
        "lstm_step(self.rnn, self._embed(previous), state.hidden, state.cell * torch.sigmoid(state.cell))",
        "sutskever2014",
        "LSTM",
    ),
    taken_away(
        "decoders/fixed_vector.py",
        "self.output = nn.Linear(hidden, vocabulary_size)",
        "self.output = nn.Linear(hidden, vocabulary_size)\n"
        "        [nn.init.uniform_(p, -0.08, 0.08) for p in self.parameters()]",
        "sutskever2014",
        "parameters at the start",
    ),
    taken_away(
        "decoders/fixed_vector.py",
        "self.output(self.dropout(states))",
        "self.output(states)",
        "sutskever2014",
        "dropout",
    ),
    taken_away("batching.py", "_padded([[BOS, *ids]", "_padded([[EOS, *ids]", "FixedVectorDecoder", READS),
    taken_away(
        "decoders/fixed_vector.py",
        "self.rnn = nn.GRU(embedding + self.summary, hidden, batch_first=True)",
        "self.rnn = nn.GRU(embedding + self.summary, hidden, batch_first=True)\n"
        "        [nn.init.orthogonal_(U) for U in self.rnn.weight_hh_l0.data.split(hidden)]",
        "cho2014",
        "parameters at the start",
    ),
    taken_away(
        "decoders/parts.py",
        "self.W_o = nn.Linear(maxout, vocabulary_size)",
        "self.W_o = nn.Sequential(nn.Linear(maxout, 2, bias=False), nn.Linear(2, vocabulary_size))",
        "ChoDecoder",
        "output matrix",
    ),
    taken_away(
        "decoders/base.py",
        "self.dropout(self.embedding(tokens))",
        "self.dropout(self.embedding(tokens) * (tokens != 1)[..., None])",
        "ChoDecoder",
        READS,
    ),
    taken_away(
        "decoders/parts.py",
        "self.U = nn.Linear(hidden, hidden, bias=False)",
        "self.U = nn.Linear(hidden, hidden, bias=False)\n        nn.init.orthogonal_(self.U.weight)",
        "bahdanau2014",
        "parameters at the start",
    ),
    taken_away(
        "attention/additive.py",
        "        self.v_a = nn.Parameter(torch.zeros(attention_size))\n",
        "        self.v_a = nn.Parameter(torch.zeros(attention_size))\n"
        "        nn.init.normal_(self.U_a.weight, std=0.001)\n",
        "AdditiveAttention",
        "start of W_a and U_a",
    ),
    taken_away(
        "decoders/bahdanau.py",
        "read, after = state.top, self.cell",
        "read = after = self.cell",
        "BahdanauDecoder",
        "the state in the readout",
    ),
    taken_away(
        "attention/additive.py",
        "self.v_a = nn.Parameter(torch.zeros(attention_size))",
        "self.v_a = nn.Parameter(torch.empty(attention_size).uniform_(-0.1, 0.1))",
        "luong2015",
        "start of concat's v_a",
    ),
    taken_away(
        "decoders/luong.py",
        "self.W_s(self.dropout(attentional))",
        "self.W_s(attentional)",
        "luong2015",
        "dropout",
    ),
    taken_away(
        "decoders/luong.py",
        "self.W_s = nn.Linear(hidden, vocabulary_size)",
        "self.W_s = nn.Linear(hidden, vocabulary_size, bias=False)",
        "LuongDecoder",
        "bias of W_s",
    ),
    taken_away(
        "attention/multiplicative.py",
        "if longest < S:",
        "if longest < S:\n"
        "            return nn.functional.pad(self.W_a(query), (0, S - longest), value=-torch.inf)\n"
        "        if longest < S:",
        "LocationAttention",
        "location, a longer sentence",
    ),
    taken_away(
        "attention/local.py",
        "return lengths * torch.sigmoid",
        "return (lengths - 1) * torch.sigmoid",
        "LocalAttention",
        "S of local-p",
    ),
    taken_away(
        "decoders/xu.py",
        "State(torch.tanh(self.f_init_h(mean))[None]",
        "State(self.f_init_h(mean)[None]",
        "XuDecoder",
        "h_0 and c_0",
    ),
    Mutation(
        "a departure stays in the code and its line is deleted",
        "decoders/luong.py",
        "    - bias of W_s: there is one; the paper: none (eq. 6).\n",
        "",
        "test_departures.py::test_a_departure_is_declared_that_nothing_holds_or_held_that_nothing_declares",
    ),
    Mutation(
        "a departure is declared in prose, where the page does not see it",
        "attention/hard.py",
        "    Departs from the paper:\n\n    - hard attention",
        "    Departs from the paper in that hard attention",
        "test_departures.py::test_a_departure_is_declared_where_the_page_does_not_look",
    ),
    Mutation(
        "a line of another form is skipped",
        "departures.py",
        "_read(line, owner.__qualname__) for line in lines)",
        "_read(line, owner.__qualname__) for line in lines if LINE.fullmatch(line))",
        "test_departures.py::test_a_line_of_another_form_is_left_out_without_a_word",
    ),
    Mutation(
        "what is not indented goes on with the line before",
        "departures.py",
        r're.split(r"\n(?! )", block)',
        r're.split(r"\n(?=- )", block)',
        "test_departures.py::test_a_line_of_another_form_is_left_out_without_a_word",
    ),
    Mutation(
        "a bar in a cell is not escaped",
        "departures.py",
        r'text.replace("|", r"\|")',
        "text",
        "test_departures.py::test_a_bar_in_a_cell_makes_a_column_too_many",
    ),
    taken_away(
        "training/objectives.py",
        "label_smoothing: float = 0.0",
        "label_smoothing: float = 0.1",
        "Objective",
        "label smoothing",
    ),
)
