-- Mailings and what was frozen of them, decided by two people.
INSERT INTO mailings
SELECT (jsonb_populate_record(t, jsonb_build_object(
    'id', m.mailing, 'office_id', m.office_id, 'event_id', m.event, 'state', m.state, 'notice', '',
    'created_by', m.author, 'created_at', m.at - interval '2 days', 'expected_count', m.size * m.each))).*
FROM bench.mailings m JOIN mailings t ON t.id = :sample_mailing;

-- One draft of the largest event goes to 2,000 contacts that somebody chose.
UPDATE mailings SET audience = 'chosen' WHERE id = 1006;
INSERT INTO mailing_chosen (mailing_id, contact_id, office_id, event_id, participant_id)
SELECT 1006, id, office_id, event_id, participant_id FROM contacts
WHERE event_id = 101 AND id < 10000000 AND id % 10 = 0;

INSERT INTO mailing_editors (mailing_id, staff_id) SELECT mailing, author FROM bench.mailings;

INSERT INTO mailing_materials (office_id, event_id, mailing_id, material_id)
SELECT m.office_id, m.event, m.mailing, s.id
FROM bench.mailings m JOIN materials s ON s.event_id = m.event;

INSERT INTO snapshots
SELECT (jsonb_populate_record(t, jsonb_build_object(
    'id', m.mailing, 'office_id', m.office_id, 'event_id', m.event, 'mailing_id', m.mailing,
    'revision', 1, 'digest', bench.digest('snapshot', m.mailing), 'submitted_by', m.author,
    'submitted_at', m.at - interval '1 day', 'event_date', m.day::date,
    'expected_count', m.size * m.each,
    'recipient_count', m.size * m.each))).*
FROM bench.mailings m JOIN snapshots t ON t.mailing_id = :sample_mailing WHERE m.state <> 'draft';

INSERT INTO snapshot_materials
    (snapshot_id, "position", office_id, event_id, filename, media_type, size, sha256)
SELECT s.id, f.position, s.office_id, s.event_id, f.filename, f.media_type, f.size, f.sha256
FROM snapshots s JOIN bench.mailings m ON m.mailing = s.id, bench.files f;

INSERT INTO snapshot_recipients (snapshot_id, contact_id, office_id, event_id, participant_id, "position",
    company, department, title, name, address, address_key)
SELECT m.mailing, c.id, c.office_id, c.event_id, c.participant_id,
    row_number() OVER (PARTITION BY m.mailing ORDER BY c.source_row),
    p.company, c.department, c.title, c.name, c.address, c.address_key
FROM bench.mailings m JOIN contacts c ON c.event_id = m.event
JOIN participants p ON p.id = c.participant_id
WHERE m.state <> 'draft' AND p.status = 'attending';

-- Whoever withdrew got nothing.
UPDATE snapshots s SET recipient_count = counted.n, expected_count = counted.n
FROM (SELECT snapshot_id, count(*) AS n FROM snapshot_recipients GROUP BY 1) AS counted
WHERE counted.snapshot_id = s.id AND s.id > 1000;

INSERT INTO check_steps (snapshot_id, digest, staff_id, task, subject, counted, at)
SELECT s.id, s.digest, m.checker, steps.task, steps.subject, steps.n, s.submitted_at + interval '1 hour'
FROM bench.mailings m JOIN snapshots s ON s.id = m.mailing JOIN (
    SELECT id, 'recipients' AS task, '' AS subject, recipient_count AS n FROM snapshots
    UNION ALL SELECT id, 'material', f.sha256, NULL FROM snapshots, bench.files f
    UNION ALL SELECT snapshot_id, 'letter', contact_id::text, NULL FROM snapshot_recipients
              WHERE position <= 3
) AS steps ON steps.id = s.id
WHERE m.state IN ('approving', 'sending', 'sent');

INSERT INTO reviews (snapshot_id, digest, step, decision, staff_id, reason, counted, at)
SELECT s.id, s.digest, step, 'passed', CASE step WHEN 'check' THEN m.checker ELSE m.approver END, '',
    CASE step WHEN 'check' THEN s.recipient_count END, s.submitted_at + interval '2 hours'
FROM bench.mailings m JOIN snapshots s ON s.id = m.mailing, unnest(ARRAY['check', 'approve']) AS step
WHERE m.state IN ('sending', 'sent') OR (m.state = 'approving' AND step = 'check');
