"""A ticket's card, as one viewer may see it at the moment of sending: text and buttons follow from state and rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import bookings, closing, conversations, helped, people, schema, tickets
from storage.closing import LOW_STARS
from storage.handling import FINISHING
from storage.ledger import Ledger, Row
from storage.rules.lifecycle import OPEN, State
from storage.rules.press import press
from storage.rules.rights import Action, Actor, Role, TicketFacts, actions, may
from storage.work import Button

from . import booking_cards, order_cards
from .keyboards import Keyboards
from .texts import Texts

Buttons = list[list[Button]]


@dataclass(frozen=True)
class Drawn:
    """A message ready to send."""

    text: str
    markup: dict[str, Any] | None
    may_be_new: bool = True


class Cards:
    """Draws cards."""

    def __init__(self, ledger: Ledger, texts: Texts, keyboards: Keyboards) -> None:
        self._ledger = ledger
        self._texts = texts
        self._keyboards = keyboards

    async def draw(self, ticket_id: int, viewer: Row, now: datetime) -> Drawn | None:
        """The card for a viewer, or None when there is nothing they may be shown."""
        ticket = await tickets.by_id(self._ledger, ticket_id)
        if ticket is None:
            return None
        facts = await tickets.facts(self._ledger, ticket)
        actor = await people.actor(self._ledger, viewer["id"])
        if not may(actor, Action.SEE, facts):
            return await self._taken(ticket, viewer, now)
        if ticket["anonymised_at"] is not None:
            text = self._texts.render(viewer["language"], "card.emptied", {"number": ticket["number"]}, now)
            return Drawn(text, {"inline_keyboard": []})
        is_own = viewer["id"] in {facts.owner_id, *facts.follower_ids, *facts.relative_ids} or (
            facts.filed_by_id == viewer["id"] and viewer["id"] not in {facts.assignee_id, *facts.offered_to}
        )
        is_resident = is_own and viewer["id"] != facts.assignee_id
        template = "card.resident" if is_resident else "card.staff"
        params = await self._params(ticket, facts, actor, viewer["language"])
        if is_resident:
            params |= await self._standing(ticket, facts, viewer)
        else:
            params["asks_proof"] = await self._asks_proof(actor, facts, viewer)
        booking = await bookings.of(self._ledger, ticket["id"]) if facts.is_booking else None
        if booking is not None:
            template = "card.booking_resident" if is_resident else "card.booking_staff"
            params |= await booking_cards.params(self._ledger, ticket, booking, facts, viewer, now)
        if facts.is_order:
            return await self._order(ticket, facts, actor, viewer, params, now, is_own=is_own)
        text = self._texts.render(viewer["language"], template, params, now)
        buttons = self._buttons(actor, facts, ticket, booking, now, is_resident=is_resident)
        if params.get("asks_proof"):
            buttons = [[("not_yet", press("not_yet", facts.id))]]
        if viewer["id"] not in {facts.owner_id, *facts.follower_ids}:
            buttons += secretary_buttons(actor, facts, ticket)
        return Drawn(text, self._keyboards.inline(buttons, viewer["language"], now))

    async def _order(
        self,
        ticket: Row,
        facts: TicketFacts,
        actor: Actor,
        viewer: Row,
        params: Mapping[str, Any],
        now: datetime,
        *,
        is_own: bool,
    ) -> Drawn:
        """The card of a request to neighbours."""
        which = order_cards.side(actor, facts, is_own=is_own)
        standing = await self._standing(ticket, facts, viewer)
        filled = {**params, **standing, **await order_cards.params(self._ledger, facts, ticket, which, viewer)}
        text = self._texts.render(viewer["language"], f"card.{which}", filled, now)
        rows = await order_cards.buttons(self._ledger, actor, facts, ticket, which)
        if which == order_cards.STAFF:
            rows += secretary_buttons(actor, facts, ticket)
        return Drawn(text, self._keyboards.inline(rows, viewer["language"], now))

    def _buttons(
        self, actor: Actor, facts: TicketFacts, ticket: Row, booking: Row | None, now: datetime, *, is_resident: bool
    ) -> Buttons:
        if booking is None:
            return owner_buttons(actor, facts, ticket) if is_resident else staff_buttons(actor, facts)
        if is_resident:
            return booking_cards.owner_buttons(actor, facts, ticket, booking, now)
        service = self._ledger.directory.catalogue.services.get(booking["service_id"])
        is_official = service is not None and service.is_official
        return booking_cards.staff_buttons(actor, facts, booking, is_official=is_official)

    async def _asks_proof(self, actor: Actor, facts: TicketFacts, viewer: Row) -> bool:
        """Whether the worker has said that it is done, and the picture is waited for."""
        if Action.FINISH not in actions(actor, facts):
            return False
        return await conversations.is_about(self._ledger, viewer["telegram_id"], FINISHING, facts.id)

    async def _standing(self, ticket: Row, facts: TicketFacts, viewer: Row) -> dict[str, Any]:
        """Whose matter it is to the viewer; a neighbour who joined reads their own words, never the owner's."""
        me = viewer["id"]
        is_joined = me in facts.follower_ids and me not in {facts.owner_id, facts.filed_by_id, *facts.relative_ids}
        others = {ticket["owner_id"], ticket["filed_by_id"]} - {me}
        named = await people.by_ids(self._ledger, others) if others and not is_joined else {}
        rows = await tickets.followers_of(self._ledger, ticket["id"]) if is_joined else []
        is_filed_for_me = ticket["owner_id"] == me and ticket["filed_by_id"] in named
        return {
            "words": next((row["words"] for row in rows if row["person_id"] == me), ticket["words"]),
            "whose": named[ticket["owner_id"]]["name"] if ticket["owner_id"] in named else None,
            "filer": named[ticket["filed_by_id"]]["name"] if is_filed_for_me else None,
            "is_joined": is_joined,
        }

    async def _taken(self, ticket: Row, viewer: Row, now: datetime) -> Drawn:
        """What stays on the card of somebody whom it no longer concerns: who has it, and nothing personal."""
        if not is_staff(await people.actor(self._ledger, viewer["id"])):
            text = self._texts.render(viewer["language"], "card.ended", {}, now)
            return Drawn(text, {"inline_keyboard": []}, may_be_new=False)
        is_order = helped.is_order(self._ledger, ticket)  # which neighbour helps is known to those who asked
        worker = None if is_order else await self._ledger.get(schema.person, ticket["assignee_id"])
        name = worker["name"] if worker else None
        params = {"number": ticket["number"], "worker": name, "is_order": is_order, "state": ticket["state"]}
        return Drawn(
            self._texts.render(viewer["language"], "card.taken", params, now), {"inline_keyboard": []}, may_be_new=False
        )

    async def _params(self, ticket: Row, facts: TicketFacts, actor: Actor, language: str) -> dict[str, Any]:
        kind = self._ledger.directory.kinds.get(ticket["kind"])
        found = await people.by_ids(
            self._ledger, {one for one in (ticket["owner_id"], ticket["assignee_id"], ticket["filed_by_id"]) if one}
        )
        worker = found.get(ticket["assignee_id"])
        is_person_shown = may(actor, Action.SEE_PERSON, facts)
        files = await tickets.attachments_of(self._ledger, ticket["id"])
        history = await tickets.history_of(self._ledger, ticket["id"])
        return {
            "ticket": ticket,
            "kind": kind.name_in(language) if kind else ticket["kind"],
            "emoji": kind.emoji if kind else "",
            "place": self._ledger.directory.name(ticket["place_id"], language) if ticket["place_id"] else None,
            "owner": found.get(ticket["owner_id"]) if is_person_shown else None,
            "worker": (worker["name"] or None) if worker else None,
            "worker_phone": worker["phone"] if worker else None,
            "offered_to": await self._offered_names(facts),
            "files": len([row for row in files if row["purpose"] != "proof"]),
            "followers": len(facts.follower_ids),
            "story": _story(history),
            "route": await self._route(ticket["route"]),
            "is_open": ticket["state"] in {str(state) for state in OPEN},
            "is_offered": actor.person_id in facts.offered_to,
            "is_mine": actor.person_id == ticket["assignee_id"],
        }

    async def _route(self, route: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Why it came to whom, with names instead of ids."""
        if not route:
            return None
        passed = route.get("passed_over") or []
        named = await people.by_ids(self._ledger, {one["person"] for one in passed})
        over = [{"name": named[one["person"]]["name"], "why": one["why"]} for one in passed if one["person"] in named]
        return {**route, "passed_over": over}

    async def _offered_names(self, facts: TicketFacts) -> list[str]:
        return [row["name"] for row in (await people.by_ids(self._ledger, facts.offered_to)).values()]


_DISPUTED = {"disputed", "disputed_again"}
_TOLD = {"progressed", "asked", "answered", "words_added", *_DISPUTED}


def _story(history: Sequence[Row]) -> list[dict[str, Any]]:
    """What was said along the way, the last few; that it is not done yet is told without words too."""
    told = [{"event": row["event"], "at": row["at"], "words": (row["why"] or {}).get("words")} for row in history]
    return [one for one in told if one["event"] in _TOLD and (one["words"] or one["event"] in _DISPUTED)][-4:]


def owner_buttons(actor: Actor, facts: TicketFacts, ticket: Row) -> Buttons:
    """What the resident may press."""
    can = set(actions(actor, facts))
    rows: Buttons = []
    if facts.state is State.DONE and Action.CONFIRM in can:
        rows += [[("done_yes", press("yes", facts.id))], [("done_no", press("no", facts.id))]]
    if Action.RATE in can and closing.can_rate(ticket):
        rows.append([("rate_open", press("stars", facts.id))])
    if Action.OBJECT in can:
        rows.append([("object", press("object", facts.id))])
    row: list[Button] = []
    if Action.ADD_WORDS in can:
        row.append(("add_words", press("add", facts.id)))
    if Action.WITHDRAW in can:
        row.append(("withdraw", press("withdraw", facts.id)))
    if row:
        rows.append(row)
    if facts.state in OPEN and (not facts.is_danger or facts.state is State.DONE):
        rows.append([("danger_now", press("danger", facts.id))])
    rows.append([("copy_number", f"copy={ticket['number']}")])
    return rows


def staff_buttons(actor: Actor, facts: TicketFacts) -> Buttons:
    """What a worker may press."""
    can = set(actions(actor, facts))
    rows: Buttons = []
    if Action.ACCEPT in can:
        label = "danger_going" if facts.is_danger else "accept"
        rows.append([(label, press("accept", facts.id))])
        if Action.DECLINE in can:
            rows[-1].append(("decline", press("decline", facts.id)))
    if Action.ARRIVE in can and facts.is_danger:
        rows.append([("arrive", press("arrive", facts.id))])
    if Action.CONTROL in can and facts.is_danger and facts.state is not State.CONTROLLED:
        rows.append([("control", press("control", facts.id))])
    if Action.FINISH in can:
        rows.append([("finish", press("finish", facts.id))])
        rows.append([("more", press("more", facts.id))])
    return rows


def secretary_buttons(actor: Actor, facts: TicketFacts, ticket: Row) -> Buttons:
    """What a secretary may press besides."""
    can = set(actions(actor, facts))
    if Action.TRIAGE in can and facts.state is not State.DONE:
        return [[("triage", press("triage", facts.id)), ("history", press("history", facts.id))]]
    is_low = ticket["stars"] is not None and ticket["stars"] <= LOW_STARS and ticket["rung_back_at"] is None
    return [[("rung_back", press("rung", facts.id))]] if Action.RING_BACK in can and is_low else []


def is_staff(actor: Actor) -> bool:
    """Whether somebody holds a working role anywhere."""
    return any(grant.role not in {Role.RESIDENT, Role.FAMILY} for grant in actor.grants)
