"""Reporting: one sentence, a picture or a position begins a draft; the bot asks only what is missing and shows one card.

Danger does not wait for any of that: it becomes a ticket with what is known, at once, and later words enrich it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from handlers import flows
from handlers.context import Context
from handlers.flows import Flow, Rows, Step
from handlers.said import Said
from storage import duplicates, reminders, routing, tickets
from storage.rules.press import base36, press
from storage.work import Button, Priority

from .draft import READER, ReportDraft, kind_or_question, take_in

UNSURE_FOR = timedelta(minutes=2)
YES_WORDS = {"是", "对", "好", "好的", "可以", "确认", "发", "发送", "报", "yes", "y", "ok", "send"}


async def start(context: Context, said: Said, **known: Any) -> None:
    """Begin a report with whatever was said."""
    draft = ReportDraft(**known)
    take_in(context, draft, said)
    await go_on(context, draft, said)


async def go_on(context: Context, draft: ReportDraft, said: Said) -> None:
    """Danger at once; anything else step by step."""
    if draft.danger == "yes":
        await send_danger(context, draft)
        return
    await flows.begin(context, REPORT, draft, edit=said.pressed_message)
    if draft.danger == "maybe" and context.conversation.flow == REPORT.name:
        subject = f"draft:{context.work.telegram_id}"
        due_at = context.work.now + UNSURE_FOR
        reminders.schedule(context.work, subject, "danger_unsure", context.work.now.isoformat(), due_at)


async def send_danger(context: Context, draft: ReportDraft) -> None:
    """A danger is a ticket at once, routed to everybody of the first tier; the caller is told whom to ring."""
    work, person = context.work, context.person
    draft.danger = "yes"
    asked = as_asked(context, draft)
    ticket = await tickets.create(work, asked)
    work.conversation.clear() if work.conversation else None
    work.reply("danger.ring_first", keyboard="main", priority=Priority.ALARM)
    await routing.offer_next(work, ticket, person["id"])
    work.card(ticket["id"], person, is_fresh=True, priority=Priority.ALARM)
    if draft.place_id is None or not draft.words:
        work.reply("danger.tell_more", keyboard="place", priority=Priority.ALARM, number=ticket["number"])


def as_asked(context: Context, draft: ReportDraft) -> tickets.Asked:
    """The draft as the storage layer wants it."""
    person = context.person
    owner_id = draft.owner_id or person["id"]
    is_home = draft.place_id is not None and draft.place_id == person["home_id"] and owner_id == person["id"]
    return tickets.Asked(
        owner_id=owner_id,
        filed_by_id=person["id"],
        kind=kind_or_question(draft),
        intent=draft.intent,
        words=draft.words,
        place_id=draft.place_id,
        room=draft.room or (person["room"] if is_home else None),
        spot=draft.spot,
        latitude=draft.latitude,
        longitude=draft.longitude,
        for_whom=draft.for_whom,
        caller_phone=draft.caller_phone,
        is_danger=draft.danger == "yes",
        is_confidential=draft.is_confidential,
        is_anonymous=draft.is_anonymous,
        attachments=tuple(draft.files),
    )


# --- the steps -----------------------------------------------------------------------------------------------


async def _take_words(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    if said.choice is not None or not said.has_content:
        return False
    take_in(context, draft, said)
    return await _is_calm(context, draft)


async def _is_calm(context: Context, draft: ReportDraft) -> bool:
    """False when the words turned out to be a danger, which is then already on its way."""
    if draft.danger != "yes":
        return True
    await send_danger(context, draft)
    return False


async def _take_danger(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    if said.choice == "danger_no":
        draft.danger = "no"
        return True
    if said.choice == "danger_yes":
        draft.danger = "yes"
        return await _is_calm(context, draft)
    if said.has_content:
        take_in(context, draft, said)
        await _is_calm(context, draft)
    return draft.danger == "no"


async def _take_kind(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    if said.choice is None:
        if not said.has_content:
            return False
        take_in(context, draft, said)
        return await _is_calm(context, draft) and draft.kind is not None and draft.is_kind_sure
    if said.choice == "danger":
        draft.danger = "yes"
        return await _is_calm(context, draft)
    if said.choice not in context.work.directory.kinds:
        return False
    draft.kind, draft.is_kind_sure = said.choice, True
    return True


def _kinds(context: Context, _draft: ReportDraft) -> Rows:
    kinds = [kind for kind in context.work.directory.kinds.values() if kind.code != tickets.DANGER]
    buttons: list[Button] = [
        ("named", press("choose", kind.code), {"name": f"{kind.emoji} {kind.name_in(context.work.language)}".strip()})
        for kind in kinds
    ]
    return [[("danger_now", press("choose", "danger"))], *(buttons[at : at + 2] for at in range(0, len(buttons), 2))]


async def _take_place(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    directory = context.work.directory
    if said.latitude is not None:
        draft.latitude, draft.longitude = said.latitude, said.longitude
        return True
    if said.choice == "skip":
        return draft.place_id is not None or bool(draft.spot) or draft.latitude is not None or _skip(context, draft)
    if said.choice is not None and said.choice.startswith("p"):
        place = directory.places.get(int(said.choice[1:], 36))
        if place is None:
            return False
        draft.place_id = place.id
        below = directory.children.get(place.id, ())
        draft.is_place_sure = not below
        return True if draft.is_place_sure else await _save(context, draft, said)
    if said.choice == "here":
        draft.is_place_sure = draft.place_id is not None
        return draft.is_place_sure
    return _read_place(context, draft, said)


def _skip(context: Context, draft: ReportDraft) -> bool:
    community = context.work.directory.community_of(context.person["home_id"])
    draft.place_id = community.id if community else None
    return True


def _read_place(context: Context, draft: ReportDraft, said: Said) -> bool:
    if not said.text:
        return False
    address = READER.read(said.text).address
    if address is None:
        draft.spot = said.text[:200]
        return draft.place_id is not None
    near = context.person["home_id"]
    found = context.work.directory.find(estate=address.estate, building=address.building, unit=address.unit, near=near)
    if not found:
        return False
    draft.place_id, draft.is_place_sure, draft.room = found[0].id, True, address.room or draft.room
    return True


def _places(context: Context, draft: ReportDraft) -> Rows:
    """Three taps at most: estate, building, unit."""
    directory = context.work.directory
    chosen = directory.places.get(draft.place_id or 0)
    if chosen is None or draft.is_place_sure or chosen.level not in {"estate", "building"}:
        below = [place for place in directory.places.values() if place.level in {"estate", "village"}]
    else:
        below = list(directory.children.get(chosen.id, ()))
    if len(below) == 1 and below[0].level == "estate":
        below = list(directory.children.get(below[0].id, ()))
    width = 1 if below and below[0].level == "estate" else 4
    buttons: list[Button] = [
        ("named", press("choose", f"p{base36(place.id)}"), {"name": _short(place.name)}) for place in below[:60]
    ]
    rows: Rows = [buttons[at : at + width] for at in range(0, len(buttons), width)]
    if chosen is not None and not draft.is_place_sure:
        rows.append([("place_here", press("choose", "here"), {"name": _short(chosen.name)})])
    return [*rows, [("place_skip", press("choose", "skip"))]]


def _short(name: str) -> str:
    return name if len(name) <= 20 else name[:19] + "…"


async def _take_confirm(context: Context, draft: ReportDraft, said: Said) -> bool | None:
    if said.choice is None:
        if said.text.lower() in YES_WORDS and not said.files:
            return True
        if said.has_content:
            take_in(context, draft, said)
            if await _is_calm(context, draft):
                await _save(context, draft, said)
            return None
        return False
    match said.choice:
        case "send":
            return True
        case "danger":
            await send_danger(context, draft)
        case "anonymous":
            draft.is_anonymous = not draft.is_anonymous
            await _save(context, draft, said)
        case "kind" | "place":
            if said.choice == "kind":
                draft.is_kind_sure = False
            else:
                draft.place_id, draft.is_place_sure = None, False
            await flows.reopen(context, REPORT, draft, said.choice, edit=said.pressed_message)
        case "whom":
            draft.is_for_other = True
            draft.for_whom = None
            await flows.reopen(context, REPORT, draft, "whom", edit=said.pressed_message)
        case _:
            return False
    return None


async def _save(context: Context, draft: ReportDraft, said: Said) -> None:
    """Keep the draft and show the card again."""
    await flows.begin(context, REPORT, draft, edit=said.pressed_message)


def _confirm_choices(_context: Context, draft: ReportDraft) -> Rows:
    anonymous = "named_again" if draft.is_anonymous else "anonymous"
    return [
        [("report_send", press("choose", "send"))],
        [("edit_place", press("choose", "place")), ("edit_kind", press("choose", "kind"))],
        [(anonymous, press("choose", "anonymous")), ("for_whom", press("choose", "whom"))],
        [("danger_now", press("choose", "danger"))],
    ]


def _confirm_params(context: Context, draft: ReportDraft) -> Mapping[str, Any]:
    work = context.work
    kind = work.directory.kinds.get(kind_or_question(draft))
    return {
        "words": draft.words,
        "files": len(draft.files),
        "kind": kind.name_in(work.language) if kind else "",
        "emoji": kind.emoji if kind else "",
        "place": work.directory.name(draft.place_id, work.language) if draft.place_id else None,
        "room": draft.room,
        "spot": draft.spot,
        "has_position": draft.latitude is not None,
        "is_anonymous": draft.is_anonymous,
        "is_confidential": draft.is_confidential or bool(kind and kind.is_confidential),
        "for_whom": draft.for_whom,
        "caller": draft.caller_name,
    }


async def _take_whom(_context: Context, draft: ReportDraft, said: Said) -> bool | None:
    if said.choice == "myself":
        draft.is_for_other, draft.for_whom = False, None
        return True
    if said.choice in {"mother", "father", "neighbour"}:
        draft.for_whom = said.choice
        return True
    if said.text:
        draft.for_whom = said.text[:60]
        return True
    return False


def _whom_choices(_context: Context, _draft: ReportDraft) -> Rows:
    return [
        [(f"whom_{one}", press("choose", one)) for one in ("mother", "father", "neighbour")],
        [("whom_myself", press("choose", "myself"))],
    ]


async def _take_join(_context: Context, draft: ReportDraft, said: Said) -> bool | None:
    if said.choice == "join":
        return True
    if said.choice == "apart":
        draft.joins, draft.is_apart = None, True
        return True
    return False


def _join_choices(_context: Context, _draft: ReportDraft) -> Rows:
    return [[("join", press("choose", "join"))], [("join_apart", press("choose", "apart"))]]


async def _finish(context: Context, draft: ReportDraft) -> None:
    work, person = context.work, context.person
    if draft.joins is not None:
        await duplicates.join(work, draft.joins, draft.words)
        return
    if not draft.is_apart and (same := await duplicates.likely(work, as_asked(context, draft))) is not None:
        draft.joins = same["id"]
        await flows.begin(context, JOIN, draft)
        return
    ticket = await tickets.create(work, as_asked(context, draft))
    await routing.offer_next(work, ticket, person["id"])
    work.card(ticket["id"], person, is_fresh=True, priority=Priority.ANSWER)


def _needs_place(draft: ReportDraft) -> bool:
    has_place = draft.place_id is not None and draft.is_place_sure
    return not has_place and draft.latitude is None and draft.kind not in {"question", "suggestion"}


REPORT = flows.declare(
    Flow(
        "report",
        ReportDraft,
        (
            Step("words", "report.ask_words", _take_words, lambda draft: not draft.words and not draft.files),
            Step(
                "danger",
                "report.ask_danger",
                _take_danger,
                lambda draft: draft.danger == "maybe",
                lambda _context, _draft: [
                    [("danger_now", press("choose", "danger_yes"))],
                    [("danger_none", press("choose", "danger_no"))],
                ],
                needs_consent=False,
            ),
            Step("kind", "report.ask_kind", _take_kind, lambda draft: not draft.is_kind_sure, _kinds),
            Step("place", "report.ask_place", _take_place, _needs_place, _places, unclear="report.place_unclear"),
            Step(
                "whom",
                "report.ask_whom",
                _take_whom,
                lambda draft: draft.is_for_other and draft.for_whom is None and draft.owner_id is None,
                _whom_choices,
            ),
            Step(
                "confirm",
                "report.confirm",
                _take_confirm,
                choices=_confirm_choices,
                params=_confirm_params,
                unclear="report.confirm",
            ),
        ),
        _finish,
    )
)

JOIN = flows.declare(
    Flow(
        "join",
        ReportDraft,
        (
            Step(
                "join",
                "report.ask_join",
                _take_join,
                lambda draft: draft.joins is not None and not draft.is_apart,
                _join_choices,
            ),
        ),
        _finish,
    )
)
