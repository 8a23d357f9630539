"""Bugs to plant in what says how near a look is to gold, holds it there, or cuts what it looks at."""

from tests.mutations import Mutation

NEARNESS, LOOKS = "alignment/nearness.py", "alignment/looks.py"
HOLDING, READING = "interventions/holding.py", "interventions/reading.py"
RUN = "interventions/looks.py"
TEST, HELD = "test_looks.py::test_", "test_held_looks.py::test_"
MUTATIONS = (
    Mutation(
        "possible links are gold",
        NEARNESS,
        "gold in by_word(pair.sure or ()).items()]",
        "gold in by_word(pair.possible or ()).items()]",
        TEST + "possible_links_count_for_gold",
    ),
    Mutation(
        "a jump is measured from possible links",
        NEARNESS,
        "    gold = by_word(pair.sure or ())\n",
        "    gold = by_word(pair.possible or ())\n",
        TEST + "possible_links_count_for_gold",
    ),
    Mutation(
        "a jump is measured from the middle of the gold partners",
        NEARNESS,
        "    _, nearest = min((abs(j - partner), partner) for partner in gold)\n",
        "    nearest = round(sum(gold) / len(gold))\n",
        TEST + "a_word_with_several_partners_has_all_of_them",
    ),
    Mutation(
        "long jumps are not counted together",
        NEARNESS,
        "jumps[max(-FURTHEST, min(FURTHEST, jump))] += 1",
        "jumps[jump] = jumps.get(jump, 0) + 1",
        TEST + "a_sentence_on_paper_is_seen_otherwise",
    ),
    Mutation(
        "jumps before and after are exchanged",
        NEARNESS,
        "    return j - nearest\n",
        "    return nearest - j\n",
        TEST + "a_sentence_on_paper_is_seen_otherwise",
    ),
    Mutation(
        "weights of a target without its </s> are taken",
        NEARNESS,
        ", where, target_length=len(pair.target))",
        ", where)",
        TEST + "weights_of_something_else_are_near_to_nothing",
    ),
    Mutation(
        "a double beside gold is a double",
        LOOKS,
        "    if not gold.isdisjoint((j - 1, j + 1)):\n",
        "    if j < len(source) and source[j] in {source[p] for p in gold}:\n"
        '        return "same word elsewhere"\n'
        "    if not gold.isdisjoint((j - 1, j + 1)):\n",
        TEST + "what_is_several_kinds_is_the_first_of_them",
    ),
    Mutation(
        "a full stop in the middle is the end",
        LOOKS,
        "(j == len(source) - 1 and source[j] in FULL_STOPS)",
        "source[j] in FULL_STOPS",
        TEST + "what_is_several_kinds_is_the_first_of_them",
    ),
    Mutation(
        "</s> is out of range",
        LOOKS,
        "    if j < len(source) and source[j] in {source[partner]",
        "    if source[j] in {source[partner]",
        TEST + "a_sentence_on_paper_is_seen_otherwise",
    ),
    Mutation(
        "a link to </s> is a link",
        LOOKS,
        "if not (0 <= j < S - 1 and",
        "if not (0 <= j < S and",
        TEST + "looks_that_fit_no_sentence_have_no_kind",
    ),
    Mutation(
        "NaN looks somewhere",
        LOOKS,
        '    require_finite(f"{where}attention weights", rows)\n',
        "",
        TEST + "weights_of_something_else_are_near_to_nothing",
    ),
    Mutation(
        "a look is held one step late",
        HOLDING,
        "positions[:, start:end].to",
        "positions.roll(1, 1)[:, start:end].to",
        HELD + "a_held_look_brings_back_another_annotation_or_a_free_one_is_held",
    ),
    Mutation(
        "free looks see nothing",
        HOLDING,
        "torch.where((wanted < 0).unsqueeze(-1), look.weights, one_hot)",
        "torch.where((wanted < 0).unsqueeze(-1), torch.zeros_like(look.weights), one_hot)",
        HELD + "a_look_that_is_free_everywhere_changes_nothing",
    ),
    Mutation(
        "a held look brings back the old context",
        HOLDING,
        "one_hot)\n        return replace(look, weights=weights, context=weighted_sum(weights, values))",
        "one_hot)\n        return replace(look, weights=weights)",
        HELD + "a_held_look_brings_back_another_annotation_or_a_free_one_is_held",
    ),
    Mutation(
        "a look may be held on padding",
        HOLDING,
        "    lengths = mask.sum(-1, keepdim=True)  # (B, 1); padding stands behind the words\n",
        "    lengths = torch.full_like(mask.sum(-1, keepdim=True), mask.shape[1])\n",
        HELD + "a_look_is_held_at_what_is_no_word",
    ),
    Mutation(
        "steps past the last column are free",
        HOLDING,
        "    if end > T:\n",
        "    positions = F.pad(positions, (0, max(0, end - T)), value=-1)\n    if False:\n",
        HELD + "a_look_is_held_at_what_is_no_word",
    ),
    Mutation(
        "held looks meet shuffled sentences",
        "word_scores.py",
        "in map(sorted, epoch_batches(pairs, batch_size, seed=0, epoch=0)):",
        "in epoch_batches(pairs, batch_size, seed=0, epoch=0):",
        HELD + "sentences_of_one_length_are_scored_with_the_looks_of_others",
    ),
    Mutation(
        "a second run goes on where the first one ended",
        RUN,
        "        if done:\n",
        "        if False:\n",
        HELD + "a_second_run_is_held_at_what_was_left_of_the_first",
    ),
    Mutation(
        "runs are counted after the block",
        RUN,
        "        try:\n            yield\n        finally:\n            hook.remove()\n",
        "        yield\n",
        HELD + "a_look_stays_held_after_the_block_even_if_it_broke",
    ),
    Mutation(
        "the backward half crosses the cut",
        READING,
        "memory = torch.cat([memory for memory, _ in pieces], dim=1)  # (B, S, 2H)",
        "whole = read_whole(source, lengths)[0]\n        H = whole.shape[2] // 2\n"
        "        memory = torch.cat([memory for memory, _ in pieces], dim=1)\n"
        "        memory = torch.cat((memory[..., :H], whole[..., H:]), dim=2)",
        HELD + "a_piece_hears_of_another",
    ),
    Mutation(
        "the decoder starts from the last piece",
        READING,
        "pieces[0][1].hidden[1]))",
        "pieces[-1][1].hidden[1]))",
        HELD + "a_piece_hears_of_another",
    ),
    Mutation(
        "the last piece of a shorter source is as long as the batch",
        READING,
        "lengths.clamp(max=end) - start)",
        "torch.full_like(lengths, end - start))",
        HELD + "a_cut_of_a_batch_reads_padding",
    ),
    Mutation(
        "</s> alone is a piece",
        READING,
        "if cuts and cuts[-1] > int(lengths.min()) - 2:",
        "if cuts and cuts[-1] > int(lengths.min()) - 1:",
        HELD + "a_source_is_cut_where_it_cannot_be",
    ),
    Mutation(
        "a cut inside a cut counts its positions from the piece",
        READING,
        'if "read" in vars(encoder):',
        'if "reads" in vars(encoder):',
        HELD + "a_source_without_a_cut_is_read_otherwise_and_a_cut_one_alike",
    ),
    Mutation(
        "a source stays cut after the block",
        READING,
        "        del encoder.read\n",
        "        pass\n",
        HELD + "a_source_without_a_cut_is_read_otherwise_and_a_cut_one_alike",
    ),
)
