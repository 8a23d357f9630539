"""Bugs to plant in local attention: the bell over a window, and the count of what it hides."""

from tests.mutations import Mutation

LOCAL, WINDOWS = "attention/local.py", "alignment/windows.py"
SLIDER = "widgets/windowing.py"
SLIDE = "test_widgets_window.py::test_"
TEST, COUNT = "test_local_and_self_attention.py::test_", "test_windows.py::test_"
BELL = TEST + "the_bell_fades_the_softmax_of_the_window_around_p_itself"
WHOLE = TEST + "renormalised_weights_sum_to_one_also_where_the_window_leaves_the_sentence"
FADES = "weights = weights * torch.exp(-((positions - centre.unsqueeze(-1)) ** 2) / (2 * (self.window / 2) ** 2))"

MUTATIONS = (
    Mutation(
        "the bell is as wide as the window",
        LOCAL,
        "(2 * (self.window / 2) ** 2)",
        "(2 * self.window**2)",
        BELL,
    ),
    Mutation(
        "the exponent of the bell has lost its two",
        LOCAL,
        "(2 * (self.window / 2) ** 2)",
        "((self.window / 2) ** 2)",
        BELL,
    ),
    Mutation(
        "the bell stands around the rounded place",
        LOCAL,
        "(positions - centre.unsqueeze(-1)) ** 2",
        "(positions - (nearest.unsqueeze(-1) + 0 * centre.unsqueeze(-1))) ** 2",
        BELL,
    ),
    Mutation(
        "the bell is added to the scores",
        LOCAL,
        FADES,
        "bell = -((positions - centre.unsqueeze(-1)) ** 2) / (2 * (self.window / 2) ** 2)\n"
        "            weights = masked_softmax(scores + bell, inside, check=False)",
        BELL,
    ),
    Mutation(
        "the bell always sums to one",
        LOCAL,
        "if self.renormalise:",
        "if self.gaussian:",
        BELL,
    ),
    Mutation(
        "weights are divided by the bell over padding, too",
        LOCAL,
        "weights = weights / weights.sum(-1, keepdim=True)",
        "bell = torch.exp(-((positions - centre.unsqueeze(-1)) ** 2) / (2 * (self.window / 2) ** 2))\n"
        "            weights = weights / (bell.sum(-1, keepdim=True) / bell.shape[-1])",
        WHOLE,
    ),
    Mutation(
        "without its bell local-p keeps it",
        LOCAL,
        "self.gaussian = predictive if gaussian is None else",
        "self.gaussian = predictive if not gaussian else",
        TEST + "without_the_gaussian_no_slope_reaches_the_place",
    ),
    Mutation(
        "local-m has a bell unless it is told not to",
        LOCAL,
        "self.gaussian = predictive if gaussian is None else",
        "self.gaussian = True if gaussian is None else",
        TEST + "the_switches_at_the_papers_place_change_no_bit",
    ),
    Mutation(
        "weights are divided without a bell, and nobody is told",
        LOCAL,
        "if renormalise and not self.gaussian:",
        "if renormalise and gaussian is False:",
        TEST + "a_bell_without_a_window_and_half_a_division_are_refused",
    ),
    Mutation(
        "a bell is asked for where there is no window",
        "models.py",
        'if local == "none" and (gaussian is not None or check_switch("renormalise", renormalise)):',
        'if local == "none" and (gaussian or check_switch("renormalise", renormalise)):',
        TEST + "a_bell_without_a_window_and_half_a_division_are_refused",
    ),
    Mutation(
        "a model without its bell has the name of one with it",
        "models.py",
        'if local == "predictive" and gaussian is False else ""',
        'if local == "predictive" and gaussian is None else ""',
        "test_luong_switches.py::test_a_figure_names_every_switch_that_is_on",
    ),
    Mutation(
        "a word is inside where all of its partners are",
        WINDOWS,
        '{"any": any, "all": all}',
        '{"any": all, "all": all}',
        COUNT + "a_sentence_on_paper_is_counted_otherwise",
    ),
    Mutation(
        "possible partners count as sure",
        WINDOWS,
        "found = by_word(pair.sure)",
        "found = by_word(pair.possible or ())",
        COUNT + "a_sentence_on_paper_is_counted_otherwise",
    ),
    Mutation(
        "windows wait on the last word, not on </s>",
        WINDOWS,
        "S * i / T, S - 1) for i in range(T)]",
        "S * i / T, S - 2) for i in range(T)]",
        COUNT + "the_weights_of_a_model_are_zero_just_where_the_count_says_outside",
    ),
    Mutation(
        "a window is one word wider on each side",
        WINDOWS,
        "return range(max(nearest - D, 0), min(nearest + D + 1, S))",
        "return range(max(nearest - D - 1, 0), min(nearest + D + 2, S))",
        COUNT + "the_rim_of_a_window_is_inside_and_the_next_word_is_not",
    ),
    Mutation(
        "the diagonal forgets the end of both sentences",
        WINDOWS,
        "S * i / T, S - 1)",
        "(S - 1) * i / max(T - 1, 1), S - 1)",
        COUNT + "the_diagonal_runs_from_the_first_word_to_the_last_in_equal_steps",
    ),
    Mutation(
        "the bell on paper is as wide as its window",
        WINDOWS,
        "(2 * (D / 2) ** 2)",
        "(2 * D**2)",
        COUNT + "the_rim_of_the_bell_is_e_to_the_minus_two_whatever_its_window",
    ),
    Mutation(
        "the slider takes the softmax over all words",
        SLIDER,
        "return softmax(self.scores[list(self.seen)])",
        "return softmax(self.scores)[list(self.seen)]",
        SLIDE + "the_sum_on_paper_stands_in_the_frame",
    ),
    Mutation(
        "the slider lays the bell around the nearest place",
        SLIDER,
        "return bell(list(self.seen), self.p, self.D)",
        "return bell(list(self.seen), round(self.p), self.D)",
        SLIDE + "every_cell_and_bar_is_that_of_the_window_at_p",
    ),
    Mutation(
        "words outside pull as well",
        SLIDER,
        'if j in look.seen else "" for j in sorted(look.gold)}',
        'if j in look.seen else "→" if j > look.p else "←" for j in sorted(look.gold)}',
        SLIDE + "gold_pulls_p_towards_itself_and_from_outside_not_at_all",
    ),
    Mutation(
        "the slope points away",
        SLIDER,
        "(np.array(self.seen) - self.p)",
        "(self.p - np.array(self.seen))",
        SLIDE + "every_cell_and_bar_is_that_of_the_window_at_p",
    ),
    Mutation(
        "every bell is drawn as wide as the first",
        SLIDER,
        "d='{_bell_line(D)}'",
        "d='{_bell_line(self.widths[0])}'",
        SLIDE + "the_curve_is_the_bell_of_its_own_width_from_rim_to_rim",
    ),
    Mutation(
        "full bars show the softmax",
        SLIDER,
        "for shares in (look.softmax, look.weights))",
        "for shares in (look.weights, look.softmax))",
        SLIDE + "every_cell_and_bar_is_that_of_the_window_at_p",
    ),
    Mutation(
        "print has the first places only",
        SLIDER,
        "sorted({len(looks) // 6, middle, len(looks) - 1 - len(looks) // 6})",
        "sorted({0, 1, 2})",
        SLIDE + "print_has_three_places_and_their_sums",
    ),
)
