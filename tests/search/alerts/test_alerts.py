"""From a publication to a mail in the mailbox."""

from contextlib import nullcontext
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select, update

from search.alerts.domain import RETRIES, Frequency, due_at, next_morning
from search.alerts.tables import letters, subscriptions
from search.alerts.transport import MailAway
from search.columns import keep_column
from search.store import metadata
from shared.consuming import DependencyAway
from shared.events import AttachmentState, ColumnState, DocumentStatus, new_id
from shared.migrations import schema_differences
from tests.search.alerts.stage import PUBLIC, SECRETS, Stage, text_of
from tests.support.events import document_event

READER = "reader@example.cn"


async def test_the_migrations_make_the_tables(database_url: str) -> None:
    assert await schema_differences(metadata, database_url) == []


async def test_a_new_document_that_matches_is_mailed_once(stage: Stage) -> None:
    await stage.subscribed(READER, q="琉璃瓦")
    event = document_event(title="琉璃瓦修缮公告", document_number="鲁审发〔2026〕5号")
    await stage.publish(event, document_event(title="别的事"))
    await stage.publish(event)
    assert await stage.postman.round() == 1
    assert await stage.postman.round() == 0
    [mail] = stage.mails()
    assert mail["To"] == READER
    assert mail["Subject"] == "【阳光政务公开】琉璃瓦修缮公告"
    text = text_of(mail)
    assert f"{PUBLIC}/items/{event.subject}" in text
    assert "鲁审发〔2026〕5号 · 审计局 · 2026年3月5日公开" in text
    assert "别的事" not in text


async def test_every_mail_can_be_stopped_by_one_click(stage: Stage) -> None:
    await stage.subscribed(READER, q="石拱桥")
    await stage.publish(document_event(title="石拱桥公告"))
    await stage.postman.round()
    [mail] = stage.mails()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(mail["List-Unsubscribe"]).startswith(f"<{PUBLIC}/api/alerts/stop?token=")
    assert f"{PUBLIC}/alerts/stop?token=" in text_of(mail)


async def test_a_revision_tells_nobody(stage: Stage) -> None:
    subscription = await stage.subscribed(READER, q="水磨坊")
    document = str(new_id())
    await stage.publish(document_event(2, document, title="水磨坊公告"))
    assert await stage.told(subscription) == []


async def test_a_publication_after_a_withdrawal_tells_only_those_who_were_not_told(stage: Stage) -> None:
    subscription = await stage.subscribed(READER, q="风雨廊桥")
    document = str(new_id())
    first = document_event(1, document, title="风雨廊桥公告")
    await stage.publish(first)
    await stage.publish(document_event(2, document, status=DocumentStatus.WITHDRAWN, title="风雨廊桥公告"))
    await stage.postman.round()
    assert stage.mails() == []
    assert await stage.told(subscription) == []
    again = document_event(3, document, title="风雨廊桥公告")
    object.__setattr__(again, "type", "document.published")
    await stage.publish(again)
    stage.ahead += timedelta(hours=1)
    assert await stage.postman.round() == 1
    await stage.publish(again)
    stage.ahead += timedelta(hours=1)
    assert await stage.postman.round() == 0


async def test_a_document_withdrawn_before_sending_is_not_in_the_mail(stage: Stage) -> None:
    await stage.subscribed(READER, q="青石巷")
    kept, gone = document_event(title="青石巷改造"), document_event(title="青石巷拆除")
    await stage.publish(kept, gone)
    await stage.publish(document_event(2, gone.subject, status=DocumentStatus.WITHDRAWN, title="青石巷拆除"))
    assert await stage.postman.round() == 1
    [mail] = stage.mails()
    assert "青石巷改造" in text_of(mail)
    assert "青石巷拆除" not in mail.as_string() + text_of(mail)


async def test_a_document_the_index_does_not_show_yet_waits_and_is_not_lost(stage: Stage) -> None:
    await stage.subscribed(READER, q="古银杏")
    event = document_event(title="古银杏保护公告")
    await stage.publish(event, indexed=False)
    assert await stage.postman.round() == 0
    await stage.publish(event)
    stage.ahead += timedelta(hours=1)
    assert await stage.postman.round() == 1
    assert "古银杏保护公告" in text_of(stage.mails()[0])


