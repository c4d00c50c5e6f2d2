-- What the whole city counts: matters that are over, without anybody's words, names or rooms, by district and month.
-- It lives in a database of its own; each bot's database adds to it at night. A district that is handed over and a
-- month that is too old are detached in a moment, whatever they hold.
CREATE SCHEMA city;

CREATE TABLE city.matter (
    district text NOT NULL,
    closed_on date NOT NULL,
    ticket_id bigint NOT NULL,
    kind text NOT NULL,
    place_id bigint,
    is_danger boolean NOT NULL,
    created_at timestamptz NOT NULL,
    accepted_at timestamptz,
    done_at timestamptz,
    is_late boolean NOT NULL,
    closed_how text,
    disputes smallint NOT NULL,
    stars smallint,
    PRIMARY KEY (district, closed_on, ticket_id)
) PARTITION BY LIST (district);

CREATE INDEX ON city.matter (district, kind, closed_on);

-- A district and its months; once for each district, and once a year.
CREATE PROCEDURE city.prepare(district text, first date, months integer) LANGUAGE plpgsql AS $$
DECLARE
    month date;
    whole text := 'matter_' || district;
BEGIN
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS city.%I PARTITION OF city.matter FOR VALUES IN (%L) PARTITION BY RANGE (closed_on)',
        whole, district
    );
    FOR month IN SELECT first + n * interval '1 month' FROM generate_series(0, months - 1) AS n LOOP
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS city.%I PARTITION OF city.%I FOR VALUES FROM (%L) TO (%L)',
            whole || to_char(month, '_YYYY_MM'), whole, month, month + interval '1 month'
        );
    END LOOP;
END $$;

CALL city.prepare('qinghe', '2026-11-01', 14);
CALL city.prepare('wanghu', '2026-11-01', 14);
