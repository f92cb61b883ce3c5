"""What goes on while things break: an import, living documents, a reader, and an observer of the broker."""

import asyncio
import contextlib
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import aiohttp
from aiormq.exceptions import AMQPError

from sunlight.installation import CommandError
from sunlight.reading import Submission, fingerprint
from sunlight.sending import Gateway, open_gateway
from tests.chaos.documents import write_text
from tests.chaos.history import History, Op
from tests.chaos.installation import ENVIRONMENT, Target

CARRIERS = 6
LONGEST_LIFE = 4
WITHDRAWN_SHARE = 0.4
PAUSE_SECONDS = (0.1, 1.5)
RUN_AGAIN_SECONDS = 2.0
READ_SECONDS = 0.2


class Import:
    """`sunlight import` of one file, run again until it succeeds, as an office would."""

    def __init__(self, target: Target, history: History, department: str) -> None:
        self._target = target
        self._history = history
        self._department = department
        self.runs = 0

    async def run(self, path: Path, hashes: dict[str, str]) -> None:
        """Import the file to its end; what its journal then holds was answered."""
        proc = f"import {path.stem}"
        begun = {
            name: self._history.invoke(proc, "submit", f"{self._department}/{name}", 1, sha256)
            for name, sha256 in hashes.items()
        }
        while not await self._once(path):
            await asyncio.sleep(RUN_AGAIN_SECONDS)
        answered = self.answered(path)
        for name, op in begun.items():
            self._history.end(op, "ok" if name in answered else "fail", status="accepted")

    def answered(self, path: Path) -> set[str]:
        """The external ids in the import's journal."""
        journal = self._target.installation.state / "imports" / f"{self._department}-{fingerprint(path)[:16]}.done"
        return set(journal.read_text().split()) if journal.exists() else set()

    async def _once(self, path: Path) -> bool:
        self.runs += 1
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sunlight", "import", str(path), "--department", self._department, "--json"),
            env={**os.environ, **ENVIRONMENT},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, said = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            raise
        if process.returncode:
            self._history.see("import", "interrupted", path.stem, status=said.decode(errors="replace")[-2000:])
        return process.returncode == 0


class LivingDocuments:
    """Documents that are submitted, revised and sometimes withdrawn through the department gateway."""

    def __init__(self, target: Target, history: History, department: str, dice: random.Random) -> None:
        self._target = target
        self._history = history
        self._department = department
        self._dice = dice
        self._number = 0
        self._stopping = False
        self.answered = 0
        self.known: set[str] = set()
        self.withdrawn: set[str] = set()

    async def run(self) -> None:
        """Keep a few documents alive until told to stop."""
        async with open_gateway(self._target.installation, self._department, "amqp") as gateway:
            await asyncio.gather(*(self._lives(gateway, carrier) for carrier in range(CARRIERS)))

    def stop(self) -> None:
        """Let each document in hand end its life, and begin no other."""
        self._stopping = True

    async def _lives(self, gateway: Gateway, carrier: int) -> None:
        while not self._stopping:
            self._number += 1
            await self._life(gateway, f"carrier {carrier}", f"L{self._number:05}")

    async def _life(self, gateway: Gateway, proc: str, name: str) -> None:
        last = self._dice.randint(1, LONGEST_LIFE)
        ends = self._dice.random() < WITHDRAWN_SHARE
        for sequence in range(1, last + 1 + ends):
            withdrawal = sequence > last
            f = "withdraw" if withdrawal else "submit" if sequence == 1 else "revise"
            await self._send(gateway, f"{proc}-{name}", f, name, sequence)
            await asyncio.sleep(self._dice.uniform(*PAUSE_SECONDS))

    async def _send(self, gateway: Gateway, proc: str, f: str, name: str, sequence: int) -> None:
        text = write_text(self._dice, name, sequence)
        fields = (
            {"reason": "内容有误"} if f == "withdraw" else {"kind": "notice", "title": text.title, "body": text.body}
        )
        begun = self._history.invoke(proc, f, f"{self._department}/{name}", sequence, text.sha256)
        try:
            outcome = await gateway.send(Submission(f, name, sequence, fields))
        except (CommandError, OSError) as error:
            self._history.end(begun, "info", status=repr(error)[:200])
            return
        self._remember(begun, outcome)

    def _remember(self, begun: Op, outcome: dict[str, Any]) -> None:
        document = outcome["document_id"] or ""
        self.answered += 1
        self.known.add(document)
        if begun.f == "withdraw":
            self.withdrawn.add(document)
        told = {"subject": document, "status": outcome["status"], "public_version": outcome["version"] or 0}
        self._history.end(begun, "fail" if outcome["status"] == "rejected" else "ok", **told)

    async def read(self) -> None:
        """Ask the public API for these documents again and again, the withdrawn ones most."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while True:
                if known := sorted(self.withdrawn if self._dice.random() < 0.6 and self.withdrawn else self.known):
                    await self.read_one(session, self._dice.choice(known))
                await asyncio.sleep(READ_SECONDS)

    async def read_one(self, session: aiohttp.ClientSession, document: str) -> None:
        begun = self._history.invoke("reader", "read", document)
        url = f"{self._target.installation.url('search')}/api/items/{document}"
        try:
            async with session.get(url) as answer:
                shown = await answer.json() if answer.status == 200 else {}
                status = {200: "published", 404: "absent"}.get(answer.status)
        except (aiohttp.ClientError, OSError, TimeoutError):
            status, shown = None, {}
        self._history.end(begun, "ok" if status else "info", version=shown.get("version", 0), status=status or "")


async def observe(target: Target, history: History, queue_name: str, departments: set[str]) -> None:
    """Tell the history of every event of these departments that reaches a queue of our own, until cancelled."""
    while True:
        with contextlib.suppress(OSError, TimeoutError, RuntimeError, AMQPError):
            async with target.channel() as channel:
                await channel.set_qos(prefetch_count=100)
                queue = await channel.get_queue(queue_name, ensure=False)
                async with queue.iterator() as messages:
                    async for message in messages:
                        _confirmed(history, message, departments)
                        await message.ack()
        await asyncio.sleep(1)


def _confirmed(history: History, message: Any, departments: set[str]) -> None:
    if json.loads(message.body)["department"] in departments:
        headers = message.headers
        version, event = int(headers["ce-sequence"]), str(headers["ce-id"])
        history.see("broker", "confirmed", str(headers["ce-subject"]), version=version, subject=event)


async def open_observer(target: Target, queue_name: str) -> None:
    """A durable queue beside those of the services, bound to every event of a document."""
    async with target.channel() as channel:
        queue = await channel.declare_queue(queue_name, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind("sunlight.events", "document.#")


async def close_observer(target: Target, queue_name: str) -> None:
    async with target.channel() as channel:
        await channel.queue_delete(queue_name)
