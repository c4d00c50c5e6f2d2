"""Looks at the community: does everything that is asked for find somebody?"""

from collections.abc import Sequence

from storage import checkup
from storage.ledger import Ledger

from .model import Finding, Visit, bad, fine, look

SHOWN = 6


async def staff(_visit: Visit, ledger: Ledger) -> Sequence[Finding]:
    """Roles, grids and kinds."""
    if not ledger.directory.places:
        return [look("structure_none")]
    seen = await checkup.staff(ledger)
    found = []
    if seen.grids_without_worker:
        found.append(bad("staff_no_worker", grids=_some(seen.grids_without_worker)))
    if not seen.secretaries:
        found.append(bad("staff_no_secretary"))
    if not seen.administrators:
        found.append(look("staff_no_administrator"))
    if seen.kinds_without_route:
        found.append(look("staff_no_route", kinds=_some(seen.kinds_without_route)))
    if seen.services_of_nobody:
        found.append(look("staff_no_agent", services=_some(seen.services_of_nobody)))
    if not seen.joined:
        found.append(bad("staff_nobody_joined", count=seen.invited))
    elif seen.invited:
        found.append(look("staff_not_joined", count=seen.invited, total=seen.invited + seen.joined))
    return found or [fine("staff_fine", count=seen.joined)]


def _some(codes: Sequence[str]) -> str:
    return ", ".join(codes[:SHOWN]) + (" …" if len(codes) > SHOWN else "")
