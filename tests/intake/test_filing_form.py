"""What a filing must hold, and how its shortcomings are told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intake.api.forms import APPLICANT_KINDS, refusal
from intake.domain.applicant import DESCRIPTION_LIMIT, Filing, is_credit_code, is_resident_id
from intake.domain.numbering import (
    is_request_number,
    new_query_code,
    request_number,
    same_code_text,
    short_name_of,
    wait_after,
)
from tests.intake.sample import FILING, MARKERS, ORGANISATION, PERSON, filing


def messages(body: dict[str, Any]) -> dict[str, str]:
    """The refusal's messages by field."""
    with pytest.raises(ValidationError) as refused:
        Filing.model_validate(body)
    found = refusal(refused.value.errors()).extra["errors"]
    return {error["field"]: error["message"] for error in found}


def person(**changes: Any) -> dict[str, Any]:
    return {**FILING, "applicant": {**PERSON, **changes}}


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_a_resident_id_with_the_right_check_digit_is_taken(number: str) -> None:
    assert is_resident_id(number)


@pytest.mark.parametrize("number", ["440524188001010021", "110105194912310021", "", "1" * 18, "٣" * 18])
def test_a_resident_id_with_a_wrong_check_digit_is_not(number: str) -> None:
    assert not is_resident_id(number)


def test_a_credit_code_is_checked_as_the_standard_says() -> None:
    assert is_credit_code("91350100M000100Y43")
    assert not is_credit_code("91350100M000100Y44")


@pytest.mark.parametrize(
    "typed", ["１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002x", "110105-19491231-002X"]
)
def test_an_id_number_may_be_typed_full_width_or_in_groups(typed: str) -> None:
    assert filing(applicant={**PERSON, "id_number": typed}).applicant.model_dump()["id_number"] == PERSON["id_number"]


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        (person(id_number="440524188001010021"), "applicant", "居民身份证号码有误，请核对18位号码"),
        (person(name="  "), "applicant.name", "必须填写"),
        (person(contact={}), "applicant.contact", "电话、电子邮箱、通信地址至少填写一项"),
        (person(contact={"phone": "abc"}), "applicant.contact", "电话应为7至15位数字"),
        (person(contact={"email": "不是邮箱"}), "applicant.contact", "电子邮箱格式有误"),
        (person(kind="robot"), "applicant", APPLICANT_KINDS),
        ({**FILING, "description": ""}, "description", "必须填写"),
        ({**FILING, "description": "字" * (DESCRIPTION_LIMIT + 1)}, "description", "最多5000个字"),
        ({**FILING, "delivery": "post", "applicant": ORGANISATION}, "", "选择邮寄须填写通信地址"),
        ({**FILING, "applicant": ORGANISATION}, "", "选择电子邮件须填写电子邮箱"),
        ({**FILING, "department": "A b"}, "department", "格式有误"),
        ({**FILING, "purpose": "研究"}, "purpose", "没有这一项"),
        ({**FILING, "description": 7}, "description", "应为文字"),
        ({**FILING, "description": "\ud800"}, "description", "含有无法识别的字符"),
        ({key: FILING[key] for key in FILING if key != "form"}, "form", "必须填写"),
    ],
)
def test_a_shortcoming_is_told_in_chinese_at_its_field(body: dict[str, Any], field: str, message: str) -> None:
    assert messages(body)[field] == message


def test_an_organisation_with_a_wrong_credit_code_is_told_so() -> None:
    wrong = {**ORGANISATION, "credit_code": "91350100M000100Y44"}
    assert "统一社会信用代码有误" in messages({**FILING, "applicant": wrong})["applicant.credit_code"]


def test_a_description_of_exactly_the_limit_is_taken() -> None:
    assert len(filing(description="字" * DESCRIPTION_LIMIT).description) == DESCRIPTION_LIMIT


def test_a_refusal_never_repeats_what_was_typed() -> None:
    body = {**person(id_number="110105194912310021"), "form": "标记水库"}
    told = str(messages(body))
    assert not any(marker in told for marker in MARKERS)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(field=st.sampled_from(sorted(FILING)), value=json_values)
def test_whatever_is_sent_is_taken_or_refused_in_chinese(field: str, value: Any) -> None:
    try:
        Filing.model_validate({**FILING, field: value})
    except ValidationError as error:
        told = refusal(error.errors()).extra["errors"]
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in one["message"]) for one in told)


def test_everything_personal_goes_to_the_sealed_texts() -> None:
    assert set(filing().texts()) == {
        "applicant.kind",
        "applicant.name",
        "applicant.id_kind",
        "applicant.id_number",
        "applicant.phone",
        "applicant.email",
        "applicant.address",
        "description",
        "form",
        "delivery",
    }


def test_the_same_wording_is_recognised_through_spacing_and_punctuation() -> None:
    one, other = filing(description="申请公开：ＡＢＣ报告。"), filing(description=" 申请公开 abc 报告 ")
    assert one.wording() == other.wording()


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("审计局", "审计"),
        ("财政局", "财政"),
        ("政府办公室", "政府办"),
        ("卫生健康委员会", "卫生健康委"),
        ("法规库", "法规库"),
        ("德化县审计局", "审计"),
        ("县政府办公室", "县政府办"),
        ("局", "局"),
        ("（）", "部门"),
    ],
)
def test_a_department_is_called_by_its_short_name_in_numbers(name: str, short: str) -> None:
    assert short_name_of(name) == short
    assert is_request_number(request_number(2026, short, 1))


def test_a_query_code_has_eighty_bits_and_survives_being_read_aloud() -> None:
    codes = {new_query_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(same_code_text(code)) == 16 for code in codes)
    assert same_code_text("abcd-0iLo-１２３４ 5678") == "ABCD011012345678"


def test_the_wait_after_wrong_codes_rises_and_stays_bearable() -> None:
    waits = [wait_after(failures) for failures in range(12)]
    assert waits == sorted(waits)
    assert (waits[3], waits[4], max(waits)) == (0, 2, 60)


@pytest.mark.parametrize(
    "text", ["", "2026-审计-1", "2026-审计-00001'", "26-审计-00001", "2026--00001", "2026-审计-00001\n"]
)
def test_what_is_no_number_is_known_as_such(text: str) -> None:
    assert not is_request_number(text)
