"""岗位: what somebody who helps holds, takes and gives back, and the record of what they have done."""

from handlers import entry
from handlers.context import Context
from handlers.flows import Rows
from handlers.said import Said
from storage import helpers, organisations, outbox, posts, service_record
from storage.ledger import Row
from storage.rules.errors import Stale
from storage.rules.press import Press, press
from storage.rules.quarters import POSTS, SERVICES, Quarter
from storage.work import Button, Priority

FORMS = ("pdf", "xlsx")
MINE = "me"
CLOSE: tuple[str, str] = ("close", "close")


def quarter(context: Context) -> Quarter:
    """The quarter in which we are."""
    work = context.work
    return Quarter.of(work.now, work.directory.calendar.zone)


@entry.pressed("posts")
async def mine(context: Context, _pressed: Press, said: Said) -> None:
    """What I hold, what I have done this quarter, and my unit."""
    work, me = context.work, context.person["id"]
    await posts.check_known(work)
    held, now_in = await posts.held_by(work.ledger, me), quarter(context)
    standing = (await service_record.standing(work.ledger, [me], now_in))[me]
    named = {row["id"]: await _name(context, row) for row in held}
    home, asked = await _units(context)
    rows: Rows = [[("post_held", press("post_hold", row["id"]), {"name": named[row["id"]]})] for row in held]
    work.reply(
        "posts.mine",
        [
            *rows,
            [("post_find", press("post_list"))],
            [("post_record", press("post_record")), ("unit_mine", press("units"))],
            [CLOSE],
        ],
        edit=said.pressed_message,
        lines=[{"name": named[row["id"]], "until_on": posts.local_day(work, row["until_at"])} for row in held],
        year=now_in.year,
        quarter=now_in.number,
        posts=standing.posts,
        services=standing.services,
        posts_wanted=POSTS,
        services_wanted=SERVICES,
        unit=home,
        asked=asked,
    )


async def _name(context: Context, holding: Row) -> str:
    work = context.work
    known = work.directory.helping.posts.get(holding["post_id"])
    if known is not None:
        return known.name_in(work.language)
    return posts.called(await posts.row_of(work.ledger, holding["post_id"]))[work.language]


async def _units(context: Context) -> list[str | None]:
    """The names of my unit and of the one that was asked."""
    work = context.work
    helper = await helpers.of(work.ledger, context.person["id"])
    known = work.directory.helping.organisations
    columns = ("organisation_id", "asks_organisation_id")
    found = [known.get(helper[column] or 0) if helper is not None else None for column in columns]
    return [one.name_in(work.language) if one is not None else None for one in found]


# --- taking one ----------------------------------------------------------------------------------------------


@entry.pressed("post_list")
async def categories(context: Context, _pressed: Press, said: Said) -> None:
    """The categories of the posts that I may take."""
    work = context.work
    await posts.check_helps(work)
    first = {one.category: one for one in reversed(posts.offered_to(work))}
    labels: list[Button] = [
        ("named", press("post_in", one.id), {"name": one.category_in(work.language)})
        for one in sorted(first.values(), key=lambda one: one.position)
    ]
    pairs: Rows = [labels[at : at + 2] for at in range(0, len(labels), 2)]
    last: list[Button] = [("back", press("posts")), CLOSE]
    work.reply("posts.categories" if first else "posts.none", [*pairs, last], edit=said.pressed_message)


@entry.pressed("post_in")
async def category(context: Context, pressed: Press, said: Said) -> None:
    """The posts of a category, with how many people each still wants."""
    work = context.work
    await posts.check_helps(work)
    shown = posts.post(work, pressed.number())
    some = [one for one in posts.offered_to(work) if one.category == shown.category]
    free = await posts.free(work.ledger, some)
    rows: Rows = [
        [("post_free", press("post", one.id), {"name": one.name_in(work.language), "free": free[one.id]})]
        for one in some
    ]
    last: list[Button] = [("back", press("post_list")), CLOSE]
    title = shown.category_in(work.language)
    work.reply("posts.in_category", [*rows, last], edit=said.pressed_message, category=title)


@entry.pressed("post")
async def one_post(context: Context, pressed: Press, said: Said) -> None:
    """One post, where it is, and how many people it still wants."""
    work = context.work
    await posts.check_helps(work)
    found = posts.post(work, pressed.number())
    free = (await posts.free(work.ledger, [found]))[found.id]
    take: Rows = [[("post_take", press("post_take", found.id))]] if free else []
    last: list[Button] = [("back", press("post_in", found.id)), CLOSE]
    work.reply(
        "posts.one",
        [*take, last],
        edit=said.pressed_message,
        name=found.name_in(work.language),
        place=work.directory.name(found.place_id, work.language),
        months=found.months,
        free=free,
    )


