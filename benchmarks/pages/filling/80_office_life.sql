-- Notices of the bureau, training, incidents, messages to staff, as years of service leave them.
INSERT INTO notices
SELECT (jsonb_populate_record(t, jsonb_build_object('id', 1000 + o.id * 100 + k, 'office_id', o.id,
    'batch', md5('batch' || o.bureau || ' ' || k), 'people', 1,
    'sent_at', now() - make_interval(days => 7 * k)))).*
FROM bench.offices o JOIN notices t ON t.id = (SELECT min(id) FROM notices),
generate_series(1, 40) AS k;

INSERT INTO notice_recipients (id, office_id, notice_id, staff_id)
SELECT 100000 + row_number() OVER (), s.office_id, 1000 + s.office_id * 100 + k, s.id
FROM bench.staff s, generate_series(1, 40) AS k;

INSERT INTO notice_readings (recipient_id, office_id, at)
SELECT r.id, r.office_id, n.sent_at + interval '1 day' FROM notice_recipients r JOIN notices n ON n.id = r.notice_id
WHERE r.id > 100000 AND bench.chance(r.id, 10) < 0.97;

INSERT INTO training_assignments
SELECT (jsonb_populate_record(t, jsonb_build_object('id', 1000 + o.id * 100 + k, 'office_id', o.id,
    'manager_id', o.people + 10, 'overseer_id', NULL, 'batch', md5('training' || o.id || ' ' || k),
    'due_on', (now() - make_interval(days => 90 * k - 120))::date,
    'made_at', now() - make_interval(days => 90 * k)))).*
FROM bench.offices o JOIN training_assignments t ON t.id = (SELECT min(id) FROM training_assignments),
generate_series(1, 12) AS k;

INSERT INTO training_tasks (id, office_id, assignment_id, staff_id)
SELECT 100000 + row_number() OVER (), s.office_id, 1000 + s.office_id * 100 + k, s.id
FROM bench.staff s, generate_series(1, 12) AS k;

INSERT INTO training_results
SELECT (jsonb_populate_record(t, jsonb_build_object('id', 1000000 + k.id, 'office_id', k.office_id,
    'task_id', k.id, 'number', 1))).*
FROM training_tasks k JOIN training_results t ON t.id = (SELECT min(id) FROM training_results)
WHERE k.id > 100000 AND bench.chance(k.id, 11) < 0.95;

INSERT INTO incidents
SELECT (jsonb_populate_record(t, jsonb_build_object('id', 1000 + o.id * 10 + k, 'office_id', o.id,
    'title', t.title || k, 'event_id', NULL, 'mailing_id', NULL, 'alert_id', NULL, 'opened_by', o.people + 10,
    'noticed_at', now() - make_interval(days => 30 * k), 'opened_at', now() - make_interval(days => 30 * k),
    'closed_by', CASE WHEN k > 1 THEN o.people + 10 END,
    'closed_at', CASE WHEN k > 1 THEN now() - make_interval(days => 30 * k - 20) END))).*
FROM bench.offices o JOIN incidents t ON t.id = (SELECT min(id) FROM incidents),
generate_series(1, 5) AS k WHERE o.id <= 5 OR o.id % 10 = k;

INSERT INTO alerts
SELECT (jsonb_populate_record(t, jsonb_build_object('id', 1000 + o.id * 100 + k, 'office_id', o.id,
    'mailbox_id', o.mailbox, 'token', md5('alert' || o.id || ' ' || k), 'mail', 'accepted',
    'raised_at', now() - make_interval(days => 9 * k), 'seen_by', o.people + 8,
    'seen_at', now() - make_interval(days => 9 * k) + interval '1 hour'))).*
FROM bench.offices o JOIN alerts t ON t.id = (SELECT min(id) FROM alerts),
generate_series(1, 20) AS k;

INSERT INTO mailing_notices (mailing_id, kind, sentence, staff_id, at)
SELECT mailing, 'returned', '日付を直してください。', checker, at - interval '30 hours'
FROM bench.mailings WHERE mailing % 4 = 0;

INSERT INTO staff_notices (office_id, staff_id, mailing_id, occasion, kind, made_at, state, due_at, attempts,
    token, reply)
SELECT office_id, person, mailing, 'check:' || mailing, 'check', at, 'accepted', at, 1,
    md5('notice' || person || ' ' || mailing), '250 2.0.0 Ok'
FROM bench.mailings, unnest(ARRAY[checker, approver]) AS person;

INSERT INTO wordings (id, office_id, kind, retired)
SELECT 1000 + o.id * 100 + k, o.id, 'own', k > 15 FROM bench.offices o, generate_series(1, 20) AS k;

INSERT INTO wording_versions (wording_id, number, name, subject, body, written_by, written_at)
SELECT 1000 + o.id * 100 + k, v, '案内の文面' || k, t.subject, t.body, o.people, now() - interval '90 days'
FROM bench.offices o, generate_series(1, 20) AS k, generate_series(1, 3) AS v, mailings t
WHERE t.id = :sample_mailing;

INSERT INTO office_allowed_addresses (office_id, value, added_by, added_at)
SELECT o.id, 'kaijo' || k || '@kaikan' || k || '.example', o.people, now() - interval '90 days'
FROM bench.offices o, generate_series(1, 50) AS k;
