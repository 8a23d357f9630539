"""Bugs to plant in what chapter 3 measures with: routes, summaries, probes, the reach of a source word."""

from tests.mutations import Mutation

FIXED = "decoders/fixed_vector.py"
CUT = "test_decoders.py::test_a_route_that_is_cut_is_missing_from_the_equations_and_no_other"
LIVE = "test_seq2seq.py::test_the_live_parameters_are_those_that_some_gradient_reaches"
MUTATIONS = (
    Mutation(
        "steps and readout are cut in place of each other",
        FIXED,
        'told = summary if "steps" in self.routes',
        'told = summary if "readout" in self.routes',
        CUT,
    ),
    Mutation(
        "the readout is told though its route is cut",
        FIXED,
        'read = summary if "readout" in self.routes else torch.zeros_like(summary)',
        "read = summary",
        CUT,
    ),
    Mutation(
        "a first state that is not told keeps the bias",
        FIXED,
        "return State(encoded.initial.hidden.new_zeros(1, encoded.initial.hidden.shape[1], self.rnn.hidden_size))",
        "return State(torch.tanh(self.V_prime(torch.zeros_like(encoded.initial.hidden))))",
        CUT,
    ),
    Mutation(
        "the summary is handed on before its tanh",
        FIXED,
        "return Encoded(State(torch.tanh(self.V(encoded.initial.hidden))))",
        "return Encoded(State(self.V(encoded.initial.hidden)))",
        CUT,
    ),
    Mutation(
        "the summary stands before the word",
        FIXED,
        "torch.cat((embedded, told), dim=-1)",
        "torch.cat((told, embedded), dim=-1)",
        CUT,
    ),
    Mutation(
        "a narrow summary is as wide as the state",
        FIXED,
        "self.summary = hidden if summary is None else summary",
        "self.summary = hidden",
        "test_decoders.py::test_a_model_of_cho_says_what_it_is_told_and_how_much",
    ),
    Mutation(
        "two models of other routes print alike",
        FIXED,
        'return f"summary={self.summary}, routes={self.routes}"',
        'return f"summary={self.summary}"',
        "test_decoders.py::test_a_model_of_cho_says_what_it_is_told_and_how_much",
    ),
    Mutation(
        "no layer is made for a route that is cut, and the draws move",
        FIXED,
        "self.V_prime = nn.Linear(self.summary, hidden)",
        "self.V_prime = nn.Linear(self.summary, hidden) if self.routes else nn.Identity()",
        "test_decoders.py::test_a_cut_route_changes_no_draw_and_no_layer",
    ),
    Mutation(
        "the columns that read the summary count as live where it is zero",
        FIXED,
        '"steps": [beside_the_word]',
        '"steps": []',
        LIVE,
    ),
    Mutation(
        "the layer of the summary counts as live where nobody reads it",
        FIXED,
        "return unused if self.routes else [*unused, *self.V.parameters()]",
        "return unused",
        LIVE,
    ),
    Mutation(
        "an encoder that nobody hears counts as live",
        "seq2seq.py",
        "[] if model.decoder.hears_source() else model.encoder.parameters()",
        "[]",
        LIVE,
    ),
    Mutation(
        "one word counts as a collection of its letters",
        "options.py",
        "if isinstance(values, str) or not isinstance(values, Collection):",
        "if not isinstance(values, Collection):",
        "test_decoders.py::test_routes_and_summaries_that_are_none_are_told_what_they_could_be",
    ),
    Mutation(
        "routes keep the order in which they were named",
        "options.py",
        "return tuple(value for value in allowed if value in chosen)",
        "return tuple(chosen)",
        "test_decoders.py::test_a_model_of_cho_says_what_it_is_told_and_how_much",
    ),
    Mutation(
        "a probe is standardised on the rows that it is asked about",
        "probes.py",
        "(vectors - self.mean) / self.scale @ self.weights",
        "(vectors - vectors.mean(0)) / self.scale @ self.weights",
        "test_probes.py::test_what_is_told_of_other_rows_does_not_depend_on_them",
    ),
    Mutation(
        "the bias of a probe is held small as well",
        "probes.py",
        "bias = Y.mean(0)  #",
        "bias = Y.sum(0) / (len(Y) + ridge)  #",
        "test_probes.py::test_a_probe_is_ridge_regression_done_by_hand",
    ),
    Mutation(
        "a probe is not standardised: ridge holds small numbers down",
        "probes.py",
        "mean, scale = vectors.mean(0), vectors.std(0)",
        "mean, scale = vectors.mean(0), np.ones(vectors.shape[1])",
        "test_probes.py::test_a_planted_direction_is_found_and_permuted_labels_are_not",
    ),
    Mutation(
        "a probe is asked about what it was fitted to",
        "probes.py",
        "answers = self.labels(vectors)\n",
        "vectors = _checked(vectors)\n        answers = fit_probe(vectors, labels).labels(vectors)\n",
        "test_probes.py::test_a_score_counts_answers_and_a_label_never_seen_is_a_mistake",
    ),
    Mutation(
        "a number that never changes is divided by its spread",
        "probes.py",
        "    scale[scale <= 1e-12 * np.abs(vectors).max(0)] = 1.0\n",
        "",
        "test_probes.py::test_a_number_that_never_changes_and_a_label_that_is_alone_are_no_nan",
    ),
)
