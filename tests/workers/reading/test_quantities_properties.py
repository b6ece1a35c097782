"""What holds of every figure: read as it was written, verbatim, and compared without favour."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.reading.numerals import spelled
from workers.reading.quantities import compatible, find
from workers.reading.types import Quantity, Tolerance

EXACT, BETWEEN = Tolerance.EXACT, Tolerance.BETWEEN
PIECES = st.sampled_from(
    [
        *("80.000 abonnés", "entre 10 et 15 %", "un an et demi", "one in five", "la moitié de "),
        *("des centaines de ", "12 milliards", "$1.2bn", "de 10 à 20", "le 5 mai 2024", "il y a "),
        "près de ",
        "un ",
        "d'",
        "1.",
        "000",
        " ",
        "€",
        "%",
        "mille",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_every_figure_is_a_verbatim_span_of_any_text(text: str) -> None:
    end = 0
    for quantity in find(text):
        assert text[quantity.start : quantity.end] == quantity.text != ""
        assert quantity.start >= end
        assert quantity.value.is_finite()
        end = quantity.end


# Small whole numbers meet at the edges of each other's rounding; the others seldom do.
values = st.integers(-30, 130).map(Decimal) | st.decimals(-100, 10**9, places=2)
widths = st.integers(0, 130).map(Decimal) | st.decimals(0, 10**9, places=2)
tolerances = st.sampled_from(Tolerance)


@st.composite
def figures(draw: st.DrawFn) -> Quantity:
    value, tolerance = draw(values), draw(tolerances)
    upper = value + draw(widths) if tolerance is BETWEEN else None
    return figure(value, tolerance, upper)


def figure(value: Decimal, tolerance: Tolerance, upper: Decimal | None = None) -> Quantity:
    return Quantity(
        value=value, upper=upper, unit="mort", tolerance=tolerance, text="", start=0, end=0
    )


@given(figures(), figures())
def test_compatibility_is_symmetric_and_every_figure_agrees_with_itself(
    a: Quantity, b: Quantity
) -> None:
    assert compatible(a, b) == compatible(b, a)
    assert compatible(a, a)


@given(values, tolerances, widths, figures())
def test_what_an_exact_figure_agrees_with_a_looser_one_agrees_with_too(
    value: Decimal, tolerance: Tolerance, more: Decimal, other: Quantity
) -> None:
    upper = value + more if tolerance is BETWEEN else None
    if compatible(figure(value, EXACT), other):
        assert compatible(figure(value, tolerance, upper), other)


@given(values, widths, widths, figures())
def test_a_wider_range_agrees_with_all_that_a_narrower_one_agrees_with(
    value: Decimal, more: Decimal, yet_more: Decimal, other: Quantity
) -> None:
    if compatible(figure(value, BETWEEN, value + more), other):
        assert compatible(figure(value, BETWEEN, value + more + yet_more), other)


@given(st.integers(2_100, 10**12), st.sampled_from([" ", "\u00a0", "\u202f", "\u2009", ""]))
def test_any_whole_number_is_read_as_it_was_written(number: int, mark: str) -> None:
    written = f"{number:,}".replace(",", mark)
    (quantity,) = find(f"La ville a vendu {written} bouteilles.")
    assert (quantity.value, quantity.text) == (Decimal(number), f"{written} bouteilles")


@given(st.integers(1_000, 10**12))
def test_any_number_with_english_commas_is_read_as_it_was_written(number: int) -> None:
    (quantity,) = find(f"The town sold {number:,} bottles.")
    assert quantity.value == number


@given(st.integers(2, 99), st.integers(0, 99))
def test_number_words_add_up_in_both_languages(thousands: int, rest: int) -> None:
    french = f"{french_words(thousands)} mille {french_words(rest) if rest else ''}".strip()
    english = f"{english_words(thousands)} thousand {english_words(rest) if rest else ''}".strip()
    assert spelled(french, "fr") == spelled(english, "en") == 1000 * thousands + rest


FRENCH = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "vingt trente quarante cinquante soixante"
)
ENGLISH = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
)


def french_words(number: int) -> str:
    """A number below a hundred as France counts."""
    if number < 17:
        return FRENCH.split()[number]
    if number < 20:
        return f"dix-{FRENCH.split()[number - 10]}"
    tens, rest = divmod(number, 10)
    if number >= 80:
        return f"quatre-vingt-{french_words(number - 80)}" if number > 80 else "quatre-vingts"
    if tens == 7:
        tens, rest = 6, rest + 10
    joined = " et " if rest in {1, 11} else "-"
    return FRENCH.split()[15 + tens] + (joined + french_words(rest) if rest else "")


def english_words(number: int) -> str:
    """A number below a hundred in English."""
    if number < 20:
        return ENGLISH.split()[number]
    tens, rest = divmod(number, 10)
    return ENGLISH.split()[18 + tens] + (f"-{ENGLISH.split()[rest]}" if rest else "")


@pytest.mark.parametrize(
    "text",
    [
        "1" * 10**6,
        "1 " * 10**4,
        "12 000 " * 10_000,
        "un " * 50_000,
        "cent " * 50_000,
        "près de " * 20_000,
        "entre entre " * 10_000,
        "vingt-deux et " * 10_000,
        "1." * 50_000,
        "aaaaaaa@" * 10_000,
        "de d'un " * 10_000,
        "(0" * 10_000,
        "3-" * 50_000,
        "un sur " * 10_000,
        "mai 3-" * 10_000,
        "il y a " * 10_000,
        "le 5 mai " * 5_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_text_made_to_be_slow_is_read_to_its_end(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in find(text))
