"""What somebody exchanged points for, as they see it themselves: the code, where and until when it is fetched."""

from datetime import timedelta
from typing import Any

from storage import rewards
from storage.ledger import Row
from storage.rules.press import press

from .context import Context


def spaced(code: str) -> str:
    """A code as it is read aloud: Q482 913."""
    return f"{code[:4]} {code[4:]}"


def named(row: Row, language: str) -> str:
    """What a reward is called."""
    return str(row["name"] if language.startswith("zh") else row["name_en"])


def names(row: Row) -> dict[str, str]:
    """The same for whoever reads it in another language."""
    return {"zh-CN": row["name"], "en": row["name_en"]}


def show(context: Context, redemption: Row, *, is_new: bool = False, edit: int | None = None) -> None:
    """The code of what waits at the hall."""
    work = context.work
    hall = rewards.hall_of(work, context.person["home_id"])
    address: Any = hall and (hall.address if work.language.startswith("zh") else hall.address_en or hall.address)
    work.reply(
        "points.fetch",
        [
            [("points_cancel", press("shopcancel", redemption["id"]))],
            [("points_back", press("points")), ("close", "close")],
        ],
        edit=edit,
        is_new=is_new,
        emoji=redemption["emoji"] or "🎁",
        name=named(redemption, work.language),
        code=spaced(redemption["code"]),
        last_at=redemption["until_at"] - timedelta(seconds=1),
        hall=hall.name_in(work.language) if hall is not None else None,
        address=address or None,
    )
