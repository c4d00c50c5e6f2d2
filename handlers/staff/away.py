"""我今天来不了: staff who fall ill, or whom the duty secretary reports so; and a room or a provider that is shut.

Every step is a press that names whom and how long; whose it is to say is looked up again each time. Nothing is moved
before the last press, and all of it can be taken back until somebody has arrived.
"""

from datetime import date, timedelta

from handlers import entry
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage import away_moves, falling_ill, people, reach
from storage.rules.errors import NotYours, Stale
from storage.rules.press import Press, press
from storage.work import Button

SPANS = (1, 2, 3, 7)
"""For so many days, today included."""
PAGE = 8
BACK: list[Button] = [("duty_back", "dutylist"), ("close", "close")]


def _days(context: Context, count: int) -> tuple[date, date]:
    today = context.work.directory.calendar.to_local(context.work.now).date()
    return today, today + timedelta(days=count - 1)


def _count(pressed: Press, position: int = 1) -> int:
    count = pressed.number(position)
    if count not in SPANS:
        raise Stale
    return count


def _spans(verb: str, *args: object) -> Rows:
    row: list[Button] = [(f"away_{count}", press(verb, *args, count)) for count in SPANS]
    return [row[:2], row[2:], list(BACK)]


# --- a person ------------------------------------------------------------------------------------------------


@entry.pressed("awayme")
async def me(context: Context, _pressed: Press, said: Said) -> None:
    """For how long I cannot come."""
    person = await falling_ill.check(context.work, context.person["id"])
    context.work.reply("away.ask_me", _spans("awaydays", person["id"]), edit=said.pressed_message)


@entry.pressed("awaywho")
async def who(context: Context, pressed: Press, said: Said) -> None:
    """Which of my people cannot come, or what is shut: those with whom something can be booked."""
    work = context.work
    mine, page = reach.places(work, reach.SECRETARIES), pressed.number() or 0
    if not mine:
        raise NotYours
    found = [
        one
        for one in sorted(work.directory.catalogue.providers.values(), key=lambda one: (one.person_id is None, one.id))
        if (one.place_id is None or one.place_id in mine) and one.person_id != context.person["id"]
    ]
    shown = found[page * PAGE : (page + 1) * PAGE]
    rows: Rows = [
        [
            (
                "named",
                press("awaypick", one.person_id) if one.person_id is not None else press("awayplace", one.id),
                {"name": one.name_in(work.language)},
            )
        ]
        for one in shown
    ]
    turn: list[Button] = [("earlier", press("awaywho", page - 1))] if page else []
    if len(found) > (page + 1) * PAGE:
        turn.append(("later", press("awaywho", page + 1)))
    work.reply("away.ask_who", [*rows, *([turn] if turn else []), BACK], edit=said.pressed_message, count=len(found))


@entry.pressed("awaypick")
async def pick(context: Context, pressed: Press, said: Said) -> None:
    """For how long they cannot come."""
    person = await falling_ill.check(context.work, pressed.number())
    context.work.reply(
        "away.ask_other", _spans("awaydays", person["id"]), edit=said.pressed_message, name=person["name"]
    )


@entry.pressed("awaydays")
async def days(context: Context, pressed: Press, said: Said) -> None:
    """What has to be moved then; nothing is moved by one tap."""
    work = context.work
    person, count = await falling_ill.check(work, pressed.number()), _count(pressed)
    begins_at, ends_at = falling_ill.span(work, *_days(context, count))
    providers = falling_ill.providers_of(work, person["id"])
    found = await away_moves.booked(work, begins_at, ends_at, person_id=person["id"], providers=providers)
    buttons: Rows = [
        [("away_ill", press("awayyes", person["id"], count, "ill"))],
        [
            ("away_leave", press("awayyes", person["id"], count, "leave")),
            ("away_training", press("awayyes", person["id"], count, "training")),
        ],
        list(BACK),
    ]
    _ask(context, "away.confirm", buttons, person["name"], count, len(found), said)


def _ask(context: Context, message: str, buttons: Rows, name: str, days: int, count: int, said: Said) -> None:
    first, last = _days(context, days)
    context.work.reply(
        message,
        buttons,
        edit=said.pressed_message,
        name=name,
        first=first.isoformat(),
        last=last.isoformat(),
        count=count,
    )


@entry.pressed("awayyes")
async def yes(context: Context, pressed: Press, said: Said) -> None:
    """Recorded; the clock moves what is booked."""
    work, reason = context.work, pressed.args[2] if len(pressed.args) > 2 else ""
    if reason not in falling_ill.REASONS:
        raise Stale
    person = await falling_ill.check(work, pressed.number())
    begins_at, ends_at = falling_ill.span(work, *_days(context, _count(pressed)))
    await falling_ill.fall_ill(work, person, begins_at, ends_at, reason)
    work.reply("away.noted", edit=said.pressed_message, name=person["name"])
    if person["id"] != context.person["id"]:
        work.notify(person, "away.noted_for_you", last=_days(context, _count(pressed))[1].isoformat())


# --- a room, or a provider -----------------------------------------------------------------------------------


@entry.pressed("awayplace")
async def place(context: Context, pressed: Press, said: Said) -> None:
    """For how long it is shut."""
    provider = falling_ill.check_provider(context.work, pressed.number())
    name = provider.name_in(context.work.language)
    context.work.reply("away.ask_shut", _spans("awayshut", provider.id), edit=said.pressed_message, name=name)


@entry.pressed("awayshut")
async def shut(context: Context, pressed: Press, said: Said) -> None:
    """What has to be moved then."""
    work = context.work
    provider, count = falling_ill.check_provider(work, pressed.number()), _count(pressed)
    begins_at, ends_at = falling_ill.span(work, *_days(context, count))
    found = await away_moves.booked(work, begins_at, ends_at, person_id=None, providers=[provider.id])
    buttons: Rows = [[("away_shut", press("awayshutyes", provider.id, count))], list(BACK)]
    _ask(context, "away.confirm_shut", buttons, provider.name_in(work.language), count, len(found), said)


@entry.pressed("awayshutyes")
async def shut_yes(context: Context, pressed: Press, said: Said) -> None:
    """Shut; the clock moves what is booked."""
    provider = falling_ill.check_provider(context.work, pressed.number())
    falling_ill.shut(context.work, provider.id, *_days(context, _count(pressed)))
    context.work.reply("away.noted", edit=said.pressed_message, name=provider.name_in(context.work.language))


@entry.pressed("awayundo")
async def undo(context: Context, pressed: Press, said: Said) -> None:
    """They can come after all."""
    await falling_ill.undo(context.work, pressed.number())
    context.work.reply("away.undoing", edit=said.pressed_message)


def buttons(context: Context) -> list[Button]:
    """What /duty offers: for oneself, and for a secretary whoever else cannot come."""
    row: list[Button] = [("away_me", "awayme")] if people.is_staff(context.work.grants) else []
    if reach.holds(context.work, reach.SECRETARIES):
        row.append(("away_other", press("awaywho", 0)))
    return row
