"""What is withdrawn from people for now. A later room that withdraws something adds its question
here, and it is asked whenever somebody comes to work in an office (``service.actor_of``).
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from eventmail.offices.models import Staff
from eventmail.offices.permissions import Hold

Question = Callable[[Session, Staff, int], Hold | None]
QUESTIONS: list[Question] = []


def add(question: Question) -> Question:
    """Have a question asked."""
    QUESTIONS.append(question)
    return question


def holds_on(session: Session, staff: Staff, office_id: int) -> tuple[Hold, ...]:
    """All that is withdrawn from somebody in an office."""
    answers = (question(session, staff, office_id) for question in QUESTIONS)
    return tuple(each for each in answers if each is not None)
