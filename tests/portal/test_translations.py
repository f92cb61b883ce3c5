"""The English catalogue: complete, without leftovers, and what services say in it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from markupsafe import Markup

from intake.domain.outcomes import OUTCOMES, REVIEW_FIRST, REVIEW_OR_SUIT
from intake.domain.states import Action, Channel, Status
from portal.hearing import heard, lang_of, spoken
from portal.languages import CHINESE, ENGLISH, preferred, speak
from portal.messages import CODE, PACKAGE, unmarked, untranslated, updated, written
from portal.translations import CATALOGUE, N_, _, _n, forms, is_chinese, zh
from portal.wording import STATUSES, calendar_day, day, days_left, file_size, kind_word, moment, number, status_of
from search.alerts.domain import LinkInvalid, NotAnAddress, NothingToLookFor
from search.paging.cursors import CursorExpired, CursorInvalid, CursorOfAnother
from shared.calendar import WorkCalendar
from shared.kinds import KIND_LABELS

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%?[a-z]?")
NOT_TEXTS = {  # Chinese in the code that no reader is told: what is read, and how days are written
    "languages.py": {"中文"},
    "wording.py": {"一二三四五六日", "年", "月", "日", "日 ", " 星期"},
    "hearing.py": {
        r"第([一二三四五六七八九十百]+)条((?:第[一二三四五六七八九十]+项、?)*)、?",
        r"第([一二三四五六七八九十]+)项",
    },
    "search.py": {r"[\s,，、;；]+"},
    "contents.py": {"（", "）", "至"},
    "items.py": {"、"},
}


@pytest.fixture
def english() -> Iterator[None]:
    speak(ENGLISH)
    yield
    speak(CHINESE)


def test_the_catalogue_holds_exactly_the_texts_of_the_public_site() -> None:
    assert CATALOGUE.read_bytes() == written(updated()), "run: python -m portal.messages"


def test_every_text_is_translated() -> None:
    assert [message.id for message in untranslated(updated())] == []


def test_translations_hold_the_values_of_their_message_and_no_chinese() -> None:
    for message in updated():
        chinese = forms(message.id)[0]
        for text in forms(message.string) if chinese else ():
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(chinese)), chinese
            assert not is_chinese(text), chinese


@pytest.mark.parametrize("path", [p for pattern in CODE for p in sorted(PACKAGE.glob(pattern))], ids=lambda p: p.name)
def test_no_text_of_the_code_escapes_translation(path: Path) -> None:
    assert set(unmarked(path)) <= NOT_TEXTS.get(path.name, set())


def test_days_and_numbers_are_written_as_in_english(english: None) -> None:
    assert day(date(2026, 11, 27)) == "27 November 2026"
    assert day(date(2026, 11, 27), weekday=True) == "Friday 27 November 2026"
    assert moment(datetime(2026, 11, 27, 6, 2, tzinfo=UTC)) == "27 November 2026, 14:02"
    assert calendar_day(date(2026, 11, 3)) == "Tue 3 Nov"
    assert (number(12345), number(None)) == ("12,345", "Not reported")
    assert (file_size(1), file_size(640)) == ("1 byte", "640 bytes")


def test_one_is_singular(english: None) -> None:
    assert [_n("共 %(n)s 条结果", n) for n in (0, 1, 2, 1200)] == [
        "0 results",
        "1 result",
        "2 results",
        "1,200 results",
    ]
    assert days_left(date(2026, 11, 30), [], date(2026, 11, 27)) == "1 working day left"


def test_chinese_stays_as_it_was() -> None:
    assert _("有效") == "有效"
    assert _n("还剩 %(n)s 天", 1) == "还剩 1 天"
    assert (zh("公告"), heard("没听过的话"), lang_of("公告")) == ("公告", "没听过的话", "")
    assert (day(date(2026, 11, 27)), calendar_day(date(2026, 11, 3))) == ("2026年11月27日", "11/3 二")


def test_codes_are_shown_by_our_own_words(english: None) -> None:
    assert {code for code in KIND_LABELS if is_chinese(kind_word(code))} == set()
    assert {code for code in STATUSES if is_chinese(status_of(code).word)} == set()
    assert (status_of("repealed").word, status_of("expired").word) == ("Repealed", "Expired")
    assert status_of("in_force", "有效").word == "In force"


def test_every_reason_of_a_deadline_is_understood(english: None) -> None:
    calendar = WorkCalendar.from_package()
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(700)]
    reasons = {calendar.is_working_day(each).reason for each in days}
    assert [reason for reason in reasons if is_chinese(heard(reason))] == []
    assert heard("星期日，国庆节调休上班") == "Sunday, worked in exchange for National Day"


def test_everything_intake_says_of_a_request_is_understood(english: None) -> None:
    labels = [each.label for kind in (Status, Action, Channel) for each in kind]
    labels += [f"{channel.label}申请" for channel in Channel]
    labels += [f"收到申请之日（{channel.label}），自次日起计算" for channel in Channel]
    for outcome in OUTCOMES.values():
        labels += [outcome.label, f"《政府信息公开条例》{outcome.basis}"]
    labels += [REVIEW_FIRST, REVIEW_OR_SUIT]
    labels += ["答复期限20个工作日（《政府信息公开条例》第三十三条）"]
    labels += ["2026-11-20决定延长20个工作日：经行政机关负责人同意"]
    assert [label for label in labels if is_chinese(heard(label))] == []


def test_what_search_refuses_a_reader_is_understood(english: None) -> None:
    refusals = (CursorInvalid, CursorOfAnother, CursorExpired, NotAnAddress, NothingToLookFor, LinkInvalid)
    said = [str(each.__doc__).format_map({"minutes": 5}) for each in refusals] + [each.title for each in refusals]
    assert [sentence for sentence in said if is_chinese(heard(sentence))] == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            "《政府信息公开条例》第三十六条第一项、第二项",
            "Regulations on Open Government Information, article 36 (1) and (2)",
        ),
        ("《政府信息公开条例》第十五条、第三十二条", "Regulations on Open Government Information, articles 15 and 32"),
        ("查询过于频繁，请30秒后再试", "Too many attempts; please try again in 30 seconds"),
        (
            "2026-11-20决定延长20个工作日：案情复杂",
            'Extended on 2026-11-20 by 20 working days: <span lang="zh-CN">案情复杂</span>',
        ),
    ],
)
def test_sentences_with_values_are_understood(english: None, said: str, meant: str) -> None:
    assert heard(said) == meant


def test_what_nobody_knows_is_marked_as_chinese_and_escaped(english: None) -> None:
    assert heard("<b>没听过的话</b>") == Markup('<span lang="zh-CN">&lt;b&gt;没听过的话&lt;/b&gt;</span>')
    assert spoken("没听过的话") == "没听过的话"
    assert (lang_of("财政局"), lang_of("公民"), spoken("公民")) == (' lang="zh-CN"', "", "Citizen")
    assert (N_("有效"), heard("plain"), zh(12)) == ("有效", "plain", 12)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", CHINESE),
        ("en", ENGLISH),
        ("en-GB,en;q=0.9,fr;q=0.5", ENGLISH),
        ("en-US,en;q=0.9,zh-CN;q=0.1", CHINESE),
        ("en,zh;q=0", ENGLISH),
        ("en;q=0", CHINESE),
        ("fr,de;q=0.8", CHINESE),
        ("zh-TW", CHINESE),
        ("*", CHINESE),
        (";;,q=,", CHINESE),
    ],
)
def test_a_browser_decides_for_english_only_without_chinese(accepted: str, language: str) -> None:
    assert preferred(accepted) == language
