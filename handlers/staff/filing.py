"""代录: staff write down what a caller or a walk-in says. The resident owns it, and can take it up in chat later."""

from collections.abc import Mapping
from typing import Any

from handlers import entry, flows, placing
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.lookup import address
from handlers.reading import Address, Danger, LexiconReader
from handlers.said import Said
from storage import filing, reach, supports, taking_over, tickets
from storage.drafts import CARD, REPORT, is_flowless, kind_or_question
from storage.order_drafts import OrderDraft
from storage.rules.press import Press, press
from storage.work import Button, Priority

from . import caller, for_callers, places
from .caller import FilingDraft
from .places import Outcome, Picked

READER = LexiconReader()
MAX_FILES = 20


# --- what ----------------------------------------------------------------------------------------------------


async def _take_words(context: Context, draft: FilingDraft, said: Said) -> bool | None:
    if said.choice == "book":
        await for_callers.book(context, draft)
        return None
    if said.choice == "order":
        await for_callers.order(context, draft)
        return None
    if said.choice is not None or not said.has_content:
        return False
    is_first = draft.is_empty
    draft.files = [*draft.files, *said.files][:MAX_FILES]
    if said.latitude is not None:
        draft.latitude, draft.longitude = said.latitude, said.longitude
    draft.words = f"{draft.words}\n{said.text}".strip()
    if draft.words:
        _read(context, draft)
    found = for_callers.services(context, draft) if is_first else []
    if found:
        await for_callers.book(context, draft, found)
        return None
    if is_first and for_callers.wants_neighbours(context, draft):
        await for_callers.order(context, draft)
        return None
    return await _is_calm(context, draft)


def _read(context: Context, draft: FilingDraft) -> None:
    """What the words say; the place they name comes before the caller's home."""
    reading, kinds = READER.read(draft.words), context.work.directory.kinds
    draft.intent = str(reading.intent)
    draft.danger = {Danger.YES: "yes", Danger.MAYBE: "maybe"}.get(reading.danger, "no")
    if "kind" not in draft.answered:
        is_arranged = is_flowless(draft.intent, kinds)
        kind = "question" if is_arranged else reading.kind
        draft.kind = kind if kind in kinds else None
        draft.is_kind_sure = draft.kind is not None and (reading.kind_sure or is_arranged)
    draft.is_confidential = reading.is_confidential
    draft.is_anonymous = reading.wants_anonymity
    draft.spot = reading.spot
    if "place" not in draft.answered:
        _locate(context, draft, reading.address)


def _locate(context: Context, draft: FilingDraft, address: Address | None) -> None:
    """Where the words say; what was chosen by hand stays."""
    near = draft.place_id or next(iter(reach.seats(context.work, reach.FILERS)), None)
    typed = placing.located(context.work.directory, address, near, draft.words)
    here = reach.communities(context.work, reach.FILERS)
    inside = [place_id for place_id in typed.places if place_id in here]
    if inside:
        draft.place_id, draft.is_place_sure, draft.room = inside[0], len(inside) == 1, typed.room
        draft.at = Picked(options=inside) if len(inside) > 1 else draft.at


async def _is_calm(context: Context, draft: FilingDraft) -> bool | None:
    """None when it turned out to be a danger, which is then on its way already."""
    if draft.danger != "yes":
        return True
    context.conversation.clear()
    await _send(context, draft)
    return None


async def _take_danger(context: Context, draft: FilingDraft, said: Said) -> bool | None:
    if said.choice in {"danger_yes", "danger_no"}:
        draft.danger = said.choice.removeprefix("danger_")
        return await _is_calm(context, draft)
    return False


async def _take_kind(context: Context, draft: FilingDraft, said: Said) -> bool | None:
    if said.choice == tickets.DANGER:
        draft.danger = "yes"
        return await _is_calm(context, draft)
    kind = context.work.directory.kinds.get(said.choice or "")
    if kind is None or kind.flow != REPORT:
        return False
    draft.kind, draft.is_kind_sure = said.choice, True
    return True


def _kinds(context: Context, _draft: FilingDraft) -> Rows:
    work = context.work
    buttons: list[Button] = [
        ("named", press("choose", kind.code), {"name": f"{kind.emoji} {kind.name_in(work.language)}".strip()})
        for kind in work.directory.kinds.values()
        if kind.flow == REPORT
    ]
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


async def _take_place(context: Context, draft: FilingDraft, said: Said) -> bool | None:
    if said.latitude is not None:
        draft.latitude, draft.longitude = said.latitude, said.longitude
        return True
    outcome = places.take(context, draft.at, said, reach.communities(context.work, reach.FILERS))
    if outcome is Outcome.DEEPER:
        await flows.begin(context, FILE, draft, edit=said.pressed_message)
        return None
    if outcome is Outcome.SETTLED:
        draft.place_id, draft.is_place_sure, draft.room = draft.at.place_id, True, draft.at.room
    return outcome is Outcome.SETTLED


def _needs_place(draft: FilingDraft) -> bool:
    return not draft.has_place and draft.latitude is None and draft.kind not in {"question", "suggestion"}


# --- sure ----------------------------------------------------------------------------------------------------


async def _take_confirm(context: Context, draft: FilingDraft, said: Said) -> bool | None:
    match said.choice:
        case "send":
            return True
        case "danger":
            draft.danger = "yes"
            return await _is_calm(context, draft)
        case "kind":
            draft.is_kind_sure = False
        case "place":
            draft.place_id, draft.is_place_sure, draft.room = None, False, None
            draft.at = places.begin(reach.seats(context.work, reach.FILERS))
        case _:
            return await _take_more(context, draft, said)
    await flows.reopen(context, FILE, draft, said.choice, edit=said.pressed_message)
    return None


