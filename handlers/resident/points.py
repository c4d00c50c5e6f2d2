"""我的积分 under 我: the balance and where it came from, 积分超市, and the month's ranking."""

from datetime import date
from typing import Any

from handlers import entry, rewarding
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage import bookkeeping, honours, points, rankings, rewards
from storage.ledger import Row
from storage.rules.errors import NotYours, Stale
from storage.rules.points import Shown
from storage.rules.press import Press, press
from storage.work import Button

from .short import says

PAGE = 8
BACK: list[Button] = [("points_back", press("points")), ("close", "close")]
SHOP_BACK: list[Button] = [("shop_back", press("shop")), ("close", "close")]


@entry.pressed("points")
async def mine(context: Context, pressed: Press, said: Said) -> None:
    """How many there are, and a page of where they came from and went."""
    await _mine(context, pressed.number() or 0, said.pressed_message)


@entry.heard(41)
async def in_words(context: Context, said: Said) -> bool:
    """The same in words."""
    if said.files or not says(said.text, "points") or not points.are_used(context.work):
        return False
    await _mine(context, 0, None)
    return True


async def _mine(context: Context, page: int, edit: int | None) -> None:
    work, me = context.work, context.person["id"]
    found = await points.history(work.ledger, me, limit=PAGE + 1, offset=page * PAGE)
    waiting = await rewards.waiting_for(work.ledger, me) if page == 0 else ()
    rows: Rows = [
        [("points_code", press("shopmine", one["id"]), {"name": rewarding.named(one, work.language)})]
        for one in waiting
    ]
    if work.directory.helping.rewards:
        rows.append([("points_shop", press("shop"))])
    rows.append([("points_ranking", press("pointrank"))])
    if honours.communities(work):
        rows.append([("points_drafts", press("pointdraft"))])
    turn: list[Button] = [("earlier", press("points", page - 1))] if page else []
    if len(found) > PAGE:
        turn.append(("later", press("points", page + 1)))
    expiring, first_at = await points.expiring(work.ledger, me, work.now)
    work.reply(
        "points.mine",
        [*rows, *([turn] if turn else []), [("close", "close")]],
        edit=edit,
        points=await points.balance(work.ledger, me),
        expiring=expiring,
        first_at=first_at,
        lines=[_line(context, one) for one in found[:PAGE]],
        is_first=page == 0,
    )


def _line(context: Context, row: Row) -> dict[str, Any]:
    work = context.work
    rule = next((one for one in work.directory.helping.point_rules if one.code == row["rule"]), None)
    reward = row["reward"] if work.language.startswith("zh") else row["reward_en"]
    name = reward or (rule.name_in(work.language) if rule is not None else "")
    return {"at": row["at"], "amount": row["amount"], "reason": row["reason"], "name": name, "number": row["number"]}


# --- 积分超市 ----------------------------------------------------------------------------------------------------


@entry.pressed("shop")
async def shop(context: Context, pressed: Press, said: Said) -> None:
    """What there is, what can be had first."""
    work, page = context.work, pressed.number() or 0
    offered = await rewards.offered(work.ledger)
    rows: Rows = [[_reward(context, one)] for one in offered[page * PAGE : (page + 1) * PAGE]]
    turn: list[Button] = [("earlier", press("shop", page - 1))] if page else []
    if len(offered) > (page + 1) * PAGE:
        turn.append(("later", press("shop", page + 1)))
    balance = await points.balance(work.ledger, context.person["id"])
    work.reply("points.shop", [*rows, *([turn] if turn else []), BACK], edit=said.pressed_message, points=balance)


def _reward(context: Context, row: Row) -> Button:
    name = rewarding.named(row, context.work.language)
    about = {"emoji": row["emoji"] or "🎁", "name": name, "price": row["price"], "stock": row["stock"]}
    return ("points_reward", press("shopitem", row["id"]), about)


@entry.pressed("shopitem")
async def item(context: Context, pressed: Press, said: Said) -> None:
    """One thing: its price, how many there are, and whether it can be had."""
    work = context.work
    row = next((one for one in await rewards.offered(work.ledger) if one["id"] == pressed.number()), None)
    if row is None:
        raise Stale
    balance = await points.balance(work.ledger, context.person["id"])
    is_possible = row["stock"] > 0 and balance >= row["price"]
    take: Rows = [[("points_take", press("shoptake", row["id"]))]] if is_possible else []
    work.reply(
        "points.item",
        [*take, SHOP_BACK],
        edit=said.pressed_message,
        emoji=row["emoji"] or "🎁",
        name=rewarding.named(row, work.language),
        price=row["price"],
        stock=row["stock"],
        points=balance,
        missing=row["price"] - balance,
    )


