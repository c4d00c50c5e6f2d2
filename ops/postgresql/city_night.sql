-- What one bot's database adds to the archive: everything that was closed lately, as often as it likes. `ticket` is the
-- bot's own table, reached by postgres_fdw or brought by COPY; times are microseconds since 1970 there.
INSERT INTO city.matter
SELECT
    'qinghe', (to_timestamp(closed_at / 1e6) AT TIME ZONE 'Asia/Shanghai')::date, id, kind, place_id, is_danger,
    to_timestamp(created_at / 1e6), to_timestamp(accepted_at / 1e6), to_timestamp(done_at / 1e6),
    overdue_at IS NOT NULL, closed_how, disputes, stars
FROM ticket
WHERE state = 'closed' AND closed_at > extract(epoch FROM now() - interval '40 days') * 1e6
ON CONFLICT (district, closed_on, ticket_id)
DO UPDATE SET stars = excluded.stars, disputes = excluded.disputes, closed_how = excluded.closed_how;
