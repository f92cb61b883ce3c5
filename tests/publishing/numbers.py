"""Numbers that pass their checks, made by formulas of their own, and the ways people write them."""

from datetime import date

from hypothesis import strategies as st

PROVINCES = (11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61)
FULL_WIDTH = str.maketrans("0123456789Xx-", "０１２３４５６７８９Ｘｘ－")


def check_character(first: str) -> str:
    """GB 11643 as the standard states it: ISO 7064 MOD 11-2 of the first seventeen digits."""
    rest = 0
    for digit in first:
        rest = (rest + int(digit)) * 2 % 11
    return "0123456789X"[(12 - rest) % 11]


def with_luhn(first: str) -> str:
    return next(first + last for last in "0123456789" if _luhn(first + last) == 0)


def _luhn(number: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value // 10 + value % 10
    return total % 10


def _written(number: str, gaps: list[str], wide: bool, small: bool) -> str:
    text = "".join(character + gap for character, gap in zip(number, [*gaps, ""], strict=True))
    text = text.lower() if small else text
    return text.translate(FULL_WIDTH) if wide else text


identity_numbers = st.builds(
    lambda province, region, day, serial: f"{province}{region:04}{day:%Y%m%d}{serial:03}",
    st.sampled_from(PROVINCES),
    st.integers(0, 9999),
    st.dates(date(1900, 1, 1), date(2026, 12, 31)),
    st.integers(0, 999),
).map(lambda first: first + check_character(first))
wrong_identity_numbers = st.tuples(identity_numbers, st.integers(1, 10)).map(
    lambda pair: pair[0][:-1] + "0123456789X"[("0123456789X".index(pair[0][-1]) + pair[1]) % 11]
)


def ways_to_write(numbers: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, str]]:
    """The number, and one way of writing it: spaces or hyphens within, full width, small letters."""
    gap = st.sampled_from(["", "", " ", "-", "　", "- "])
    return numbers.flatmap(
        lambda number: st.tuples(
            st.just(number),
            st.builds(
                _written,
                st.just(number),
                st.lists(gap, min_size=len(number) - 1, max_size=len(number) - 1),
                st.booleans(),
                st.booleans(),
            ),
        )
    )
