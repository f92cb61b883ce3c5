"""The request form of article 29: who asks, how to reach them, what they want, in which form."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from portal.translations import N_, _

APPLICANT_KINDS = [("natural_person", N_("公民")), ("organisation", N_("法人或其他组织"))]
ID_KINDS = [
    ("resident_id", N_("居民身份证")),
    ("passport", N_("护照")),
    ("hk_macao_permit", N_("港澳居民来往内地通行证")),
    ("taiwan_permit", N_("台湾居民来往大陆通行证")),
    ("other", N_("其他有效证件")),
]
ORGANISATION_KINDS = [
    ("enterprise", N_("商业企业")),
    ("research", N_("科研机构")),
    ("public_benefit", N_("社会公益组织")),
    ("legal_service", N_("法律服务机构")),
    ("other", N_("其他")),
]
FORMS = [("electronic", N_("电子文档")), ("paper", N_("纸质")), ("inspection", N_("现场查阅"))]
DELIVERIES = [("email", N_("电子邮件")), ("post", N_("邮寄")), ("pickup", N_("自行领取")), ("fax", N_("传真"))]
FIELDS = (
    "department",
    "description",
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
NUMBER = re.compile(r"(\d{4})-*([^\W\d_]{1,20})-*(\d{1,9})")
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
        errors["phone"] = _("电话、电子邮箱、通信地址至少填写一项")
    if values["email"] and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", values["email"]):
        errors["email"] = _("电子邮箱格式有误，应像 name@example.cn")
    errors |= dict(_what(values))
    for name, choices in CHOICES.items():
        if values[name] and values[name] not in dict(choices):
            errors[name] = _("请从列出的选项中选择")
    order = {name: place for place, name in enumerate(FIELDS)}
    return dict(sorted(errors.items(), key=lambda pair: order[pair[0]]))


def _who(values: Mapping[str, str]) -> list[tuple[str, str]]:
    person = values["kind"] != "organisation"
    needed = (
        [("name", _("请填写姓名")), ("id_number", _("请填写证件号码"))]
        if person
        else [
            ("name", _("请填写单位名称")),
            ("organisation_kind", _("请选择单位类型")),
            ("contact_person", _("请填写联系人姓名")),
        ]
    )
    return [(name, message) for name, message in needed if not values[name]]


def _what(values: Mapping[str, str]) -> list[tuple[str, str]]:
    errors = []
    if not values["department"]:
        errors.append(("department", _("请选择受理机关")))
    if not values["description"]:
        errors.append(("description", _("请描述所需的政府信息")))
    if len(values["description"]) > DESCRIPTION_LIMIT:
        errors.append(("description", _("描述最多 %(n)s 个字", n=DESCRIPTION_LIMIT)))
    reach = {
        "email": ("email", _("电子邮箱")),
        "post": ("address", _("通信地址")),
        "fax": ("phone", _("电话或传真号码")),
    }
    field, word = reach.get(values["delivery"], ("", ""))
    if field and not values[field]:
        way = _(dict(DELIVERIES)[values["delivery"]])
        errors.append((field, _("选择“%(way)s”获取，须填写%(field)s", way=way, field=word)))
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


def read_number(typed: str) -> str:
    """A request's number as intake writes it: ２０２６审计１ and 2026 审计 00001 are 2026-审计-00001."""
    text = re.sub(r"[\s_‐-―−]", "-", unicodedata.normalize("NFKC", typed).strip())
    found = NUMBER.fullmatch(text)
    return f"{found[1]}-{found[2]}-{found[3]:0>5}" if found else text


def errors_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Intake's messages at the form's own fields; what fits none stands at the top."""
    found = {}
    for place, message in fields.items():
        name = place.rsplit(".", 1)[-1]
        found[name if name in FIELDS else ""] = message
    return found