async def test_a_document_that_never_becomes_public_is_given_up_unmailed(stage: Stage) -> None:
    subscription = await stage.subscribed(READER, q="古城墙")
    await stage.publish(document_event(title="古城墙公告"), indexed=False)
    stage.ahead += timedelta(days=3)
    assert await stage.postman.round() == 0
    assert await stage.told(subscription) == []


async def test_what_was_published_before_the_confirmation_is_not_news(stage: Stage) -> None:
    stage.ahead = timedelta(minutes=5)
    subscription = await stage.subscribed(READER, q="老邮局")
    await stage.publish(document_event(title="老邮局公告"))
    assert await stage.told(subscription) == []


async def test_words_phrases_numbers_attachments_and_filters_match_as_in_a_search(stage: Stage) -> None:
    text = "第三页写着：琥珀色的灯笼挂在老粮仓门口。"
    file = AttachmentState(id="a1", name="记录.pdf", media_type="application/pdf", size=3, sha256="0" * 64, text=text)
    asked = [
        {"q": "营业执照 注销"},
        {"q": '"琥珀色的灯笼"'},
        {"q": "文号:莒审发[2026]7号"},
        {"q": "标题:营业执照 -新闻"},
        {"q": "部门:审计局"},
        {"kind": "budget", "department": "audit", "year": "2026"},
        {"column": "policy"},
        {},
    ]
    not_asked = [{"q": "营业执照 -办法"}, {"kind": "news"}, {"column": "news"}, {"year": "2025"}, {"q": "粮票"}]
    wanted = [await stage.subscribed(f"a{n}@example.cn", Frequency.INSTANT, **params) for n, params in enumerate(asked)]
    others = [
        await stage.subscribed(f"b{n}@example.cn", Frequency.INSTANT, **params) for n, params in enumerate(not_asked)
    ]
    event = document_event(
        title="營業執照註銷登記办法",
        kind="budget",
        column="policy",
        document_number="莒审发〔2026〕7号",
        attachments=(file,),
    )
    await stage.publish(event)
    assert [await stage.told(each) for each in wanted] == [[event.subject]] * len(asked)
    assert [await stage.told(each) for each in others] == [[]] * len(not_asked)


async def test_an_instant_alert_writes_at_most_every_ten_minutes(stage: Stage) -> None:
    await stage.subscribed(READER, q="渡槽")
    await stage.publish(document_event(title="渡槽一"))
    assert await stage.postman.round() == 1
    await stage.publish(document_event(title="渡槽二"), document_event(title="渡槽三"))
    assert await stage.postman.round() == 0
    stage.ahead += timedelta(minutes=11)
    assert await stage.postman.round() == 1
    second = stage.mails()[1]
    assert "等 2 件新文件" in second["Subject"]
    assert "渡槽一" not in text_of(second)


async def test_a_daily_alert_writes_in_the_morning(stage: Stage) -> None:
    await stage.subscribed(READER, Frequency.DAILY, q="观星台")
    await stage.publish(document_event(title="观星台一"), document_event(title="观星台二"))
    assert await stage.postman.round() == 0
    stage.ahead = next_morning(stage.clock()) - stage.clock() + timedelta(seconds=5)
    assert await stage.postman.round() == 1
    assert "观星台一" in text_of(stage.mails()[0])


def test_morning_is_eight_in_china() -> None:
    at = document_event().time.replace(year=2026, month=11, day=23, hour=0, minute=30)  # 8:30 in China
    assert next_morning(at).isoformat() == "2026-11-24T08:00:00+08:00"
    assert due_at(Frequency.INSTANT, at) == at


async def test_a_flood_is_one_mail_that_lists_fifty(stage: Stage) -> None:
    await stage.subscribed(READER, q="盐税碑")
    await stage.publish(*(document_event(title=f"盐税碑第{number}块") for number in range(60)))
    assert await stage.postman.round() == 1
    text = text_of(stage.mails()[0])
    assert "有 60 件新公开的文件" in text
    assert "50. " in text
    assert "51. " not in text
    assert "另有 10 件" in text


