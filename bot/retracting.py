"""Messages of ours that must not say any more what they say: deleted, or edited until they say nothing.

Telegram lets a bot delete its messages for 48 hours and edit text for ever; a picture or a voice message that is older
stays where it is. Whoever presses a button that is left is answered by what the database says then.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .transport import ApiError, Caller


async def retract(transport: Caller, chat_id: int, message_ids: Sequence[int], neutral: str) -> None:
    """Take messages of one chat back. Raises what the transport raises, except that a message is not there any more."""
    for message_id in message_ids:
        at = {"chat_id": chat_id, "message_id": message_id}
        if not await _is_done(transport, "deleteMessage", at):
            nothing: Mapping[str, Any] = {"inline_keyboard": []}
            await _is_done(transport, "editMessageText", {**at, "text": neutral, "reply_markup": nothing})


async def _is_done(transport: Caller, method: str, params: Mapping[str, Any]) -> bool:
    try:
        await transport.call(method, params)
    except ApiError as error:
        if error.code != 400:
            raise
        return False
    return True
