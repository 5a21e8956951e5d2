-- The acts around all of this. Their links are made afterwards by the service itself, as for an
-- installation that is older than the chains.
CREATE TABLE bench.acts AS
SELECT m.at + make_interval(mins => step) AS at, m.office_id,
    (ARRAY[m.author, m.author, m.author, m.checker, m.checker, m.checker, m.checker, m.checker,
        m.checker, m.approver, m.approver, NULL, NULL, NULL, m.author, m.author, m.checker, m.author])[step] AS staff_id,
    (ARRAY['mailing.added', 'mailing.edited', 'mailing.submitted', 'mailing.counted', 'mailing.material_seen',
        'mailing.material_seen', 'mailing.letter_seen', 'mailing.letter_seen', 'mailing.pass_check',
        'mailing.approve', 'dispatch.released', 'dispatch.started', 'dispatch.finished', 'dispatch.examined',
        'mailing.edited', 'mailing.answered', 'mailing.answer_accepted', 'mailing.edited'])[step] AS action,
    'mailing:' || m.mailing AS subject
FROM bench.mailings m, generate_series(1, 18) AS step
UNION ALL
SELECT e.day - make_interval(days => 60 - k), e.office_id, e.author,
    (ARRAY['event.added', 'roster.uploaded', 'roster.applied', 'material.put', 'material.put'])[k],
    'event:' || e.id
FROM bench.events e, generate_series(1, 5) AS k
UNION ALL
SELECT now() - make_interval(hours => 20 * k), s.office_id, s.id, 'staff.signed_in', 'staff:' || s.id
FROM bench.staff s, generate_series(1, greatest(3, :sign_ins)) AS k;

INSERT INTO audit_entries (at, office_id, staff_id, action, subject, details, via, client)
SELECT at, office_id, staff_id, action, subject, '{}', 'page', '10.0.0.7' FROM bench.acts
WHERE at < now() ORDER BY at, office_id, subject, action;
