-- Bureaus, offices and their people, as copies of the sample office's with other names.
INSERT INTO bureaus (id, name)
SELECT DISTINCT 1 + (n - 1) / 17, 'みほん第' || 1 + (n - 1) / 17 || '労働局'
FROM generate_series(18, :offices) AS n;

INSERT INTO offices
SELECT (jsonb_populate_record(t, jsonb_build_object(
    'id', o.id, 'bureau_id', o.bureau, 'name', 'みほん' || o.id || '公共職業安定所'))).*
FROM bench.offices o JOIN offices t ON t.id = 1 WHERE o.id > 1;

INSERT INTO mailboxes (id, office_id, name, address)
SELECT mailbox, id, '学卒部門', 'gakusotsu@anteisho' || id || '.example' FROM bench.offices;

-- Six authors, two checkers, two approvers, a manager and an auditor; in the large ones more authors.
CREATE TABLE bench.staff AS
SELECT o.people + k AS id, o.id AS office_id,
    (ARRAY['author','author','author','author','author','author','checker','checker',
           'approver','approver','manager','auditor'])[1 + k] AS role
FROM bench.offices o, generate_series(0, 11) AS k
UNION ALL
SELECT 100000 + o.id * 100 + k, o.id, 'author'
FROM bench.offices o, generate_series(1, 40) AS k WHERE o.id <= 5;

INSERT INTO staff
SELECT (jsonb_populate_record(t, jsonb_build_object(
    'id', s.id, 'login', 'shokuin' || s.id, 'name', bench.person(s.id),
    'address', 'shokuin' || s.id || '@anteisho' || s.office_id || '.example'))).*
FROM bench.staff s JOIN staff t ON t.id = 1;

INSERT INTO office_staff (office_id, staff_id) SELECT office_id, id FROM bench.staff;
INSERT INTO memberships (staff_id, office_id, role) SELECT id, office_id, role FROM bench.staff;

INSERT INTO sign_ins (staff_id, at, outcome, address, agent)
SELECT id, now() - make_interval(hours => 20 * k),
    CASE WHEN bench.chance(id * 1000 + k, 3) < 0.03 THEN 'refused' ELSE 'signed_in' END,
    '10.0.' || id % 250 || '.7', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/130.0'
FROM staff, generate_series(1, greatest(3, :sign_ins)) AS k;

INSERT INTO staff_sessions
    (staff_id, token_digest, stage, created_at, seen_at, password_at, address, agent, ended_at, ended_how)
SELECT id, bench.digest('session', id * 1000 + k), 'full', at, at, at, '10.0.0.7', 'Mozilla/5.0',
    at + interval '1 hour', 'idle'
FROM (SELECT id, k, now() - make_interval(hours => 48 * k) AS at
      FROM staff, generate_series(1, greatest(3, :sign_ins / 3)) AS k) AS each;
