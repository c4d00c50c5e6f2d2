"""What a message can hold, as the content fields of a `Message`: made alike for people and for bots."""

from simulator import images
from simulator.files import File, Files
from simulator.spec import Json

SMALL = 90
FIELDS = frozenset(
    {
        "text",
        "entities",
        "link_preview_options",
        "caption",
        "caption_entities",
        "show_caption_above_media",
        "has_media_spoiler",
        "photo",
        "voice",
        "video",
        "document",
        "audio",
        "animation",
        "video_note",
        "sticker",
        "location",
        "venue",
        "contact",
        "dice",
        "poll",
    }
)


def of(body: Json) -> Json:
    """Return the content of a message: what a copy or a forward takes along."""
    return {key: value for key, value in body.items() if key in FIELDS}


def photo(files: Files, file: File) -> Json:
    """Return a photo in two sizes, smallest first; a small one keeps the bytes of the large."""
    if file.small is None:
        file.small = files.add("photo", file.data, width=min(SMALL, file.width), height=_scaled(file))
        file.small.known_to = file.known_to
    return {"photo": [_photo_size(file.small), _photo_size(file)]}


def _scaled(file: File) -> int:
    return max(1, file.height * min(SMALL, file.width) // max(1, file.width))


def _photo_size(file: File) -> Json:
    return {**file.base(), "width": file.width, "height": file.height}


def add_photo(files: Files, data: bytes) -> File | None:
    """Keep a picture, or say None when the bytes are none."""
    size = images.size_of(data)
    return files.add("photo", data, width=size[0], height=size[1]) if size else None


def media(files: Files, file: File) -> Json:
    """Return the content of a message that shows a file."""
    if file.kind == "photo":
        return photo(files, file)
    shown = {**file.base(), "mime_type": file.mime}
    if file.name and file.kind not in {"voice", "video_note"}:
        shown["file_name"] = file.name
    if file.kind in {"voice", "audio", "video", "animation", "video_note"}:
        shown["duration"] = file.duration
    if file.kind in {"video", "animation"}:
        shown |= {"width": file.width or 640, "height": file.height or 360}
    if file.kind == "video_note":
        shown = {**file.base(), "duration": file.duration, "length": file.width or 240}
    if file.kind == "sticker":
        shown = {**file.base(), "type": "regular", "width": 512, "height": 512, "emoji": file.emoji or "👍"}
        shown |= {"is_animated": False, "is_video": False}
    return {file.kind: shown}


def location(latitude: float, longitude: float) -> Json:
    """Return a place on the map, in degrees."""
    return {"location": {"latitude": latitude, "longitude": longitude}}


def venue(latitude: float, longitude: float, title: str, address: str) -> Json:
    """Return a named place; it holds a location too, as Telegram sends it."""
    place = location(latitude, longitude)
    return {"venue": {**place, "title": title, "address": address}, **place}


def contact(number: str, first_name: str, user_id: int | None = None, last_name: str | None = None) -> Json:
    """Return a shared contact; `user_id` says whose it is, if that is a user."""
    shown: Json = {"phone_number": number, "first_name": first_name}
    if last_name:
        shown["last_name"] = last_name
    if user_id is not None:
        shown["user_id"] = user_id
    return {"contact": shown}
