"""What must be true of whatever neighbours were asked for: nobody is forgotten, points come of what was confirmed and
of nothing else, and groups show what is so.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from .checks import OVER, TICK, check
from .facts import Facts, Row

_WITH_A_PLACE = {"held", "done"}
_AGAINST = {"earned": "issued", "reversed": "issued", "expired": "expired", "redeemed": "spent", "given_back": "spent"}
_GONE = "这件事不在这里了"
_SIGNS: Mapping[str, Mapping[str, str]] = {  # with what the line begins that says how it stands
    "volunteers": dict.fromkeys(("accepted", "on_site", "waiting"), "🟢")
    | dict.fromkeys(("done", "closed"), "✅")
    | dict.fromkeys(("new", "withdrawn", "refused", "merged"), "↩️")
    | {"offered": "🙋"},
    "staff": dict.fromkeys(("accepted", "on_site", "waiting", "controlled"), "🟢")
    | {"new": "⚠️", "offered": "⏰", "done": "🔧", "closed": "✅"}
    | {"withdrawn": "↩️", "refused": "\N{INFORMATION SOURCE}", "merged": "🔗"},
}


# --- requests ------------------------------------------------------------------------------------------------


@check("no more come than are wanted")
def _wanted(facts: Facts) -> Iterator[str]:
    claims, tickets = facts.by_ticket("claim"), {row["id"]: row for row in facts.tickets}
    for order in facts.tables["help_order"]:
        held = [row for row in claims.get(order["id"], []) if row["state"] in _WITH_A_PLACE]
        ticket = tickets[order["id"]]
        if ticket["state"] not in OVER and len(held) > order["wanted"]:
            yield f"ticket {ticket['number']} has {len(held)} helpers, and {order['wanted']} are wanted"
        if ticket["state"] == "offered" and len(held) == order["wanted"]:
            yield f"ticket {ticket['number']} has its helpers, and others are still asked"


@check("a request comes to an end, or the clock knows when")
def _ends(facts: Facts) -> Iterator[str]:
    planned = {row["subject"] for row in facts.tables["reminder"] if row["state"] == "scheduled"}
    tickets = {row["id"]: row for row in facts.tickets}
    for order in facts.tables["help_order"]:
        ticket = tickets[order["id"]]
        if ticket["state"] in OVER:
            continue
        if f"ticket:{ticket['id']}" not in planned:
            yield f"ticket {ticket['number']} is {ticket['state']}, and nothing will ever happen to it"
        if ticket["state"] in {"new", "offered"} and order["ends_at"] <= facts.now - TICK and not ticket["is_danger"]:
            yield f"ticket {ticket['number']} is {ticket['state']} after its end"


@check("nobody who is suspended is asked, or has anything to do")
def _suspended(facts: Facts) -> Iterator[str]:
    suspended = {row["person_id"] for row in facts.tables["helper"] if row["suspended_at"] is not None}
    orders = {row["id"] for row in facts.tables["help_order"]}
    under_way = {
        row["id"]: row["number"] for row in facts.tickets if row["state"] in {"offered", "accepted", "on_site"}
    }
    for table, state, what in (("offer", "open", "is asked for"), ("claim", "held", "has a place in")):
        for row in facts.tables[table]:
            is_theirs = row["state"] == state and row["person_id"] in suspended
            if is_theirs and row["ticket_id"] in under_way and row["ticket_id"] in orders:
                yield f"{row['person_id']} is suspended, and {what} ticket {under_way[row['ticket_id']]}"


# --- points --------------------------------------------------------------------------------------------------


@check("the ledger of points balances")
def _balance(facts: Facts) -> Iterator[str]:
    """Every transfer adds up to nothing, and every account to its postings."""
    kinds = {row["id"]: row["kind"] for row in facts.tables["account"]}
    for row in facts.tables["transfer"]:
        mine = [one for one in facts.tables["posting"] if one["transfer_id"] == row["id"]]
        between = {kinds[one["account_id"]] for one in mine}
        if sum(one["amount"] for one in mine) != 0:
            yield f"transfer {row['id']} ({row['reason']}) does not add up to nothing"
        if mine and between != {"person", _AGAINST[row["reason"]]}:
            yield f"transfer {row['id']} ({row['reason']}) is between {sorted(between)}"
    sums = Counter[int]()
    for row in facts.tables["posting"]:
        sums[row["account_id"]] += row["amount"]
    for row in facts.tables["account"]:
        if row["balance"] != sums[row["id"]]:
            yield f"account {row['id']} says {row['balance']}, and its postings {sums[row['id']]}"


@check("nobody has less than no points, or more than what is left of them")
def _left(facts: Facts) -> Iterator[str]:
    unspent = Counter[int]()
    for row in facts.tables["transfer"]:
        if row["unspent"] < 0 or row["owed"] < 0:
            yield f"transfer {row['id']} has less than nothing left"
        unspent[row["person_id"]] += row["unspent"]
    for row in facts.tables["account"]:
        left = unspent[row["person_id"]] if row["kind"] == "person" else None
        if left is not None and (row["balance"] != left or row["balance"] < 0):
            yield f"account {row['id']} says {row['balance']}, and {left} are left of what was earned"


@check("points come of what was confirmed, once")
def _earned(facts: Facts) -> Iterator[str]:
    events = {ticket_id: {row["event"] for row in rows} for ticket_id, rows in facts.by_ticket("history").items()}
    helpers = {(row["ticket_id"], row["person_id"]) for row in facts.tables["claim"]}
    owners = {(row["id"], row["owner_id"]) for row in facts.tickets}
    taken_back = {row["reverses_id"] for row in facts.tables["transfer"] if row["reason"] == "reversed"}
    earned = [row for row in facts.tables["transfer"] if row["reason"] == "earned" and row["ticket_id"] is not None]
    times = Counter((row["ticket_id"], row["person_id"], row["rule"]) for row in earned)
    yield from (f"{key} earned {count} times" for key, count in times.items() if count > 1)
    for row in earned:
        happened, who = events.get(row["ticket_id"], set()), (row["ticket_id"], row["person_id"])
        if not happened & {"confirmed", "rated"} or who not in helpers | owners:
            yield f"{row['person_id']} earned by {row['rule']} for ticket {row['ticket_id']}, which was not confirmed"
        if "revoked" in happened and who in helpers and row["id"] not in taken_back:
            yield f"{row['person_id']} keeps what ticket {row['ticket_id']} earned, which was not done"


@check("what was exchanged is gone from the shelf")
def _shelf(facts: Facts) -> Iterator[str]:
    out = Counter(row["reward_id"] for row in facts.tables["redemption"] if row["state"] in {"open", "fetched"})
    for row in facts.tables["reward"]:
        left = facts.shelf.get(row["code"], row["stock"]) - out[row["id"]]
        if row["stock"] != left or row["stock"] < 0:
            yield f"{row['code']}: {row['stock']} are there, and {left} ought to be"
    given_back = {row["reverses_id"] for row in facts.tables["transfer"] if row["reason"] == "given_back"}
    for row in facts.tables["redemption"]:
        is_back = row["state"] in {"cancelled", "expired"}
        if is_back != (row["transfer_id"] in given_back):
            yield f"redemption {row['id']} is {row['state']}, and its points are {'gone' if is_back else 'back'}"


# --- groups --------------------------------------------------------------------------------------------------


@check("cards in groups say what is so")
def _cards(facts: Facts) -> Iterator[str]:
    bound = {row["id"]: row for row in facts.tables["group_chat"] if row["left_at"] is None}
    tickets, missing = {row["id"]: row for row in facts.tickets}, _missing(facts)
    until_morning = {
        (row["ticket_id"], row["chat_id"])
        for row in facts.outbox
        if row["method"] == "group_card" and row["state"] == "held"
    }
    shown = defaultdict[int, set[int]](set)
    for card in facts.tables["group_card"]:
        group, ticket = bound.get(card["group_id"]), tickets[card["ticket_id"]]
        if group is None or group["purpose"] not in _SIGNS or card["message_id"] is None:
            continue
        shown[group["id"]].add(ticket["id"])
        text, buttons = facts.groups.get((group["chat_id"], card["message_id"]), ("", []))
        if not _agrees(ticket, group["purpose"], text, buttons, missing.get(ticket["id"], 0)):
            yield f"ticket {ticket['number']} is {ticket['state']}, and a group reads {text!r} {buttons}"
    for group in bound.values():
        for ticket in tickets.values() if group["purpose"] == "volunteers" else ():
            is_open = ticket["id"] in missing and ticket["state"] == "offered" and not ticket["is_danger"]
            is_late = (ticket["id"], group["chat_id"]) in until_morning
            if is_open and not is_late and ticket["id"] not in shown[group["id"]]:
                yield f"ticket {ticket['number']} is open, and the group does not know"


def _missing(facts: Facts) -> Mapping[int, int]:
    """How many are still needed, by request."""
    held = Counter(row["ticket_id"] for row in facts.tables["claim"] if row["state"] in _WITH_A_PLACE)
    return {row["id"]: row["wanted"] - held[row["id"]] for row in facts.tables["help_order"]}


def _agrees(ticket: Row, purpose: str, text: str, buttons: list[str], missing: int) -> bool:
    is_order, is_danger = ticket["kind"] == "order", bool(ticket["is_danger"])
    is_elsewhere = is_danger if purpose == "volunteers" else is_order and not is_danger
    is_hidden = bool(ticket["is_confidential"]) or is_elsewhere
    if _GONE in text:
        return (is_hidden or ticket["state"] == "new") and not buttons
    is_open = ticket["state"] == "offered" and (purpose == "staff" or missing > 0)
    is_said = any(line.startswith(_SIGNS[purpose][ticket["state"]]) for line in text.splitlines()[1:])
    counts = purpose == "staff" or not is_open or str(missing) in text
    return not is_hidden and is_said and counts and bool(buttons) == is_open
