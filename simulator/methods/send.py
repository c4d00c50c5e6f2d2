"""Sending: what every send method shares, and the plain text."""

from simulator import keyboards
from simulator.errors import bad_request
from simulator.methods.base import Call, method
from simulator.spec import Json
from simulator.state import Chat


def send(call: Call, content: Json) -> Json:
    """Post a message of the bot: its content plus reply, topic and keyboard as the call asks."""
    chat = call.open_chat()
    inline, reply = keyboards.split(call.args.get("reply_markup"))
    if inline:
        content = {**content, "reply_markup": inline}
    content = {**frame(call, chat), **content}
    return call.world.post(chat, call.bot, content, reply).body


def frame(call: Call, chat: Chat) -> Json:
    """Return the topic, the reply and the protection of a message about to be sent."""
    around: Json = {}
    args = call.args
    thread_id = args.get("message_thread_id")
    if thread_id is not None and (chat.is_forum or chat.person):  # in other chats Telegram overlooks it
        around = topic(call, chat, thread_id)
    if "reply_parameters" in args:
        around |= reply_to(chat, args["reply_parameters"])
    if args.get("protect_content"):
        around["has_protected_content"] = True
    if "link_preview_options" in args:
        around["link_preview_options"] = args["link_preview_options"]
    return around


def topic(call: Call, chat: Chat, thread_id: int) -> Json:
    """Return the fields of a message in a topic; a 400 when there is no such topic."""
    found = chat.topics.get(thread_id)
    if found is None:
        raise bad_request("message thread not found")
    if found.is_closed and not chat.is_administrator(call.bot.id):
        raise bad_request("TOPIC_CLOSED")
    return {"message_thread_id": thread_id, "is_topic_message": True}


def reply_to(chat: Chat, wanted: Json) -> Json:
    """Return the replied message and its topic; a 400 when it is gone and the bot insists."""
    replied = chat.messages.get(wanted.get("message_id", 0))
    if replied is None or replied.is_deleted:
        if wanted.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    around: Json = {"reply_to_message": without_reply(replied.body)}
    if replied.body.get("is_topic_message"):
        around |= {"message_thread_id": replied.thread_id, "is_topic_message": True}
    return around


def without_reply(body: Json) -> Json:
    """Return a message as it is shown inside another: without its own reply."""
    return {key: value for key, value in body.items() if key != "reply_to_message"}


@method("sendMessage", None)
def send_message(call: Call) -> Json:
    """Send a text."""
    return send(call, call.words().fields())
