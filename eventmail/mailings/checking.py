"""The checker's own tasks: recipients, materials, letters, answered findings, each recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.events import shelf
from eventmail.language import said
from eventmail.mailings.answers import findings_of
from eventmail.mailings.findings import Level
from eventmail.mailings.models import (
    Mailing,
    Snapshot,
    SnapshotMaterial,
    SnapshotRecipient,
)
from eventmail.mailings.people import audit, editors, reviewers
from eventmail.mailings.review import Deed, require_other_person, transition
from eventmail.mailings.review_models import CheckStep, SnapshotFinding, Task
from eventmail.mailings.snapshot import Content, Recipient
from eventmail.mailings.stored import index_of, odd_ones, shown_content
from eventmail.offices.permissions import Actor
from eventmail.scanning.paging import pages_to_see

CHOSEN = 3
ACTS = {
    Task.RECIPIENTS: "mailing.counted",
    Task.MATERIAL: "mailing.material_seen",
    Task.LETTER: "mailing.letter_seen",
    Task.FINDING: "mailing.answer_accepted",
}
CHANGED = said(
    "表示していた内容から変わっています。画面を読み込み直し、いまの内容を確かめてください。"
)
MISCOUNTED = said(
    "入力した件数（{counted}）が送信先の件数と合いません。送信先の一覧を数え直してください。"
)
NOT_TO_THE_END = said(
    "資料「{name}」は、まだ最後のページまで開いていません。"
    "資料を開き、最後まで見てから記録してください。"
)


@dataclass(frozen=True, slots=True)
class Tasks:
    """What a checker has to look at in a snapshot, and what he has looked at already."""

    snapshot: Snapshot
    letters: tuple[Recipient, ...]
    findings: tuple[SnapshotFinding, ...]
    opened: frozenset[str]
    done: dict[tuple[Task, str], CheckStep]

    @property
    def counted(self) -> CheckStep | None:
        """The count of the recipients."""
        return self.done.get((Task.RECIPIENTS, ""))

    @property
    def open_materials(self) -> list[SnapshotMaterial]:
        """The materials not yet seen to their end."""
        seen = self.opened | {subject for task, subject in self.done if task is Task.MATERIAL}
        return [each for each in self.snapshot.materials if each.sha256 not in seen]

    @property
    def open_letters(self) -> list[Recipient]:
        """The chosen recipients whose letter was not yet seen."""
        seen = {subject for task, subject in self.done if task is Task.LETTER}
        return [each for each in self.letters if str(each.contact_id) not in seen]

    @property
    def open_findings(self) -> list[SnapshotFinding]:
        """The answered findings not yet accepted."""
        return [f for f in self.findings if (Task.FINDING, str(f.position)) not in self.done]

    @property
    def missing(self) -> list[str]:
        """What has still to be done, in words."""
        counts = (
            (said("資料{count}件を最後まで見ること"), len(self.open_materials)),
            (said("届くメール{count}件を見ること"), len(self.open_letters)),
            (said("指摘への回答{count}件を認めること"), len(self.open_findings)),
        )
        first = [] if self.counted else [said("送信先の件数を数えて入力すること")]
        return [*first, *(words.format(count=count) for words, count in counts if count)]


def tasks(session: Session, snapshot: Snapshot, staff_id: int) -> Tasks:
    """The tasks of one checker on one snapshot; they are there again when he comes back."""
    query = sa.select(CheckStep).where(
        CheckStep.snapshot_id == snapshot.id,
        CheckStep.staff_id == staff_id,
        CheckStep.digest == snapshot.digest,
    )
    done = {(step.task, step.subject): step for step in session.scalars(query)}
    answered = tuple(each for each in findings_of(session, snapshot) if each.level != Level.NOTE)
    opened = shelf.opened_to_the_end(
        session, staff_id, snapshot.office_id, [each.sha256 for each in snapshot.materials]
    )
    letters = chosen(shown_content(session, snapshot), snapshot.digest)
    return Tasks(snapshot, letters, answered, opened, done)


def chosen(content: Content, digest: str = "") -> tuple[Recipient, ...]:
    """Whose letters the checker must see: the machine's choice, the same for one digest always.

    The longest name, one without a title, and one by lot; of a batch, its one mail. ``digest``
    is the content's own, where somebody has it at hand.
    """
    people = content.recipients
    if content.is_batch:
        return tuple(people[:1])
    start = int((digest or content.digest)[:12], 16) % len(people)
    longest, untitled = odd_ones(people, start)
    by_lot = [*people[start : start + CHOSEN], *people[:CHOSEN]]
    return tuple(dict.fromkeys((longest, untitled or by_lot[0], *by_lot)))[:CHOSEN]


def letters_seen(
    session: Session, snapshot: Snapshot, steps: Iterable[CheckStep]
) -> dict[str, SnapshotRecipient]:
    """The recipients whose letter somebody looked at, by what his step says."""
    ids = {int(each.subject) for each in steps if each.task is Task.LETTER}
    query = sa.select(SnapshotRecipient).where(
        SnapshotRecipient.snapshot_id == snapshot.id, SnapshotRecipient.contact_id.in_(ids)
    )
    return {str(each.contact_id): each for each in session.scalars(query)}


def count(session: Session, actor: Actor, mailing: Mailing, digest: str, counted: int) -> None:
    """The checker went through the recipients and counted them."""
    snapshot = _open(session, actor, mailing, digest)
    if counted != snapshot.recipient_count:
        raise UserError(MISCOUNTED.format(counted=counted))
    _record(session, actor, snapshot, Task.RECIPIENTS, "", counted)


def without_pages(session: Session, snapshot: Snapshot) -> frozenset[str]:
    """The materials that our pages cannot show: the checker opens them himself and says so."""
    sha256s = [each.sha256 for each in snapshot.materials]
    scans = shelf.scans_for(session, snapshot.office_id, sha256s)
    return frozenset(sha256 for sha256, scan in scans.items() if not pages_to_see(scan))


def see_material(
    session: Session, actor: Actor, mailing: Mailing, digest: str, sha256: str
) -> None:
    """The checker saw a material to its last page, here or (where we cannot show it) himself."""
    snapshot = _open(session, actor, mailing, digest)
    names = {each.sha256: each.filename for each in snapshot.materials}
    if sha256 not in names:
        raise NotFound
    opened = shelf.opened_to_the_end(session, actor.id, snapshot.office_id, [sha256])
    if sha256 not in opened | without_pages(session, snapshot):
        raise UserError(NOT_TO_THE_END.format(name=names[sha256]))
    _record(session, actor, snapshot, Task.MATERIAL, sha256)


def keep_openings(session: Session, actor: Actor, snapshot: Snapshot) -> None:
    """With the checker's yes: the pages that he has turned are written down as his steps."""
    for sha256 in sorted(tasks(session, snapshot, actor.id).opened):
        _record(session, actor, snapshot, Task.MATERIAL, sha256)


