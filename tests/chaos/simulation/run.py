"""One simulated run: departments send, everything fails as the seed says, then it heals and is judged."""

import asyncio
import hashlib
import json
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import structlog

from publishing.domain.document import Document
from publishing.rendering import render
from shared.consuming import Message
from tests.chaos.history import History, Op
from tests.chaos.simulation.broker import Broker
from tests.chaos.simulation.database import Database
from tests.chaos.simulation.faults import Faults, Planted, Process, owned_task
from tests.chaos.simulation.publishing_service import BROKER_USER, publishing_worker
from tests.chaos.simulation.views import SUPERVISION_QUEUE, CountedDatabase, Index, search_worker, supervision_worker
from tests.chaos.simulation.virtual_time import run_in_virtual_time

FAULTY_SECONDS = 60.0
LOOK_SECONDS = 2.0
SETTLING_SECONDS = 1800.0
EXTERNAL_IDS = 4
LONGEST_LIFE = 4
SOUND = Planted()


class Simulation:
    """The services, their broker and databases, and the departments, in one event loop."""

    def __init__(self, seed: int, faults: Faults, planted: Planted) -> None:
        self.faults = faults
        self.history = History(f"simulation-{seed}", seed, clock=lambda: asyncio.get_running_loop().time())
        self.broker = Broker(faults, planted, self.history)
        self.publishing = Database("publishing", faults, planted)
        self.supervision = CountedDatabase("supervision", faults, planted)
        self.index = Index(faults, planted)
        self._begun: dict[str, Op] = {}

    async def run(self) -> None:
        """From the first submission to the last look."""
        loop = asyncio.get_running_loop()
        loop.set_task_factory(owned_task)
        broker, publishing, supervision = self.broker, self.publishing, self.supervision
        for process in (
            Process("publishing", self.faults, lambda process: publishing_worker(process, publishing, broker)),
            Process("search", self.faults, lambda process: search_worker(process, self.index, broker)),
            Process("supervision", self.faults, lambda process: supervision_worker(process, supervision, broker)),
        ):
            process.start()
        await asyncio.gather(*(self._department(number) for number in range(EXTERNAL_IDS)), self._reader())
        self.faults.stop()
        await self._settle()
        self._look()

    async def _department(self, number: int) -> None:
        """One document's life: submissions, revisions and withdrawals, not always in order, some sent twice."""
        dice = self.faults.random
        key, life = f"audit/{number}", range(1, dice.randint(1, LONGEST_LIFE) + 1)
        for sequence in sorted(life, key=lambda place: place + dice.uniform(0, 1.5)):
            f = "submit" if sequence == 1 else dice.choice(("revise", "revise", "withdraw"))
            self._send(f, key, sequence)
            await asyncio.sleep(dice.expovariate(0.1))

    def _send(self, f: str, key: str, sequence: int) -> None:
        external_id = key.partition("/")[2]
        title = f"关于{external_id}的通知（{sequence}）"
        body = {"external_id": external_id, "sequence": sequence}
        fields = {"reason": "内容有误"} if f == "withdraw" else {"kind": "notice", "title": title, "body": title}
        begun = self.history.invoke(f"department {external_id}", f, key, sequence, value_of(title, render(title)))
        message_id = f"message-{begun.op_id}"
        self._begun[message_id] = begun
        headers = {"ce-id": message_id, "ce-type": f"sunlight.submission.{f}.v1", "ce-subject": external_id}
        message = Message(
            queue="",
            exchange="sunlight.departments",
            routing_key=f"audit.document.{f}",
            headers={**headers, "ce-sequence": str(sequence)},
            body=json.dumps({**body, **fields}).encode(),
            message_id=message_id,
            user_id=BROKER_USER,
        )
        for _ in range(1 + self.faults.happens(0.2)):
            self.broker.take(message.exchange, message.routing_key, message)

    async def _reader(self) -> None:
        """Look at every document again and again, and take the answers, until the faults end."""
        while asyncio.get_running_loop().time() < FAULTY_SECONDS:
            self._take_answers()
            self._read_all()
            await asyncio.sleep(LOOK_SECONDS)

    def _read_all(self) -> None:
        for key in [key[1] for key in self.publishing.rows if isinstance(key, tuple) and key[0] == "document"]:
            begun = self.history.invoke("reader", "read", str(key))
            status, version = self.index.shown(str(key))
            self.history.end(begun, "ok", status=status, version=version)

    def _take_answers(self) -> None:
        answers = self.broker.queues.pop("audit.outcome", [])
        for answer in map(json.loads, (message.body for message in answers)):
            begun = self._begun[answer["in_reply_to"]]
            told = {"subject": answer["document_id"] or "", "status": answer["status"]}
            self.history.end(begun, "ok", **told, public_version=answer["version"] or 0)

    async def _settle(self) -> None:
        until = asyncio.get_running_loop().time() + SETTLING_SECONDS
        while asyncio.get_running_loop().time() < until:
            await asyncio.sleep(5)
            self._take_answers()
            if not self.broker.waiting() and not self.publishing.unsent():
                break
        self.history.see("nemesis", "settled")
        self._read_all()

    def _look(self) -> None:
        self.history.see(SUPERVISION_QUEUE, "consumes")
        for service in ("search", "supervision"):
            self.history.see(service, "follows")
        for row in self.publishing.unsent():
            self.history.see("publishing", "unsent", subject=str(row.values["id"]))
        for key, held in self.publishing.rows.items():
            if isinstance(key, tuple) and key[0] == "submission":
                self._look_at(f"{key[1]}/{key[2]}", *held)
        for document, item in self.index.items.items():
            self._state("search", document, item["version"], item["status"], item["content_hash"])
        for subject, (version, state) in self.supervision.rows.items():
            self._state("supervision", str(subject), version, state.status, state.content_hash)

    def _look_at(self, key: str, sequence: int, document_id: UUID | None) -> None:
        document: Document | None = self.publishing.rows.get(("document", document_id))
        content = document.edition.content if document else None
        status = "published" if document and document.is_public else "withdrawn"
        value = value_of(content.title, content.body_html) if content else ""
        told = {"version": sequence, "value_sha256": value, "subject": str(document_id or ""), "status": status}
        self.history.see("publishing", "stored", key, **told)
        if document and document.version:
            self._state("publishing", str(document_id), document.version, status, document.face.content_hash)

    def _state(self, service: str, document: str, version: int, status: str, content_hash: str) -> None:
        seen = {"version": version, "status": str(status), "value_sha256": content_hash}
        self.history.see(service, "state", document, **seen)


def value_of(title: str, body_html: str) -> str:
    return hashlib.sha256(f"{title}\n{body_html}".encode()).hexdigest()


def simulate(seed: int, planted: Planted = SOUND, faults: Faults | None = None) -> Simulation:
    """The run of a seed, ended and ready to be checked."""
    random.seed(seed)  # the jitter of retries
    simulation = Simulation(seed, faults or Faults(random.Random(seed)), planted)
    with _silence():
        run_in_virtual_time(simulation.run())
    return simulation


@contextmanager
def _silence() -> Iterator[None]:
    """No log lines: failures are what a simulation is made of."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)
