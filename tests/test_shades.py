"""How strongly a weight is drawn: nothing for 0, never weaker for more, plain to see at 0.2, digits readable."""

import pytest

from course_lib.notation import PAPER, WEIGHT, Theme
from course_lib.shades import ink_on, relative_luminance, shade, strength

WEIGHTS = [step / 100 for step in range(101)]
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, written out here for itself."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    def luminance(colour: str) -> float:
        red, green, blue = (linear(int(colour[k : k + 2], 16) / 255) for k in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@THEMES
def test_no_weight_is_the_bare_page_and_all_the_weight_is_the_full_colour(theme: Theme):
    assert shade(0, theme) == PAPER.on(theme)
    assert shade(1, theme) == WEIGHT.on(theme)
    assert (strength(-1e-9), strength(1 + 1e-6)) == (0, 1)  # what rounding may leave of a softmax


@THEMES
def test_more_weight_is_never_drawn_weaker(theme: Theme):
    away = [contrast(shade(weight, theme), PAPER.on(theme)) for weight in WEIGHTS]
    assert away == sorted(away) and len(set(away)) > 95


@THEMES
def test_a_weight_of_a_fifth_is_plain_to_see(theme: Theme):
    """A linear scale gives it 1.3 to 1 on white and 1.4 on the dark page: there, and yet unseen."""
    assert contrast(shade(0.2, theme), PAPER.on(theme)) > 1.8
    assert contrast(shade(0.4, theme), shade(0.2, theme)) > 1.3
    assert contrast(shade(0.01, theme), PAPER.on(theme)) < 1.2


@THEMES
def test_digits_on_a_cell_are_read_at_every_weight(theme: Theme):
    for weight in WEIGHTS:
        assert contrast(ink_on(shade(weight, theme)), shade(weight, theme)) >= 4.5, weight


def test_luminance_is_that_of_the_standard():
    assert relative_luminance("#ffffff") == pytest.approx(1) and relative_luminance("#000000") == 0
    for colour in (WEIGHT.light, WEIGHT.dark, "#7f7f7f", "#102030"):
        assert (relative_luminance(colour) + 0.05) / 0.05 == pytest.approx(contrast(colour, "#000000"))
