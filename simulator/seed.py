"""People and groups from a file, so that a town need not begin empty.

`{"people": [{"first_name": "王阿姨", "user_id": 1, …}], "groups": [{"title": …, "owner_id": 1, …}]}`, or
just the list of people. Fields as in `POST /sim/people` and `POST /sim/groups`.
"""

from typing import Any

from simulator import groups
from simulator.posting import World
from simulator.spec import Json

PERSON = frozenset({"first_name", "user_id", "last_name", "language", "username", "phone_number", "is_started"})
GROUP = frozenset(
    {"title", "owner_id", "member_ids", "chat_id", "is_forum", "is_supergroup", "has_bot", "is_bot_admin"}
)


class BadSeedError(Exception):
    """The file of people cannot be read; the message says what is wrong."""


def sow(world: World, seed: Any) -> None:
    """Fill the town."""
    whole = {"people": seed} if isinstance(seed, list) else seed
    if not isinstance(whole, dict):
        raise BadSeedError("the file of people holds neither a list nor an object")
    for entry in whole.get("people", ()):
        _person(world, _checked(entry, PERSON, "first_name"))
    for entry in whole.get("groups", ()):
        found_group(world, _checked(entry, GROUP, "title"))


def _checked(entry: Any, known: frozenset[str], required: str) -> Json:
    if not isinstance(entry, dict) or required not in entry or not known >= entry.keys():
        raise BadSeedError(f"cannot read {entry!r}: needs {required}, knows {', '.join(sorted(known))}")
    return entry


def _person(world: World, entry: Json) -> None:
    world.add_person(entry.pop("first_name"), **entry)


def found_group(world: World, about: Json) -> groups.Rule:
    """Found a group as described; return its owner's hand on it. Raise KeyError for a stranger."""
    town = world.town
    owner = town.people[int(about["owner_id"])]
    is_forum = bool(about.get("is_forum"))
    kind = "supergroup" if is_forum or about.get("is_supergroup") else "group"
    chat_id = int(about["chat_id"]) if "chat_id" in about else None
    chat = groups.found(world, str(about["title"]), kind, owner, is_forum=is_forum, chat_id=chat_id)
    for user_id in about.get("member_ids", ()):
        chat.members.setdefault(town.people[int(user_id)].id, "member")
    rule = groups.Rule(world, chat, owner)
    bots = list(town.bots.values())[:1] if about.get("has_bot", True) else []
    for bot in bots:
        rule.add(bot)
        if about.get("is_bot_admin"):
            rule.promote(bot)
    return rule
