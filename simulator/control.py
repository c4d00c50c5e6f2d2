"""The user-side interface, `/sim/…`: everything a person can do with a phone, over HTTP.

It calls the same deeds as the test client. `docs/simulator.md` lists the addresses.
"""

import base64
from typing import Any

from aiohttp import web

from simulator import content, groups, samples, snapshot
from simulator.deeds import Deeds
from simulator.files import File
from simulator.seed import found_group
from simulator.site import ROUTES, Visit
from simulator.spec import Json
from simulator.state import Bot, Chat, Message, Person
from simulator.updates import UpdateQueue

FILE_KINDS = ("photo", "voice", "video", "document", "audio", "animation", "sticker")


def bot_of(visit: Visit) -> Bot:
    """Return the bot of `?bot=<id>`, else the first one."""
    wanted = visit.request.query.get("bot")
    bots = visit.world.town.bots
    if not bots:
        raise KeyError("bot: none has come yet")
    return bots[int(wanted)] if wanted else next(iter(bots.values()))


def queue_of(visit: Visit) -> UpdateQueue:
    """Return the queue of the bot that is meant."""
    return visit.world.queues[bot_of(visit).id]


def chat_of(visit: Visit) -> Chat:
    """Return the chat of the path."""
    return visit.world.town.chat_by_key(visit.found["key"])


def deeds_of(visit: Visit, body: Json) -> Deeds:
    """Return the hands of the person the body names, in the chat of the path."""
    person = visit.world.town.people[int(body["user_id"])]
    is_anonymous = bool(body.get("is_anonymous"))
    return Deeds(visit.world, person, chat_of(visit), body.get("thread_id"), is_anonymous)


@ROUTES.on("GET", "/sim/state")
async def get_state(visit: Visit) -> Json:
    """Everything."""
    return snapshot.of_world(visit.world)


@ROUTES.on("GET", "/sim/people")
async def get_people(visit: Visit) -> list[Json]:
    """All people."""
    return [snapshot.of_person(person) for person in visit.world.town.people.values()]


@ROUTES.on("POST", "/sim/people")
async def add_person(visit: Visit) -> Json:
    """Add a person; `is_started` lets every bot write first."""
    body = await visit.json()
    return snapshot.of_person(
        visit.world.add_person(
            str(body["first_name"]),
            user_id=body.get("user_id"),
            last_name=body.get("last_name"),
            language=body.get("language", "zh-hans"),
            username=body.get("username"),
            phone_number=body.get("phone_number", ""),
            is_started=bool(body.get("is_started")),
        )
    )


@ROUTES.on("PATCH", "/sim/people/{id}")
async def change_person(visit: Visit) -> Json:
    """Change names, language, username, number."""
    person = visit.world.town.people[int(visit.found["id"])]
    for key, value in (await visit.json()).items():
        if key not in {"first_name", "last_name", "language", "username", "phone_number", "is_deactivated"}:
            raise ValueError(f"a person has no {key}")
        setattr(person, key, value)
    visit.world.events.publish("person", person=snapshot.of_person(person))
    return snapshot.of_person(person)


@ROUTES.on("GET", "/sim/chats")
async def get_chats(visit: Visit) -> list[Json]:
    """All chats with their last message."""
    return [snapshot.of_chat(visit.world, chat, last=1) for chat in snapshot.chats(visit.world)]


@ROUTES.on("GET", "/sim/chats/{key}")
async def get_chat(visit: Visit) -> Json:
    """One chat."""
    return snapshot.of_chat(visit.world, chat_of(visit))


@ROUTES.on("POST", "/sim/chats/{key}/messages")
async def send(visit: Visit) -> list[Json]:
    """Send anything: `kind` says what, see `docs/simulator.md`; returns the messages."""
    body = await visit.json()
    made = _send(deeds_of(visit, body), body)
    return [visit.world.seen(message) for message in made]


def _send(deeds: Deeds, body: Json) -> list[Message]:
    kind = body.get("kind", "text")
    if kind in FILE_KINDS:
        file = _file(deeds, kind, body)
        return [deeds.send_file(file, body.get("caption"), reply_to=body.get("reply_to"))]
    if kind not in SENDERS:
        raise ValueError(f"no message of the kind {kind!r} is known here")
    return SENDERS[kind](deeds, body)


def _text(deeds: Deeds, body: Json) -> list[Message]:
    return [deeds.say(str(body["text"]), body.get("reply_to"))]


def _start(deeds: Deeds, body: Json) -> list[Message]:
    return [deeds.start(body.get("payload"))]


def _album(deeds: Deeds, body: Json) -> list[Message]:
    return deeds.send_album([_file(deeds, "photo", each) for each in body["files"]], body.get("caption"))


def _contact(deeds: Deeds, body: Json) -> list[Message]:
    of = body.get("of")
    return [deeds.share_contact(deeds.world.town.people[int(of)] if of else None)]


def _forward(deeds: Deeds, body: Json) -> list[Message]:
    source = deeds.world.town.chat_by_key(str(body["from"]))
    return [deeds.forward(source.messages[int(body["message_id"])])]


def _location(deeds: Deeds, body: Json) -> list[Message]:
    place = content.location(float(body["latitude"]), float(body["longitude"]))
    return [deeds.send(place, body.get("reply_to"))]


