"""Who is asked what until when, what he answered, who has confirmed it. All of it written once.

Only a reminder's mail changes: what became of it.
"""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventmail.database import Base, UtcDateTime, choice
from eventmail.language import said
from eventmail.offices.models import people_of_the_office
from eventmail.staffmail.models import Daily
from eventmail.training.papers import Sort


class Purpose(enum.StrEnum):
    """Why now."""

    REGULAR = "regular"
    URGENT = "urgent"


PURPOSE_NAMES = {Purpose.REGULAR: said("定期"), Purpose.URGENT: said("緊急")}


class Assignment(Base):
    """One paper for some of an office's staff, until a day. ``digest``: of exactly what is asked.

    The office's manager assigns it, or the bureau's overseer, who sees no more than figures;
    ``batch`` is common to what the overseer assigned to several offices at once.
    """

    __tablename__ = "training_assignments"
    __table_args__ = (
        *people_of_the_office("manager_id"),
        sa.UniqueConstraint("office_id", "id"),
        sa.CheckConstraint("(manager_id IS NULL) <> (overseer_id IS NULL)", "one_of_them"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    sort: Mapped[Sort] = mapped_column(choice(Sort, "sort"))
    edition: Mapped[str] = mapped_column(sa.String(20))
    digest: Mapped[str] = mapped_column(sa.String(64))
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose, "purpose"))
    due_on: Mapped[date]
    batch: Mapped[str] = mapped_column(sa.String(32), index=True)
    manager_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    overseer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TrainingTask(Base):
    """One person's part of an assignment."""

    __tablename__ = "training_tasks"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.ForeignKeyConstraint(
            ["office_id", "assignment_id"],
            ["training_assignments.office_id", "training_assignments.id"],
        ),
        sa.UniqueConstraint("office_id", "id"),
        sa.UniqueConstraint("assignment_id", "staff_id"),
        sa.Index("ix_training_tasks_office_id_staff_id", "office_id", "staff_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    assignment_id: Mapped[int]
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    assignment: Mapped[Assignment] = relationship(lazy="selectin")
    results: Mapped[list[Result]] = relationship(
        back_populates="task", lazy="selectin", order_by="Result.number"
    )

    @property
    def is_done(self) -> bool:
        """Whether it was filled in, or passed."""
        return any(each.passed for each in self.results)

    @property
    def standing(self) -> Result | None:
        """The result that counts: the last one that is enough, else the last."""
        return next((each for each in reversed(self.results) if each.passed), self.newest)

    @property
    def newest(self) -> Result | None:
        """The last result."""
        return self.results[-1] if self.results else None


class Result(Base):
    """One time that a person answered a whole paper. ``digest``: of what he was asked."""

    __tablename__ = "training_results"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "task_id"], ["training_tasks.office_id", "training_tasks.id"]
        ),
        sa.UniqueConstraint("office_id", "id"),
        sa.UniqueConstraint("task_id", "number"),
        sa.CheckConstraint("0 <= score AND score <= total", "score"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    task_id: Mapped[int]
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))
    answers: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    score: Mapped[int]
    total: Mapped[int]
    passed: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    task: Mapped[TrainingTask] = relationship(back_populates="results")
    confirmation: Mapped[Confirmation | None] = relationship(lazy="selectin")


class Confirmation(Base):
    """確認しました: a manager has seen a result, which is not his own."""

    __tablename__ = "training_confirmations"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.ForeignKeyConstraint(
            ["office_id", "result_id"], ["training_results.office_id", "training_results.id"]
        ),
    )
    result_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reminder(Daily, Base):
    """One mail to one person about everything that is open: at most one a day (in Tokyo)."""

    __tablename__ = "training_reminders"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.UniqueConstraint("office_id", "staff_id", "day"),
        sa.UniqueConstraint("token"),
        sa.Index("ix_training_reminders_state_due_at", "state", "due_at"),
    )
