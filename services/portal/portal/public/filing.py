"""The request form of article 29: who asks, how to reach them, what they want, in which form."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

APPLICANT_KINDS = [("natural_person", "公民"), ("organisation", "法人或其他组织")]
ID_KINDS = [
    ("resident_id", "居民身份证"),
    ("passport", "护照"),
    ("hk_macao_permit", "港澳居民来往内地通行证"),
    ("taiwan_permit", "台湾居民来往大陆通行证"),
    ("other", "其他有效证件"),
]
ORGANISATION_KINDS = [
    ("enterprise", "商业企业"),
    ("research", "科研机构"),
    ("public_benefit", "社会公益组织"),
    ("legal_service", "法律服务机构"),
    ("other", "其他"),
]
FORMS = [("electronic", "电子文档"), ("paper", "纸质"), ("inspection", "现场查阅")]
DELIVERIES = [("email", "电子邮件"), ("post", "邮寄"), ("pickup", "自行领取"), ("fax", "传真")]
FIELDS = (
    "department",
    "kind",
    "name",
    "id_kind",
    "id_number",
    "organisation_kind",
    "credit_code",
    "contact_person",
    "phone",
    "email",
    "address",
    "description",
    "form",
    "delivery",
)
DEFAULTS = {"kind": "natural_person", "id_kind": "resident_id", "form": "electronic", "delivery": "email"}
DESCRIPTION_LIMIT = 5000
CHOICES = {
    "kind": APPLICANT_KINDS,
    "id_kind": ID_KINDS,
    "organisation_kind": ORGANISATION_KINDS,
    "form": FORMS,
    "delivery": DELIVERIES,
}
COMPACT = ("id_number", "credit_code", "phone", "email")


def read_form(given: Mapping[str, Any]) -> dict[str, str]:
    """The fields as meant: blanks trimmed, numbers without spaces or full-width digits."""
    values = {name: str(given.get(name) or "").strip() for name in FIELDS}
    for name in COMPACT:
        values[name] = re.sub(r"\s", "", unicodedata.normalize("NFKC", values[name]))
    values["id_number"] = values["id_number"].upper()
    return values


def check(values: Mapping[str, str]) -> dict[str, str]:
    """What is missing or cannot work, by field, in the form's order."""
    errors = dict(_who(values))
    if not (values["phone"] or values["email"] or values["address"]):
        errors["phone"] = "电话、电子邮箱、通信地址至少填写一项"
    if values["email"] and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", values["email"]):
        errors["email"] = "电子邮箱格式有误，应像 name@example.cn"
    errors |= dict(_what(values))
    for name, choices in CHOICES.items():
        if values[name] and values[name] not in dict(choices):
            errors[name] = "请从列出的选项中选择"
    order = {name: place for place, name in enumerate(FIELDS)}
    return dict(sorted(errors.items(), key=lambda pair: order[pair[0]]))


def _who(values: Mapping[str, str]) -> list[tuple[str, str]]:
    person = values["kind"] != "organisation"
    needed = (
        [("name", "请填写姓名"), ("id_number", "请填写证件号码")]
        if person
        else [
            ("name", "请填写单位名称"),
            ("organisation_kind", "请选择单位类型"),
            ("contact_person", "请填写联系人姓名"),
        ]
    )
    return [(name, message) for name, message in needed if not values[name]]


def _what(values: Mapping[str, str]) -> list[tuple[str, str]]:
    errors = []
    if not values["department"]:
        errors.append(("department", "请选择受理机关"))
    if not values["description"]:
        errors.append(("description", "请描述所需的政府信息"))
    if len(values["description"]) > DESCRIPTION_LIMIT:
        errors.append(("description", f"描述最多 {DESCRIPTION_LIMIT} 个字"))
    reach = {"email": ("email", "电子邮箱"), "post": ("address", "通信地址"), "fax": ("phone", "电话或传真号码")}
    field, word = reach.get(values["delivery"], ("", ""))
    if field and not values[field]:
        way = dict(DELIVERIES)[values["delivery"]]
        errors.append((field, f"选择“{way}”获取，须填写{word}"))
    return errors


def filing(values: Mapping[str, str]) -> dict[str, Any]:
    """The request as intake takes it."""
    contact = {name: values[name] for name in ("phone", "email", "address")}
    who: dict[str, Any] = {"kind": values["kind"], "name": values["name"], "contact": contact}
    own = (
        ("id_kind", "id_number")
        if values["kind"] == "natural_person"
        else ("organisation_kind", "credit_code", "contact_person")
    )
    return {
        "department": values["department"],
        "applicant": who | {name: values[name] for name in own},
        "description": values["description"],
        "form": values["form"],
        "delivery": values["delivery"],
    }


def errors_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Intake's messages at the form's own fields; what fits none stands at the top."""
    found = {}
    for place, message in fields.items():
        name = place.rsplit(".", 1)[-1]
        found[name if name in FIELDS else ""] = message
    return found
