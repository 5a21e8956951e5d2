-- Events with their rosters: one import each, and nearly all companies of one contact. An office
-- meets the same companies at all of its events.
INSERT INTO events
SELECT (jsonb_populate_record(t, jsonb_build_object(
    'id', e.id, 'office_id', e.office_id, 'created_by', e.author,
    'name', '第' || e.number || '回 企業と学校との雇用情報交換会',
    'held_on', e.day::date, 'created_at', e.day - interval '60 days',
    'sender_id', e.mailbox, 'reply_to_id', e.mailbox, 'roster_version', 1))).*
FROM bench.events e JOIN events t ON t.id = :sample_event;

INSERT INTO blobs (office_id, sha256, content)
SELECT office_id, encode(sha256(convert_to('workbook' || id, 'UTF8')), 'hex'),
    convert_to('workbook' || id, 'UTF8')
FROM bench.events;

INSERT INTO roster_imports
SELECT (jsonb_populate_record(t, jsonb_build_object(
    'id', 1000 + e.id, 'office_id', e.office_id, 'event_id', e.id, 'uploaded_by', e.author,
    'confirmed_by', e.author, 'sha256', encode(sha256(convert_to('workbook' || e.id, 'UTF8')), 'hex'),
    'uploaded_at', e.day - interval '50 days', 'applied_at', e.day - interval '50 days',
    'done', e.size * e.each, 'total', e.size * e.each))).*
FROM bench.events e
JOIN roster_imports t ON t.id = (SELECT min(id) FROM roster_imports WHERE event_id = :sample_event);

INSERT INTO participants (id, office_id, event_id, company, status, corporate_number)
SELECT e.start + n, e.office_id, e.id, bench.company((e.number * 7 + n) % 30000),
    CASE WHEN bench.chance(e.start + n, 4) < 0.03 THEN 'withdrawn' ELSE 'attending' END,
    lpad(((e.number * 7 + n) % 30000)::text, 13, '7000000000000')
FROM bench.events e, generate_series(1, e.size) AS n;

-- The id of a contact: its participant's for the first, far above all of them for the others.
INSERT INTO contacts (id, office_id, event_id, participant_id, department, title, name, phone, address,
    address_key, active, import_id, source_row, row_digest, notes, names_person)
SELECT CASE WHEN k = 1 THEN e.start + n ELSE 10000000 + (e.start + n) * 8 + k END,
    e.office_id, e.id, e.start + n, '総務部', '採用担当', bench.person(e.start + n + k),
    '06-0000-' || lpad((n % 10000)::text, 4, '0'), address, address, true, 1000 + e.id,
    1 + (n - 1) * e.each + k, bench.digest('row', (e.start + n) * 8 + k), '', n % 4 = 0
FROM bench.events e, generate_series(1, e.size) AS n, generate_series(1, e.each) AS k,
LATERAL (SELECT 'saiyo' || k || '@kaisha' || (e.number * 7 + n) % 30000 || '.example' AS address) AS a;

INSERT INTO roster_changes (import_id, contact_id, before) SELECT import_id, id, NULL FROM contacts
WHERE import_id > 1000;

INSERT INTO page_links
    (id, office_id, event_id, participant_id, contact_id, serial, key_id, token_digest, address_key, made_at)
SELECT c.id, c.office_id, c.event_id, c.participant_id, c.id, 1, :'link_key',
    bench.digest('link', c.id), c.address_key, e.day - interval '24 days'
FROM contacts c JOIN bench.events e ON e.id = c.event_id
WHERE c.id > 10001;  -- the first one's link is made by the service, which knows the key
