"""Bugs to plant in the model that runs in a page: one sign, one order, one forgotten switch each."""

from tests.mutations import Mutation

RUN, TEST = "test_live.py::test_the_page_sees_what_torch_sees", "test_live.py::test_"
PLAIN, AFTER, READ, BOTH = f"{RUN}[1]", f"{RUN}[3]", f"{RUN}[5]", f"{RUN}[7]"
LINEAR, COVERAGE, SHARP, UNMASKED, PULLED = (f"{RUN}[{number}]" for number in (9, 11, 17, 19, 21))


def _bug(bug: str, file: str, old: str, new: str, test: str) -> Mutation:
    return Mutation(bug, f"../book/static/live/{file}.js", old, new, test)


MUTATIONS = (
    _bug("a matrix is read by columns", "arithmetic", "values[at] * x[k]", "values[k * rows + i] * x[k]", PLAIN),
    _bug(
        "the backward annotations stand backwards",
        "model",
        'this.run("_reverse", [...embedded].reverse()).reverse()',
        'this.run("_reverse", [...embedded].reverse())',
        PLAIN,
    ),
    _bug("the state starts from the wrong end", "model", "? ends[1]", "? ends[0]", PLAIN),
    _bug("reset before the product, as the paper's", "model", "reset * hidden[2 * H + k]", "hidden[2 * H + k]", PLAIN),
    _bug("z the other way round", "model", "(1 - stays) * candidate + stays * old", "stays * candidate + old", PLAIN),
    _bug("the cell's gates change places", "model", "told[H + k] + gates[H + k]", "told[k] + gates[k]", PLAIN),
    _bug("halves instead of neighbours", "model", "candidates[2 * k + 1]", "candidates[k + 1]", PLAIN),
    _bug("s_i is read out", "model", "read = s;\n      } else", "read = after;\n      } else", PLAIN),
    _bug("the query ignores its switch", "model", 'this.options.query === "before"', "true", AFTER),
    _bug("the readout ignores its switch", "model", "? after : s;", "? after : after;", READ),
    _bug("s_0 of one end alone", "model", "joined(...ends)", "joined(ends[0], ends[0])", BOTH),
    _bug(
        "the linear readout in another order",
        "model",
        "joined(s, embedded, context)",
        "joined(context, embedded, s)",
        LINEAR,
    ),
    _bug("coverage of the last look alone", "model", "add(state.coverage, look.weights)", "look.weights", COVERAGE),
    _bug("the temperature multiplies", "search", "score / temperature", "score * temperature", SHARP),
    _bug("the mask never comes off", "search", "if (!masked) encoded.mask.fill(true);", "", UNMASKED),
    _bug("padding is masked by nobody", "search", "mask[j] ? score : -Infinity", "score", f"{RUN}[18]"),
    _bug("the others keep what they had", "search", "((1 - share) * weight) / others", "weight", PULLED),
    _bug(
        "nothing is left of nothing",
        "search",
        "others > 0 ?",
        "true ?",
        TEST + "what_has_no_share_left_is_shared_alike",
    ),
    _bug(
        "what is held is taken for the model's own",
        "search",
        "return { seen, own, weights: hold ? give(own, mask, hold) : own };",
        "const weights = hold ? give(own, mask, hold) : own;\n    return { seen, own: weights, weights };",
        TEST + "a_held_look_still_says_what_it_would_have_been",
    ),
    _bug("a scale too few", "model", "steps[Math.floor(k / wide)]", "steps[0]", PLAIN),
    _bug(
        "a reserved token can be typed",
        "words",
        "const RESERVED = 4",
        "const RESERVED = 1",
        TEST + "what_is_typed_is_split_and_what_is_unknown_is_named[5]",
    ),
    Mutation(
        "rounded down instead of to the nearest",
        "export.py",
        "np.rint(",
        "np.floor(",
        TEST + "a_rounded_weight_is_the_nearest_of_its_row",
    ),
    Mutation(
        "zero divided by zero",
        "export.py",
        "np.where(scales > 0, scales, 1)",
        "scales",
        TEST + "a_row_of_zeros_stays_one",
    ),
    Mutation(
        "a sentence ends its own attribute",
        "widgets/in_page.py",
        'escape(" ".join(word for word in stand_in.source if word not in SPECIAL_TOKENS))',
        '" ".join(word for word in stand_in.source if word not in SPECIAL_TOKENS)',
        TEST + "the_place_names_its_model_and_holds_the_stand_in",
    ),
    Mutation(
        "a name leads out of its folder",
        "widgets/in_page.py",
        'if not name.replace("-", "").isalnum():',
        "if not name:",
        TEST + "the_place_names_its_model_and_holds_the_stand_in",
    ),
    Mutation(
        "a changed file is read",
        "export.py",
        "if fingerprint != short_digest",
        "if False and fingerprint != short_digest",
        TEST + "a_changed_file_is_refused",
    ),
)
