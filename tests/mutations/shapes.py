"""Bugs to plant that change no number of the tests: broadcasting hides them, only the check of shapes sees them."""

from tests.mutations import Mutation

MUTATIONS = (
    Mutation(
        "the sum of the weights begins without its batch",
        "decoders/bahdanau.py",
        "coverage=memory.new_zeros(mask.shape)",
        "coverage=memory.new_zeros(mask.shape[1])",
        "test_decoders.py::test_stepping_gives_what_teacher_forcing_gives",
    ),
    Mutation(
        "one context of zeros is fed back for the whole batch",
        "decoders/bahdanau.py",
        "memory.new_zeros(memory.shape[0], memory.shape[2])",
        "memory.new_zeros(1, memory.shape[2])",
        "test_decoders.py::test_stepping_gives_what_teacher_forcing_gives",
    ),
    Mutation(
        "the cell state has a layer that the hidden state has not",
        "decoders/xu.py",
        "torch.tanh(self.f_init_c(mean))[None])",
        "torch.tanh(self.f_init_c(mean)).expand(2, -1, -1))",
        "test_decoders.py::test_stepping_gives_what_teacher_forcing_gives",
    ),
    Mutation(
        "the loss of the links is a vector of one",
        "training/objectives.py",
        "return -(gold * output.weights.clamp(min=tiny).log()).sum()",
        "return -(gold * output.weights.clamp(min=tiny).log()).sum().view(1)",
        "test_objectives.py::test_supervision_is_the_cross_entropy_of_the_weights_against_the_links",
    ),
    Mutation(
        "a GRU gets a cell state, and that turned on its side",
        "decoders/fixed_vector.py",
        "return State(torch.tanh(self.V_prime(encoded.initial.hidden)))",
        "return State(torch.tanh(self.V_prime(encoded.initial.hidden)), self.V_prime(encoded.initial.hidden).mT)",
        "test_decoders.py::test_cho_is_told_the_summary_at_every_step_and_in_the_readout",
    ),
)
