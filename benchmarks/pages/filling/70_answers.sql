-- Two questions an event; two companies of five have answered, and somebody twice.
INSERT INTO questions (id, office_id, event_id, "position", version, kind, label, choices, low, high,
    required, retired, created_by, created_at)
SELECT 1000 + e.id * 2 + k, e.office_id, e.id, k, 1, (ARRAY['number', 'choice'])[k],
    (ARRAY['車の台数', '当日の昼食'])[k], (ARRAY['[]', '["希望する", "希望しない"]'])[k]::json,
    CASE k WHEN 1 THEN 0 END, CASE k WHEN 1 THEN 20 END, false, false, e.author, e.day - interval '40 days'
FROM bench.events e, generate_series(1, 2) AS k;

INSERT INTO answers (id, office_id, event_id, participant_id, contact_id, number, attendance, people, message,
    via, staff_id, note, at)
SELECT c.id * 2 + k, c.office_id, c.event_id, c.participant_id, c.id, 1 + k,
    CASE WHEN bench.chance(c.id, 8) < 0.85 THEN 'attending' ELSE 'absent' END, 1 + c.id % 4,
    CASE WHEN c.id % 20 = 0 THEN '当日は少し遅れて参加します。' ELSE '' END, 'link', NULL, '',
    least(e.day, now()) - make_interval(mins => 30 + (c.id % 20000)::integer)
FROM contacts c JOIN bench.events e ON e.id = c.event_id, generate_series(0, 1) AS k
WHERE c.id < 10000000 AND bench.chance(c.id, 9) < CASE k WHEN 0 THEN 0.4 ELSE 0.01 END;

INSERT INTO answer_values (answer_id, question_id, office_id, event_id, value)
SELECT a.id, 1000 + a.event_id * 2 + k, a.office_id, a.event_id,
    CASE k WHEN 1 THEN (a.id % 3)::text ELSE '希望する' END
FROM answers a, generate_series(1, 2) AS k WHERE a.id > 10000;

INSERT INTO contact_marks (contact_id, office_id, event_id, participant_id, opened_at, confirmed_at)
SELECT c.id, c.office_id, c.event_id, c.participant_id, e.day - interval '20 days',
    CASE WHEN c.id % 3 = 0 THEN e.day - interval '20 days' END
FROM contacts c JOIN bench.events e ON e.id = c.event_id WHERE bench.chance(c.id, 9) < 0.55;
