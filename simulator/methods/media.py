"""Sending files: photos, voice, video, documents and the like, single or as an album."""

from typing import Any

from simulator import content
from simulator.errors import ApiError, bad_request
from simulator.files import DOWNLOAD_LIMIT, File
from simulator.markup import formatted
from simulator.methods.base import CAPTION_LIMIT, Call, method
from simulator.methods.send import frame, send
from simulator.spec import Json, Upload

UPLOAD_LIMIT, PHOTO_LIMIT = 50 * 2**20, 10 * 2**20
NO_FILE = "wrong file identifier/HTTP URL specified"
KINDS = {
    "sendPhoto": "photo",
    "sendVoice": "voice",
    "sendVideo": "video",
    "sendDocument": "document",
    "sendAudio": "audio",
    "sendAnimation": "animation",
    "sendVideoNote": "video_note",
    "sendSticker": "sticker",
}
ALONE = {"document": "document", "audio": "audio"}


def resolve(call: Call, value: Any, kind: str, about: Json) -> File:
    """Find or take the file a call means: an upload, `attach://name`, a file_id; addresses are not fetched."""
    if isinstance(value, str) and value.startswith("attach://"):
        value = call.uploads.get(value.removeprefix("attach://"))
    if isinstance(value, Upload):
        return _take(call, value, kind, about)
    if value is None:
        raise bad_request(NO_FILE)
    if value.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = call.world.files.get(value, call.bot.id)
    if file is None:
        raise bad_request(NO_FILE)
    if file.kind != kind:
        names = (each.replace("_", " ").title().replace(" ", "") for each in (file.kind, kind))
        raise bad_request("can't use file of type {} as {}".format(*names))
    return file


def _take(call: Call, upload: Upload, kind: str, about: Json) -> File:
    size = len(upload.data)
    if size == 0:
        raise bad_request("file must be non-empty")
    if size > (PHOTO_LIMIT if kind == "photo" else UPLOAD_LIMIT):
        raise ApiError(413, "Request Entity Too Large")
    files = call.world.files
    if kind == "photo":
        file = content.add_photo(files, upload.data)
        if file is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        if file.width + file.height > 10_000 or max(file.width, file.height) > 20 * min(file.width, file.height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
    else:
        known = {key: about[key] for key in ("duration", "width", "height", "emoji") if key in about}
        file = files.add(kind, upload.data, name=upload.name, mime=_mime(upload, kind), **known)
    file.known_to.add(call.bot.id)
    return file


def _mime(upload: Upload, kind: str) -> str | None:
    return upload.mime if kind == "document" else None


def shown(call: Call, kind: str, value: Any, about: Json) -> Json:
    """Return the content of a message with a file and the caption that `about` holds."""
    words = formatted(about.get("caption", ""), about.get("parse_mode"), about.get("caption_entities"), CAPTION_LIMIT)
    made = content.media(call.world.files, resolve(call, value, kind, about))
    made |= words.fields("caption")
    if about.get("has_spoiler"):
        made["has_media_spoiler"] = True
    if about.get("show_caption_above_media"):
        made["show_caption_above_media"] = True
    return made


def _send_media(call: Call, kind: str) -> Json:
    call.open_chat()
    return send(call, shown(call, kind, call.args[kind], call.args))


def _register(name: str, kind: str) -> None:
    method(name, None)(lambda call: _send_media(call, kind))


for _name, _kind in KINDS.items():
    _register(_name, _kind)


@method("sendMediaGroup", None)
def send_media_group(call: Call) -> list[Json]:
    """Send an album: messages of their own that share a `media_group_id`."""
    chat, items = call.open_chat(), call.args["media"]
    kinds = {item["type"] for item in items}
    for kind in ALONE:
        if kind in kinds and len(kinds) > 1:
            raise bad_request(f"{kind} can't be mixed with other media types")
    contents = [shown(call, item["type"], item["media"], item) for item in items]
    group_id = str(call.world.town.count("album", 13_000_000_000_000_000))
    around = {**frame(call, chat), "media_group_id": group_id}
    return [call.world.post(chat, call.bot, {**around, **each}).body for each in contents]


@method("sendLocation", None)
def send_location(call: Call) -> Json:
    """Send a place on the map."""
    return send(call, content.location(call.args["latitude"], call.args["longitude"]))


@method("sendVenue", None)
def send_venue(call: Call) -> Json:
    """Send a named place."""
    args = call.args
    return send(call, content.venue(args["latitude"], args["longitude"], args["title"], args["address"]))


@method("sendContact", None)
def send_contact(call: Call) -> Json:
    """Send a telephone number."""
    args = call.args
    return send(call, content.contact(args["phone_number"], args["first_name"], None, args.get("last_name")))


@method("getFile", "File")
def get_file(call: Call) -> Json:
    """Say where a file can be fetched; more than 20 MB cannot."""
    files, file_id = call.world.files, call.args["file_id"]
    file = files.get(file_id, call.bot.id)
    if file is None and files.get(file_id):  # another bot's
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if file is None:
        raise bad_request("invalid file_id")
    if file.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {**file.base(), "file_path": file.path}


@method("getUserProfilePhotos", "UserProfilePhotos")
def get_user_profile_photos(call: Call) -> Json:
    """Return none: people here have no pictures of themselves."""
    if call.args["user_id"] not in call.world.town.people:
        raise bad_request("user not found")
    return {"total_count": 0, "photos": []}