def _venue(deeds: Deeds, body: Json) -> list[Message]:
    place = content.venue(float(body["latitude"]), float(body["longitude"]), str(body["title"]), str(body["address"]))
    return [deeds.send(place, body.get("reply_to"))]


SENDERS = {
    "text": _text,
    "start": _start,
    "album": _album,
    "contact": _contact,
    "forward": _forward,
    "location": _location,
    "venue": _venue,
}


def _file(deeds: Deeds, kind: str, body: Json) -> File:
    """Return the file a body means: `file_id` of an upload, `data` in base64, or else a sample."""
    files = deeds.world.files
    if "file_id" in body:
        known = files.get(body["file_id"])
        if known is None or known.kind != kind:
            raise ValueError(f"no {kind} has this file_id")
        return known
    sample = {"photo": samples.photo, "voice": lambda: samples.voice(3), "video": samples.video}
    data = base64.b64decode(body["data"]) if "data" in body else sample.get(kind, lambda: b"sample")()
    return keep(deeds.world.files, kind, data, body)


def keep(files: Any, kind: str, data: bytes, about: Json) -> File:
    """Keep uploaded bytes; `about` may hold name, mime, duration, size, emoji."""
    if kind == "photo":
        photo = content.add_photo(files, data)
        if photo is None:
            raise ValueError("this is no picture")
        return photo
    numbers = {key: int(about[key]) for key in ("duration", "size", "width", "height") if key in about}
    words = {key: str(about[key]) for key in ("name", "mime", "emoji") if key in about}
    kept: File = files.add(kind, data, **numbers, **words)
    return kept


@ROUTES.on("POST", "/sim/files")
async def upload(visit: Visit) -> Json:
    """Keep the bytes of the body: `?kind=photo&name=…&mime=…&duration=…`; returns `file_id`."""
    about = dict(visit.request.query)
    kind = about.pop("kind", "document")
    if kind not in FILE_KINDS:
        raise ValueError(f"no file of the kind {kind!r} is known here")
    file = keep(visit.world.files, kind, await visit.request.read(), about)
    return {"file_id": file.id, "kind": kind, "size": file.size}


@ROUTES.on("GET", "/sim/files/{id}")
async def download(visit: Visit) -> web.Response:
    """The bytes of a file, by its file_id."""
    file = visit.world.files.get(visit.found["id"])
    if file is None:
        raise KeyError(visit.found["id"])
    return web.Response(body=file.data, content_type=file.mime)


@ROUTES.on("POST", "/sim/chats/{key}/presses")
async def press(visit: Visit) -> Json:
    """Press an inline button by its data; whether it is there is not asked."""
    body = await visit.json()
    made = deeds_of(visit, body).press(int(body["message_id"]), str(body["data"]))
    return {"press_id": made.id}


@ROUTES.on("POST", "/sim/chats/{key}/edits")
async def edit(visit: Visit) -> Json:
    """Edit an own message."""
    body = await visit.json()
    return visit.world.seen(deeds_of(visit, body).edit(int(body["message_id"]), str(body["text"])))


@ROUTES.on("POST", "/sim/chats/{key}/reactions")
async def react(visit: Visit) -> Json:
    """Give a reaction, or take it back with an empty one."""
    body = await visit.json()
    made = deeds_of(visit, body).react(int(body["message_id"]), str(body.get("emoji", "")))
    return visit.world.seen(made)


@ROUTES.on("POST", "/sim/chats/{key}/read")
async def read(visit: Visit) -> Json:
    """Mark a chat as read."""
    body = await visit.json()
    deeds_of(visit, body).read()
    return {}


@ROUTES.on("POST", "/sim/chats/{key}/block")
async def block(visit: Visit) -> Json:
    """Block the bot, or with `is_blocked: false` let it in again."""
    body = await visit.json()
    deeds = deeds_of(visit, body)
    if body.get("is_blocked", True):
        deeds.block()
    else:
        deeds.unblock()
    return {"is_blocked": deeds.chat.is_blocked}


@ROUTES.on("POST", "/sim/groups")
async def add_group(visit: Visit) -> Json:
    """Found a group: title, owner_id, member_ids, chat_id, is_forum, is_supergroup, has_bot, is_bot_admin."""
    return snapshot.of_chat(visit.world, found_group(visit.world, await visit.json()).chat)


@ROUTES.on("POST", "/sim/chats/{key}/{change}")
async def change_group(visit: Visit) -> Json:
    """Let the owner change a group: members (user_id), topics (name or thread_id), migrate."""
    body, chat, change = await visit.json(), chat_of(visit), visit.found["change"]
    town = visit.world.town
    owner = next(town.people[each] for each, status in chat.members.items() if status == "creator")
    rule = groups.Rule(visit.world, chat, owner)
    if change in {"add", "remove", "promote", "demote"}:
        getattr(rule, change)(_somebody(visit, int(body["user_id"])))
    elif change == "create_topic":
        rule.create_topic(str(body["name"]))
    elif change in {"close_topic", "reopen_topic", "delete_topic"}:
        getattr(rule, change)(chat.topics[int(body["thread_id"])])
    elif change == "migrate":
        chat = rule.migrate()
    else:
        raise KeyError(change)
    return snapshot.of_chat(visit.world, chat)


def _somebody(visit: Visit, user_id: int) -> Person | Bot:
    return visit.world.town.people.get(user_id) or visit.world.town.bots[user_id]
