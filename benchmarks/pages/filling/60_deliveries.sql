-- What was sent. Of those at work 60 % has left. A head is 700 bytes long, a real one 3,000.
INSERT INTO dispatches (snapshot_id, office_id, event_id, created_at, finished_at, notice, token,
    released_at, released_by, round)
SELECT mailing, office_id, event, at, CASE WHEN state = 'sent' THEN at + interval '1 hour' END, '',
    md5('dispatch' || mailing), at, approver, 1
FROM bench.mailings WHERE state IN ('sending', 'sent');

INSERT INTO deliveries (id, office_id, event_id, snapshot_id, first_copy, state, due_at, attempts, token, reply)
SELECT mailing, office_id, event, mailing, true, 'accepted', at, 1, md5('copy' || mailing), '250 2.0.0 Ok'
FROM bench.mailings WHERE state IN ('sending', 'sent');

INSERT INTO deliveries (id, office_id, event_id, snapshot_id, participant_id, contact_id, first_copy, state,
    due_at, attempts, token, reply)
SELECT n, office_id, event_id, snapshot_id, participant_id, contact_id, false, state, at,
    CASE WHEN state = 'queued' THEN 0 ELSE 1 END, md5('mail' || n),
    CASE state WHEN 'queued' THEN '' WHEN 'refused' THEN '550 5.1.1 User unknown'
        WHEN 'deferred' THEN '451 4.7.1 Greylisted' WHEN 'uncertain' THEN '' ELSE '250 2.0.0 Ok' END
FROM (
    SELECT r.*, m.at, 100000 + row_number() OVER (ORDER BY r.snapshot_id, r.position) AS n,
        CASE WHEN r.event_id = 101 AND r.position = 3 THEN 'uncertain'
             WHEN r.event_id = 101 AND r.position = 4 THEN 'bounced'
             WHEN m.state = 'sending' AND r.position > m.size * m.each * 0.6 THEN 'queued'
             WHEN bench.chance(r.contact_id + r.snapshot_id, 5) < 0.005 THEN 'refused'
             WHEN bench.chance(r.contact_id + r.snapshot_id, 6) < 0.005 THEN 'bounced'
             WHEN m.state = 'sending' AND r.position % 500 = 7 THEN 'deferred'
             WHEN bench.chance(r.contact_id + r.snapshot_id, 7) < 0.0001 THEN 'uncertain'
             ELSE 'accepted' END AS state
    FROM snapshot_recipients r JOIN bench.mailings m ON m.mailing = r.snapshot_id
    WHERE m.state IN ('sending', 'sent')
) AS each;

INSERT INTO attempts (delivery_id, number, handed_over_at, settled_at, outcome, reply_code, reply_text,
    digest, head)
SELECT d.id, 1, d.due_at, d.due_at + interval '1 second',
    CASE d.state WHEN 'bounced' THEN 'accepted' ELSE d.state END,
    CASE d.state WHEN 'refused' THEN 550 WHEN 'deferred' THEN 451 WHEN 'uncertain' THEN NULL ELSE 250 END,
    d.reply, bench.digest('mail', d.id), convert_to(repeat(d.token, 22), 'UTF8')
FROM deliveries d JOIN bench.mailings m ON m.mailing = d.snapshot_id WHERE d.attempts = 1;

INSERT INTO exposure_records (snapshot_id, round, examined_at, mails, known_addresses, exposing, unreadable)
SELECT m.mailing, 1, m.at + interval '2 hours', s.recipient_count, 30000, 0, 0
FROM bench.mailings m JOIN snapshots s ON s.id = m.mailing WHERE m.state = 'sent';

INSERT INTO bounce_mails (id, office_id, received_at, digest, source, kind, match, forged, readable)
SELECT id, office_id, due_at + interval '5 minutes', bench.digest('bounce', id), 'pipe', 'bounce',
    'return_address', false, true
FROM deliveries WHERE state = 'bounced';

INSERT INTO bounces (mail_id, delivery_id, hardness, action, status, reason, sure)
SELECT id, id, 'hard', 'failed', '5.1.1', 'あて先のアドレスがありません。', true
FROM deliveries WHERE state = 'bounced';

INSERT INTO suppressions (office_id, address_key, digest, kind, source, reason, at)
SELECT DISTINCT ON (d.office_id, c.address_key) d.office_id, c.address_key,
    bench.digest(c.address_key, d.office_id), 'bounced', 'bounce', 'メールが届きませんでした。', d.due_at
FROM deliveries d JOIN contacts c ON c.id = d.contact_id WHERE d.state = 'bounced' AND d.id % 3 = 0
ORDER BY d.office_id, c.address_key, d.due_at;
