"""Dangerous settings: what was proposed, how it was decided, and every change that came of it.

The rows lie in this room because an office's settings, mailboxes and roles can only be changed
where a row of ``setting_changes`` says so (triggers hold it); ``eventmail/proposals/`` decides.
Values are canonical JSON (:func:`eventmail.offices.settings.canonical`), so that the database can
compare them with what it is about to store.
"""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventmail.database import Base, UtcDateTime, choice
from eventmail.offices.models import people_of_the_office


class Verdict(enum.StrEnum):
    """How a proposal ended."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # the value it starts from is no longer there


class Basis(enum.StrEnum):
    """Why a change was allowed."""

    CONFIRMED = "confirmed"  # one proposed it, another confirmed it
    SETUP = "setup"  # the office had fewer than two people who could confirm
    SAFER = "safer"  # it only takes danger away


class Proposal(Base):
    """One person's wish to change one setting. Written once; ``office_id`` is None for a setting
    of the whole installation, ``proposer_id`` for the administrator at the command line.

    ``subject`` says which of several things of a kind (a mailbox's address, a person's id).
    ``digest`` names exactly what the other person sees, and is what he confirms.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        *people_of_the_office("proposer_id"),
        sa.UniqueConstraint("id", "digest"),
        sa.CheckConstraint("before <> after", "different"),
        sa.CheckConstraint("length(trim(reason)) > 0", "reason"),
        sa.CheckConstraint("at < expires_at", "time"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("offices.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(254))
    before: Mapped[str] = mapped_column(sa.Text)
    after: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.String(500))
    digest: Mapped[str] = mapped_column(sa.String(64))
    proposer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[ProposalDecision | None] = relationship(
        back_populates="proposal", lazy="selectin"
    )


class ProposalDecision(Base):
    """The end of a proposal, once and for good. ``staff_id`` is None where it lapsed."""

    __tablename__ = "proposal_decisions"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["proposal_id", "digest"],
            ["proposals.id", "proposals.digest"],
            name="fk_proposal_decisions_proposal",
        ),
        sa.CheckConstraint("(verdict = 'lapsed') = (staff_id IS NULL)", "somebody"),
        sa.CheckConstraint(
            "verdict IN ('confirmed', 'withdrawn') OR length(trim(reason)) > 0", "reason"
        ),
    )
    proposal_id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict, "verdict"))
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposal: Mapped[Proposal] = relationship(back_populates="decision")


class SettingChange(Base):
    """One change of one setting, written in the transaction that makes it, before it is made.

    ``staff_id``: who made it take effect; None for the administrator at the command line.
    """

    __tablename__ = "setting_changes"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.UniqueConstraint("proposal_id"),
        sa.Index("ix_setting_changes_place", "office_id", "kind", "subject"),
        sa.CheckConstraint("before <> after", "different"),
        sa.CheckConstraint("(basis = 'confirmed') = (proposal_id IS NOT NULL)", "proposal"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("offices.id"))
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(254))
    before: Mapped[str] = mapped_column(sa.Text)
    after: Mapped[str] = mapped_column(sa.Text)
    basis: Mapped[Basis] = mapped_column(choice(Basis, "basis"))
    proposal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("proposals.id"))
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposal: Mapped[Proposal | None] = relationship(lazy="selectin")


class SettingLook(Base):
    """That somebody who decides on settings has looked at a change. Written once."""

    __tablename__ = "setting_looks"
    change_id: Mapped[int] = mapped_column(sa.ForeignKey("setting_changes.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
