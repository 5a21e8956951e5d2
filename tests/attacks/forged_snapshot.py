"""Somebody with all rights on the database takes the guards away and forges what was approved.

The worker reads the rows, takes the digest anew, and sends nothing that the reviews do not name.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from eventmail.events import service as events
from eventmail.mailings import freezing
from eventmail.mailings.models import Snapshot
from eventmail.mailings.snapshot import Content, bare_content, content_of_snapshot
from eventmail.outbox import job, ledger, standing, supply
from eventmail.outbox import service as outbox
from eventmail.wire import gate
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.lowering import cut, drop_constraint, drop_guards, instead, silent
from tests.attacks.reading import body
from tests.attacks.world import World

GUARDED = (
    "attempts",
    "contacts",
    "deliveries",
    "reviews",
    "snapshot_materials",
    "snapshot_recipients",
    "snapshots",
)
UNCHECKED: Lowering = silent(job, "_is_approved", True)
WELCOME = Also(Barrier.OUTBOX, instead(supply, "welcome", lambda _, ids: set(ids)))
UNSEEN = Also(Barrier.GATE, silent(gate, "_violations", ()))


def _sent(world: World, *statements: str, sign: str = "") -> bool:
    """Whether anything is sent after these statements (and, with a sign, whether it shows it)."""
    drop_guards(world, *GUARDED)
    world.run(*statements)
    return any(sign.format(**world.ids) in mail for mail in world.works())


def _forged(*statements: str, sign: str = "") -> Callable[[World], bool]:
    return lambda world: _sent(world, *statements, sign=sign)


FIRST = "WHERE contact_id = {contact}"
ROSTER = (
    "UPDATE snapshot_materials SET filename = '名簿.xlsx', sha256 = "
    "(SELECT sha256 FROM roster_imports LIMIT 1) WHERE position = 1"
)
LATE = (
    "INSERT INTO contacts (id, office_id, event_id, participant_id, department, title, name, "
    "phone, address, address_key, active, import_id, source_row, row_digest) SELECT 9001, "
    "office_id, event_id, participant_id, '', '', '', '', 'late@x.example', 'late@x.example', "
    "TRUE, import_id, 99, row_digest FROM contacts WHERE id = {contact}",
    "INSERT INTO snapshot_recipients SELECT snapshot_id, 9001, office_id, event_id, "
    "participant_id, 999, company, department, title, name, 'late@x.example', 'late@x.example' "
    f"FROM snapshot_recipients {FIRST}",
    "UPDATE deliveries SET contact_id = 9001 WHERE contact_id = {contact}",
)
ROWS: dict[str, tuple[tuple[str, ...], str, tuple[Also, ...]]] = {
    "the letter": (("UPDATE snapshots SET body = body || '追記'",), "追記", ()),
    "the subject": (("UPDATE snapshots SET subject = 'まったく別の件名'",), "まったく別の件名", ()),
    "the sender's name": (("UPDATE snapshots SET sender_name = '別の所'",), "From: 別の所", ()),
    "the sender's address": (
        ("UPDATE snapshots SET sender_address = 'info@himesato-anteisho.example'",),
        "<info@himesato-anteisho.example>",
        (),
    ),
    "the reply address": (
        ("UPDATE snapshots SET reply_to = 'info@himesato-anteisho.example'",),
        "Reply-To: info@himesato-anteisho.example",
        (),
    ),
    "the place of the event": (("UPDATE snapshots SET event_place = '別の会場'",), "別の会場", ()),
    "the day of the event": (("UPDATE snapshots SET event_date = '2027-01-01'",), "令和9年", ()),
    "a company's name": (
        (f"UPDATE snapshot_recipients SET company = '別の会社' {FIRST}",),
        "別の会社",
        (),
    ),
    "a contact's name": ((f"UPDATE snapshot_recipients SET name = '別人' {FIRST}",), "別人", ()),
    "an address, by a stranger's": (
        (
            f"UPDATE snapshot_recipients SET address = 'spy@evil.example' {FIRST}",
            "UPDATE contacts SET address = 'spy@evil.example' WHERE id = {contact}",
        ),
        "spy@evil.example",
        (),
    ),
    "an address, by another company's": (
        (f"UPDATE snapshot_recipients SET address = '{{other_address}}' {FIRST}",),
        "To: {other_address}",
        (WELCOME, UNSEEN),
    ),
    "the order of the recipients": (
        (f"UPDATE snapshot_recipients SET position = 999 {FIRST}",),
        "",
        (),
    ),
    "one recipient more": (LATE, "late@x.example", ()),
    "one recipient less": (
        (f"DELETE FROM deliveries {FIRST}", f"DELETE FROM snapshot_recipients {FIRST}"),
        "",
        (),
    ),
    "a file's name": (
        ("UPDATE snapshot_materials SET filename = '別の資料.pdf' WHERE position = 1",),
        "別の資料.pdf",
        (),
    ),
    "a file, by the roster itself": ((ROSTER,), "名簿.xlsx", (UNSEEN,)),
    "one file less": (("DELETE FROM snapshot_materials WHERE position = 2",), "", ()),
    "the approval, struck off": (("DELETE FROM reviews WHERE step = 'approve'",), "", ()),
    "the check, struck off": (("DELETE FROM reviews WHERE step = 'check'",), "", ()),
    "the approval, turned into a return": (
        ("UPDATE reviews SET decision = 'returned' WHERE step = 'approve'",),
        "",
        (),
    ),
}


def _other_digest(world: World) -> bool:
    """The reviews name another digest than the snapshot's."""
    drop_constraint(world, "reviews", "fk_reviews_snapshot")
    return _sent(world, f"UPDATE reviews SET digest = '{'0' * 64}'")