async def _take_more(context: Context, draft: FilingDraft, said: Said) -> bool | None:
    """More words: the card is shown again with them."""
    is_calm = await _take_words(context, draft, said)
    if is_calm:
        await flows.begin(context, FILE, draft)
    return None if is_calm else is_calm


def _choices(_context: Context, _draft: FilingDraft) -> Rows:
    return [
        [("report_send", press("choose", "send"))],
        [("edit_place", press("choose", "place")), ("edit_kind", press("choose", "kind"))],
        [("danger_now", press("choose", "danger"))],
    ]


def _params(context: Context, draft: FilingDraft) -> Mapping[str, Any]:
    work = context.work
    kind = work.directory.kinds.get(kind_or_question(draft))
    return {
        "name": draft.caller_name,
        "phone": draft.caller_phone,
        "known_name": draft.known_name,
        "words": draft.words,
        "files": len(draft.files),
        "kind": kind.name_in(work.language) if kind else "",
        "emoji": kind.emoji if kind else "",
        "place": work.directory.name(draft.place_id, work.language) if draft.place_id else None,
        "room": draft.room,
        "spot": draft.spot,
        "is_confidential": draft.is_confidential or bool(kind and kind.is_confidential),
    }


async def _send(context: Context, draft: FilingDraft) -> None:
    work = context.work
    ticket, owner = await filing.file(work, draft)
    if ticket["is_danger"]:
        work.reply("filing.ring_first", priority=Priority.ALARM, number=ticket["number"])
    place_id = ticket["place_id"] or next(iter(reach.seats(work, reach.FILERS)), 0)
    code = await taking_over.address(work, owner, place_id)
    link = address(context, taking_over.payload(code)) if code is not None else None
    copy: Rows = [[("copy_address", f"copy={link}")]] if link else []
    is_kept = supports.may_register(work, owner, place_id)
    register: Rows = [[("support", press("support", owner["id"]))]] if is_kept else []
    work.reply(
        "filing.filed",
        [*copy, *register],
        ticket_id=ticket["id"],
        number=ticket["number"],
        name=owner["name"],
        link=link,
        once=True,
    )


FILE = flows.declare(
    Flow(
        "file",
        FilingDraft,
        (
            Step("who", "filing.ask_who", caller.take_who, unclear="filing.ask_name", needs_consent=False),
            Step(
                "phone",
                "filing.ask_phone",
                caller.take_phone,
                lambda draft: draft.caller_phone is None,
                lambda _context, _draft: [[("phone_skip", press("choose", "skip"))]],
                unclear="filing.phone_unclear",
                params=_params,
                needs_consent=False,
            ),
            Step(
                "same",
                "filing.ask_same",
                caller.take_same,
                lambda draft: draft.known_id is not None and draft.owner_id is None,
                lambda _context, _draft: [
                    [("same_yes", press("choose", "same"))],
                    [("same_no", press("choose", "other"))],
                ],
                unclear="filing.ask_same",
                params=_params,
                needs_consent=False,
            ),
            Step(
                "wish",
                "filing.ask_words",
                _take_words,
                lambda draft: draft.wish is not None,
                shown=for_callers.go_on_to_order,
                params=_params,
                needs_consent=False,
            ),
            Step(
                "words",
                "filing.ask_words",
                _take_words,
                lambda draft: draft.is_empty,
                for_callers.ways_on,
                params=_params,
                unclear="filing.ask_words",
                prepare=for_callers.look_up_register,
                needs_consent=False,
            ),
            Step(
                "danger",
                "filing.ask_danger",
                _take_danger,
                lambda draft: draft.danger == "maybe",
                lambda _context, _draft: [
                    [("danger_now", press("choose", "danger_yes"))],
                    [("danger_none", press("choose", "danger_no"))],
                ],
                unclear="filing.ask_danger",
                needs_consent=False,
            ),
            Step(
                "kind",
                "report.ask_kind",
                _take_kind,
                lambda draft: not draft.is_kind_sure,
                _kinds,
                unclear="report.ask_kind",
                needs_consent=False,
            ),
            Step(
                "place",
                "report.ask_place",
                _take_place,
                _needs_place,
                lambda context, draft: places.rows(context, draft.at),
                params=lambda context, draft: places.params(context, draft.at),
                unclear="report.place_unclear",
                needs_consent=False,
            ),
            Step(
                CARD,
                "filing.confirm",
                _take_confirm,
                choices=_choices,
                params=_params,
                unclear="filing.confirm",
                needs_consent=False,
            ),
        ),
        _send,
    )
)


@entry.command("file", menu="menu_file")
async def file_command(context: Context, _args: list[str]) -> None:
    """The button 代录 of the staff keyboard."""
    await _begin(context)


@entry.pressed("file")
async def file_press(context: Context, pressed: Press, _said: Said) -> None:
    """The same from the list of tasks; or 替居民点单, with what was said so far."""
    await _begin(context, _wish(context) if pressed.args[:1] == ("order",) else None)


def _wish(context: Context) -> dict[str, Any]:
    """The request that was begun before anybody asked for whom it is; it goes on there."""
    found = flows.current(context)
    if found is None or not isinstance(found[1], OrderDraft):
        return {}
    context.conversation.clear()
    return found[1].model_dump(mode="json", include={"words", "files", "errand_id", "minutes", "wanted", "album"})


async def _begin(context: Context, wish: dict[str, Any] | None = None) -> None:
    filing.check(context.work, None)
    draft = FilingDraft(at=places.begin(reach.seats(context.work, reach.FILERS)), wish=wish)
    await flows.begin(context, FILE, draft)
