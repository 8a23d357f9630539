"""Bugs to plant in how the library is put together: no number changes, a reader is misled."""

from tests.mutations import Mutation

MUTATIONS = (
    Mutation(
        "the beam calls its expansions what the trace calls its words",
        "search/tree.py",
        "class Expansion(NamedTuple):",
        "class Candidate(NamedTuple):",
        "test_layout.py::test_a_name_stands_for_two_things",
    ),
    Mutation(
        "a slider waits for BLEU",
        "metrics/sentences.py",
        "import numpy as np\n",
        "import numpy as np\nimport sacrebleu\n",
        "test_layout.py::test_an_import_brings_along_only_what_it_needs",
    ),
    Mutation(
        "a package's function hides its module",
        "search/__init__.py",
        "from course_lib.search.sampling import sample, tempered_probabilities\n",
        "from course_lib.search.sampling import sample as sampling, tempered_probabilities\n",
        "test_layout.py::test_a_function_hides_the_module_of_its_name",
    ),
)
