"""Bugs to plant in what chapter 11 measures with: Model 1's shares, the diagonal, ranks, and links judged by gold."""

from tests.mutations import Mutation

EM, LINKS, RANKS = "alignment/expectation_maximisation.py", "alignment/links.py", "metrics/ranks.py"
JUDGING = "widgets/judging.py"
TEST, RANK, SLIDE = "test_alignment.py::test_", "test_ranks.py::test_", "test_widgets_judging.py::test_"
SHARES = TEST + "posteriors_are_the_shares_of_all_alignments"
UNSEEN = TEST + "a_word_that_nothing_can_have_said_lies_whole_on_the_last_column[True]"

MUTATIONS = (
    Mutation(
        "NULL stands first among the shares",
        EM,
        "t = self.table(pair.target, (*pair.source, None))",
        "t = self.table(pair.target, (None, *pair.source))",
        SHARES,
    ),
    Mutation(
        "a source word shares itself out among the target words",
        EM,
        "total = t.sum(axis=1, keepdims=True)",
        "total = t.sum(axis=0, keepdims=True) + 0 * t",
        SHARES,
    ),
    Mutation(
        "words are shared out as if there were no NULL",
        EM,
        "total = t.sum(axis=1, keepdims=True)",
        "total = t[:, :-1].sum(axis=1, keepdims=True)",
        SHARES,
    ),
    Mutation(
        "an unseen word lies on the first source word",
        EM,
        "shares[~explained.ravel(), -1] = 1.0",
        "shares[~explained.ravel(), 0] = 1.0",
        UNSEEN,
    ),
    Mutation(
        "an unseen word lies nowhere",
        EM,
        "shares[~explained.ravel(), -1] = 1.0",
        "shares[~explained.ravel(), -1] = 0.0",
        UNSEEN,
    ),
    Mutation(
        "links do not grow round one corner",
        "alignment/links.py",
        "(-1, -1), (-1, 1), (1, -1), (1, 1))",
        "(-1, -1), (-1, 1), (1, 1), (1, 1))",
        "test_alignment.py::test_a_link_grows_to_its_eight_neighbours_and_no_further",
    ),
    Mutation(
        "the diagonal begins at the start of a word, not at its middle",
        LINKS,
        "S * (2 * i + 1) // (2 * T)",
        "S * i // T",
        TEST + "the_diagonal_of_a_few_lengths_by_hand",
    ),
    Mutation(
        "the diagonal takes source and target for each other",
        LINKS,
        "frozenset((S * (2 * i + 1) // (2 * T), i) for i in range(T))",
        "frozenset((T * (2 * i + 1) // (2 * S), i) for i in range(S))",
        TEST + "the_diagonal_of_a_few_lengths_by_hand",
    ),
    Mutation(
        "links of the diagonal are (target, source)",
        LINKS,
        "frozenset((S * (2 * i + 1) // (2 * T), i) for i in range(T))",
        "frozenset((i, S * (2 * i + 1) // (2 * T)) for i in range(T))",
        TEST + "the_diagonal_of_a_few_lengths_by_hand",
    ),
    Mutation(
        "a correlation of ranks is one of the numbers",
        RANKS,
        "np.stack([_ranks(side) for side in points])",
        "points.copy()",
        RANK + "of_every_order_it_is_the_formula_of_squared_distances[4]",
    ),
    Mutation(
        "equal numbers have the last of their places",
        RANKS,
        "(last - counts / 2)[groups]",
        "last.astype(float)[groups]",
        RANK + "equal_numbers_share_the_mean_of_their_places",
    ),
    Mutation(
        "equal numbers are ranked by their order",
        RANKS,
        "return (last - counts / 2)[groups]",
        "return np.argsort(np.argsort(values, kind='stable')).astype(float)",
        RANK + "equal_numbers_share_the_mean_of_their_places",
    ),
    Mutation(
        "a rank is the place of a number after sorting, not before",
        RANKS,
        "return (last - counts / 2)[groups]",
        "return np.argsort(values, kind='stable').astype(float)",
        RANK + "of_every_order_it_is_the_formula_of_squared_distances[4]",
    ),
    Mutation(
        "a draw without an order counts as no correlation",
        RANKS,
        "for places in drawn) if not math.isnan(rho)]",
        "for places in drawn)]\n    found = [0.0 if math.isnan(rho) else rho for rho in found]",
        RANK + "draws_in_which_a_side_is_constant_are_left_out",
    ),
    Mutation(
        "xs and ys are drawn apart",
        RANKS,
        "(_spearman(points[:, places]) for places in drawn)",
        "(_spearman(np.stack((points[0][places], points[1][other]))) for places, other in zip(drawn, drawn[::-1]))",
        RANK + "an_interval_is_of_points_drawn_again_on_the_scale_of_rho",
    ),
    Mutation(
        "a link that is only possible is extra",
        JUDGING,
        "links & possible - sure, sure - links, links - possible, score",
        "links & possible - sure, sure - links, links - sure, score",
        SLIDE + "every_frame_is_that_of_its_sliders_and_counts_by_both_kinds_of_gold",
    ),
    Mutation(
        "the sentence is scored by its sure links alone",
        JUDGING,
        "aer([links], [sure], [possible]) if",
        "aer([links], [sure], [sure]) if",
        SLIDE + "every_frame_is_that_of_its_sliders_and_counts_by_both_kinds_of_gold",
    ),
    Mutation(
        "every aligner is drawn over the weights of the first",
        JUDGING,
        "<div class=main>{_picture(trace, judged[who, threshold])}</div>",
        "<div class=main>{_picture(first, judged[who, threshold])}</div>",
        SLIDE + "a_sign_lies_on_the_cell_of_its_link_over_the_weights_of_its_aligner",
    ),
    Mutation(
        "signs lie on the cells of the transposed map",
        JUDGING,
        "x={left + j * cell} y={top + i * cell} />",
        "x={left + i * cell} y={top + j * cell} />",
        SLIDE + "a_sign_lies_on_the_cell_of_its_link_over_the_weights_of_its_aligner",
    ),
    Mutation(
        "an allowed link looks like a missing one",
        JUDGING,
        '"allowed": ring + disc.format',
        '"allowed": ring or disc.format',
        SLIDE + "every_sign_and_every_map_is_drawn_once",
    ),
    Mutation(
        "weights with a row for </s> are taken",
        JUDGING,
        "if np.shape(rows) != expected:",
        "if np.shape(rows)[1] != expected[1]:",
        SLIDE + "what_cannot_be_judged_is_refused",
    ),
    Mutation(
        "print has the signs of the page, too small for its cells",
        JUDGING,
        "<defs>{_glyphs(trace, cell)}</defs>",
        "<defs>{_glyphs(trace)}</defs>",
        SLIDE + "print_has_the_first_frame_and_every_sentence",
    ),
)
