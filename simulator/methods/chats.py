"""Looking at chats: what a bot may ask about where it is."""

from simulator.methods.base import Call, method
from simulator.spec import Json

REACTIONS_AT_MOST = 11


@method("getChat", "ChatFullInfo")
def get_chat(call: Call) -> Json:
    """Return all about a chat."""
    chat = call.chat()
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    full: Json = {
        **chat.chat(),
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": REACTIONS_AT_MOST,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if chat.description:
        full["description"] = chat.description
    if chat.pinned:
        full["pinned_message"] = chat.messages[chat.pinned[-1]].body
    return full
