"""The document: editions on their way through review, and a history that is only added to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from publishing.domain.checks.findings import Finding
from publishing.domain.checks.overriding import OVERRIDDEN, record_of, require_second_person
from publishing.domain.content import Content, content_hash, tombstone_hash
from publishing.domain.edition import NO_EDITION, Approval, Edition, Face, edition_of, face_of
from publishing.domain.rules import ApprovalVoid, ReasonRequired, TwoPersonRuleBroken, WrongState
from publishing.domain.schedule import Schedule, require_reachable
from publishing.domain.states import ACTION_LABELS, SIGNED, STATE_LABELS, TRANSITIONS, Action, State

PUBLISHED, REVISED, WITHDRAWN = "document.published", "document.revised", "document.withdrawn"


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when, and what they say about it; `name` is how people know them."""

    by: str
    at: datetime
    note: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history. `version` is set when the public saw the change; `before` and `after` hold
    what differs, the body by its hash only."""

    position: int
    action: Action
    act: Act
    edition: int
    version: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(slots=True)
class Document:
    """A document of a department. `version` counts public changes and is the sequence of its events;
    `revision` counts all changes and is what staff state in If-Match. `hindrance` is why the last planned
    publication did not happen, until the next step."""

    id: UUID
    department: str
    edition: Edition
    state: State = State.DRAFT
    external_id: str | None = None
    revision: int = 0
    version: int = 0
    public_edition: int | None = None
    public_face: Face | None = None
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawal_reason: str | None = None
    scheduled: Schedule | None = None
    hindrance: str | None = None
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def expected(cls, document_id: UUID, department: str, external_id: str | None = None) -> "Document":
        """A document of which no edition has come yet."""
        return cls(document_id, department, NO_EDITION, external_id=external_id)

    @classmethod
    def draft(cls, document_id: UUID, department: str, content: Content, act: Act) -> "Document":
        """A new document in the author's hands."""
        document = cls.expected(document_id, department)
        document._begin_edition(Action.CREATE, content, act)
        return document

    @property
    def is_public(self) -> bool:
        return self.public_edition is not None and self.withdrawn_at is None

    @property
    def is_in_preparation(self) -> bool:
        """Whether a working edition is on its way that the public does not see."""
        return self.state not in (State.PUBLISHED, State.WITHDRAWN)

    @property
    def face(self) -> Face:
        """The face the public knows; while it has known none, that of the working edition."""
        return self.public_face or face_of(self.edition)

    def edit(self, content: Content, act: Act) -> None:
        """Change the working edition; an approval it had is void from here on."""
        before = self._facts()
        self._move(Action.EDIT)
        authors = tuple(dict.fromkeys((*self.edition.authors, act.by)))
        changed = edition_of(self.edition.number, self.department, content, act.by)
        self.edition = replace(changed, authors=authors)
        self._record(Action.EDIT, act, before, self._facts())

    def receive(self, content: Content, act: Act) -> None:
        """Take a new edition from the department's system; what is public stays public meanwhile."""
        self._begin_edition(Action.RECEIVE, content, act)

    def publish_received(self, content: Content, act: Act) -> str:
        """Take a new edition and make it public at once: the sender is trusted to have had its own review."""
        before = self._facts()
        self._move(Action.RECEIVE)
        self.state = State.PUBLISHED
        self.edition = edition_of(self.edition.number + 1, self.department, content, act.by)
        return self._make_public(act, before)

    def revise(self, act: Act) -> None:
        """Begin a new edition with the content of the last one."""
        self._begin_edition(Action.REVISE, self.edition.content, act)

    def submit(self, act: Act) -> None:
        """Ask for review; the content must be complete by then."""
        self.edition.content.require_complete()
        self._step(Action.SUBMIT, act)

    def override(self, findings: Sequence[Finding], act: Act) -> None:
        """Let these findings pass for this very content; nobody does so for what they wrote."""
        require_second_person(act.by, self.edition.authors)
        if not act.note.strip():
            raise ReasonRequired(action=ACTION_LABELS[Action.OVERRIDE], field="note")
        before = self._facts()
        self._move(Action.OVERRIDE)
        record = record_of(findings, self.edition.content_hash)
        self._record(Action.OVERRIDE, act, before, self._facts() | {OVERRIDDEN: record})

    def send_back(self, act: Act) -> None:
        """Return the edition to its authors, saying what is wrong."""
        if not act.note.strip():
            raise ReasonRequired(action=ACTION_LABELS[Action.RETURN], field="note")
        before = self._facts()
        self._move(Action.RETURN)
        self.edition = replace(self.edition, approval=None)
        self._record(Action.RETURN, act, before, self._facts())

    def approve(self, act: Act) -> None:
        """签发 this very content; nobody approves what they wrote (保密法实施条例 art. 42)."""
        if act.by in self.edition.authors:
            raise TwoPersonRuleBroken()
        before = self._facts()
        self._move(Action.APPROVE)
        self.edition = replace(self.edition, approval=Approval(act.by, act.at, self.edition.content_hash))
        self._record(Action.APPROVE, act, before, self._facts())

    def publish(self, act: Act) -> str:
        """Make the approved edition public; returns the type of the event that tells of it."""
        self._require_standing_approval()
        before = self._facts()
        self._move(Action.PUBLISH)
        return self._make_public(act, before)

    def schedule(self, publish_at: datetime, act: Act) -> None:
        """Plan to make the approved edition public at a moment, or move the plan to another."""
        require_reachable(publish_at, act.at)
        self._require_standing_approval()
        before = self._facts()
        self._move(Action.SCHEDULE)
        self.scheduled = Schedule(publish_at, act.by, act.name)
        self._record(Action.SCHEDULE, act, before, self._facts())

    def call_off(self, act: Act) -> None:
        """Drop the plan; the edition stays approved."""
        self._step(Action.CALL_OFF, act)

    def halt(self, act: Act) -> None:
        """Go back to approved instead of becoming public at the planned time; the note says why."""
        self._step(Action.HALT, act)
        self.hindrance = act.note

    def withdraw(self, act: Act) -> str | None:
        """Take the document from the public, leaving a tombstone with the reason.

        Returns the type of the event, or None when the public had never seen the document.
        """
        if not act.note.strip():
            raise ReasonRequired(action=ACTION_LABELS[Action.WITHDRAW], field="reason")
        before, was_public = self._facts(), self.is_public
        self._move(Action.WITHDRAW)
        if self.withdrawn_at is None:
            self.withdrawn_at, self.withdrawal_reason = act.at, act.note
        if was_public and self.public_face:
            self.version += 1
            title = self.public_face.title
            buried = tombstone_hash(self.department, title, act.note)
            self.public_face = replace(self.public_face, content_hash=buried)
        self._record(Action.WITHDRAW, act, before, self._facts(), public=was_public)
        return WITHDRAWN if was_public else None

    def _require_standing_approval(self) -> None:
        approval = self.edition.approval
        current = content_hash(self.department, self.edition.content)
        if self.state in SIGNED and (approval is None or approval.content_hash != current):
            raise ApprovalVoid()

    def _make_public(self, act: Act, before: dict[str, Any]) -> str:
        event = REVISED if self.is_public else PUBLISHED
        self.version += 1
        self.published_at = self.published_at if self.is_public else act.at
        self.public_edition, self.public_face = self.edition.number, face_of(self.edition)
        self.withdrawn_at = self.withdrawal_reason = None
        self._record(Action.PUBLISH, act, before, self._facts(), public=True)
        return event

    def _begin_edition(self, action: Action, content: Content, act: Act) -> None:
        before = self._facts()
        self._move(action)
        self.edition = edition_of(self.edition.number + 1, self.department, content, act.by)
        self._record(action, act, before, self._facts())

    def _step(self, action: Action, act: Act) -> None:
        before = self._facts()
        self._move(action)
        self._record(action, act, before, self._facts())

    def _move(self, action: Action) -> None:
        target = TRANSITIONS.get((self.state, action))
        if target is None:
            raise WrongState(state=STATE_LABELS[self.state], action=ACTION_LABELS[action])
        self.state = target
        self.scheduled = self.scheduled if target is State.SCHEDULED else None
        self.hindrance = None

    def _record(
        self, action: Action, act: Act, before: dict[str, Any], after: dict[str, Any], public: bool = False
    ) -> None:
        changed = [name for name in after if before.get(name) != after[name]]
        self.revision += 1
        self.entries.append(
            Entry(
                position=self.revision,
                action=action,
                act=act,
                edition=self.edition.number,
                version=self.version if public else None,
                before={name: before[name] for name in changed if name in before},
                after={name: after[name] for name in changed},
            )
        )

    def _facts(self) -> dict[str, Any]:
        if self.edition is NO_EDITION:
            return {}
        content = self.edition.content
        return {
            "state": self.state,
            "title": content.title,
            "kind": content.kind,
            "column": content.column,
            "content_hash": self.edition.content_hash,
            "edition": self.edition.number,
            "approved_by": self.edition.approval.by if self.edition.approval else None,
            "publish_at": self.scheduled.publish_at if self.scheduled else None,
            "scheduled_by": self.scheduled.by if self.scheduled else None,
        }
