"""Chats: looking at them and their members, leaving, pins, signs of life, reactions."""

from simulator.errors import bad_request
from simulator.groups import Rule, chat_member
from simulator.methods.base import Call, method
from simulator.spec import Json
from simulator.state import ADMINISTRATORS

REACTIONS_AT_MOST = 11
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
SIGNS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_EMOJI = (
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ "
    "🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 "
    "🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
REACTIONS = frozenset(_EMOJI.split())


@method("getChat", "ChatFullInfo")
def get_chat(call: Call) -> Json:
    """Return all about a chat."""
    chat = call.chat()
    full: Json = {
        **chat.chat(),
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": REACTIONS_AT_MOST,
        "accepted_gift_types": dict.fromkeys(GIFTS, False),
    }
    if chat.description:
        full["description"] = chat.description
    if chat.pinned:
        full["pinned_message"] = chat.messages[chat.pinned[-1]].body
    return full


@method("getChatMember", "ChatMember")
def get_chat_member(call: Call) -> Json:
    """Return what somebody is in a chat."""
    chat = call.open_chat()
    try:
        return chat_member(call.world, chat, call.args["user_id"])
    except KeyError:
        raise bad_request("invalid user_id specified") from None


@method("getChatAdministrators", "Array of ChatMember")
def get_chat_administrators(call: Call) -> list[Json]:
    """Return who runs a group, other bots left out."""
    chat = call.open_chat()
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    return [
        chat_member(call.world, chat, user_id)
        for user_id, status in chat.members.items()
        if status in ADMINISTRATORS and (user_id == call.bot.id or user_id not in call.world.town.bots)
    ]


@method("getChatMemberCount", "Integer")
def get_chat_member_count(call: Call) -> int:
    """Return how many there are in a chat."""
    chat = call.open_chat()
    gone = {"left", "kicked"}
    return 2 if chat.person else sum(status not in gone for status in chat.members.values())


@method("leaveChat")
def leave_chat(call: Call) -> bool:
    """Leave a group."""
    chat = call.open_chat()
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    Rule(call.world, chat, call.bot).leave()
    return True


@method("sendChatAction")
def send_chat_action(call: Call) -> bool:
    """Show that the bot is busy."""
    chat, action = call.open_chat(), call.args["action"]
    if action not in SIGNS:
        raise bad_request("wrong parameter action in request")
    call.world.publish("action", chat, action=action, thread_id=call.args.get("message_thread_id"))
    return True


@method("setMessageReaction")
def set_message_reaction(call: Call) -> bool:
    """React to a message; a bot may give one reaction, from Telegram's list."""
    chat = call.open_chat()
    message = call.message(chat, "to react")
    given = call.args.get("reaction", [])
    if len(given) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(each.get("emoji") not in REACTIONS for each in given):
        raise bad_request("REACTION_INVALID")
    message.reactions[call.bot.id] = given
    call.world.publish("reaction", chat, message=call.world.seen(message))
    return True


@method("pinChatMessage")
def pin_chat_message(call: Call) -> bool:
    """Pin a message."""
    chat = call.open_chat()
    message = call.message(chat, "to pin")
    _may_pin(call)
    chat.pinned = [*(each for each in chat.pinned if each != message.id), message.id]
    call.world.publish("pinned", chat, pinned=chat.pinned)
    if chat.kind != "private":
        call.world.post(chat, call.bot, {"pinned_message": message.body})
    return True


@method("unpinChatMessage")
def unpin_chat_message(call: Call) -> bool:
    """Unpin a message, the newest pinned one when none is named."""
    chat = call.open_chat()
    _may_pin(call)
    wanted = call.args.get("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if wanted not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(wanted)
    call.world.publish("pinned", chat, pinned=chat.pinned)
    return True


@method("unpinAllChatMessages")
def unpin_all_chat_messages(call: Call) -> bool:
    """Unpin everything."""
    chat = call.open_chat()
    _may_pin(call)
    chat.pinned = []
    call.world.publish("pinned", chat, pinned=[])
    return True


def _may_pin(call: Call) -> None:
    chat = call.chat()
    if chat.kind == "supergroup" and not chat.is_administrator(call.bot.id):
        raise bad_request("not enough rights to manage pinned messages in the chat")
