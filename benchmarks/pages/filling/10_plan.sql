-- What is to be: offices, events and how large each is. Everything follows from ids, so two
-- runs make the same; only the days are counted from today.
CREATE SCHEMA bench;

CREATE FUNCTION bench.chance(n bigint, seed integer) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashint8extended(n, seed) & 1048575) / 1048576.0 $$;

CREATE FUNCTION bench.digest(label text, n bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT md5(label || n) || md5(n || label) $$;

CREATE FUNCTION bench.company(n bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (ARRAY['株式会社','有限会社','社会福祉法人','医療法人'])[1 + n % 4]
    || (ARRAY['ひかり','あおば','みなと','さくら','まつかぜ','はやぶさ','やまびこ','しらかば','すずらん',
              'なぎさ','みどり','ほたる','こだま','あかつき','わかば','つばめ','いずみ','かもめ','こまくさ'])[1 + n % 19]
    || (ARRAY['精工','食品','運輸','介護','製作所','電機','建設','印刷','水産','園芸','硝子','金属','商事'])[1 + n % 13]
    || n $$;

CREATE FUNCTION bench.person(n bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (ARRAY['佐藤','鈴木','高橋','田中','渡辺','伊藤','山本','中村','小林','加藤','吉田'])[1 + n % 11]
    || ' ' || (ARRAY['花子','太郎','健司','美咲','直樹','裕子','大輔'])[1 + n % 7] $$;

-- Offices 1 (the sample's) to 5 are larger than the others.
CREATE TABLE bench.offices AS
SELECT n AS id, 1 + (n - 1) / 17 AS bureau, 1000 + n AS mailbox, 1000 + n * 20 AS people
FROM generate_series(2, :offices) AS n
UNION ALL
SELECT 1, 1, 1001, 1020;

-- The first event is the largest: 20,000 companies of five contacts each.
CREATE TABLE bench.events AS
WITH numbered AS (
    SELECT n AS number, 100 + n AS id,
        CASE WHEN n = 1 THEN 1
             WHEN n <= :events * 15 / 100 THEN 1 + n % 5
             ELSE 1 + (n * 7) % :offices END AS office_id,
        CASE WHEN n = 1 THEN greatest(20, :participants / 50)
             WHEN n <= 10 THEN greatest(10, :participants / 200)
             ELSE greatest(5, (:participants * 0.935 / :events
                  * (0.2 + 1.6 * bench.chance(n, 1)))::integer) END AS size,
        CASE WHEN n = 1 THEN 14 ELSE (80 - 420 * bench.chance(n, 2))::integer END AS days
    FROM generate_series(1, :events) AS n
)
SELECT e.*, o.mailbox, o.bureau,
    CASE WHEN n.number = 1 THEN 5 ELSE 1 END AS each,
    now() + make_interval(days => e.days) AS day,
    o.people AS author, o.people + 6 AS checker, o.people + 8 AS approver,
    10000 + sum(e.size) OVER (ORDER BY e.id) - e.size AS start
FROM numbered e JOIN numbered n USING (id) JOIN bench.offices o ON o.id = e.office_id;

-- Three mailings of each event went out (of the largest, one); what is ahead has one more at work.
CREATE TABLE bench.mailings AS
WITH listed AS (
    SELECT e.*, k, 'sent' AS state FROM bench.events e, generate_series(1, 3) AS k
    WHERE e.number > 1 OR k = 1
    UNION ALL
    SELECT e.*, 3 + k, (ARRAY['draft', 'checking', 'approving', 'sending', 'draft'])[k]
    FROM bench.events e, generate_series(1, 5) AS k
    WHERE e.number = 1 OR (e.days > 0 AND k = 1 + e.id % 4)
)
SELECT 1000 + row_number() OVER (ORDER BY id, k) AS mailing, id AS event, l.*,
    least(day - make_interval(days => 8 * abs(4 - k)), now() - interval '1 day') AS at
FROM listed l;
ANALYZE bench.events; ANALYZE bench.mailings;
