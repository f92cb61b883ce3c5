"""The words of our mails. Plain text: it reads everywhere, hides nothing and tracks nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from search.alerts.domain import CHINA, CONFIRM_WITHIN, Frequency, Subscription
from search.alerts.secrets import Secrets
from search.lists.listing import Listing

SITE = "阳光政务公开"
MOST_LISTED = 50
LONGEST_SUBJECT = 40
# What a stranger typed must not become a link in a mail we send to somebody else.
_HARMLESS = str.maketrans({".": "．", ":": "：", "/": "／", "@": "＠", "\\": "＼"})


@dataclass(frozen=True)
class Envelope:
    """What every mail of one run has: id, when it was written, and whom it is for."""

    letter: UUID
    written_at: datetime
    to: str
    subscription: Subscription


class Writer:
    """Writes mails whose links lead to `public_url`."""

    def __init__(self, public_url: str, mail_from: str, secrets: Secrets) -> None:
        self._public = public_url.rstrip("/")
        self._host = urlsplit(self._public).hostname or "localhost"
        self._from = mail_from or f"noreply@{self._host}"
        self._secrets = secrets

    def confirmation(self, envelope: Envelope) -> EmailMessage:
        """Asks whoever reads the mailbox whether they want this."""
        subscription = envelope.subscription
        token = self._secrets.confirm_token(subscription.id, subscription.confirm_until)
        hours = int(CONFIRM_WITHIN.total_seconds() // 3600)
        text = [
            "您好：",
            "",
            f"有人用这个邮箱在{SITE}订阅了新文件通知：",
            f"    {harmless(subscription.description)}",
            f"    {Frequency(subscription.frequency).label}",
            "",
            f"如果是您本人，请在 {hours} 小时内打开下面的链接并确认，确认后才会开始通知：",
            self._link("/alerts/confirm", token),
            "",
            "如果不是您本人，不必理会：到期后这个邮箱会自动从系统中删除，不会再收到通知。",
        ]
        return self._mail(envelope, f"【{SITE}】请确认订阅", text)

    def digest(self, envelope: Envelope, items: Sequence[dict[str, Any]], total: int) -> EmailMessage:
        """Tells of new documents, newest first: `items` of `total`."""
        subscription = envelope.subscription
        text = [f"您订阅的新文件通知（{harmless(subscription.description)}）有 {total} 件新公开的文件：", ""]
        for position, item in enumerate(items, 1):
            text += [
                f"{position}. {one_line(item['title'])}",
                f"   {_facts(item)}",
                f"   {self._public}{item['url']}",
                "",
            ]
        if total > len(items):
            text += [f"另有 {total - len(items)} 件，请到网站查看。", ""]
        text += ["查看全部检索结果：", self._search_link(subscription)]
        first = one_line(items[0]["title"])
        shown = first if len(first) <= LONGEST_SUBJECT else f"{first[:LONGEST_SUBJECT]}…"
        more = f" 等 {total} 件新文件" if total > 1 else ""
        return self._mail(envelope, f"【{SITE}】{shown}{more}", text)

    def _mail(self, envelope: Envelope, subject: str, text: list[str]) -> EmailMessage:
        token = self._secrets.stop_token(envelope.subscription.id)
        one_click = f"{self._public}/api/alerts/stop?{urlencode({'token': token})}"
        ending = ["", "-- ", f"不想再收到？点这里停止，邮箱随即删除：{self._link('/alerts/stop', token)}"]
        mail = EmailMessage()
        mail["Subject"] = subject
        mail["From"] = Address(SITE, addr_spec=self._from)
        mail["To"] = Address(addr_spec=envelope.to)
        mail["Date"] = envelope.written_at
        mail["Message-ID"] = f"<{envelope.letter}@{self._host}>"
        mail["List-Id"] = f"<alerts.{self._host}>"
        mail["List-Unsubscribe"] = f"<{one_click}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content("\n".join([*text, *ending]), charset="utf-8", cte="base64")
        return mail

    def _link(self, path: str, token: str) -> str:
        return f"{self._public}{path}?{urlencode({'token': token})}"

    def _search_link(self, subscription: Subscription) -> str:
        pairs = [*Listing.kept(subscription.params).pairs(), ("sort", "newest")]
        return f"{self._public}/search?{urlencode(pairs)}"


def harmless(text: str) -> str:
    """On one line, and nothing in it that a mail program would make a link of."""
    return one_line(text).translate(_HARMLESS)


def one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _facts(item: dict[str, Any]) -> str:
    day = datetime.fromisoformat(item["published_at"]).astimezone(CHINA)
    facts = (item.get("document_number"), item["department_name"], f"{day.year}年{day.month}月{day.day}日公开")
    return " · ".join(one_line(fact) for fact in facts if fact)