def see_letter(
    session: Session, actor: Actor, mailing: Mailing, digest: str, contact_id: int
) -> None:
    """The checker saw the mail that this recipient will receive."""
    snapshot = _open(session, actor, mailing, digest)
    if index_of(shown_content(session, snapshot), contact_id) is None:
        raise NotFound
    _record(session, actor, snapshot, Task.LETTER, str(contact_id))


def accept_answer(
    session: Session, actor: Actor, mailing: Mailing, digest: str, position: int
) -> None:
    """The checker read a finding and its answer, and finds that it may go."""
    snapshot = _open(session, actor, mailing, digest)
    answered = {each.position for each in findings_of(session, snapshot) if each.answer}
    if position not in answered:
        raise NotFound
    _record(session, actor, snapshot, Task.FINDING, str(position))


def steps_of(session: Session, snapshot: Snapshot) -> list[CheckStep]:
    """Everything that was looked at, by whom and when."""
    query = sa.select(CheckStep).where(CheckStep.snapshot_id == snapshot.id)
    return list(session.scalars(query.order_by(CheckStep.id)))


def _open(session: Session, actor: Actor, mailing: Mailing, digest: str) -> Snapshot:
    moved = transition(mailing.state, Deed.LOOK)
    actor.require(moved.needs)
    require_other_person(Deed.LOOK, actor.id, editors(session, mailing), reviewers(mailing))
    snapshot = mailing.latest
    if snapshot is None or snapshot.digest != digest:
        raise UserError(CHANGED)
    return snapshot


def _record(
    session: Session,
    actor: Actor,
    snapshot: Snapshot,
    task: Task,
    subject: str,
    counted: int | None = None,
) -> None:
    """Once; a second press on the same button changes nothing."""
    mine = {"snapshot_id": snapshot.id, "staff_id": actor.id, "task": task, "subject": subject}
    if session.scalars(sa.select(CheckStep).filter_by(**mine)).first() is not None:
        return
    session.add(CheckStep(**mine, digest=snapshot.digest, counted=counted, at=clock.now()))
    session.flush()
    audit(session, snapshot.mailing, ACTS[task], actor, digest=snapshot.digest, about=subject)
