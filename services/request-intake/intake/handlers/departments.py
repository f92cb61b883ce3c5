"""Keeping the departments a request can be addressed to."""

from intake.domain.numbering import short_name_of
from intake.domain.office import Department
from intake.handlers.desk import Departments
from shared.consuming import Refused
from shared.events import DepartmentState, Event


async def keep_department(event: Event, departments: Departments) -> None:
    """Take over a department's newest state, in whatever order the events come."""
    if not isinstance(event.data, DepartmentState):
        raise Refused(f"{event.type} is not about a department")
    state = event.data
    held = await departments.get(state.code)
    if held is not None and held.version >= event.sequence:
        return
    short = held.short_name if held else await _free_short_name(state, departments)
    await departments.put(Department(state.code, state.name, short, state.active, event.sequence))


async def _free_short_name(state: DepartmentState, departments: Departments) -> str:
    """The short name, with the code when another department has it: numbers must stay apart."""
    short = short_name_of(state.name)
    if not await departments.taken(short):
        return short
    return short[:8] + "".join(letter for letter in state.code if letter.isalnum())[:12]