def _digest_renewed(world: World) -> bool:
    """Letter and digest are forged together, so that they agree; the reviews stay as they are."""
    drop_constraint(world, "reviews", "fk_reviews_snapshot")
    drop_constraint(world, "check_steps", "fk_check_steps_snapshot")
    drop_guards(world, *GUARDED)
    world.run("UPDATE snapshots SET body = body || '追記'")
    with world.database.reading() as session:
        digest = content_of_snapshot(world.snapshot(session)).digest
    return _sent(world, f"UPDATE snapshots SET digest = '{digest}'", sign="追記")


def _file_replaced(world: World) -> bool:
    """The stored bytes of an approved file are replaced under its old digest."""
    with world.database.writing() as session:
        sha256 = world.snapshot(session).materials[0].sha256
        session.execute(
            sa.text("UPDATE blobs SET content = :content WHERE sha256 = :sha256"),
            {"content": "別の中身".encode(), "sha256": sha256},
        )
    return any("別の中身" in mail for mail in world.works())


def _draft_rewritten(world: World) -> bool:
    """The draft's row is changed after the approval."""
    world.run("UPDATE mailings SET body = body || '追記'")
    return any("追記" in mail for mail in world.works())


def _from_draft(snapshot: Snapshot) -> Content:
    content = bare_content(snapshot)
    object.__setattr__(content, "body", snapshot.mailing.body)
    return content


def _halted(world: World) -> bool:
    """A worker takes up a mailing that was stopped."""
    world.run("UPDATE mailings SET state = 'halted'")
    return bool(world.works())


def _shown_otherwise(world: World) -> bool:
    """The mail as sent is shown to the office with another head than it left with."""
    world.works(mails=1)
    drop_guards(world, "attempts")
    world.run("UPDATE attempts SET head = (SELECT head FROM attempts ORDER BY id LIMIT 1)")
    delivery = world.value("SELECT max(delivery_id) FROM attempts")
    with world.database.reading() as session:
        _, content = outbox.as_sent(session, world.people.author, delivery)
    return content != world.recorder.seen[-1].content and bool(body(content))


def _file_shown_otherwise(world: World) -> bool:
    """The mail as sent is shown with another file than it left with."""
    world.works(mails=1)
    drop_guards(world, "snapshot_materials")
    world.run("UPDATE snapshot_materials SET filename = '別の資料.pdf' WHERE position = 1")
    delivery = world.value("SELECT max(delivery_id) FROM attempts")
    with world.database.reading() as session:
        _, content = outbox.as_sent(session, world.people.author, delivery)
    return content != world.recorder.seen[-1].content


DIGEST = Barrier.SNAPSHOT_DIGEST
APPROVED_ANYWAY: Lowering = cut(
    job, "_is_approved", " and passed == {(step, digest) for step in Step}"
)
SHOWN_ANYWAY: Lowering = cut(outbox, "_whole", "sha256_of(content) != attempt.digest", "False")
OTHERS: dict[str, tuple[Barrier, Callable[[World], bool], Lowering, tuple[Also, ...]]] = {
    "reviews of another digest": (DIGEST, _other_digest, APPROVED_ANYWAY, ()),
    "letter and digest together": (DIGEST, _digest_renewed, APPROVED_ANYWAY, ()),
    "the bytes of a file": (
        DIGEST,
        _file_replaced,
        cut(events, "read_blob", "hashlib.sha256(content).hexdigest() != sha256", "False"),
        (),
    ),
    "the draft behind the snapshot": (
        DIGEST,
        _draft_rewritten,
        instead(freezing, "bare_content", _from_draft),
        (Also(DIGEST, UNCHECKED),),
    ),
    "a halted mailing, sent all the same": (
        Barrier.OUTBOX,
        _halted,
        cut(standing, "judge", "found.state is MailingState.HALTED", "False"),
        (Also(Barrier.OUTBOX, silent(ledger, "end_rest")),),
    ),
    "the head of a mail that was sent": (DIGEST, _shown_otherwise, SHOWN_ANYWAY, ()),
    "the file of a mail that was sent": (DIGEST, _file_shown_otherwise, SHOWN_ANYWAY, ()),
}

ATTACKS = (
    *(
        Attack(
            Family.SNAPSHOT,
            DIGEST,
            name,
            _forged(*statements, sign=sign),
            UNCHECKED,
            also,
            level="approved",
        )
        for name, (statements, sign, also) in ROWS.items()
    ),
    *(
        Attack(Family.SNAPSHOT, barrier, name, strike, lowered, also, level="approved")
        for name, (barrier, strike, lowered, also) in OTHERS.items()
    ),
)
