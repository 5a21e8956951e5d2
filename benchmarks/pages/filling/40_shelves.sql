-- Two materials on every shelf: the sample's files, with what their scans told, once an office.
INSERT INTO blobs (office_id, sha256, content)
SELECT o.id, b.sha256, b.content FROM bench.offices o, blobs b
WHERE o.id > 1 AND b.office_id = 1 AND b.sha256 IN (SELECT sha256 FROM material_versions);

INSERT INTO material_scans (office_id, sha256, scanner, told, scanned_at)
SELECT o.id, s.sha256, s.scanner, s.told, s.scanned_at FROM bench.offices o, material_scans s
WHERE o.id > 1 AND s.office_id = 1 AND s.sha256 IN (SELECT sha256 FROM material_versions);

CREATE TABLE bench.files AS
SELECT row_number() OVER (ORDER BY m.id) AS position, m.filename, v.media_type, v.size, v.sha256
FROM materials m JOIN material_versions v ON v.material_id = m.id
WHERE m.event_id = :sample_event AND NOT m.removed;

INSERT INTO materials (id, office_id, event_id, filename, removed)
SELECT 1000 + e.id * 4 + f.position, e.office_id, e.id, f.filename, false
FROM bench.events e, bench.files f;

INSERT INTO material_versions
    (id, office_id, event_id, material_id, number, media_type, size, sha256, uploaded_by, uploaded_at)
SELECT 1000 + e.id * 4 + f.position, e.office_id, e.id, 1000 + e.id * 4 + f.position, 1,
    f.media_type, f.size, f.sha256, e.author, e.day - interval '40 days'
FROM bench.events e, bench.files f;
