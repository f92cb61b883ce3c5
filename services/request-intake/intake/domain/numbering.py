"""Request numbers, department short names, and the query code only the applicant holds."""

import re
import secrets
import unicodedata

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
CODE_LENGTH = 16  # 16 × 5 bits = 80 bits
NUMBER = re.compile(r"\d{4}-[^\W_]{1,20}-\d{5,9}")
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
ENDINGS = (("委员会", "委"), ("办公室", "办"), ("局", ""))


def request_number(year: int, short_name: str, serial: int) -> str:
    """Such as 2026-审计-00001."""
    return f"{year}-{short_name}-{serial:05d}"


def is_request_number(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None


def short_name_of(name: str) -> str:
    """What a department is called in numbers: 审计局 → 审计, 某县政府办公室 → 政府办."""
    letters = "".join(letter for letter in name if letter.isalnum())
    local = re.sub(r"^.{1,8}?[县市区旗](?=.{2})", "", letters)
    for ending, short in ENDINGS:
        if local.endswith(ending) and len(local) > len(ending):
            return (local.removesuffix(ending) + short)[:16]
    return local[:16] or "部门"


def new_query_code() -> str:
    """Eighty random bits in four groups that can be read over the telephone."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def same_code_text(typed: str) -> str:
    """A code as it is compared: upper case, without separators, misread letters put right."""
    return unicodedata.normalize("NFKC", typed).upper().translate(MISREAD)


def wait_after(failures: int) -> int:
    """Seconds to wait after so many wrong codes in a row for one number: none, then 2, 4, 8 … 60.

    Never longer: guessing eighty bits once a minute is hopeless, and the applicant must not be kept out.
    """
    return 0 if failures < 4 else min(2 ** (failures - 3), 60)
