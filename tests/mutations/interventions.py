"""Bugs to plant in what reaches into a trained model's attention."""

from tests.mutations import Mutation

FILE = "interventions/looks.py"
MUTATIONS = (
    Mutation(
        "the temperature multiplies the scores of a model",
        FILE,
        "scores / temperature, dim",
        "scores * temperature, dim",
        "test_interventions.py::test_tempered_weights_are_the_softmax_of_the_divided_scores",
    ),
    Mutation(
        "tempered weights bring back the old context",
        FILE,
        "        return replace(look, weights=weights, context=weighted_sum(weights, values))\n\n"
        "    with changing(model, change):\n        yield\n\n\n@contextmanager\ndef pinned",
        "        return replace(look, weights=weights)\n\n"
        "    with changing(model, change):\n        yield\n\n\n@contextmanager\ndef pinned",
        "test_interventions.py::test_tempered_weights_are_the_softmax_of_the_divided_scores",
    ),
    Mutation(
        "a weight is pinned one step late",
        FILE,
        "for step in range(done, done + T)]",
        "for step in range(done - 1, done - 1 + T)]",
        "test_interventions.py::test_a_pinned_look_brings_back_one_annotation_and_only_at_its_steps",
    ),
    Mutation(
        "steps that come all at once count as one",
        FILE,
        "torch.tensor([steps is None or step in steps for step in range(done, done + T)], device=mask.device)",
        "torch.tensor([steps is None or step in steps for step in [done] * T], device=mask.device)",
        "test_interventions.py::test_all_steps_at_once_are_changed_like_step_by_step",
    ),
    Mutation(
        "weight may be pinned to padding",
        FILE,
        "not bool(mask[..., position].all())",
        "bool((~mask).all())",
        "test_interventions.py::test_what_cannot_be_changed_is_refused",
    ),
    Mutation(
        "the forgotten mask is not forgotten",
        FILE,
        "torch.ones_like(mask)",
        "mask",
        "test_interventions.py::test_without_its_mask_a_look_spends_weight_on_padding",
    ),
    Mutation(
        "the change outlives its block",
        FILE,
        "        handle.remove()\n",
        "        pass\n",
        "test_interventions.py::test_after_the_block_the_model_is_as_it_was_even_if_it_broke",
    ),
    Mutation(
        "the mask stays forgotten",
        FILE,
        "(forget)\n    try:\n        yield\n    finally:\n        hook.remove()\n",
        "(forget)\n    yield\n",
        "test_interventions.py::test_after_the_block_the_model_is_as_it_was_even_if_it_broke",
    ),
    Mutation(
        "padding stands before the source's end",
        "tracing.py",
        "functional.pad(ids, (0, padding), value=PAD)",
        "functional.pad(ids, (padding, 0), value=PAD)",
        "test_interventions.py::test_without_its_mask_a_look_spends_weight_on_padding",
    ),
    Mutation(
        "a trace recorded before hard attention came cannot be read",
        "traces.py",
        "None if fields.get(name) is None else tuple(fields[name])",
        "None if fields[name] is None else tuple(fields[name])",
        "test_tracing.py::test_a_record_made_before_a_field_was_added_is_still_a_trace",
    ),
)
