"""Whatever is tried in whatever order, the statutory bounds of a request hold."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from intake.domain.states import OWED, Action, Status
from intake.domain.transitions import (
    possible,
    take,
)
from shared.rules import DomainError
from tests.intake.sample import (
    APPLICANT,
    APPROVER,
    CALENDAR,
    EVERY_PART,
    HANDLER,
    MONDAY,
    REGISTRAR,
    step,
    submitted,
)


class AnyCourse(RuleBasedStateMachine):
    """Whatever is tried in whatever order, the statutory bounds hold."""

    def __init__(self) -> None:
        super().__init__()
        self.request = submitted()
        self.day = MONDAY

    @rule(data=st.data(), wait=st.integers(0, 12), days=st.integers(0, 25), lawful=st.booleans())
    def act(self, data: st.DataObject, wait: int, days: int, lawful: bool) -> None:
        self.day += timedelta(days=wait)
        lawful_acts = [row.action for row in possible(self.request.status)]
        action = data.draw(st.sampled_from(lawful_acts if lawful and lawful_acts else list(Action)))
        actor = data.draw(st.sampled_from([REGISTRAR, HANDLER, APPROVER, APPLICANT, EVERY_PART]))
        before = self.request
        tried = step(action, actor, self.day, days=days, text="文字", outcome="R3.1")
        try:
            self.request, event = take(self.request, tried, CALENDAR)
        except DomainError:
            assert self.request is before
            return
        assert event.sequence == self.request.version == before.version + 1
        assert self.request.ledger[: len(before.ledger)] == before.ledger
        assert self.request.history[: len(before.history)] == before.history

    @invariant()
    def the_bounds_hold(self) -> None:
        request = self.request
        assert sum(event.kind == "extend" for event in request.ledger) <= 1
        assert all(event.days <= 20 for event in request.ledger)
        assert sum(event.kind == "restart" for event in request.ledger) <= 1
        if request.status in OWED and request.status is not Status.AWAITING_CORRECTION:
            assert request.due_on is not None
            assert CALENDAR.is_working_day(request.due_on)
        if request.status in (Status.DECIDED, Status.SERVED, Status.CLOSED):
            approved = next(line for line in request.history if line.what == Action.APPROVE.label)
            assert approved.actor not in request.handlers
            assert request.outcome is not None


TestAnyCourse = AnyCourse.TestCase
TestAnyCourse.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
