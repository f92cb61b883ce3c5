"""Numbers as Chinese documents write them."""

_UNITS = {"十": 10, "百": 100, "千": 1000}
_DIGITS = {**{sign: value for value, sign in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
SIGNS = "".join([*_DIGITS, *_UNITS])


def number(digits: str) -> int:
    """An Arabic number, or a Chinese one below ten thousand such as 二十 or 一千二百六十.

    Raises ValueError for any other character.
    """
    if digits.isdecimal():
        return int(digits)
    total, waiting = 0, 0
    for sign in digits:
        if sign in _UNITS:
            total += (waiting or 1) * _UNITS[sign]
            waiting = 0
        elif sign in _DIGITS:
            waiting = _DIGITS[sign]
        else:
            raise ValueError(f"{digits!r} is no number")
    return total + waiting
