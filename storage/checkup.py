"""What the doctor asks the database: is it sound, whole and up to date, and does the community hold together?

Nothing here writes. Every question stands alone, so that one that fails hides no other.
"""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from . import last_backup, outbox, schema
from .engine import Database
from .ids import first_id
from .leases import POLLER
from .ledger import Ledger
from .migrate import revision_of, revisions
from .rules.catalogue import ProviderKind, Service, Way
from .rules.rights import Role
from .rules.routing import LAST_RESORT, Need, pick_rule

PAGE = 1000
DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Staff:
    """Whether everything that is asked for finds somebody. Codes of places, kinds, services; counts; no names."""

    grids_without_worker: Sequence[str]
    kinds_without_route: Sequence[str]
    secretaries: int
    administrators: int
    joined: int  # staff whom the bot can write to
    invited: int  # staff who never wrote to it
    services_of_nobody: Sequence[str]  # that can be booked, and whose agents never wrote to it


async def engine(database: Database) -> str:
    """The engine and its version."""
    query = "SELECT sqlite_version()" if database.is_sqlite else "SHOW server_version"
    async with database.reading() as connection:
        version = str((await connection.exec_driver_sql(query)).scalar_one()).split()[0]
    return f"{'SQLite' if database.is_sqlite else 'PostgreSQL'} {version}"


async def server_time(database: Database) -> datetime | None:
    """What the database server's own clock says; None where it is this machine's."""
    if database.is_sqlite:
        return None
    async with database.reading() as connection:
        at: datetime = (await connection.execute(sa.select(sa.func.clock_timestamp()))).scalar_one()
        return at


async def revision(database: Database) -> tuple[str | None, str]:
    """The schema's revision, None where there are no tables, and the one that this program works with."""
    async with database.reading() as connection:
        return await connection.run_sync(revision_of), revisions()[-1]


async def damage(database: Database) -> int:
    """How many faults a quick look at the file (SQLite) or at the indexes (PostgreSQL) finds."""
    async with database.reading() as connection:
        if not database.is_sqlite:
            query = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
            return int((await connection.exec_driver_sql(query)).scalar_one())
        said = (await connection.exec_driver_sql("PRAGMA quick_check(100)")).scalars().all()
        orphans = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
    return sum(1 for line in said if line != "ok") + len(orphans)


async def ended_badly(ledger: Ledger, since: datetime) -> Counter[str]:
    """How many messages failed or are unknown since then."""
    table = schema.outbox
    query = (
        sa.select(table.c.state, sa.func.count().label("n"))
        .where(table.c.id >= first_id(since), table.c.state.in_([outbox.FAILED, outbox.UNKNOWN]))
        .group_by(table.c.state)
    )
    async with ledger.database.reading() as connection:
        return Counter({row.state: row.n for row in await connection.execute(query)})


async def stored_names(ledger: Ledger) -> AsyncIterator[list[str]]:
    """The names of stored files that tickets name, page by page."""
    table, last = schema.attachment, ""
    while True:
        query = (
            sa.select(table.c.stored_as)
            .distinct()
            .where(table.c.stored_as.is_not(None), table.c.stored_as > last)
            .order_by(table.c.stored_as)
            .limit(PAGE)
        )
        async with ledger.database.reading() as connection:
            names = list((await connection.execute(query)).scalars())
        if not names:
            return
        yield names
        last = names[-1]


async def staff(ledger: Ledger) -> Staff:
    """Look through the roles, the grids and the kinds."""
    grant, person = schema.role_grant, schema.person
    query = (
        sa.select(grant.c.role, grant.c.place_id, person.c.id, person.c.telegram_id)
        .join(person, person.c.id == grant.c.person_id)
        .where(
            grant.c.revoked_at.is_(None),
            person.c.retired_at.is_(None),
            grant.c.role.not_in([str(Role.RESIDENT), str(Role.FAMILY)]),
        )
    )
    async with ledger.database.reading() as connection:
        held = (await connection.execute(query)).all()
    people = {row.id: row.telegram_id for row in held}
    worked = {row.place_id for row in held if row.role == Role.GRID_WORKER}
    roles = Counter(row.role for row in held)
    grids = [place for place in ledger.directory.places.values() if place.level == "grid"]
    return Staff(
        grids_without_worker=sorted(place.code for place in grids if place.id not in worked),
        kinds_without_route=_unrouted(ledger),
        secretaries=roles[Role.DUTY_SECRETARY],
        administrators=roles[Role.ADMINISTRATOR],
        joined=sum(telegram_id is not None for telegram_id in people.values()),
        invited=sum(telegram_id is None for telegram_id in people.values()),
        services_of_nobody=_unserved(ledger, {row.id for row in held if row.telegram_id is not None}),
    )


def _unserved(ledger: Ledger, joined: set[int]) -> list[str]:
    """Services that can be booked for a time, and whose agents have not come to the chat: no time is ever free."""
    catalogue = ledger.directory.catalogue

    def is_nobodys(one: Service, way: Way) -> bool:
        found = catalogue.providers_of(one, way)
        return all(each.kind is ProviderKind.AGENT and each.person_id not in joined for each in found)

    services = catalogue.services.values()
    return [one.code for one in services if any(way.has_slot and is_nobodys(one, way) for way in one.ways)]


def _unrouted(ledger: Ledger) -> list[str]:
    """Kinds that no rule mentions, wherever they are reported: only the last resort takes them."""
    directory = ledger.directory
    everywhere = frozenset(directory.places)
    needs = [
        Need(kind.code, everywhere, is_danger=kind.code == DANGER, is_confidential=kind.is_confidential)
        for kind in directory.kinds.values()
    ]
    return [need.kind for need in needs if pick_rule(directory.rules, need) is LAST_RESORT]


async def replicas(database: Database, life: timedelta) -> tuple[int, int]:
    """How many replicas live, and how many leases nobody holds (polling apart: a webhook leaves that free).

    SQLite has neither.
    """
    if database.is_sqlite:
        return 0, 0
    lease, replica = schema.lease.c, schema.replica.c
    now = await server_time(database) or datetime.now(UTC)
    async with database.reading() as connection:
        living = sa.select(sa.func.count()).where(replica.seen_at > now - life)
        free = (
            sa.select(sa.func.count())
            .select_from(schema.lease)
            .where(lease.name != POLLER, sa.or_(lease.owner.is_(None), lease.until < now))
        )
        return (await connection.execute(living)).scalar_one(), (await connection.execute(free)).scalar_one()


async def begun_at(ledger: Ledger) -> datetime | None:
    """Since when somebody is known here."""
    person = schema.person
    async with ledger.database.reading() as connection:
        at: datetime | None = await connection.scalar(sa.select(person.c.created_at).order_by(person.c.id).limit(1))
        return at


async def backed_up_at(ledger: Ledger) -> datetime | None:
    """When the last backup was made, as far as the database knows."""
    async with ledger.database.reading() as connection:
        return await last_backup.made_at(connection)


async def said(ledger: Ledger, keys: Collection[str]) -> set[str]:
    """Which of these keys the outbox knows: what was told already, or waits to be."""
    table = schema.outbox
    query = sa.select(table.c.unique_key).where(table.c.unique_key.in_(keys))
    async with ledger.database.reading() as connection:
        return {str(key) for key in (await connection.execute(query)).scalars()}
