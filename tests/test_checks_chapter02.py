"""The checkers of chapter 2 accept right answers and name the usual mistakes."""

from tests.answers.chapter02 import RIGHT, WRONG
from tests.exercises import mistakes_are_named, right_answers_pass

test_a_right_answer_passes_and_an_empty_one_is_only_not_yet = right_answers_pass(RIGHT)
test_a_usual_mistake_is_named = mistakes_are_named(WRONG)
