"""Bugs to plant in what lets a look read another sentence, and in how widely a look is said to go."""

from tests.mutations import Mutation

FILE, STEPS, LOOKS = "interventions/patching.py", "interventions/looks.py", "alignment/looks.py"
TEST = "test_patching.py::test_"
ENTROPY = "test_looks.py::test_the_entropy_of_a_look_is_that_of_the_paper"
NO_ENTROPY = "test_looks.py::test_what_are_no_weights_has_no_entropy"
MUTATIONS = (
    Mutation(
        "the whole other sentence is read",
        FILE,
        "weighted_sum(look.weights, other)",
        "weighted_sum(look.weights, theirs.to(values).expand_as(values))",
        TEST + "own_weights_read_the_annotations_of_the_other_sentence_where_it_is_patched_and_only_there",
    ),
    Mutation(
        "a patch falls one place too far left",
        FILE,
        "theirs[:, chosen].to(values)",
        "theirs.roll(1, dims=1)[:, chosen].to(values)",
        TEST + "own_weights_read_the_annotations_of_the_other_sentence_where_it_is_patched_and_only_there",
    ),
    Mutation(
        "a patch lasts, in the annotations themselves",
        FILE,
        "other = values.clone()",
        "other = values",
        TEST + "steps_that_are_not_named_read_the_sentence_itself",
    ),
    Mutation(
        "a patch comes one step late",
        STEPS,
        "for step in range(done, done + T)]",
        "for step in range(done - 1, done - 1 + T)]",
        TEST + "steps_that_are_not_named_read_the_sentence_itself",
    ),
    Mutation(
        "patched steps that come at once count as one",
        STEPS,
        "for step in range(done, done + T)]",
        "for step in [done] * T]",
        TEST + "sentences_of_a_batch_and_steps_taken_at_once_are_patched_alike",
    ),
    Mutation(
        "another length is padded over",
        FILE,
        "mask.shape[1] != len(words) + 1 or not bool(mask.all())",
        "mask.shape[1] < len(words) + 1",
        TEST + "sentences_of_several_lengths_have_no_places_in_common",
    ),
    Mutation(
        "</s> cannot be patched",
        FILE,
        "least=0, most=len(words))",
        "least=0, most=len(words) - 1)",
        TEST + "own_weights_read_the_annotations_of_the_other_sentence_where_it_is_patched_and_only_there",
    ),
    Mutation(
        "no place at all is patched, and nobody says so",
        FILE,
        "    if not chosen:\n",
        "    if False:\n",
        TEST + "what_cannot_be_patched_is_refused",
    ),
    Mutation(
        "entropy in bits",
        LOOKS,
        "    return -(rows * np.log(",
        "    return -(rows * np.log2(",
        ENTROPY,
    ),
    Mutation(
        "no weight has infinite entropy",
        LOOKS,
        "np.log(np.where(rows > 0, rows, 1.0))",
        "np.log(np.where(rows >= 0, rows, 1.0))",
        ENTROPY,
    ),
    Mutation(
        "a window that gives away less than all has an entropy",
        LOOKS,
        "float(rows[far].sum()) - 1) > ROUNDED",
        "float(rows[far].sum()) - 1) > 0.5",
        NO_ENTROPY,
    ),
    Mutation(
        "scores have an entropy",
        LOOKS,
        "    if (rows < 0).any():\n",
        "    if (rows < -1).any():\n",
        NO_ENTROPY,
    ),
)
