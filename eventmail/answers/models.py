"""Questions of an event, the participants' answers as a history, and marks of each contact."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventmail.database import Base, UtcDateTime, choice
from eventmail.offices.models import people_of_the_office

LONGEST_LABEL = 200
LONGEST_TEXT = 1000
LONGEST_NOTE = 500


class QuestionKind(enum.StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"


class Attendance(enum.StrEnum):
    """参加・欠席: what a company says of itself; its status in the roster is the office's."""

    ATTENDING = "attending"
    ABSENT = "absent"


class Via(enum.StrEnum):
    """How an answer came."""

    LINK = "link"
    PHONE = "phone"


class Question(Base):
    """One question of the organiser. What was answered never changes its meaning (a trigger).

    ``version`` counts its changes, so that a page that is still open answers what it showed.
    ``low`` and ``high`` bound a number. A retired one is asked no more; its answers stay.
    """

    __tablename__ = "questions"
    __table_args__ = (
        *people_of_the_office("created_by"),
        sa.UniqueConstraint("office_id", "event_id", "id"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"], ["events.office_id", "events.id"], name="fk_questions_event"
        ),
        sa.CheckConstraint("length(trim(label)) > 0", "label"),
        sa.CheckConstraint("low IS NULL OR high IS NULL OR low <= high", "bounds"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int] = mapped_column(index=True)
    position: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[QuestionKind] = mapped_column(choice(QuestionKind, "kind"))
    label: Mapped[str] = mapped_column(sa.String(LONGEST_LABEL))
    choices: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    low: Mapped[int | None]
    high: Mapped[int | None]
    required: Mapped[bool] = mapped_column(default=False)
    retired: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AnswerDeadline(Base):
    """回答の締切: the last day on which answers are taken; without a row the event's own day."""

    __tablename__ = "answer_deadlines"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name="fk_answer_deadlines_event",
        ),
    )
    event_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    closes_on: Mapped[date]


class Answer(Base):
    """One answer of a company, given by one of its contacts. Written once; the newest counts.

    ``number`` counts the company's answers from 1. Who took it by telephone is ``staff_id``.
    """

    __tablename__ = "answers"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.UniqueConstraint("office_id", "event_id", "id"),
        sa.UniqueConstraint("participant_id", "number"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_answers_contact",
        ),
        sa.CheckConstraint("(via = 'phone') = (staff_id IS NOT NULL)", "taken_by"),
        sa.CheckConstraint("people IS NULL OR people BETWEEN 0 AND 999", "people"),
        sa.CheckConstraint("number >= 1", "number"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int] = mapped_column(index=True)
    participant_id: Mapped[int]
    contact_id: Mapped[int] = mapped_column(index=True)
    number: Mapped[int]
    attendance: Mapped[Attendance] = mapped_column(choice(Attendance, "attendance"))
    people: Mapped[int | None]
    message: Mapped[str] = mapped_column(sa.String(LONGEST_TEXT), default="")
    via: Mapped[Via] = mapped_column(choice(Via, "via"))
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    note: Mapped[str] = mapped_column(sa.String(LONGEST_NOTE), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    values: Mapped[list[AnswerValue]] = relationship(order_by="AnswerValue.question_id")


class AnswerValue(Base):
    """What an answer says to one question, as text: a date as 2026-12-09, a number in digits."""

    __tablename__ = "answer_values"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "answer_id"],
            ["answers.office_id", "answers.event_id", "answers.id"],
            name="fk_answer_values_answer",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "question_id"],
            ["questions.office_id", "questions.event_id", "questions.id"],
            name="fk_answer_values_question",
        ),
    )
    answer_id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    value: Mapped[str] = mapped_column(sa.String(LONGEST_TEXT))


class ContactMark(Base):
    """When a contact first opened its own page, and when it said that it received the mail."""

    __tablename__ = "contact_marks"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_contact_marks_contact",
        ),
    )
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int] = mapped_column(index=True)
    participant_id: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
