"""What waits for somebody; and the head of a page must count just that, in whatever state."""

from __future__ import annotations

from sqlalchemy.orm import Session

from eventmail.desk import service
from eventmail.desk.service import Blocked
from eventmail.desk.tasks import Task
from eventmail.offices.permissions import Actor


def as_counted(session: Session, actor: Actor, blocked: Blocked) -> list[Task]:
    """The tasks on his desk, held against the count."""
    shown = service.waiting(session, actor, blocked)
    assert service.count(session, actor, blocked) == sum(task.waits for task in shown)
    return shown
