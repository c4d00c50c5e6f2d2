-- History, the longest table, by month. Ids begin with the time of their making, so that a range of ids is a range of
-- time and the primary key stays what it is. To be run while no bot works on the database, after `linli migrate`; later
-- migrations reach every part through `history`.

-- The first id of a day: milliseconds since 2024 in the upper bits.
CREATE FUNCTION first_id(day date) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT ((day - date '2024-01-01')::bigint * 86400000) << 22
$$;

BEGIN;
ALTER TABLE history RENAME TO history_until_2027;
ALTER TABLE history_until_2027 RENAME CONSTRAINT pk_history TO pk_history_until_2027;
ALTER INDEX ix_history_ticket_id RENAME TO ix_history_until_2027_ticket_id;
CREATE TABLE history (LIKE history_until_2027 INCLUDING DEFAULTS) PARTITION BY RANGE (id);
ALTER TABLE history ADD CONSTRAINT pk_history PRIMARY KEY (id);
ALTER TABLE history ADD FOREIGN KEY (ticket_id) REFERENCES ticket (id);
ALTER TABLE history ADD FOREIGN KEY (actor_id) REFERENCES person (id);
CREATE INDEX ix_history_ticket_id ON history (ticket_id);
ALTER TABLE history ATTACH PARTITION history_until_2027 FOR VALUES FROM (MINVALUE) TO (first_id('2027-01-01'));
COMMIT;

-- A part for each month of a year; once a year again, before it begins. What falls between stays in the rest.
DO $$
DECLARE month date;
BEGIN
    FOR month IN SELECT generate_series(date '2027-01-01', date '2027-12-01', interval '1 month') LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF history FOR VALUES FROM (%s) TO (%s)',
            'history_' || to_char(month, 'YYYY_MM'), first_id(month), first_id((month + interval '1 month')::date)
        );
    END LOOP;
END $$;
CREATE TABLE history_rest PARTITION OF history DEFAULT;
