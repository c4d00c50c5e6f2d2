"""The whole town as JSON, for the page: people, chats with what stands in them, bots, faults, the clock."""

from simulator.posting import World
from simulator.spec import Json
from simulator.state import Bot, Chat, Person


def of_person(person: Person) -> Json:
    """Return a person."""
    return {
        "id": person.id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "username": person.username,
        "language": person.language,
        "phone_number": person.phone_number,
    }


def of_bot(world: World, bot: Bot) -> Json:
    """Return a bot: its names and menus; its token is shown because this town is a toy."""
    return {
        "id": bot.id,
        "first_name": bot.first_name,
        "username": bot.username,
        "token": bot.token,
        "pending": len(world.queues[bot.id]),
        "is_held": world.queues[bot.id].held is not None,
        "has_webhook": bot.id in world.webhooks,
        "commands": [
            {"scope": scope, "language": language, "commands": commands}
            for (scope, language), commands in bot.commands.items()
        ],
        "words": [{"what": what, "language": language, "text": text} for (what, language), text in bot.words.items()],
    }


def of_chat(world: World, chat: Chat, last: int | None = None) -> Json:
    """Return a chat with its messages, the `last` ones if a number is given; events up to `last_event_id` are in it."""
    messages = chat.living()
    return {
        "last_event_id": world.events.last_id,
        "key": chat.key,
        "id": chat.id,
        "kind": chat.kind,
        "title": chat.title or (chat.bot.first_name if chat.bot else ""),
        "bot_id": chat.bot.id if chat.bot else None,
        "is_forum": chat.is_forum,
        "is_started": chat.is_started,
        "is_blocked": chat.is_blocked,
        "migrated_to": chat.migrated_to,
        "members": members(world, chat),
        "topics": [{"id": each.id, "name": each.name, "is_closed": each.is_closed} for each in chat.topics.values()],
        "pinned": chat.pinned,
        "keyboards": {str(user_id): keyboard for user_id, keyboard in chat.keyboards.items()},
        "unread": {str(user_id): count for user_id, count in chat.unread.items()},
        "messages": [world.seen(each) for each in (messages[-last:] if last else messages)],
    }


def members(world: World, chat: Chat) -> list[Json]:
    """Return who is in a chat: user id, status, name, whether a bot."""
    if chat.person and chat.bot:
        return [
            {"id": each.id, "status": "member", "name": each.first_name, "is_bot": each is chat.bot}
            for each in (chat.person, chat.bot)
        ]
    town = world.town
    return [
        {
            "id": user_id,
            "status": status,
            "name": (town.people.get(user_id) or town.bots[user_id]).first_name,
            "is_bot": user_id in town.bots,
        }
        for user_id, status in chat.members.items()
    ]


def chats(world: World) -> list[Chat]:
    """Return all chats: the private ones of every bot, then the groups."""
    private = [chat for bot in world.town.bots.values() for chat in bot.private.values()]
    return [*private, *world.town.groups.values()]


def of_world(world: World) -> Json:
    """Return everything; `last_event_id` is where the stream of events goes on."""
    return {
        "now": world.clock.now().isoformat(),
        "last_event_id": world.events.last_id,
        "people": [of_person(person) for person in world.town.people.values()],
        "bots": [of_bot(world, bot) for bot in world.town.bots.values()],
        "chats": [of_chat(world, chat) for chat in chats(world)],
        "faults": [fault.shown() for fault in world.faults.active],
        "has_flood_control": world.flood.is_on,
    }
