"""Answering presses of inline buttons: once, and within 150 seconds."""

import re

from simulator.errors import bad_request
from simulator.methods.base import Call, method
from simulator.updates import PRESS_LIFETIME
from simulator.utf16 import length

TOAST_LIMIT = 200
TOO_LATE = "query is too old and response timeout expired or query ID is invalid"


@method("answerCallbackQuery")
def answer_press(call: Call) -> bool:
    """Answer a press; the phone stops its spinner and shows the words, if any."""
    world = call.world
    press = world.town.presses.get(call.args["callback_query_id"])
    if press is None or press.bot_id != call.bot.id or press.answer is not None:
        raise bad_request(TOO_LATE)
    if (world.clock.now() - press.made_at).total_seconds() > PRESS_LIFETIME:
        raise bad_request(TOO_LATE)
    url = call.args.get("url")
    if length(call.args.get("text", "")) > TOAST_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    if url and not re.match(rf"(https?://t\.me/|tg://resolve\?domain=){call.bot.username}\b", url, re.IGNORECASE):
        raise bad_request("URL_INVALID")
    press.answer = {
        "text": call.args.get("text", ""),
        "show_alert": call.args.get("show_alert", False),
        "url": url,
    }
    world.publish("press.answered", press.chat, user_id=press.person.id, press_id=press.id, **press.answer)
    return True
