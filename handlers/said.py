"""What somebody said, in one shape for every flow: words, files, a position, a contact, or a pressed choice."""

from dataclasses import dataclass, field
from typing import Any

from telegram import Message, Update

MAX_FILE_BYTES = 20 * 1024 * 1024  # what a bot may download
MAX_WORDS = 4096  # the longest message of Telegram


@dataclass(frozen=True)
class Said:
    """One message or one press."""

    text: str = ""
    files: tuple[dict[str, Any], ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    contact: dict[str, Any] | None = None
    choice: str | None = None
    message_id: int | None = None
    reply_to: int | None = None
    album: str | None = None
    is_too_large: bool = False
    is_forward: bool = False
    pressed_message: int | None = field(default=None)

    @property
    def has_content(self) -> bool:
        """Whether there is anything a ticket could keep."""
        return bool(self.text or self.files or self.latitude is not None)


def said(update: Update) -> Said:
    """Read an update. Unknown kinds of messages come out without content."""
    message = update.effective_message
    return Said() if message is None or update.callback_query is not None else said_in(message)


def said_in(message: Message) -> Said:
    """Read one message, which may be another than that of the update: one that was replied to."""
    file, is_too_large = _file(message)
    position = message.venue.location if message.venue else message.location
    contact = message.contact
    text = (message.text or message.caption or "").replace("\x00", "").strip()
    if message.venue and not text:
        text = f"{message.venue.title} {message.venue.address}".strip()
    return Said(
        text=text[:MAX_WORDS],
        files=(file,) if file else (),
        latitude=position.latitude if position else None,
        longitude=position.longitude if position else None,
        contact={"user_id": contact.user_id, "phone": contact.phone_number} if contact else None,
        message_id=message.message_id,
        reply_to=message.reply_to_message.message_id if message.reply_to_message else None,
        album=message.media_group_id,
        is_too_large=is_too_large,
        is_forward=message.forward_origin is not None,
    )


def _file(message: Message) -> tuple[dict[str, Any] | None, bool]:
    kinds = ("voice", "video", "video_note", "audio", "document", "animation")
    found: Any = message.photo[-1] if message.photo else None
    media = "photo" if found else None
    for kind in kinds:
        if found is None and getattr(message, kind, None) is not None:
            found, media = getattr(message, kind), kind
    if found is None:
        return None, False
    if (found.file_size or 0) > MAX_FILE_BYTES:
        return None, True
    return {"media": media, "file_id": found.file_id, "file_unique_id": found.file_unique_id}, False
