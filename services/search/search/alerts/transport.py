"""Getting a mail out: by SMTP, or into a folder where there is no mail server.

Errors are made anew without the address they are about: what is raised here may be logged.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

PORTS = {"smtp": 25, "smtps": 465}
SEND_SECONDS = 60.0


class MailAway(ConnectionError):
    """The mail server cannot be reached or does not let us in; every mail would fail alike."""


class NotNow(Exception):
    """The server asks to try this mail again later."""


class NeverDelivered(Exception):
    """The server will not take this mail, now or later; `of_recipient` when it is the address it refuses."""

    def __init__(self, code: int, of_recipient: bool) -> None:
        super().__init__(f"SMTP {code}")
        self.of_recipient = of_recipient


class Sender(Protocol):
    """Takes one mail, whole or not at all. Raises MailAway, NotNow, NeverDelivered."""

    async def send(self, letter: EmailMessage) -> None: ...


class Transport(Protocol):
    """Opens a sender for one run. Raises MailAway."""

    def open(self) -> AbstractAsyncContextManager[Sender]: ...


@dataclass(frozen=True)
class Folder:
    """Mails as files `<id>.eml`, for a stack without a mail server; the same mail twice is one file."""

    path: Path

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Sender]:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield self

    async def send(self, letter: EmailMessage) -> None:
        """Write the file whole, readable by its owner only."""
        try:
            await asyncio.to_thread(self._write, letter)
        except OSError as error:
            raise MailAway(f"mail folder: {error.strerror}") from None

    def _write(self, letter: EmailMessage) -> None:
        name = letter["Message-ID"].strip("<>").partition("@")[0]
        temporary = self.path / f".{name}.part"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(letter.as_bytes(policy=CRLF))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path / f"{name}.eml")


@dataclass(frozen=True, repr=False)
class SmtpServer:
    """`smtp://user:password@host:port` (TLS by STARTTLS where the server has it) or `smtps://` (TLS at once)."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool

    @classmethod
    def of(cls, url: str) -> "SmtpServer":
        """Raises ValueError for an address of another kind."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("SUNLIGHT_SMTP_URL must look like smtp://user:password@host:587 or smtps://host")
        username = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        port = parts.port or PORTS[parts.scheme]
        return cls(parts.hostname, port, username, password, parts.scheme == "smtps")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Sender]:
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls,
            username=self.username,
            password=self.password,
            timeout=SEND_SECONDS / 2,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise MailAway(f"mail server: {type(error).__name__}") from None
        try:
            yield _Smtp(client)
        finally:
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit()


class _Smtp:
    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self._client = client

    async def send(self, letter: EmailMessage) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._client.send_message(letter)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0].code, of_recipient=True) from None
        except aiosmtplib.SMTPAuthenticationError as error:
            raise MailAway(f"mail server: sign-in refused ({error.code})") from None
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error.code, of_recipient=False) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise MailAway(f"mail server: {type(error).__name__}") from None


def _refusal(code: int, *, of_recipient: bool) -> Exception:
    if code == 421:  # the server is closing the channel: nothing about this mail
        return MailAway("mail server: closing")
    return NeverDelivered(code, of_recipient) if code >= 500 else NotNow(f"SMTP {code}")


def transport_of(smtp_url: str, state: Path) -> Folder | SmtpServer:
    """The mail server of the settings; without one (or with `file:`) the folder `mail` of the state."""
    return SmtpServer.of(smtp_url) if smtp_url and smtp_url != "file:" else Folder(state / "mail")
