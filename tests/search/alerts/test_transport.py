"""Mails through a real SMTP server, and what the server's refusals do."""

import asyncio
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from structlog.testing import capture_logs

from search.alerts.running import _one_round
from search.alerts.transport import Folder, MailAway, SmtpServer, transport_of
from tests.search.alerts.stage import Stage, read_mail
from tests.support.events import document_event

READER = "reader@example.cn"


class Mailbox:
    """Takes mails, or answers as told."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.rcpt: list[str] = []
        self.data: list[str] = []

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data:
            return self.data.pop(0)
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 OK"


@pytest.fixture
async def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def posted(stage: Stage, mailbox: Mailbox) -> AsyncIterator[Stage]:
    """The stage with a mail server."""
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    stage.transport = SmtpServer.of(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    yield stage
    server.close()


async def test_a_mail_arrives_whole(posted: Stage, mailbox: Mailbox) -> None:
    await posted.subscribed(READER, q="钟鼓楼")
    await posted.publish(document_event(title="钟鼓楼开放公告"))
    assert await posted.postman.round() == 1
    [raw] = mailbox.taken
    mail = read_mail(raw)
    assert mail["To"] == READER
    assert "钟鼓楼开放公告" in mail["Subject"]
    assert "钟鼓楼开放公告" in mail.get_content()


async def test_not_now_is_tried_again_under_the_same_id_and_others_go_on(posted: Stage, mailbox: Mailbox) -> None:
    mailbox.data = ["451 try later"]
    await posted.subscribed(READER, q="牌楼")
    await posted.subscribed("other@example.cn", q="牌楼")
    await posted.publish(document_event(title="牌楼公告"))
    assert await posted.postman.round() == 1
    posted.ahead += timedelta(minutes=2)
    assert await posted.postman.round() == 1
    assert len({read_mail(raw)["To"] for raw in mailbox.taken}) == 2


async def test_an_address_that_is_refused_before_confirming_is_forgotten(posted: Stage, mailbox: Mailbox) -> None:
    mailbox.rcpt = ["550 no such user"]
    await posted.ask(READER, q="牌坊")
    assert await posted.postman.round() == 0
    assert await posted.rows() == 0


async def test_an_address_that_is_refused_three_times_running_is_stopped(posted: Stage, mailbox: Mailbox) -> None:
    await posted.subscribed(READER, q="马头墙")
    for number in range(3):
        assert await posted.rows() == 1
        mailbox.rcpt = ["550 no such user"]
        await posted.publish(document_event(title=f"马头墙公告{number}"))
        posted.ahead += timedelta(minutes=11)
        assert await posted.postman.round() == 0
    assert await posted.rows() == 0


async def test_a_mail_refused_for_its_content_does_not_cost_the_reader_the_alert(
    posted: Stage, mailbox: Mailbox
) -> None:
    await posted.subscribed(READER, q="藻井")
    mailbox.data = ["554 looks like spam"]
    await posted.publish(document_event(title="藻井公告"))
    assert await posted.postman.round() == 0
    assert await posted.rows() == 1


async def test_no_log_line_names_the_address(posted: Stage, mailbox: Mailbox) -> None:
    mailbox.rcpt = [f"550 <{READER}> unknown", f"451 <{READER}> later"]
    mailbox.data = []
    with capture_logs() as logged:
        await posted.subscribed(READER, q="斗拱")
        await posted.subscribed("b" + READER, q="斗拱")
        await posted.publish(document_event(title="斗拱公告"))
        await posted.postman.round()
        posted.transport = SmtpServer.of("smtp://127.0.0.1:1")
        posted.ahead += timedelta(minutes=5)
        assert await _one_round(posted.postman) > 2
    assert {"alerts.mail_refused", "alerts.mail_later", "alerts.mail_away"} <= {line["event"] for line in logged}
    assert READER not in str(logged)


async def test_a_server_that_is_not_there_is_an_outage() -> None:
    with pytest.raises(MailAway):
        async with SmtpServer.of("smtp://127.0.0.1:1").open():
            pass


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "mail.example.cn"])
def test_a_bad_address_of_the_mail_server_stops_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SUNLIGHT_SMTP_URL"):
        transport_of(url, tmp_path)


def test_the_mail_server_is_read_from_one_address(tmp_path: Path) -> None:
    made = transport_of("smtps://post%40bureau:p%2Fw@mx.example.cn", tmp_path)
    assert made == SmtpServer("mx.example.cn", 465, "post@bureau", "p/w", tls=True)
    assert "p/w" not in repr(made)
    assert transport_of("", tmp_path) == transport_of("file:", tmp_path) == Folder(tmp_path / "mail")


async def test_mails_in_the_folder_are_for_their_owner_alone(stage: Stage) -> None:
    await stage.ask(READER, q="照壁")
    await stage.postman.round()
    [file] = stage.mailbox.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(stage.mailbox.stat().st_mode) == 0o700
