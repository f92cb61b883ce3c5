"""What automatic checks find in a text and what they let pass; the vectors are those of rules B7."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.domain.checks.checking import LISTED, find, findings_in, masked_text
from publishing.domain.checks.digits import bare, is_credit_code, passes_luhn, straight
from publishing.domain.checks.findings import Finding, Piece
from publishing.domain.checks.substance import thin_content
from tests.publishing.numbers import identity_numbers, ways_to_write, with_luhn, wrong_identity_numbers

CARD = with_luhn("622202100111624570")


def seen(text: str) -> list[tuple[str, str]]:
    return [(hit.rule.value, hit.severity.value) for hit in find(text)]


def findings(text: str) -> list[Finding]:
    return findings_in(Piece("body", "正文", text))


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "440524188001010014",
        "身份证号码 11010519491231002x。",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002X",
        "110105-1949-1231-002X",
        "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X",
        "110105\u200b19491231\u00a0002X",
        "1 110105 19491231 002X 王某",
        "王某\t11010519491231002X\t莒南县",
        "身份证编号：11010519491231002X",
        "公民身份号码110105491231002",
    ],
)
def test_identity_numbers_block_in_every_form(text: str) -> None:
    assert seen(text) == [("identity_number", "block")]


@pytest.mark.parametrize(
    "text",
    [
        "440524188001010021",  # wrong check digit
        "11010519491331002X",  # no such month
        "A11010519491231002X",  # part of a longer code
        "911101051949123100",
        "统一社会信用代码：91350100M000100Y43",
        "纳税人识别号 91350100M000100Y43，法定代表人",
        "索引号：11441700007280420Y/2021-00050",
        "索引号：000014349/2017-00110",
        "莒审发〔2018〕12号、国办公开办函〔2021〕30号",
        "项目代码：2018-371327-48-03-012345",
        "不动产单元号371327001001GB00012F00010001",
        "预算 1,234,567,890,123.45 元，决算 1234567890123456.78 元",
        "2019年12月31日至2020年01月01日，2019-12-31 2020-01-01",
        "0.1234567890123456789",
        "保守国家秘密、商业秘密和个人隐私；机密级、秘密级国家秘密的保密期限",
        "属于国家秘密\n的，不予公开",
        "电话：0539-7212345，传真：0539-7212346",
        "",
    ],
)
def test_other_numbers_and_words_are_let_pass(text: str) -> None:
    assert seen(text) == []


def test_an_old_number_that_nobody_calls_one_and_a_permit_like_a_person_only_warn() -> None:
    assert seen("110105491231002") == [("identity_number", "warn")]
    assert seen("工商注册号 110105491231002") == []
    assert seen("施工许可证编号：11010519491231002X") == [("identity_number", "warn")]


def test_a_code_that_passes_both_checks_is_what_it_is_called() -> None:
    both = next(
        number for last in range(10_000) if is_credit_code(number := f"5111051949{1231:04}{last:04}") and seen(number)
    )
    assert seen(f"王某 {both}") == [("identity_number", "block")]
    assert seen(f"统一社会信用代码：{both}") == []


@pytest.mark.parametrize("text", [CARD, " ".join(re.findall(".{1,4}", CARD)), f"开户银行卡号{CARD[:6]} {CARD[6:]}"])
def test_bank_cards_block(text: str) -> None:
    assert seen(text) == [("bank_card", "block")]


def test_cards_of_other_issuers_need_a_word_and_a_named_card_that_fails_its_check_warns() -> None:
    old = with_luhn("456351010088878")
    assert seen(old) == [("bank_card", "warn")]
    assert seen(f"工资卡：{old}") == [("bank_card", "block")]
    assert seen(f"银行卡号：{CARD[:-1]}{(int(CARD[-1]) + 1) % 10}") == [("bank_card", "warn")]
    assert seen(f"单号{CARD[:-1]}{(int(CARD[-1]) + 1) % 10}") == []


@pytest.mark.parametrize(
    "text", ["13812345678", "手机１３８－１２３４－５６７８", "+86 138 1234 5678", "王某\t13812345678"]
)
def test_a_mobile_number_without_a_purpose_warns(text: str) -> None:
    assert seen(text) == [("mobile_number", "warn")]


@pytest.mark.parametrize("purpose", ["联系电话", "咨询电话", "监督电话", "举报电话", "联系人：张某 电话", "服务热线"])
def test_a_mobile_number_an_office_is_reached_by_is_let_pass(purpose: str) -> None:
    assert seen(f"{purpose}：13812345678") == []
    assert seen(f"{purpose}：\n13812345678") == [("mobile_number", "warn")]


def test_a_persons_contact_line_stays_a_persons() -> None:
    assert seen("申请人联系电话：13812345678") == [("mobile_number", "warn")]


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("现住址：莒南县十字路街道北环路12号", "现住址：莒南县十字路街道****"),
        ("十字路街道某某小区3号楼2单元201室", "十字路街道****"),
    ],
)
def test_a_home_warns_and_is_shown_to_township_level(text: str, excerpt: str) -> None:
    assert seen(text) == [("private_address", "warn")]
    assert findings(text)[0].excerpt == excerpt


@pytest.mark.parametrize(
    "text", ["办公地址：隆山路西段3号楼2单元201室", "地址：莒南县城人民路1号", "住址变更的，应当在30日内申报"]
)
def test_where_an_office_sits_and_laws_about_addresses_are_let_pass(text: str) -> None:
    assert seen(text) == []


@pytest.mark.parametrize(
    "text", ["机密★20年", "秘密★", "绝密 ★ 长期", "标题\n  机　密  \n正文", "秘密 3年", "密级：秘密"]
)
def test_classification_marks_block(text: str) -> None:
    assert seen(text) == [("classification_mark", "block")]


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("11010519491231002X", "11*************02X"),
        ("身份证110105491231002", "身份证11**********002"),
        ("手机13812345678", "手机138****5678"),
        (CARD, f"***************{CARD[-4:]}"),
        ("11010519491231002X、44052418800101001", "11*************02X、440**********…"),
    ],
)
def test_excerpts_are_masked_in_the_formats_of_the_rules(text: str, excerpt: str) -> None:
    assert findings(text)[0].excerpt == excerpt


def test_a_file_name_is_masked_where_it_is_named() -> None:
    assert masked_text("王某11010519491231002X.xlsx") == "王某11*************02X.xlsx"


def test_a_long_list_is_told_by_its_first_places_and_one_finding_for_the_rest() -> None:
    found = findings("\n".join(["11010519491231002X"] * (LISTED + 30)))
    assert [finding.count for finding in found] == [1] * LISTED + [30]
    assert len({finding.id for finding in found}) == LISTED + 1


@given(
    ways_to_write(identity_numbers),
    st.sampled_from(["", "王某，", "1 ", "（", "\t"]),
    st.sampled_from(["", "。", " 2"]),
)
def test_any_valid_identity_number_is_found_however_written_and_never_shown(
    number: tuple[str, str], left: str, right: str
) -> None:
    plain, written = number
    text = f"{left}{written}{right}"
    assert ("identity_number", "block") in seen(text)
    for finding in findings(text):
        assert written not in finding.excerpt
        assert plain not in bare(straight(finding.excerpt)).upper()


@given(wrong_identity_numbers)
def test_digits_that_fail_the_check_are_no_identity_number(number: str) -> None:
    assert not any(rule == "identity_number" for rule, _ in seen(number))


@given(st.text(alphabet="0123456789Xx -　\t\n号★密机地址户籍单元（）：", max_size=200))
def test_no_text_breaks_a_check_and_no_hit_overlaps_another(text: str) -> None:
    hits = find(text)
    assert all(first.end <= second.start for first, second in pairwise(hits))
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert len(straight(text)) == len(text)


@given(st.integers(10**14, 10**18 - 1))
def test_luhn_agrees_with_the_textbook(first: int) -> None:
    assert passes_luhn(with_luhn(str(first)))


def test_a_body_that_is_only_a_number_is_called_thin_without_showing_it() -> None:
    (finding,) = thin_content(" 11010519491231002X ", has_attachments=False)
    assert finding.excerpt == "11*************02X"
