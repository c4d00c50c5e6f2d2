"""The files of the town: what was uploaded, under the ids that bots see.

A `file_id` is worth something only to a bot that has met the file: another bot's is refused, as with
Telegram, where the ids die with the token.
"""

from dataclasses import dataclass, field

from simulator.spec import Json

DOWNLOAD_LIMIT = 20 * 2**20
FOLDERS = {
    "photo": ("photos", "jpg", "image/jpeg"),
    "voice": ("voice", "oga", "audio/ogg"),
    "video": ("videos", "mp4", "video/mp4"),
    "audio": ("music", "mp3", "audio/mpeg"),
    "animation": ("animations", "mp4", "video/mp4"),
    "video_note": ("video_notes", "mp4", "video/mp4"),
    "sticker": ("stickers", "webp", "image/webp"),
    "document": ("documents", "bin", "application/octet-stream"),
}
PREFIXES = {"photo": "AgAC", "voice": "AwAC", "video": "BAAC", "document": "BQAC", "sticker": "CAAC"}


@dataclass(slots=True)
class File:
    """One file in one size. `size` may be more than the bytes that are kept, for trying huge ones."""

    id: str
    unique_id: str
    kind: str
    data: bytes
    path: str
    mime: str
    name: str | None = None
    size: int = 0
    width: int = 0
    height: int = 0
    duration: int = 0
    emoji: str = ""
    small: "File | None" = None
    known_to: set[int] = field(default_factory=set)

    def base(self) -> Json:
        """Return the fields every file object has."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}


class Files:
    """All files, by id and by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, File] = {}
        self._by_path: dict[str, File] = {}

    def add(
        self,
        kind: str,
        data: bytes,
        *,
        name: str | None = None,
        mime: str | None = None,
        size: int | None = None,
        width: int = 0,
        height: int = 0,
        duration: int = 0,
        emoji: str = "",
    ) -> File:
        """Keep a file."""
        number = len(self._by_id)
        folder, extension, usual = FOLDERS[kind]
        if name and "." in name:
            extension = name.rpartition(".")[2]
        unique = f"AQAD{number:08x}"
        file = File(
            id=f"{PREFIXES.get(kind, 'DQAC')}AgUAAx{number:08x}{abs(hash((number, len(data)))) % 16**8:08x}",
            unique_id=unique,
            kind=kind,
            data=data,
            path=f"{folder}/file_{number}.{extension}",
            mime=mime or usual,
            name=name,
            size=len(data) if size is None else size,
            width=width,
            height=height,
            duration=duration,
            emoji=emoji,
        )
        self._by_id[file.id] = self._by_path[file.path] = file
        return file

    def get(self, file_id: str, bot_id: int | None = None) -> File | None:
        """Find a file by its id, as far as the bot has met it."""
        file = self._by_id.get(file_id)
        return file if file and (bot_id is None or bot_id in file.known_to) else None

    def at(self, path: str, bot_id: int) -> File | None:
        """Find a file by its path, as far as the bot has met it."""
        file = self._by_path.get(path)
        return file if file and bot_id in file.known_to else None
