-- What was sent before: copies of the one event, its roster and its mailing, each sent long ago.
-- %(copies)s events of as many companies as the prepared one, by turns of a hundred other offices;
-- each mail with its attempt.
SET session_replication_role = replica;
SET work_mem = '256MB';

CREATE TEMP TABLE old AS
SELECT n, e.id + n AS event, m.id + n AS mailing, s.id + n AS snapshot, s.recipient_count AS size,
    e.office_id + 1 + n %% 100 AS office, clock_timestamp() - interval '90 days' + n * interval '1 minute' AS at
FROM generate_series(1, %(copies)s) AS n, events e, mailings m, snapshots s;

INSERT INTO offices
SELECT (jsonb_populate_record(o, jsonb_build_object('id', o.id + n, 'name', o.name || n))).*
FROM offices o, generate_series(1, 100) AS n;

INSERT INTO events SELECT (jsonb_populate_record(e, jsonb_build_object('id', old.event, 'office_id', old.office))).*
FROM events e, old;

INSERT INTO participants
SELECT (jsonb_populate_record(p, jsonb_build_object(
    'id', p.id + old.n * old.size, 'office_id', old.office, 'event_id', old.event))).*
FROM participants p, old;

INSERT INTO contacts
SELECT (jsonb_populate_record(c, jsonb_build_object(
    'id', c.id + old.n * old.size, 'office_id', old.office, 'event_id', old.event,
    'participant_id', c.participant_id + old.n * old.size))).*
FROM contacts c, old;

INSERT INTO mailings
SELECT (jsonb_populate_record(m, jsonb_build_object(
    'id', old.mailing, 'office_id', old.office, 'event_id', old.event, 'state', 'sent'))).*
FROM mailings m, old;

INSERT INTO snapshots
SELECT (jsonb_populate_record(s, jsonb_build_object(
    'id', old.snapshot, 'office_id', old.office, 'event_id', old.event, 'mailing_id', old.mailing))).*
FROM snapshots s, old;

INSERT INTO snapshot_recipients
SELECT (jsonb_populate_record(r, jsonb_build_object(
    'snapshot_id', old.snapshot, 'office_id', old.office, 'event_id', old.event,
    'contact_id', r.contact_id + old.n * old.size,
    'participant_id', r.participant_id + old.n * old.size))).*
FROM snapshot_recipients r, old;

INSERT INTO dispatches (snapshot_id, office_id, event_id, created_at, finished_at, released_at,
    notice, token, round)
SELECT snapshot, office, event, at, at + interval '1 hour', at, '', md5('dispatch' || n), 1 FROM old;

INSERT INTO deliveries (office_id, event_id, snapshot_id, participant_id, contact_id, first_copy,
    state, due_at, attempts, token, reply)
SELECT r.office_id, r.event_id, r.snapshot_id, r.participant_id, r.contact_id, false, 'accepted',
    old.at, 1, md5('mail' || r.contact_id), '250 2.0.0 Ok'
FROM snapshot_recipients r JOIN old ON old.snapshot = r.snapshot_id
ORDER BY r.snapshot_id, r.position;

INSERT INTO attempts (delivery_id, number, handed_over_at, settled_at, outcome, reply_code,
    reply_text, digest, head)
SELECT id, 1, due_at, due_at + interval '1 second', 'accepted', 250, '2.0.0 Ok',
    md5(token) || md5(token || 2), convert_to(repeat(token, 30), 'UTF8')
FROM deliveries ORDER BY id;

INSERT INTO exposure_records (snapshot_id, round, examined_at, mails, known_addresses, exposing,
    unreadable)
SELECT snapshot, 1, at + interval '2 hours', size, size, 0, 0 FROM old;
