"""Taking messages from one chat to another, and taking them away: copy, forward, delete."""

from datetime import timedelta

from simulator import content
from simulator.errors import ApiError, bad_request
from simulator.methods.base import Call, method, shut_out
from simulator.methods.send import send
from simulator.spec import Json
from simulator.state import Message

DELETABLE_FOR = timedelta(hours=48)


def _source(call: Call, what: str) -> Message:
    source = call.world.town.chat_of(call.bot, call.args["from_chat_id"])
    message = call.message(source, what)
    if not content.of(message.body):
        raise bad_request(f"the message can't be {what.removeprefix('to ')}ed")
    return message


@method("copyMessage", "MessageId")
def copy_message(call: Call) -> Json:
    """Send the same content once more, without saying where it is from."""
    made = content.of(_source(call, "to copy").body)
    if "caption" in call.args:
        made = {key: value for key, value in made.items() if not key.startswith("caption")}
        made |= call.formatted("caption").fields("caption")
    return {"message_id": send(call, made)["message_id"]}


@method("forwardMessage", None)
def forward_message(call: Call) -> Json:
    """Send a message on, with its origin."""
    source = _source(call, "to forward")
    origin = source.body.get("forward_origin") or {
        "type": "user",
        "sender_user": source.body["from"],
        "date": source.body["date"],
    }
    return send(call, {"forward_origin": origin, **content.of(source.body)})


@method("deleteMessage")
def delete_message(call: Call) -> bool:
    """Take a message away, within 48 hours."""
    message = call.message(call.open_chat(), "to delete")
    refusal = _undeletable(call, message)
    if refusal:
        raise refusal
    call.world.remove(message)
    return True


@method("deleteMessages")
def delete_messages(call: Call) -> bool:
    """Take several messages away; what cannot go is passed over."""
    chat = call.open_chat()
    for message_id in call.args["message_ids"]:
        message = chat.messages.get(message_id)
        if message and not message.is_deleted and _undeletable(call, message) is None:
            call.world.remove(message)
    return True


def _undeletable(call: Call, message: Message) -> ApiError | None:
    chat = message.chat
    is_own = message.sender_id == call.bot.id
    is_allowed = is_own or chat.kind == "private" or chat.is_administrator(call.bot.id)
    age = timedelta(seconds=call.world.timestamp() - message.body["date"])
    if not is_allowed or (age > DELETABLE_FOR and not chat.is_administrator(call.bot.id)):
        return bad_request("message can't be deleted for everyone")
    return shut_out(call.bot, chat)