@entry.pressed("post_take")
async def take(context: Context, pressed: Press, said: Said) -> None:
    """认领: for a term."""
    work = context.work
    row = await posts.take(work, pressed.number())
    name = work.directory.helping.posts[row["post_id"]].name_in(work.language)
    until = posts.local_day(work, row["until_at"])
    work.reply("posts.taken", [_home()], edit=said.pressed_message, name=name, until_on=until)


def _home() -> list[Button]:
    return [("me_posts", press("posts")), CLOSE]


# --- what I hold ---------------------------------------------------------------------------------------------


@entry.pressed("post_hold")
async def hold(context: Context, pressed: Press, said: Said) -> None:
    """One that I hold: go on, when the term is nearly over, or give it back."""
    work = context.work
    row = await posts.mine(work, pressed.number())
    known = work.directory.helping.posts.get(row["post_id"])
    can_renew = known is not None and row["until_at"] - work.now <= posts.AHEAD
    renew: Rows = [[("post_renew", press("post_renew", row["id"]))]] if can_renew else []
    place = work.directory.name(known.place_id, work.language) if known is not None else ""
    work.reply(
        "posts.held",
        [*renew, [("post_give", press("post_give", row["id"]))], [("back", press("posts")), CLOSE]],
        edit=said.pressed_message,
        name=await _name(context, row),
        place=place,
        until_on=posts.local_day(work, row["until_at"]),
    )


@entry.pressed("post_renew")
async def renew(context: Context, pressed: Press, said: Said) -> None:
    """Another term."""
    until = await posts.renew(context.work, pressed.number())
    until_on = posts.local_day(context.work, until)
    context.work.reply("posts.renewed", [_home()], edit=said.pressed_message, until_on=until_on)


@entry.pressed("post_give")
async def ask_give(context: Context, pressed: Press, said: Said) -> None:
    """Asked once more before it is given back."""
    row = await posts.mine(context.work, pressed.number())
    rows: Rows = [[("post_give_yes", press("post_giveyes", row["id"]))], [("back", press("post_hold", row["id"]))]]
    context.work.reply("posts.ask_give", rows, edit=said.pressed_message, name=await _name(context, row))


@entry.pressed("post_giveyes")
async def give(context: Context, pressed: Press, said: Said) -> None:
    """It is free for others."""
    row = await posts.give_back(context.work, pressed.number())
    context.work.reply("posts.given", [_home()], edit=said.pressed_message, name=await _name(context, row))


# --- the record ----------------------------------------------------------------------------------------------


@entry.pressed("post_record")
async def which_record(context: Context, pressed: Press, said: Said) -> None:
    """Of which quarter, and as what: my own record, or that of a unit for which I speak."""
    is_mine, now_in = not pressed.args, quarter(context)
    whose = MINE if is_mine else organisations.spoken_for(context.work, pressed.number()).id
    rows: Rows = [
        [
            ("record_pdf", press("post_file", str(one), "pdf", whose), {"year": one.year, "number": one.number}),
            ("record_xlsx", press("post_file", str(one), "xlsx", whose), {"year": one.year, "number": one.number}),
        ]
        for one in (now_in, now_in.before)
    ]
    back = press("posts") if is_mine else press("unit", whose)
    context.work.reply("posts.record_which", [*rows, [("back", back), CLOSE]], edit=said.pressed_message)


@entry.pressed("post_file")
async def send_record(context: Context, pressed: Press, said: Said) -> None:
    """The file is made, and the rights asked again, when it is sent. Raises Stale, NotYours."""
    work = context.work
    if len(pressed.args) != 3 or pressed.args[1] not in FORMS:
        raise Stale
    when, form, whose = pressed.args
    try:
        of = str(Quarter.parse(when))
    except ValueError:
        raise Stale from None
    unit_id = None if whose == MINE else organisations.spoken_for(work, pressed.number(2)).id
    if not await outbox.waits_for(work.ledger, context.person["id"], "record"):
        work.draw("record", context.person, priority=Priority.ANSWER, quarter=of, form=form, unit=unit_id)
    work.reply(
        "posts.record_coming",
        [_home() if unit_id is None else [("me_unit", press("unit_all")), CLOSE]],
        edit=said.pressed_message,
    )