@entry.pressed("shoptake")
async def take(context: Context, pressed: Press, said: Said) -> None:
    """换这个: the second tap is the last one. Raises OutOfStock, TooFewPoints."""
    made = await rewards.redeem(context.work, pressed.number())
    rewarding.show(context, made, is_new=True, edit=said.pressed_message)


@entry.pressed("shopmine")
async def code(context: Context, pressed: Press, said: Said) -> None:
    """The code once more."""
    rewarding.show(context, await _own(context, pressed), edit=said.pressed_message)


@entry.pressed("shopcancel")
async def ask_cancel(context: Context, pressed: Press, said: Said) -> None:
    """Asked once more before it goes back on the shelf."""
    row = await _own(context, pressed)
    yes, keep = press("shopcancelyes", row["id"]), press("shopmine", row["id"])
    context.work.reply(
        "points.ask_cancel",
        [[("points_cancel_yes", yes)], [("points_keep", keep)]],
        edit=said.pressed_message,
        name=rewarding.named(row, context.work.language),
        points=row["price"],
    )


@entry.pressed("shopcancelyes")
async def cancel(context: Context, pressed: Press, said: Said) -> None:
    """不换了: the points come back at once."""
    row = await _own(context, pressed)
    await rewards.cancel(context.work, row)
    context.work.reply("points.cancelled", [BACK], edit=said.pressed_message, points=row["price"])


async def _own(context: Context, pressed: Press) -> Row:
    row = await rewards.by_id(context.work.ledger, pressed.number())
    if row is None or row["state"] != rewards.State.OPEN:
        raise Stale
    if row["person_id"] != context.person["id"]:
        raise NotYours
    return row


# --- the ranking -------------------------------------------------------------------------------------------------


@entry.pressed("pointrank")
async def ranking(context: Context, pressed: Press, said: Said) -> None:
    """The month's ranking; with an argument the month before."""
    await _ranking(context, is_last=pressed.args[:1] == ("last",), edit=said.pressed_message)


async def _ranking(context: Context, *, is_last: bool, edit: int | None) -> None:
    work = context.work
    today = work.directory.calendar.to_local(work.now).date()
    month = today.replace(day=1) - date.resolution if is_last else today
    shown = await points.shown_in_rankings(work.ledger, context.person["id"])
    other: Button = ("points_this_month", press("pointrank"))
    if not is_last:
        other = ("points_last_month", press("pointrank", "last"))
    choices: Rows = [[(f"rank_{one}", press("pointname", str(one)))] for one in Shown if one is not shown]
    work.reply(
        "points.ranking",
        [[other], *choices, BACK],
        edit=edit,
        month=month.month,
        lines=[
            {"place": one.place, "name": one.name, "points": one.points, "is_me": one.is_me}
            for one in await rankings.of_month(work, month.year, month.month)
        ],
        shown=str(shown),
    )


@entry.pressed("pointname")
async def choose(context: Context, pressed: Press, said: Said) -> None:
    """With one's name, as a neighbour, or not at all: from now on, for the months before too."""
    shown = next((one for one in Shown if pressed.args[:1] == (str(one),)), None)
    if shown is None:
        raise Stale
    me = context.person["id"]
    await bookkeeping.choose_ranking(context.work, me, None if shown is Shown.UNNAMED else str(shown))
    context.work.reply(f"points.shown_{shown}", [BACK], edit=said.pressed_message)


# --- the year's drafts -------------------------------------------------------------------------------------------


@entry.pressed("pointdraft")
async def ask_year(context: Context, _pressed: Press, said: Said) -> None:
    """Drafts for 金牌管家 and 社区好人: of this year, or of the last."""
    work = context.work
    found = honours.communities(work)
    if not found:
        raise NotYours
    year = work.directory.calendar.to_local(work.now).year
    rows: Rows = [
        [
            (
                "points_year",
                press("honours", one, number),
                {"year": number, "place": work.directory.name(one, work.language) if len(found) > 1 else ""},
            )
            for number in (year - 1, year)
        ]
        for one in found
    ]
    work.reply("points.staff_ask_year", [*rows, BACK], edit=said.pressed_message, for_roles=honours.ROLES)
