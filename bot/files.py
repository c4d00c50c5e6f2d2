"""Files in messages: sent by the id Telegram knows them under, or, where it does not know it, from our stored copy.

A `file_id` is worth nothing to another token, so after a bot moved to a new one every older picture comes from the
media store. A file that neither side has any more never keeps words from being said.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from storage import attachments
from storage.ledger import Ledger
from storage.media import MediaStore

from .transport import ApiError, Caller

log = logging.getLogger(__name__)
ALBUM = 10  # what Telegram takes together
_TOGETHER = {"photo", "video"}
_UNKNOWN = ("wrong file identifier", "wrong remote file", "wrong file_id", "file reference")

File = Mapping[str, Any]


class FileGone(Exception):
    """Telegram does not know the file, and there is no copy."""


class Files:
    """Sends files of one ticket to one chat."""

    def __init__(self, ledger: Ledger, transport: Caller, store: MediaStore) -> None:
        self._ledger = ledger
        self._transport = transport
        self._store = store

    async def send(self, chat_id: int, ticket_id: int, files: Sequence[File]) -> list[int]:
        """Send files, pictures and films together in albums; the ids of the messages.

        Raises FileGone when there was nothing left to send, and what the transport raises.
        """
        sent: list[int] = []
        for part in _parts(files):
            sent += await self._part(chat_id, ticket_id, part)
        if not sent:
            raise FileGone
        return sent

    async def photo(self, chat_id: int, ticket_id: int | None, file_id: str, params: Mapping[str, Any]) -> Any:
        """Send a picture with a caption, buttons and the like. Raises FileGone, and what the transport raises."""
        one = {"media": "photo", "file_id": file_id}
        return await self._known_or_copy(ticket_id, one, {"chat_id": chat_id, **params})

    async def _part(self, chat_id: int, ticket_id: int, part: Sequence[File]) -> list[int]:
        if len(part) > 1:
            media = [{"type": one["media"], "media": one["file_id"]} for one in part]
            try:
                album = await self._transport.call("sendMediaGroup", {"chat_id": chat_id, "media": media})
                return [message["message_id"] for message in album]
            except ApiError as error:
                if not _is_unknown(error):
                    raise
        sent: list[int] = []
        for one in part:  # one of an album that is unknown refuses all of it
            try:
                sent.append((await self._single(chat_id, ticket_id, one))["message_id"])
            except FileGone:
                about = {"kind": one["media"], "ticket": ticket_id}
                log.warning("a %(kind)s of ticket %(ticket)s cannot be shown any more", about)
        return sent

    async def _single(self, chat_id: int, ticket_id: int, one: File) -> Any:
        if one["media"] == "location":
            place = {"latitude": one["latitude"], "longitude": one["longitude"]}
            return await self._transport.call("sendLocation", {"chat_id": chat_id, **place})
        return await self._known_or_copy(ticket_id, one, {"chat_id": chat_id})

    async def _known_or_copy(self, ticket_id: int | None, one: File, params: Mapping[str, Any]) -> Any:
        kind, file_id = one["media"], one["file_id"]
        method = {"video_note": "sendVideoNote"}.get(kind, f"send{kind.capitalize()}")
        try:
            return await self._transport.call(method, {**params, kind: file_id})
        except ApiError as error:
            if not _is_unknown(error):
                raise
        name, content = await self._copy(ticket_id, file_id)
        return await self._transport.upload(method, params, {kind: (name, content)})

    async def _copy(self, ticket_id: int | None, file_id: str) -> tuple[str, bytes]:
        known = await attachments.copies(self._ledger, ticket_id, [file_id]) if ticket_id is not None else {}
        content = await self._store.get(known[file_id]) if file_id in known else None
        if content is None:
            raise FileGone
        return known[file_id], content


def _parts(files: Sequence[File]) -> list[Sequence[File]]:
    album = [one for one in files if one["media"] in _TOGETHER]
    rest = [one for one in files if one["media"] not in _TOGETHER]
    return [*(album[start : start + ALBUM] for start in range(0, len(album), ALBUM)), *([one] for one in rest)]


def _is_unknown(error: ApiError) -> bool:
    """Whether Telegram says that this token has no such file."""
    return error.code == 400 and any(words in error.description.lower() for words in _UNKNOWN)
