"""Statements against what was sent, each refused by one guard of the database."""

from __future__ import annotations

from tests.attacks.direct_sql_mails import (
    ACCEPTED,
    AGAIN,
    ALERT,
    ARRIVED,
    ATTEMPT,
    BACK,
    BATCH,
    BLANK,
    BOUNCED,
    CANCELLED,
    DECISION,
    ERASURE,
    FORGED_BACK,
    LOST,
    MAIL_BACK,
    NAMED,
    NEW_BATCH,
    NEXT,
    NO_MAIL,
    OVER,
    QUEUED,
    REACHED,
    RECORD,
    REFUSED,
    SAME,
    SECOND,
    SEEN,
    STOPPED,
    TAKEN,
    UNCERTAIN,
    UNDER_WAY,
    WITHHELD,
)
from tests.attacks.direct_sql_rows import (
    LET_GO,
    OF_ONE,
    update,
)
from tests.attacks.direct_sql_settings import ALLOWED

# what refuses the last: name: (level, statements)
BY_GUARD: dict[tuple[str, str], dict[str, tuple[str, tuple[str, ...]]]] = {
    ("attempts", "rewritten"): {
        "the digest of what was sent": (
            "approved",
            (LET_GO, ATTEMPT, "UPDATE attempts SET digest = '1'"),
        ),
        "the bytes of what was sent": (
            "approved",
            (LET_GO, ATTEMPT, "UPDATE attempts SET head = 'y'"),
        ),
        "the relay's answer": (
            "approved",
            (LET_GO, ATTEMPT, "UPDATE attempts SET reply_text = '250 ok'"),
        ),
        "a refusal made a yes": (
            "approved",
            (LET_GO, ATTEMPT, "UPDATE attempts SET outcome = 'accepted'"),
        ),
        "a mail erased without a record": ("approved", (LET_GO, ATTEMPT, NO_MAIL)),
        "the relay's words erased without a record": (
            "approved",
            (
                LET_GO,
                ATTEMPT.replace("'refused', ''", "'refused', 'x'"),
                "UPDATE attempts SET reply_text = ''",
            ),
        ),
        "an erased mail written anew": (
            "approved",
            (LET_GO, ATTEMPT, STOPPED, OVER, ERASURE, NO_MAIL, "UPDATE attempts SET head = 'y'"),
        ),
    },
    ("attempts", "not_now"): {
        "a mail while the office is stopped": (
            "approved",
            (LET_GO, "UPDATE offices SET stopped_at = {now}", ATTEMPT),
        ),
        "a mail of a sending that is paused": (
            "approved",
            (LET_GO, "UPDATE dispatches SET paused_at = {now}", ATTEMPT),
        ),
        "a mail of a sending that was cancelled": (
            "approved",
            (LET_GO, "UPDATE dispatches SET cancelled_at = {now}", ATTEMPT),
        ),
        "a mail of a sending that is over": ("approved", (LET_GO, OVER, ATTEMPT)),
        "a mail before the hold is over": (
            "approved",
            (LET_GO, "UPDATE dispatches SET starts_at = '2999-01-01 00:00:00+00:00'", ATTEMPT),
        ),
        "a mail before anybody has seen the office's copy": ("approved", (ATTEMPT,)),
    },
    ("attempts", "beside_another"): {
        "a second mail while the first is on its way": ("approved", (LET_GO, UNDER_WAY, NEXT)),
        "a second mail after the first was taken": ("approved", (LET_GO, TAKEN, NEXT)),
        "a second mail where the first may have arrived": ("approved", (LET_GO, LOST, NEXT)),
        "a second mail where somebody saw the first arrive": (
            "approved",
            (LET_GO, LOST, "UPDATE deliveries SET attempts = 1", ARRIVED, NEXT),
        ),
    },
    ("decisions", "update"): {
        "another's decision": (
            "approved",
            (ARRIVED, "UPDATE decisions SET staff_id = {checker}"),
        ),
        "other words for a decision": ("approved", (ARRIVED, "UPDATE decisions SET note = 'x'")),
        "a decision's words erased without a record": (
            "approved",
            (ARRIVED.replace("''", "'x'"), "UPDATE decisions SET note = ''"),
        ),
    },
    ("decisions", "delete"): {
        "a decision struck off": ("approved", (ARRIVED, "DELETE FROM decisions")),
    },
    ("attempts", "delete"): {
        "an attempt struck off": ("approved", (LET_GO, ATTEMPT, "DELETE FROM attempts"))
    },
    ("deliveries", "delete"): {
        "a delivery struck off": ("approved", ("DELETE FROM deliveries WHERE NOT first_copy",))
    },
    ("deliveries", "given_up"): {
        "a withheld mail queued again": ("approved", (WITHHELD, QUEUED)),
        "a withheld mail said to be accepted": ("approved", (WITHHELD, ACCEPTED)),
        "what may have arrived, queued again": ("approved", (UNCERTAIN, QUEUED)),
        "what may have arrived, said to be withheld": ("approved", (UNCERTAIN, WITHHELD)),
        "what may have arrived, queued because somebody saw it arrive": (
            "approved",
            (UNCERTAIN, ARRIVED, QUEUED),
        ),
        "a cancelled mail queued again": ("approved", (CANCELLED, QUEUED)),
    },
    ("deliveries", "unfounded"): {
        "a taken mail said to have come back, and no mail says so": (
            "approved",
            (ACCEPTED, BOUNCED),
        ),
        "a taken mail said to have come back by a soft one": (
            "approved",
            (ACCEPTED, MAIL_BACK, BACK.replace("'hard'", "'soft'"), BOUNCED),
        ),
        "a taken mail said to have come back by a mail that proves nothing": (
            "approved",
            (ACCEPTED, MAIL_BACK, BACK.replace("'x', TRUE", "'x', FALSE"), BOUNCED),
        ),
    },
    ("bounces", "parted"): {
        "the word of a forged mail on a delivery": ("approved", (FORGED_BACK, BACK)),
    },
    ("bounces", "update"): {
        "a soft bounce made a hard one": (
            "approved",
            (MAIL_BACK, BACK.replace("'hard'", "'soft'"), "UPDATE bounces SET hardness = 'hard'"),
        ),
    },
    ("bounces", "delete"): {
        "a bounce forgotten": ("approved", (MAIL_BACK, BACK, "DELETE FROM bounces")),
    },
    ("bounce_mails", "update"): {
        "a forged mail made a real one": (
            "approved",
            (FORGED_BACK, "UPDATE bounce_mails SET forged = FALSE"),
        ),
    },
    ("bounce_mails", "delete"): {
        "a mail that came back forgotten": ("approved", (MAIL_BACK, "DELETE FROM bounce_mails")),
    },
    ("deliveries", "settled"): {
        "what came back said to have arrived": (
            "approved",
            (ACCEPTED, MAIL_BACK, BACK, BOUNCED, ACCEPTED),
        ),
        "a refused mail queued again by nobody's decision": ("approved", (REFUSED, QUEUED)),
        "a taken mail queued again by somebody's decision": (
            "approved",
            (ACCEPTED, DECISION.replace("VERDICT", "send_again"), QUEUED),
        ),
    },
    ("deliveries", "renumbered"): {
        "a delivery under another number": ("approved", (update("deliveries", "id = id + 9000"),))
    },
    ("dispatches", "rewritten"): {
        "a sending taken up after its end": (
            "approved",
            (OVER, "UPDATE dispatches SET finished_at = NULL"),
        ),
        "a round more without a decision": (
            "approved",
            (OVER, "UPDATE dispatches SET finished_at = NULL, round = round + 1"),
        ),
        "a batch under another Message-ID": ("approved", ("UPDATE dispatches SET token = 'x'",)),
    },
    ("exposure_records", "unfinished"): {
        "a record of what was not sent yet": ("approved", (RECORD,))
    },
    ("exposure_records", "update"): {
        "a record made clean": (
            "approved",
            (OVER, RECORD, "UPDATE exposure_records SET exposing = 0"),
        )
    },
    ("exposure_records", "delete"): {
        "a record struck off": ("approved", (OVER, RECORD, "DELETE FROM exposure_records"))
    },
    ("snapshot_recipients", "update"): {
        "names erased without a record": ("submitted", (BLANK,)),
        "names erased in part": (
            "approved",
            (STOPPED, OVER, ERASURE, BLANK.replace("company = '', ", "")),
        ),
        "erased names written anew": ("approved", (STOPPED, OVER, ERASURE, BLANK, NAMED)),
    },
    ("erasures", "in_use"): {
        "an erasure during the check": ("submitted", (ERASURE,)),
        "an erasure during the approval": ("checked", (ERASURE,)),
        "an erasure during the sending": ("approved", (ERASURE,)),
    },
    ("erasures", "update"): {
        "an erasure by somebody else": (
            "approved",
            (STOPPED, OVER, ERASURE, "UPDATE erasures SET staff_id = {author}"),
        )
    },
    ("erasures", "delete"): {
        "an erasure struck off": ("approved", (STOPPED, OVER, ERASURE, "DELETE FROM erasures"))
    },
    ("alerts", "rewritten"): {
        "an alert that says something else": (
            "meeting",
            (ALERT, "UPDATE alerts SET sentence = '異常はありません。'"),
        ),
        "an alert seen by somebody else": (
            "meeting",
            (ALERT, SEEN, "UPDATE alerts SET seen_by = {checker}"),
        ),
    },
    ("alerts", "delete"): {"an alert struck off": ("meeting", (ALERT, "DELETE FROM alerts"))},
    ("mailing_reached", "update"): {
        "who was reached, moved to another mailing": (
            "approved",
            (REACHED, "UPDATE mailing_reached SET contact_id = {other_contact}"),
        )
    },
    ("mailing_reached", "delete"): {
        "who was reached, forgotten": ("approved", (REACHED, "DELETE FROM mailing_reached"))
    },
    ("snapshot_recipients", "reached"): {
        "a reached company in a second snapshot": ("approved", (ACCEPTED, OF_ONE, SAME)),
        "a company perhaps reached in a second snapshot": ("approved", (UNCERTAIN, OF_ONE, SAME)),
        "a company being reached in a second snapshot": (
            "approved",
            (update("deliveries", "state = 'claimed', claimed_by = 'x'"), OF_ONE, SAME),
        ),
        "a reached company as another contact": (
            "approved",
            (ACCEPTED, AGAIN, OF_ONE, SAME.replace("99, {contact}", "99, 9001")),
        ),
        "a reached company in capitals": (
            "approved",
            (ACCEPTED, OF_ONE, SECOND.replace("ADDRESS, ADDRESS", "upper(address), address_key")),
        ),
    },
    ("snapshot_recipients", "address_insert"): {
        "a reached company under a key in capitals": (
            "approved",
            (ACCEPTED, OF_ONE, SECOND.replace("ADDRESS", "upper(address)")),
        )
    },
    ("mailings", "batch_not_allowed"): {
        "a new batch without the office's leave": ("meeting", (NEW_BATCH,))
    },
    ("mailings", "batch_not_allowed_now"): {
        "a batch without the office's leave": ("meeting", ("UPDATE mailings SET mode = 'batch'",))
    },
    ("snapshots", "batch_not_allowed"): {
        "a frozen batch without the office's leave": ("submitted", (BATCH,))
    },
    ("snapshots", "batch_with_fields"): {
        "a field in a frozen batch": ("submitted", (*ALLOWED, BATCH.replace("BODY", "{{宛名}}"))),
        "a full-width field in a frozen batch": (
            "submitted",
            (*ALLOWED, BATCH.replace("BODY", "｛会社名｝")),
        ),
        "a field in a frozen batch's subject": (
            "submitted",
            (*ALLOWED, BATCH.replace("SUBJECT", "{{会社名}}")),
        ),
        "half a field in a frozen batch": (
            "submitted",
            (*ALLOWED, BATCH.replace("BODY", "宛名}}")),
        ),
    },
}
