"""我: what the bot knows of somebody, each thing one tap from being changed."""

from handlers import entry, flows
from handlers.context import Context
from handlers.flows import Flow, Step
from handlers.said import Said
from storage import family, organisations, people, points, posts, taking_over
from storage.drafts import ResidentDraft
from storage.ledger import Row
from storage.rules import phones
from storage.rules.press import Press, press
from storage.work import Button

from . import home
from .names import tidy_name


class NameDraft(ResidentDraft):
    """A name that is being changed."""

    name: str = ""


@entry.command("me", menu="menu_me")
async def me(context: Context, _args: list[str]) -> None:
    """Name, home, telephone, language, family."""
    work, person = context.work, context.person
    links = await family.links_of(work.ledger, person["id"])
    rows: list[list[Button]] = [
        [("me_name", press("me_name")), ("me_home", press("me_home"))],
        [("me_phone", press("me_phone")), ("me_family", press("family"))],
        [("me_lang", press("me_lang")), ("me_privacy", press("me_privacy"))],
        [("me_help", press("help")), *([("me_points", press("points"))] if points.are_used(work) else [])],
        *_of_double_registration(context),
        [_activities(person)],
    ]
    work.reply(
        "me.card",
        rows,
        name=person["name"],
        home=work.directory.name(person["home_id"], work.language) if person["home_id"] else None,
        room=person["room"],
        phone=person["phone"],
        relatives=sum(not link["is_elder"] for link in links),
        elders=sum(bool(link["is_elder"]) for link in links),
    )


def _of_double_registration(context: Context) -> list[list[Button]]:
    """Posts for who helps; units for who acts for one, and for the secretaries who keep their records."""
    work = context.work
    mine: list[Button] = [("me_posts", press("posts"))] if posts.is_volunteer(work) else []
    if organisations.of_contact(work) or organisations.kept_by(work):
        mine.append(("me_unit", press("unit_all")))
    return [mine] if mine else []


def _activities(person: Row) -> Button:
    """The switch for invitations to activities; official notices have none."""
    is_off = person["activities_off_at"] is not None
    return ("activities_on", press("activities_on")) if is_off else ("activities_off", press("activities_off"))


@entry.pressed("me_name")
async def change_name(context: Context, _press: Press, _said: Said) -> None:
    """How one wants to be called."""
    await flows.begin(context, NAME, NameDraft())


async def _take_name(_context: Context, draft: NameDraft, said: Said) -> bool:
    draft.name = tidy_name(said.text)
    return bool(draft.name)


async def _keep_name(context: Context, draft: NameDraft) -> None:
    context.work.person = people.change(context.work, context.person, name=draft.name)
    context.work.reply("me.name_kept", keyboard="main", name=draft.name)


NAME = flows.declare(Flow("name", NameDraft, (Step("name", "me.ask_name", _take_name),), _keep_name))


@entry.pressed("me_home")
async def change_home(context: Context, _press: Press, _said: Said) -> None:
    """Where one lives."""
    await home.choose(context)


@entry.pressed("me_phone")
async def change_phone(context: Context, _press: Press, _said: Said) -> None:
    """One's own number, shared with Telegram's own button: nobody types, nobody gives another's."""
    if context.person["consented_at"] is None:
        flows.ask_consent(context)
        return
    context.work.reply("me.ask_phone", keyboard="phone")


@entry.heard(13)
async def contact(context: Context, said: Said) -> bool:
    """A shared contact counts only when it is the sender's own."""
    if said.contact is None:
        return False
    work = context.work
    if said.contact["user_id"] != work.telegram_id:
        work.audit("contact_refused")
        work.reply("me.phone_not_own", keyboard="main")
    elif context.person["consented_at"] is None:
        flows.ask_consent(context)
    else:
        phone = "".join(one for one in said.contact["phone"] if one.isdigit() or one == "+")[:20]
        work.person = people.change(work, context.person, phone=phone)
        await taking_over.by_phone(work, phones.normal(phone) or "")
        work.reply("me.phone_kept", keyboard="main", phone=phone)
    return True
