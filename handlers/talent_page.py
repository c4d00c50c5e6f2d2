"""One person of the talent register, as whoever asks may see them; shared by neighbours, helpers and staff.

Staff see the whole registration, secretaries judge it; everybody else sees what was consented to.
"""

from storage import talents, vouching
from storage.rules.helping import Standing
from storage.rules.place_rights import HelperAction
from storage.rules.press import press
from storage.talents import Talent

from .context import Context
from .flows import Rows


async def show(context: Context, person_id: int | None, *, edit: int | None = None) -> None:
    """Somebody's page. Raises NotYours for whom one may not see."""
    work, one = context.work, await talents.of(context.work, person_id)
    is_judge = vouching.is_permitted(
        work, HelperAction.JUDGE, one.person_id, await vouching.place_of(work.ledger, one.person_id)
    )
    asking: Rows = [] if one.is_whole else [[("menu_order", press("order"))]]
    counts = await talents.counts(work, one.person_id) if is_judge else None
    work.reply(
        "helper.staff_talent" if one.is_whole else "helper.talent",
        [*(_judging(one) if is_judge else []), *asking, [("talent_find", press("talents"))], [("close", "close")]],
        edit=edit,
        name=one.name,
        place=work.directory.name(one.place_id, work.language) if one.place_id is not None else None,
        skills=[
            {"name": can.name, "fee": can.fee, "standing": str(can.standing), "until": _iso(can)} for can in one.can
        ],
        about=one.about,
        phone=one.phone,
        is_verified=one.is_verified,
        is_suspended=one.is_suspended,
        why=one.suspended_why,
        counts=dict(counts) if counts is not None else None,
        photo=one.photo if edit is None else None,
        for_roles=vouching.KEEPERS if one.is_whole else None,
    )


def _iso(can: talents.Can) -> str | None:
    return can.until.isoformat() if can.until is not None else None


def _judging(one: Talent) -> Rows:
    """What a secretary may press: verify the person, verify a skill, suspend or lift."""
    rows: Rows = []
    if one.is_suspended:
        return [[("helper_lift", press("helplift", one.person_id))]]
    if not one.is_verified:
        rows.append([("helper_verify", press("helpverify", one.person_id))])
    rows += [
        [("skill_verify", press("skillverify", one.person_id, can.code), {"name": can.name})]
        for can in one.can
        if can.standing is not Standing.VERIFIED
    ]
    return [*rows, [("helper_suspend", press("helpsuspend", one.person_id))]]
