"""Where personal data of participants is kept, and what becomes of it after its time.

A column that is in neither table fails a test: whoever adds one says here what it holds.
"""

from __future__ import annotations

import enum


class Fate(enum.StrEnum):
    """What the erasure of an event does."""

    BLANK = "blank"  # the row stays and counts; this goes
    ROW = "row"  # the whole row goes
    COUNT = "count"  # made from personal data, and only numbers stay
    SALTED = "salted"  # a digest of so much, or with a salt, that nobody can try values out
    KEYED = "keyed"  # a digest under a key outside the database
    WORDS = "words"  # the staff's own words, which the gate keeps addresses out of


BLANK, ROW, COUNT, SALTED, WORDS = Fate.BLANK, Fate.ROW, Fate.COUNT, Fate.SALTED, Fate.WORDS
PERSONAL: dict[str, dict[str, Fate]] = {
    "participants": {"company": BLANK, "corporate_number": BLANK},
    "contacts": {
        "department": BLANK,
        "title": BLANK,
        "name": BLANK,
        "phone": BLANK,
        "notes": BLANK,
        "address": BLANK,
        "address_key": BLANK,
        "row_digest": BLANK,  # of one row, so that its values could be tried out
    },
    # What was said; whether a company comes, and with how many, stays as a count.
    "answers": {"message": BLANK, "note": BLANK},
    "answer_values": {"value": BLANK},
    "blobs": {"content": BLANK, "sha256": SALTED},
    "material_scans": {"told": BLANK},
    "roster_imports": {
        "filename": BLANK,
        "reading": BLANK,
        "choices": BLANK,
        "answers": BLANK,
        "notes": BLANK,
        "alarms": BLANK,
        "message": BLANK,
        "counts": COUNT,
        "sha256": SALTED,
    },
    "roster_rows": {
        "company": ROW,
        "address_key": ROW,
        "data": ROW,
        "differences": ROW,
        "bundle": ROW,
    },
    "roster_changes": {"before": ROW},
    "letter_slots": {"typed": ROW},
    "link_mails": {"reply": ROW},
    "contact_corrections": dict.fromkeys(
        ("address_before", "department", "title", "name", "address", "told"), ROW
    ),
    "page_links": {"address_key": ROW, "token_digest": ROW},
    "finding_answers": {"key": ROW, "answer": ROW},
    "snapshot_recipients": {
        "company": BLANK,
        "department": BLANK,
        "title": BLANK,
        "name": BLANK,
        "address": BLANK,
        "address_key": BLANK,
    },
    "snapshot_findings": {"message": BLANK, "place": BLANK, "answer": BLANK},
    "snapshots": {
        "digest": SALTED,
        "subject": WORDS,
        "body": WORDS,
        "purpose": WORDS,
        "audience": WORDS,
    },
    "mailings": {"subject": WORDS, "body": WORDS, "purpose": WORDS, "notice": WORDS},
    "deliveries": {"reply": BLANK},
    "bounce_mails": {"digest": SALTED},  # of a whole mail, or of its Message-ID
    # Who asked for no more mails is known for good, but only by the digest.
    "suppressions": {"address_key": BLANK, "digest": Fate.KEYED, "reason": WORDS},
    "suppression_lifts": {"consent": WORDS},
    "attempts": {"head": BLANK, "reply_text": BLANK, "digest": SALTED},
    "decisions": {"note": BLANK},
    # Why somebody decided as he did is part of the record of the decision.
    "reviews": {"reason": WORDS},
    "lifts": {"reason": WORDS},
    "mailing_notices": {"sentence": WORDS},
    # The bureau's own words: no address but the offices' own can stand in them.
    "notices": {"title": WORDS, "text": WORDS},
    "notice_withdrawals": {"reason": WORDS},
    "dispatches": {"notice": WORDS},
    "alerts": {"sentence": WORDS},
    "troubles": {"sentence": WORDS},
    "erasures": {"reason": WORDS},
    # An incident's own retention begins when it is closed (privacy/incidents.py).
    "incidents": {"title": WORDS, "noticed_how": WORDS, "closing_note": WORDS},
    "incident_mails": {"subject": BLANK, "sender": BLANK, "unread": BLANK, "sha256": SALTED},
    "incident_parties": {"company": BLANK, "phone": BLANK},
    "incident_addresses": {"address": BLANK, "address_key": BLANK, "shown_name": BLANK},
    # The contact list goes with its incident's names and numbers.
    "incident_followups": {"wishes": BLANK},
    "incident_calls": {"note": BLANK},
    # The chronology keeps the words for others, which name nobody.
    "incident_chronicle": {"text": BLANK, "note": BLANK, "public": WORDS, "original": WORDS},
    "incident_assessments": {"note": WORDS},
    "incident_causes": {"text": WORDS, "note": WORDS},
    "incident_measures": {"text": WORDS, "note": WORDS},
    "incident_reports": {"note": WORDS},
    # The service keeps names, addresses and numbers out of what is told to others.
    "incident_paper_notes": {
        "second_harm": WORDS,
        "contact": WORDS,
        "introduction": WORDS,
        "reference": WORDS,
    },
    "incident_paper_takings": {"digest": SALTED, "sha256": SALTED},
    "retention_holds": {"reason": WORDS},
    "person_erasures": {"digest": Fate.KEYED, "reason": WORDS},
    # What a program asked for under a key of its own, for a day.
    "api_requests": {"digest": SALTED},
    # Numbers and states of an event's mails; whose they are is put in as a call is made.
    "webhook_calls": {"body": ROW},
    "audit_entries": {"details": WORDS, "before": WORDS, "after": WORDS},
}
# The installation's, the office's and the staff's own; codes, states and digests of public files.
NOT_OF_PARTICIPANTS: dict[str, tuple[str, ...]] = {
    "alerts": ("kind", "subject", "token", "reply"),  # the reply to a mail to the office itself
    "api_requests": ("key",),
    "api_tokens": ("name", "digest", "hint"),
    "attempts": ("outcome",),
    "audit_checks": ("mac", "fault"),
    "audit_entries": ("action", "subject", "via", "client", "session_mark"),
    "audit_heads": ("mac",),
    "audit_links": ("previous", "mac", "key_id"),
    "bounces": ("action", "status", "reason"),  # the reason is one of our own sentences
    "bureaus": ("name",),
    "check_steps": ("digest", "subject"),
    "column_choices": ("header", "field"),
    "deliveries": ("claimed_by", "token"),
    "deputies": ("reason",),
    "dispatches": ("token",),
    "events": ("name", "hours", "place"),
    "factor_holders": ("handle",),
    "lifts": ("sha256", "digest"),
    "incident_chronicle": ("key",),
    "incident_measures": ("owner_name",),  # of the office or its bureau
    "incident_reports": ("number",),
    "link_mails": ("token",),
    "contact_corrections": ("code_token",),
    "mailboxes": ("name", "address"),
    "material_openings": ("sha256",),
    "material_scans": ("sha256",),
    "material_versions": ("media_type", "sha256"),
    "materials": ("filename",),
    "notice_mails": ("token", "reply"),
    "notice_reminders": ("token", "reply"),
    "notices": ("batch", "roles"),
    "office_allowed_addresses": ("value",),  # the service refuses a participant's
    "offices": ("name", "stop_reason"),
    "page_links": ("key_id",),
    "passkey_challenges": ("digest",),
    "passkeys": ("credential_id", "public_key", "name"),
    # Settings: of an office, its mailboxes and its staff.
    "proposal_decisions": ("digest", "reason"),
    "proposals": ("kind", "subject", "before", "after", "reason", "digest"),
    "questions": ("label", "choices"),
    "recovery_codes": ("digest",),
    "relay_paces": ("place", "sentence"),
    "relay_slots": ("place", "holder"),
    "reviews": ("digest",),
    "roster_imports": ("source",),
    "roster_rows": ("key", "verdict", "answer", "status", "codes", "change"),
    "running_totals": ("series", "part"),
    "sending_locks": ("origin", "lifted_reason"),
    "setting_changes": ("kind", "subject", "before", "after"),
    # Of staff: who came in, from where and with what.
    "invitations": ("token_digest",),
    "sign_ins": ("address", "agent"),
    "staff_sessions": ("token_digest", "address", "agent"),
    "throttles": ("key",),
    "snapshot_findings": ("code", "material"),
    "snapshot_materials": ("filename", "media_type", "sha256"),
    "snapshots": (
        *("sender_name", "sender_address", "reply_to"),
        *("event_name", "event_hours", "event_place"),
    ),
    "staff": ("login", "name", "password_hash", "address"),
    "staff_notices": ("occasion", "kind", "token", "reply"),
    "totp_offers": ("sealed",),
    "totp_secrets": ("sealed",),
    # Of staff: what they were asked about their own work, and answered.
    "training_assignments": ("edition", "digest", "batch"),
    "training_reminders": ("token", "reply"),
    "training_results": ("digest", "answers"),
    "total_marks": ("source",),
    "trouble_mails": ("token", "reply"),
    "troubles": ("kind", "subject"),
    "webhook_calls": ("token", "kind", "reply"),
    "webhook_marks": ("source",),
    "webhooks": ("name", "url", "sealed", "kinds"),
    "wording_versions": ("name", "subject", "body"),
}
