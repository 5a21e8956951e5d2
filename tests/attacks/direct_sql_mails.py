"""The statements of which the attacks on what was sent are made."""

from __future__ import annotations

from tests.attacks.direct_sql_rows import (
    CONTACT,
    EVENT,
    OF_ONE,
    RECIPIENT,
    update,
)

ATTEMPT = (
    "INSERT INTO attempts (delivery_id, number, handed_over_at, settled_at, outcome, reply_text, "
    "digest, head) SELECT id, 1, {now}, {now}, 'refused', '', '0', 'x' FROM deliveries "
    "WHERE contact_id = {contact}"
)
UNDER_WAY = ATTEMPT.replace("1, {now}, {now}, 'refused'", "1, {now}, NULL, ''")
TAKEN = ATTEMPT.replace("refused", "accepted")
LOST = ATTEMPT.replace("refused", "uncertain")
NEXT = ATTEMPT.replace("1, {now}, {now}", "2, {now}, {now}")
DECISION = (
    "INSERT INTO decisions SELECT id, attempts, 'VERDICT', {author}, '', {now} FROM deliveries "
    "WHERE contact_id = {contact}"
)
ARRIVED = DECISION.replace("VERDICT", "arrived")
OVER = "UPDATE dispatches SET finished_at = {now}"
RECORD = "INSERT INTO exposure_records VALUES ({snapshot}, 1, {now}, 30, 30, 1, 0)"
STOPPED = "UPDATE mailings SET state = 'halted'"
ERASURE = "INSERT INTO erasures VALUES ({snapshot}, {now}, {checker}, '')"
BLANK = (
    "UPDATE snapshot_recipients SET company = '', department = '', title = '', name = '', "
    "address = '', address_key = 'erased:' || contact_id"
)
NO_MAIL = "UPDATE attempts SET head = ''"
NAMED = "UPDATE snapshot_recipients SET company = '別の会社'"
ALERT = (
    "INSERT INTO alerts (id, office_id, kind, subject, sentence, raised_at, mailbox_id, mail, "
    "due_at, attempts, token, reply) VALUES (1, {office}, 'x', 'mailing:1', '止めました。', {now}, "
    "1, 'queued', {now}, 0, 't', '')"
)
SEEN = "UPDATE alerts SET seen_by = {author}, seen_at = {now}"
REACHED = "INSERT INTO mailing_reached VALUES ({mailing}, {contact}, {snapshot}, TRUE)"
SECOND = (
    RECIPIENT.replace("{snapshot}", "99").replace("CONTACT", "{contact}")
    + " AND snapshot_id = {snapshot}"
)
SAME = SECOND.replace("ADDRESS, ADDRESS", "address, address_key")
AGAIN = CONTACT.replace("ACTIVE", "FALSE").replace("ADDRESS, ADDRESS", "address, address_key")
MAIL_BACK = (
    "INSERT INTO bounce_mails (id, office_id, received_at, digest, source, kind, match, forged, "
    "readable) VALUES (1, {office}, {now}, 'd', 'pipe', 'bounce', 'return_address', FALSE, TRUE)"
)
FORGED_BACK = MAIL_BACK.replace("FALSE, TRUE", "TRUE, TRUE")
BACK = (
    "INSERT INTO bounces (mail_id, delivery_id, hardness, action, status, reason, sure) "
    "SELECT 1, id, 'hard', 'failed', '5.1.1', 'x', TRUE FROM deliveries "
    "WHERE contact_id = {contact}"
)
BOUNCED = update("deliveries", "state = 'bounced'")
ACCEPTED = update("deliveries", "state = 'accepted'")
UNCERTAIN = update("deliveries", "state = 'uncertain'")
REFUSED = update("deliveries", "state = 'refused'")
CANCELLED = update("deliveries", "state = 'cancelled'")
WITHHELD = update("deliveries", "state = 'withheld'")
QUEUED = update("deliveries", "state = 'queued'")
BATCH = OF_ONE.replace(
    "mode , sender_name, sender_address, reply_to, subject, body,",
    "'batch', sender_name, sender_address, reply_to, 'SUBJECT', 'BODY',",
)
NEW_BATCH = (
    "INSERT INTO mailings (office_id, event_id, purpose, mode, subject, body, state, notice, "
    "version, created_by, created_at) SELECT office_id, event_id, purpose, 'batch', subject, "
    "body, 'draft', '', 1, created_by, created_at FROM mailings"
)
ELSEWHERE = (
    EVENT,
    "INSERT INTO participants (id, office_id, event_id, company, status) "
    "VALUES (9001, {office}, 77, '他社', 'attending')",
    "INSERT INTO roster_imports (id, office_id, event_id, filename, sha256, state, reading, "
    "uploaded_by, uploaded_at) SELECT 77, office_id, 77, filename, sha256, state, reading, "
    "uploaded_by, uploaded_at FROM roster_imports WHERE id = 1",
    "INSERT INTO contacts (id, office_id, event_id, participant_id, department, title, name, "
    "phone, address, address_key, active, import_id, source_row, row_digest) VALUES (9001, "
    "{office}, 77, 9001, '', '', '', '', 'a@x.example', 'a@x.example', TRUE, 77, 1, '')",
    RECIPIENT.replace("CONTACT", "9001").replace("ADDRESS", "'a@x.example'"),
)