async def test_a_hostile_title_stays_one_line_of_text(stage: Stage) -> None:
    await stage.subscribed(READER, q="石榴园")
    await stage.publish(document_event(title="石榴园\r\nBcc: victim@example.cn\r\n\r\n<script>"))
    await stage.postman.round()
    [mail] = stage.mails()
    assert mail["Bcc"] is None
    assert "Bcc: victim@example.cn <script>" in mail["Subject"]


class Crash(BaseException):
    """The process dies here."""


class CrashAfterSending:
    """The mail server has taken the mail; the process does not live to write that down."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []

    def open(self):  # type: ignore[no-untyped-def]
        return nullcontext(self)

    async def send(self, letter: EmailMessage) -> None:
        self.taken.append(letter)
        if len(self.taken) == 1:
            raise Crash


async def test_a_crash_after_the_server_took_the_mail_repeats_it_under_the_same_id(stage: Stage) -> None:
    await stage.subscribed(READER, q="铁匠铺")
    await stage.publish(document_event(title="铁匠铺公告"))
    server = CrashAfterSending()
    stage.transport = server
    with pytest.raises(Crash):
        await stage.postman.round()
    assert await stage.postman.round() == 0  # another process may still be sending it
    stage.ahead += timedelta(minutes=4)
    assert await stage.postman.round() == 1
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()


async def test_no_index_to_ask_is_an_outage_and_the_event_comes_again(stage: Stage) -> None:
    subscription = await stage.subscribed(READER, q="陶埙")
    await stage.keeper.catch_up()
    event = document_event(title="陶埙公告")
    await stage.client.indices.delete(index=f"{stage.names.prefix}-alerts-*")
    with pytest.raises(DependencyAway):
        await stage.noticer.notice(event)
    await stage.keeper.keep()
    await stage.publish(event)
    assert await stage.told(subscription) == [event.subject]


async def test_a_mail_server_that_is_away_loses_nothing(stage: Stage) -> None:
    class Away:
        def open(self):  # type: ignore[no-untyped-def]
            raise MailAway("mail server: away")

    await stage.subscribed(READER, q="藤编")
    await stage.publish(document_event(title="藤编公告"))
    stage.transport = Away()
    for _ in range(3):
        with pytest.raises(MailAway):
            await stage.postman.round()
    stage.transport = None
    assert await stage.postman.round() == 1


async def test_a_mail_that_cannot_be_written_is_tried_so_often_and_holds_no_other_up(stage: Stage) -> None:
    for address in ("broken@example.cn", READER):
        await stage.subscribed(address, q="老戏台")
    await stage.publish(document_event(title="老戏台公告"))
    sealed_otherwise = update(subscriptions).where(
        subscriptions.c.address_digest == SECRETS.digest("broken@example.cn")
    )
    async with stage.engine.begin() as connection:
        await connection.execute(sealed_otherwise.values(address=b"no key opens this"))
    assert await stage.postman.round() == 1
    assert [mail["To"] for mail in stage.mails()] == [READER]
    for _ in range(len(RETRIES)):
        stage.ahead += timedelta(days=1)
        await stage.postman.round()
    async with stage.engine.connect() as connection:
        ended = (await connection.execute(select(letters.c.attempts).where(letters.c.failed_at.is_not(None)))).scalars()
        assert list(ended) == [len(RETRIES) + 1]


async def test_an_alert_on_a_column_tells_of_the_columns_that_stand_below_it_at_the_publication(stage: Stage) -> None:
    above, below = [await stage.subscribed(f"{code}@example.cn", column=code) for code in ("top", "low")]
    before = document_event(title="栏目之一", column="low")
    await stage.publish(before)
    async with stage.engine.begin() as connection:
        for number, (code, parent) in enumerate([("top", None), ("mid", "top"), ("low", "mid")], 1):
            state = ColumnState(code=code, name=code, kind="section", department="audit", parent=parent)
            await keep_column(connection, state, number)
    lowest, middle = document_event(title="栏目之二", column="low"), document_event(title="栏目之三", column="mid")
    await stage.publish(lowest, middle, document_event(title="栏目之四"))
    assert await stage.told(above) == sorted([lowest.subject, middle.subject])
    assert await stage.told(below) == sorted([before.subject, lowest.subject])
