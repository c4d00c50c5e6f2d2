"""Changing what was sent: edits that must change something."""

from typing import Any

from simulator import content, keyboards
from simulator.errors import bad_request
from simulator.methods.base import Call, method
from simulator.methods.media import shown
from simulator.spec import Json
from simulator.state import Message

CAPTIONED = ("photo", "video", "voice", "document", "audio", "animation")
UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def editable(call: Call) -> Message:
    """Find the message to edit: the bot's own, still there."""
    if not call.args.keys() & {"chat_id", "message_id"}:
        raise bad_request("message identifier is not specified")
    if "chat_id" not in call.args:
        raise bad_request("chat_id is empty")
    message = call.message(call.open_chat(), "to edit")
    if message.sender_id != call.bot.id or message.reply_keyboard is not None:
        raise bad_request("message can't be edited")
    return message


def revise(call: Call, message: Message, changes: Json, *, is_visible: bool = True) -> Json:
    """Put the changes and the new inline keyboard (none when the call has none) into the message."""
    body = {key: value for key, value in message.body.items() if key != "reply_markup"}
    for key, value in changes.items():
        body.pop(key, None)
        if value is not None:
            body[key] = value
    markup = keyboards.inline(call.args.get("reply_markup"))
    if markup:
        body["reply_markup"] = markup
    if _shown(body) == _shown(message.body):
        raise bad_request(UNCHANGED)
    if is_visible:
        body["edit_date"] = call.world.timestamp()
    call.world.revise(message, body)
    return message.body


def _shown(body: Json) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "edit_date"}


@method("editMessageText", None)
def edit_text(call: Call) -> Json:
    """Replace the text, and the keyboard with it."""
    message = editable(call)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    words = call.words()
    preview = call.args.get("link_preview_options")
    changes = {"entities": None, "link_preview_options": preview, **words.fields()}
    return revise(call, message, changes)


@method("editMessageReplyMarkup", None)
def edit_markup(call: Call) -> Json:
    """Replace or remove the inline keyboard alone."""
    return revise(call, editable(call), {}, is_visible=False)


@method("editMessageCaption", None)
def edit_caption(call: Call) -> Json:
    """Replace the caption of a file."""
    message = editable(call)
    if not any(kind in message.body for kind in CAPTIONED):
        raise bad_request("there is no caption in the message to edit")
    words = call.formatted("caption").fields("caption")
    return revise(call, message, {"caption": None, "caption_entities": None, **words})


@method("editMessageMedia", None)
def edit_media(call: Call) -> Json:
    """Replace the file and its caption."""
    message, media = editable(call), call.args["media"]
    if "media_group_id" in message.body and media["type"] not in message.body:
        raise bad_request("message can't be edited")
    old = dict.fromkeys(content.of(message.body))
    return revise(call, message, {**old, **shown(call, media["type"], media["media"], media)})
