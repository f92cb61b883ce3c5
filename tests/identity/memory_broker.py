"""Departments' broker users in memory; passes the same suite as RabbitMQ's, in test_broker.py."""

import re
from dataclasses import dataclass, field

from identity.broker import DEPARTMENTS_EXCHANGE, outcome_queue, permissions, topic_permissions
from shared.problems import Unavailable


@dataclass
class MemoryBroker:
    """`away` makes every call fail, as a stopped broker would."""

    passwords: dict[str, str] = field(default_factory=dict)
    admitted: set[str] = field(default_factory=set)
    away: bool = False

    async def open(self, code: str, password: str) -> None:
        self._require_broker()
        self.passwords[code] = password
        self.admitted.add(code)

    async def resume(self, code: str) -> None:
        self._require_broker()
        self.admitted.add(code)

    async def suspend(self, code: str) -> None:
        self._require_broker()
        self.admitted.discard(code)

    async def accepts_message(self, code: str, password: str, routing_key: str) -> bool:
        own = topic_permissions(code)["write"]
        writes = re.search(permissions(code)["write"], DEPARTMENTS_EXCHANGE)
        return self._signs_in(code, password) and bool(writes and re.search(own, routing_key))

    async def gives_queue(self, code: str, password: str, queue_of: str) -> bool:
        readable = re.search(permissions(code)["read"], outcome_queue(queue_of))
        return self._signs_in(code, password) and readable is not None

    def _signs_in(self, code: str, password: str) -> bool:
        return code in self.admitted and self.passwords.get(code) == password

    def _require_broker(self) -> None:
        if self.away:
            raise Unavailable("消息队列暂时无法管理")
