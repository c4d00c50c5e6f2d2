"""The card of a request to neighbours, for whoever asked, whoever comes, whoever may come, and those who check it.

Its text and its buttons follow from state and rights like those of every card (`bot.cards`). Door and name are shown to
helpers from acceptance to completion, a telephone number then too, and only with the consent of the one whose it is.
Before that they read what it is, when, and roughly where.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from storage import closing, door_words, helped, matched, orders, people, tickets
from storage.directory import Directory
from storage.ledger import Ledger, Row
from storage.rules.lifecycle import OPEN, State
from storage.rules.press import press
from storage.rules.rights import Action, Actor, TicketFacts, actions, may
from storage.rules.veil import veiled
from storage.work import Button

Buttons = list[list[Button]]
ASKER, HELPER, STAFF, NEIGHBOUR = "order_asker", "order_helper", "order_staff", "order_open"
"""The templates, by how somebody stands to a request."""
_BETWEEN = frozenset({State.ACCEPTED, State.ON_SITE})
_AREA = frozenset({"estate", "village", "community"})


def side(actor: Actor, facts: TicketFacts, *, is_own: bool) -> str:
    """Whose card it is. Who comes reads what a helper needs, whatever else they are."""
    if actor.person_id in facts.helper_ids:
        return HELPER
    if is_own:
        return ASKER
    return STAFF if may(actor, Action.TURN_DOWN, facts) else NEIGHBOUR


async def params(ledger: Ledger, facts: TicketFacts, ticket: Row, which: str, viewer: Row) -> dict[str, Any]:
    """What the templates of a request need beside what every card says."""
    order = await orders.of(ledger, ticket["id"]) or {}
    taken = [one for one in await helped.claims_of(ledger, ticket["id"]) if one["state"] in helped.TAKEN]
    named = await people.by_ids(ledger, {one["person_id"] for one in taken} | {order["verified_by"] or 0})
    checker = named.get(order["verified_by"])
    is_hidden = which == NEIGHBOUR or (which == HELPER and facts.state not in _BETWEEN)
    is_word_said = facts.state in _BETWEEN and which in {ASKER, HELPER}
    shown = {
        **_what(ledger.directory, ticket, order, viewer["language"], is_hidden=is_hidden),
        **_time(order, ledger.directory),
        "helpers": [_helper(one, named, facts) for one in taken],
        "missing": max(order["wanted"] - len(taken), 0),
        "wanted": order["wanted"],
        "is_vulnerable": bool(order["is_vulnerable"]),
        "shows_phone": bool(order["shows_phone"]),
        "code_word": door_words.by_language(order["code_word"]) if is_word_said else None,
        "checker": checker["name"] if checker is not None else None,
        "is_signed_in": any(one["person_id"] == viewer["id"] and one["signed_in_at"] is not None for one in taken),
        "nobody": await _why_nobody(ledger, ticket),
        "service": await _service(ledger, ticket, viewer["language"]),
    }
    if is_hidden:
        shown["place"] = _area(ledger.directory, ticket["place_id"], viewer["language"])
    return shown


def _what(directory: Directory, ticket: Row, order: Row, language: str, *, is_hidden: bool) -> dict[str, Any]:
    """What it is: of the words, those who are only asked read what names no door."""
    helping = directory.helping
    errand = helping.errands.get(order["errand_id"] or 0)
    unit = helping.organisations.get(order["organisation_id"] or 0)
    skills = [helping.skills[one].name_in(language) for one in order["skills"] or () if one in helping.skills]
    words = ticket["words"] or ""
    names = {errand.name, errand.name_en} if errand is not None else set()
    found: dict[str, Any] = {
        "what": errand.name_in(language) if errand is not None else None,
        "unit": unit.name_in(language) if unit is not None else None,
        "skills": skills,
        "words": "" if words in names else veiled(words) if is_hidden else words,
    }
    return found | ({"emoji": errand.emoji} if errand is not None and errand.emoji else {})


def _time(order: Row, directory: Directory) -> dict[str, Any]:
    calendar, starts_at, ends_at = directory.calendar, order["starts_at"], order["ends_at"]
    is_same_day = starts_at is not None and calendar.to_local(starts_at).date() == calendar.to_local(ends_at).date()
    return {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "is_same_day": is_same_day,
        "minutes": order["minutes"],
        "verify_due_at": order["verify_due_at"],
    }


def _helper(claim: Row, named: Mapping[int, Row], facts: TicketFacts) -> dict[str, Any]:
    """A helper by name; the number from acceptance to completion, when they let it be seen."""
    person = named.get(claim["person_id"])
    is_phone_shown = claim["shows_phone"] and facts.state in _BETWEEN
    return {
        "name": person["name"] if person is not None else "",
        "phone": person["phone"] if person is not None and is_phone_shown else None,
        "is_here": claim["signed_in_at"] is not None,
    }


def _area(directory: Directory, place_id: int | None, language: str) -> str | None:
    """Roughly where: the estate, never the building."""
    place = next((one for one in directory.ancestors(place_id) if one.level in _AREA), None)
    return directory.name(place.id, language) if place is not None else None


async def _why_nobody(ledger: Ledger, ticket: Row) -> str | None:
    """Why nobody came: nobody took it, there were too few, or nobody let it out."""
    if ticket["closed_how"] != "nobody_found":
        return None
    for row in reversed(await tickets.history_of(ledger, ticket["id"])):
        if row["event"] == "nobody_found":
            return str((row["why"] or {}).get("reason") or "nobody")
    return "nobody"


async def _service(ledger: Ledger, ticket: Row, language: str) -> str | None:
    """The service that is there instead, where whoever turned it down named one."""
    if ticket["closed_how"] != "refused":
        return None
    for row in reversed(await tickets.history_of(ledger, ticket["id"])):
        if row["event"] == "refused":
            service = ledger.directory.catalogue.services.get((row["why"] or {}).get("service") or 0)
            return service.name_in(language) if service is not None else None
    return None


# --- buttons -------------------------------------------------------------------------------------------------


async def buttons(ledger: Ledger, actor: Actor, facts: TicketFacts, ticket: Row, which: str) -> Buttons:
    """What may be pressed, by whom and now."""
    order = await orders.of(ledger, ticket["id"]) or {}
    taken = [one for one in await helped.claims_of(ledger, ticket["id"]) if one["state"] in helped.TAKEN]
    named = await people.by_ids(ledger, {one["person_id"] for one in taken})
    can = frozenset(actions(actor, facts))
    if which == HELPER:
        return _of_helper(can, facts, order, next(one for one in taken if one["person_id"] == actor.person_id))
    if which == ASKER:
        return [*_of_asker(can, facts, ticket, order, taken, named), *_always(facts, ticket)]
    if which == STAFF:
        return _of_staff(can, facts, taken, named)
    helper = await matched.helper_of(ledger, actor.person_id)
    is_suspended = helper is not None and helper["suspended_at"] is not None
    return [] if is_suspended else _claiming(can, facts, "order_take")


def _of_asker(
    can: Collection[Action], facts: TicketFacts, ticket: Row, order: Row, taken: Sequence[Row], named: Mapping[int, Row]
) -> Buttons:
    rows: Buttons = []
    if facts.state is State.DONE and Action.CONFIRM in can:
        rows += [[("order_yes", press("yes", facts.id))], [("order_no", press("no", facts.id))]]
    if Action.RATE in can and closing.can_rate(ticket):
        rows.append([("rate_open", press("stars", facts.id))])
    if Action.BEGIN in can and taken and helped.can_begin(order, len(taken)):
        rows.append([("order_begin", press("obegin", facts.id))])
    if Action.SIGN_IN in can and order["needs_sign_in"]:
        rows += _here(facts, taken, named)
    rows += _talking(can, facts, is_shown=bool(order["shows_phone"]))
    row: list[Button] = [("order_edit", press("oedit", facts.id))] if Action.EDIT in can else []
    if Action.WITHDRAW in can:
        row.append(("withdraw", press("withdraw", facts.id)))
    rows += [row] if row else []
    if facts.state in {State.REFUSED, State.WITHDRAWN, State.CLOSED}:
        rows.append([("order_again", press("order", facts.id))])
    return rows


def _here(facts: TicketFacts, taken: Sequence[Row], named: Mapping[int, Row]) -> Buttons:
    """For each who is to come: there, or not."""
    return [
        [
            ("order_helper_here", press("osign", facts.id, one["id"]), {"name": named[one["person_id"]]["name"]}),
            ("order_not_here", press("omiss", facts.id, one["id"])),
        ]
        for one in taken
        if one["signed_in_at"] is None and one["person_id"] in named
    ]


def _talking(can: Collection[Action], facts: TicketFacts, *, is_shown: bool) -> Buttons:
    row: list[Button] = [("order_message", press("orelay", facts.id))] if Action.RELAY in can else []
    if Action.PROBLEM in can and facts.helper_ids:
        row.append(("order_problem", press("oproblem", facts.id)))
    rows: Buttons = [row] if row else []
    if Action.RELAY in can:
        rows.append([("order_hide_phone" if is_shown else "order_show_phone", press("ophone", facts.id))])
    return rows


def _always(facts: TicketFacts, ticket: Row) -> Buttons:
    danger: Buttons = [[("danger_now", press("danger", facts.id))]] if facts.state in OPEN else []
    return [*danger, [("copy_number", f"copy={ticket['number']}")]]


def _of_helper(can: Collection[Action], facts: TicketFacts, order: Row, claim: Row) -> Buttons:
    rows: Buttons = []
    if Action.SIGN_IN in can and order["needs_sign_in"] and claim["signed_in_at"] is None:
        rows.append([("order_here", press("ohere", facts.id))])
    if Action.FINISH in can:
        rows.append([("order_done", press("odone", facts.id))])
    rows += _talking(can, facts, is_shown=bool(claim["shows_phone"]))
    if Action.GIVE_BACK in can:
        rows.append([("order_give_back", press("ogive", facts.id))])
    return rows


def _claiming(can: Collection[Action], facts: TicketFacts, label: str) -> Buttons:
    if Action.CLAIM not in can or facts.state is not State.OFFERED:
        return []
    row: list[Button] = [(label, press("oclaim", facts.id))]
    if Action.NOT_ME in can:
        row.append(("order_not_me", press("onot", facts.id)))
    return [row]


def _of_staff(can: Collection[Action], facts: TicketFacts, taken: Sequence[Row], named: Mapping[int, Row]) -> Buttons:
    rows: Buttons = []
    if Action.VERIFY in can:
        rows.append([("order_staff_verify", press("overify", facts.id))])
    row: list[Button] = [("order_edit", press("oedit", facts.id))] if Action.EDIT in can else []
    if Action.TURN_DOWN in can:
        row.append(("order_staff_refuse", press("orefuse", facts.id)))
    rows += [row] if row else []
    rows += _claiming(can, facts, "order_staff_take")
    if Action.NOT_COME in can:
        rows += [
            [("order_staff_not_come", press("omiss", facts.id, one["id"]), {"name": named[one["person_id"]]["name"]})]
            for one in taken
            if one["signed_in_at"] is None and one["person_id"] in named
        ]
    if Action.RING_UP in can and facts.state is State.DONE:
        rows.append([("order_rung_yes", press("orung", facts.id, "yes"))])
        rows.append([("order_rung_no", press("orung", facts.id, "no"))])
    return [*rows, [("history", press("history", facts.id))]]
