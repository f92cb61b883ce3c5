"""Codes in the words people read."""

from shared.events import Validity

VALIDITIES = {
    Validity.IN_FORCE: "有效",
    Validity.AMENDED: "已修改",
    Validity.REPEALED: "已废止",
    Validity.EXPIRED: "已失效",
}
