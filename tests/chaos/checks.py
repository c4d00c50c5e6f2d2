"""The independent checker: what must be true of a database at rest, whatever happened to it. It calls nothing of the
product; its table of legal moves and its rules are written down here a second time.

A check is a function that gives back what is wrong, one line each. A later flow adds its own (booked slots, ledgers
of points) with `@check`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .book import Kept
from .eyes import MARK, Said
from .facts import Facts, Row, grouped

Check = Callable[[Facts], Iterable[str]]
CHECKS: dict[str, Check] = {}
TICK = 2_000_000  # microseconds that may pass between a time and the look at the clock
IN_FLIGHT = 48  # how many messages one death may leave in doubt


def check(name: str) -> Callable[[Check], Check]:
    """Register a check."""

    def add(act: Check) -> Check:
        CHECKS[name] = act
        return act

    return add


def violations(facts: Facts) -> list[str]:
    """Everything that is wrong, each line with the name of its check."""
    return [f"{name}: {line}" for name, act in CHECKS.items() for line in act(facts)]


# --- updates -------------------------------------------------------------------------------------------------


@check("what was acknowledged is kept")
def _kept(facts: Facts) -> Iterator[str]:
    for update_id in sorted(facts.handed - facts.inbox.keys()):
        yield f"update {update_id} was handed over and is nowhere"


@check("no lane is stuck")
def _no_lane_is_stuck(facts: Facts) -> Iterator[str]:
    for row in facts.inbox.values():
        if row["state"] not in {"done", "set_aside"}:
            yield f"update {row['id']} in lane {row['lane']} is {row['state']}"


@check("nothing is set aside")
def _nothing_is_set_aside(facts: Facts) -> Iterator[str]:
    """Nobody in the soak sends what cannot be worked on."""
    for row in facts.inbox.values():
        if row["state"] == "set_aside":
            yield f"update {row['id']} after {row['attempts']} tries: {row['error']}"


# --- tickets -------------------------------------------------------------------------------------------------

OWNED = {"accepted", "waiting", "on_site", "controlled", "done"}
FREE = {"new", "offered"}
CALM = {*FREE, "accepted", "waiting"}
OVER = {"closed", "withdrawn", "refused", "merged"}
_HANDS = OWNED - {"done"}
MOVES: Mapping[str, tuple[set[str], str | None]] = {  # from where, to where (None: stays)
    "offered": (FREE, "offered"),
    "accepted": (FREE, "accepted"),
    "declined": (FREE, None),
    "handed_over": ({"accepted"}, "offered"),
    "assigned": (CALM, "offered"),
    "exhausted": (FREE, "new"),
    "asked": ({"accepted"}, "waiting"),
    "answered": ({"waiting"}, "accepted"),
    "ask_expired": ({"waiting"}, "accepted"),
    "progressed": (_HANDS, None),
    "arrived": ({"accepted", "waiting"}, "on_site"),
    "brought_under_control": ({"accepted", "on_site"}, "controlled"),
    "finished": (_HANDS, "done"),
    "confirmed": ({"done"}, "closed"),
    "disputed": ({"done"}, "accepted"),
    "disputed_again": ({"done"}, "new"),
    "closed_without_answer": ({"done"}, "closed"),
    "withdrawn": (FREE | _HANDS, "withdrawn"),
    "refused": (CALM, "refused"),
    "objected": ({"refused"}, "new"),
    "merged": (CALM, "merged"),
    "released": (_HANDS, "new"),
    "rated": ({"closed"}, None),
    "rung_back": ({"closed"}, None),
    "booked": (FREE, "accepted"),
    "rescheduled": ({"accepted", "waiting"}, "accepted"),
    "missed": ({"accepted", "on_site"}, "waiting"),
    "not_come": ({"accepted"}, None),
    "called_off": ({*FREE, "accepted"}, "waiting"),
    "staged": (_HANDS, None),
    "verified": ({"new"}, "offered"),
    "claimed": ({"offered"}, None),
    "begun": ({"offered"}, "accepted"),
    "given_back": ({"offered", "accepted", "on_site"}, "offered"),
    "signed_in": ({"accepted", "on_site"}, None),
    "nobody_found": (FREE, "refused"),
    "edited": ({*FREE, "accepted"}, None),
    "revoked": ({"closed"}, None),
}
STAYS: Mapping[str, set[str]] = {"rescheduled": FREE}  # besides, where it changes nothing
_MADE = "created"


@check("every history is a legal chain")
def _chains(facts: Facts) -> Iterator[str]:
    """Clocks jump, so no order is asked of the rows: every move is legal, and together they are one way through."""
    histories = facts.by_ticket("history")
    for ticket in facts.tickets:
        rows = histories.get(ticket["id"], [])
        if [row["event"] for row in rows if row["old_state"] is None] != [_MADE]:
            yield f"ticket {ticket['number']} was not created once"
        yield from (
            f"ticket {ticket['number']}: {row['event']} from {row['old_state']}" for row in rows if not _is_legal(row)
        )
        if not _is_one_way(rows, ticket["state"]):
            way = ", ".join(f"{row['event']} {row['old_state']}>{row['new_state']}" for row in rows)
            yield f"ticket {ticket['number']} is {ticket['state']} after {way}"


def _is_legal(row: Row) -> bool:
    if row["event"] == _MADE:
        return bool(row["new_state"] == "new")
    if row["old_state"] in STAYS.get(row["event"], ()):
        return bool(row["new_state"] == row["old_state"])
    sources, target = MOVES.get(row["event"], (None, None))
    if sources is not None and row["old_state"] not in sources:
        return False
    return bool(row["new_state"] == (target or row["old_state"]))


def _is_one_way(rows: Iterable[Row], end: str) -> bool:
    """Every state is left as often as it is entered, but for the beginning and the end."""
    balance = Counter[str]()
    for row in rows:
        if row["old_state"] is not None:
            balance[row["old_state"]] -= 1
            balance[row["new_state"]] += 1
    balance["new"] += 1
    balance[end] -= 1
    return not any(balance.values())


@check("one owner")
def _one_owner(facts: Facts) -> Iterator[str]:
    offers, booked = facts.by_ticket("offer"), {row["id"] for row in facts.tables["booking"]}
    claims = facts.by_ticket("claim")
    for ticket in facts.tickets:
        number, state, assignee = ticket["number"], ticket["state"], ticket["assignee_id"]
        # A room, a firm without a chat, and a number that waits to be called have nobody.
        is_owned = state in OWNED and (assignee is not None or ticket["id"] not in booked)
        if is_owned != (assignee is not None) and state not in OVER:
            yield f"ticket {number} is {state} and its worker is {assignee}"
        mine = offers.get(ticket["id"], [])
        still_asked = [row["person_id"] for row in mine if row["state"] == "open"]
        if len(still_asked) != len(set(still_asked)):
            yield f"ticket {number} is offered twice to one person"
        if still_asked and state not in FREE:
            yield f"ticket {number} is {state} and still offered"
        took_it = {row["person_id"] for row in mine if row["state"] == "accepted"}
        took_it |= {row["person_id"] for row in claims.get(ticket["id"], [])}
        if assignee is not None and assignee not in took_it and ticket["id"] not in booked:
            yield f"ticket {number} is {assignee}'s, who never took it"


@check("each place of a request has one winner")
def _places(facts: Facts) -> Iterator[str]:
    claims, orders = facts.by_ticket("claim"), {row["id"]: row for row in facts.tables["help_order"]}
    for ticket in facts.tickets:
        held = [row for row in claims.get(ticket["id"], []) if row["state"] in {"held", "done"}]
        seats, people = {row["seat"] for row in held}, {row["person_id"] for row in held}
        number, state, order = ticket["number"], ticket["state"], orders.get(ticket["id"])
        if len(seats) < len(held) or len(people) < len(held):
            yield f"ticket {number} has a place that two people have"
        if state in OVER and any(row["state"] == "held" for row in held):
            yield f"ticket {number} is {state}, and somebody is still to come"
        if order is not None and state in OWNED and not ticket["is_danger"] and len(held) != order["wanted"]:
            yield f"ticket {number} is {state} with {len(held)} helpers, and {order['wanted']} have to come"


@check("one number each")
def _numbers(facts: Facts) -> Iterator[str]:
    for number, count in Counter(ticket["number"] for ticket in facts.tickets).items():
        if count > 1:
            yield f"{count} tickets have the number {number}"


@check("what a ticket says of itself is in its history")
def _columns(facts: Facts) -> Iterator[str]:
    histories = facts.by_ticket("history")
    for ticket in facts.tickets:
        events = Counter(row["event"] for row in histories.get(ticket["id"], []))
        starred = [row for row in histories.get(ticket["id"], []) if "stars" in (row["why"] or {})]
        for wrong, words in (
            ((ticket["closed_at"] is not None) != (ticket["state"] in OVER), "closed_at"),
            (len(starred) != (ticket["stars"] is not None), "stars"),
            (events["disputed"] + events["disputed_again"] != ticket["disputes"], "disputes"),
            (events["closed_without_answer"] != (ticket["closed_how"] == "without_answer"), "closed_how"),
        ):
            if wrong:
                yield f"ticket {ticket['number']} ({ticket['state']}): {words} does not fit {dict(events)}"


@check("followers join once")
def _followers(facts: Facts) -> Iterator[str]:
    joined = Counter((row["ticket_id"], row["actor_id"]) for row in facts.tables["history"] if row["event"] == "joined")
    rows = Counter((row["ticket_id"], row["person_id"]) for row in facts.tables["follower"])
    yield from (
        f"ticket {key[0]}, person {key[1]}: {rows[key]} rows, joined {joined[key]}"
        for key in rows | joined
        if rows[key] != joined[key]
    )


# --- deeds ---------------------------------------------------------------------------------------------------

CAUSES: Mapping[str, tuple[str, ...]] = {  # the presses that can cause an event, sooner or later
    "accepted": ("accept", "oclaim", "helpclaim"),
    "claimed": ("oclaim", "helpclaim"),
    "declined": ("decline", "onot"),
    "begun": ("obegin", "odone"),
    "edited": ("oedit",),
    "handed_over": ("handto",),
    "assigned": ("assignto",),
    "asked": ("ask",),
    "arrived": ("arrive", "varrive", "vcame", "vletin", "osign", "ohere"),
    "signed_in": ("osign", "ohere"),
    "finished": ("finish", "vdone", "vstage", "vnot", "odone"),
    "confirmed": ("yes", "orung"),
    "revoked": ("orung",),
    "disputed": ("no", "danger", "orung"),
    "disputed_again": ("no", "danger"),
    "withdrawn": ("withdraw", "bcancel"),
}
EFFECTS: Mapping[str, tuple[str, ...]] = {  # one of these has happened when a press was not refused
    "accept": ("accepted",),
    "arrive": ("arrived",),
    "yes": ("confirmed",),
    "no": ("disputed", "disputed_again"),
    "assignto": ("assigned",),
    "handto": ("handed_over",),
    "overify": ("verified",),
    "ogive": ("given_back",),
    "omiss": ("given_back",),
    "onot": ("declined",),
    "oclaim": ("claimed", "accepted"),
    "helpclaim": ("claimed", "accepted"),
}


@check("deeds took effect, once")
def _deeds(facts: Facts) -> Iterator[str]:
    ids, book = facts.telegram_id(), facts.book
    done = Counter((ids.get(row["actor_id"]), row["ticket_id"], row["event"]) for row in facts.tables["history"])
    for (who, ticket_id, event), count in done.items():
        if who is not None and event in CAUSES:
            presses = sum(book.pressed[who, ticket_id, verb] for verb in CAUSES[event])
            presses += book.said[who, "/cancel"] * (event == "withdrawn")  # takes a danger back that was just called
            if count > presses:
                yield f"ticket {ticket_id} was {event} by {who} {count} times, by {presses} presses"
    for who, ticket_id, verb in book.granted:
        if verb in EFFECTS and not any(done[who, ticket_id, event] for event in EFFECTS[verb]):
            yield f"{who} pressed {verb} on ticket {ticket_id}, was not refused, and nothing happened"


@check("words are there once")
def _words(facts: Facts) -> Iterator[str]:
    told = [row for row in facts.tables["history"] if row["event"] not in {_MADE, "joined"}]
    found = {
        Kept.MATTER: _marks(row["words"] for row in (*facts.tickets, *facts.tables["follower"])),
        Kept.HISTORY: _marks((row["why"] or {}).get("words") for row in told),
        Kept.NOTICE: _marks(row["words"] for row in facts.tables["notice"]),
        Kept.REMARK: _marks(row["note"] for row in facts.tables["booking"]),
    }
    for mark, words in facts.book.words.items():
        count = found[words.kept][mark]
        if count > 1 or (words.is_told and not count):
            yield f"{mark} of {words.who} is kept {count} times as {words.kept}"
    for mark in {mark for marks in found.values() for mark in marks} - facts.book.words.keys():
        yield f"nobody ever said {mark}"


def _marks(texts: Iterable[Any]) -> Counter[str]:
    return Counter(mark for text in texts for mark in set(MARK.findall(str(text))))


@check("pictures are there once")
def _pictures(facts: Facts) -> Iterator[str]:
    attached = facts.by_ticket("attachment")
    for ticket in facts.tickets:
        mine = [facts.book.words[mark] for mark in MARK.findall(ticket["words"]) if mark in facts.book.words]
        count = sum(row["purpose"] == "report" for row in attached.get(ticket["id"], []))
        if mine and count != sum(one.photos for one in mine):
            yield f"ticket {ticket['number']} has {count} pictures of {sum(one.photos for one in mine)}"


# --- the clock -----------------------------------------------------------------------------------------------


@check("each reminder once, none forgotten")
def _reminders(facts: Facts) -> Iterator[str]:
    for row in facts.tables["reminder"]:
        if row["state"] == "scheduled" and row["due_at"] <= facts.now - TICK:
            yield f"{row['subject']} {row['kind']} was due and did not fire"
        if row["state"] == "fired" and (row["fired_at"] is None or row["fired_at"] < row["due_at"]):
            yield f"{row['subject']} {row['kind']} fired before its time"
    keys = Counter((row["subject"], row["kind"], row["occurrence"]) for row in facts.tables["reminder"])
    yield from (f"{key} is there {count} times" for key, count in keys.items() if count > 1)
    fired = Counter((row["subject"], row["kind"]) for row in facts.tables["reminder"] if row["state"] == "fired")
    by_clock = Counter((row["ticket_id"], row["event"]) for row in facts.tables["history"] if row["actor_id"] is None)
    for (ticket_id, event), count in by_clock.items():
        kind = {"ask_expired": "ask_expired", "closed_without_answer": "confirm_close"}.get(event)
        if kind is not None and count > fired[f"ticket:{ticket_id}", kind]:
            yield f"ticket {ticket_id}: {event} {count} times, its reminder fired {fired[f'ticket:{ticket_id}', kind]}"


@check("no reminder failed")
def _no_reminder_failed(facts: Facts) -> Iterator[str]:
    yield from (f"{row['what']}: {row['data']}" for row in facts.tables["audit"] if row["what"] == "reminder_failed")


# --- messages ------------------------------------------------------------------------------------------------

_AT_REST = {"sent", "suppressed", "held", "failed", "unknown"}
_LOW = 3  # priority: reminders and broadcasts are never said again


@check("nothing waits to be said")
def _nothing_waits(facts: Facts) -> Iterator[str]:
    for row in facts.outbox:
        if row["state"] not in _AT_REST or (row["state"] == "held" and row["due_at"] <= facts.now - TICK):
            yield f"outbox row {row['id']} ({row['message'] or row['method']}) is {row['state']}"


@check("nothing is given up without need")
def _given_up(facts: Facts) -> Iterator[str]:
    """Refused by who blocked the bot, or unknown and of little weight."""
    for row in facts.outbox:
        is_blocked = row["state"] == "failed" and str(row["error"]).startswith("403")
        is_unknown = row["state"] == "unknown" and row["priority"] >= _LOW
        if row["state"] in {"failed", "unknown"} and not is_blocked and not is_unknown:
            yield f"outbox row {row['id']} ({row['message'] or row['method']}) {row['state']}: {row['error']}"


@check("what is recorded as sent was sent")
def _sent(facts: Facts) -> Iterator[str]:
    there = {(one.chat_id, one.message_id) for one in facts.said}
    for row in facts.outbox:
        at = (row["chat_id"], row["telegram_message_id"])
        if facts.said and row["state"] == "sent" and at[1] is not None and at not in there:
            yield f"outbox row {row['id']} ({row['message'] or row['method']}) says it is message {at}"


@check("nothing is said again without need")
def _repeats(facts: Facts) -> Iterator[str]:
    """A copy is a message of the same words that no row knows of. One may come of an answer that was lost."""
    known = {(row["chat_id"], row["telegram_message_id"]): row for row in facts.outbox}
    in_doubt = Counter[int]()
    for (chat_id, text), copies in _copies(facts).items():
        orphans = [one for one in copies if (chat_id, one.message_id) not in known]
        told = [known[chat_id, one.message_id] for one in copies if (chat_id, one.message_id) in known]
        for one in orphans if told and text else ():
            if all(row["priority"] >= _LOW for row in told):
                yield f"said twice to {chat_id}, though of little weight: {text!r}"
            if one.fault is None and one.round not in facts.unsure:
                yield f"round {one.round}: said twice to {chat_id} for no reason: {text!r}"
            in_doubt[one.round] += one.fault is None
    yield from (
        f"round {number}: {count} messages said twice" for number, count in in_doubt.items() if count > IN_FLIGHT
    )


def _copies(facts: Facts) -> Mapping[tuple[int, str], list[Said]]:
    found: dict[tuple[int, str], list[Said]] = defaultdict(list)
    for one in facts.said:
        found[one.chat_id, one.text].append(one)
    return found


@check("a notice reaches whom it is for, once a round")
def _notices(facts: Facts) -> Iterator[str]:
    arrived = Counter((one.chat_id, mark) for one in facts.said for mark in set(MARK.findall(one.text)))
    ids, granted = facts.telegram_id(), facts.book.granted
    recipients = grouped(facts.tables["notice_recipient"], "notice_id")
    for notice in facts.tables["notice"]:
        mine, author = recipients.get(notice["id"], []), ids[notice["author_id"]]
        if len({row["person_id"] for row in mine}) != len(mine):
            yield f"notice {notice['id']} has somebody twice on its list"
        for row in mine:
            who, state = ids[row["person_id"]], row["state"]
            copies = max(arrived[who, mark] for mark in MARK.findall(notice["words"]) or [""])
            if notice["state"] == "ended" and state in {"waiting", "queued"}:
                yield f"notice {notice['id']} is over, and {who} is {state}"
            if who != author and (copies > notice["round"] or (state == "sent" and not copies)):
                yield f"notice {notice['id']}: {copies} copies for {who} ({state}) in {notice['round']} rounds"
            if (row["read_at"] is not None) != ((who, notice["id"], "notice_got") in granted):
                yield f"notice {notice['id']}: read by {who} at {row['read_at']}"


@check("only the entitled read it")
def _leaks(facts: Facts) -> Iterator[str]:
    yield from facts.leaks


@check("nothing of anybody stands in a log")
def _logs(facts: Facts) -> Iterator[str]:
    yield from (f"{mark} stands in a log" for mark in set(MARK.findall(facts.logs)))
