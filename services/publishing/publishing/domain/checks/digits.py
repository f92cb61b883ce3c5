"""Numbers as people type them, and the check characters that tell real ones from others."""

import unicodedata

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECKS = "10X98765432"
_CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_LENGTH = 18


class _Straight(dict[int, str]):
    """Any form of a digit, letter, space or dash to the plain one, each character to one character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = character
        if character in _DASHES:
            plain = "-"
        elif character in _INVISIBLE or (character.isspace() and character not in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85"):
            plain = " "
        elif character.isdecimal():
            plain = str(unicodedata.decimal(character))
        elif "\uff01" <= character <= "\uff5e":
            plain = chr(code - 0xFEE0)
        self[code] = plain
        return plain


_STRAIGHT = _Straight()


def straight(text: str) -> str:
    """The text with plain digits, spaces and hyphens, of the same length: offsets stay true."""
    return text.translate(_STRAIGHT)


def bare(number: str) -> str:
    """A number without the spaces and hyphens within it."""
    return number.replace(" ", "").replace("-", "")


def is_identity_number(number: str) -> bool:
    """Whether the last of 18 characters is the check digit of GB 11643."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _IDENTITY_WEIGHTS, strict=False))
    return _IDENTITY_CHECKS[total % 11] == number[-1].upper()


def is_credit_code(code: str) -> bool:
    """Whether this is a 统一社会信用代码: 18 characters, the last one the check of GB 32100."""
    if len(code) != _CREDIT_LENGTH or any(character not in _CREDIT_CHARACTERS for character in code):
        return False
    values = [_CREDIT_CHARACTERS.index(character) for character in code]
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:-1]))
    return (31 - total % 31) % 31 == values[-1]


def passes_luhn(number: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812, as of payment cards."""
    doubled = [int(digit) * 2 for digit in number[-2::-2]]
    return (sum(map(int, number[-1::-2])) + sum(value - 9 * (value > 9) for value in doubled)) % 10 == 0
