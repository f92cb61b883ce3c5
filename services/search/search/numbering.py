"""Document numbers (文号) and dates as they stand in a question."""

import re

MOST_NUMBERS = 3
_QUOTED = re.compile(
    r"第\s*\d{1,4}\s*号|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|\w{1,8}[〔\[(]\d{4}[〕\])]\s*(?:第?\s*\d{1,4}\s*号)?"
)
_NUMBERED = re.compile(r"(\w{2,12})[〔\[(【〖《{](\d{4})[〕\])】〗》}]\s*第?\s*(\d{1,4})\s*号?")


def numbers_in(text: str) -> list[str]:
    """The document numbers in a question, folded. Where the words before one end is not known: 关于审发〔2025〕31号."""
    return [
        f"{issuer[start:]}{year}{serial}号"
        for issuer, year, serial in _NUMBERED.findall(text)[:MOST_NUMBERS]
        for start in range(len(issuer) - 1)
    ]


def quoted(text: str) -> list[str]:
    """The decree numbers and dates in a question, which stand in texts just so: 第493号, 2007年4月9日."""
    return [found[0] for found in _QUOTED.finditer(text)][:MOST_NUMBERS]
