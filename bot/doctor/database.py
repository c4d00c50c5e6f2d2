"""Looks at the database: is it there, sound, of the right version, backed up, and how do its replicas stand?"""

import asyncio
from collections.abc import Sequence

from bot.disk import newest_backup_at
from storage import checkup
from storage.leases import LIFE
from storage.ledger import Ledger

from .model import Finding, Visit, bad, fine, is_older, look


async def soundness(visit: Visit) -> Sequence[Finding]:
    """The engine, and a quick look through its file or its indexes."""
    if visit.database is None:
        return ()
    name = await checkup.engine(visit.database)
    damage = await checkup.damage(visit.database)
    return [bad("database_damaged", engine=name, count=damage)] if damage else [fine("database_fine", engine=name)]


async def revision(visit: Visit) -> Sequence[Finding]:
    """The version of the tables."""
    if visit.database is None:
        return ()
    found, wanted = await checkup.revision(visit.database)
    if found is None:
        return [bad("tables_absent")]
    if found == wanted:
        return [fine("tables_fine", revision=found)]
    return [
        look("tables_old", revision=found, wanted=wanted) if found < wanted else bad("tables_newer", revision=found)
    ]


async def replicas(visit: Visit) -> Sequence[Finding]:
    """Who works on one PostgreSQL together."""
    if visit.database is None or visit.ledger is None or visit.database.is_sqlite:
        return ()
    living, free = await checkup.replicas(visit.database, LIFE)
    if living and free:
        return [bad("leases_free", count=free, replicas=living)]
    return [fine("replicas_fine", count=living)] if living else []


async def backup(visit: Visit, ledger: Ledger) -> Sequence[Finding]:
    """How old the last backup is: the one that was noted, or one that lies in the folder for them."""
    noted = await checkup.backed_up_at(ledger)
    lying = await asyncio.to_thread(newest_backup_at, visit.settings.backup_path)
    at = max((one for one in (noted, lying) if one is not None), default=None)
    if at is None:
        begun_at = await checkup.begun_at(ledger)
        is_time = is_older(begun_at, visit.now, visit.thresholds.backup_age)
        return [look("backup_none" if is_time else "backup_not_yet")]
    hours = max(int((visit.now - at).total_seconds() // 3600), 0)
    too_old = is_older(at, visit.now, visit.thresholds.backup_age)
    return [look("backup_old", hours=hours) if too_old else fine("backup_fine", hours=hours)]
