"""A person's own data as one file: a page to read, the same as data, and their pictures and voices, in a ZIP.

It is made when it is sent, from what the database and the media store hold then; nothing of it waits anywhere. What
would make it larger than a bot may send is left out and named on the page; the newest files go first.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.keeping.belongings import Belongings, Gathering
from storage.ledger import Ledger, Row
from storage.media import MediaStore

from .texts import Texts

LIMIT_BYTES = 45_000_000  # a bot may send 50 MB; the rest is for the page and the form around it
_PAGE = Path(__file__).with_name("exported.html")
LABELS = (
    "export.title",
    "export.about",
    "export.person",
    "export.name",
    "export.phone",
    "export.home",
    "export.language",
    "export.account",
    "export.consented",
    "export.roles",
    "export.family",
    "export.my_elder",
    "export.my_relative",
    "export.ended",
    "export.matters",
    "export.danger",
    "export.position",
    "export.for_whom",
    "export.stars",
    "export.booked",
    "export.asked",
    "export.sheets",
    "export.waiting",
    "export.support",
    "export.missing",
    "export.points",
    "export.joined",
    "export.notices",
    "export.draft",
    "export.received",
    "export.sent",
    "export.nothing",
)


class Exports:
    """Makes such files."""

    def __init__(self, ledger: Ledger, texts: Texts, store: MediaStore) -> None:
        self._ledger = ledger
        self._texts = texts
        self._store = store

    async def make(self, person: Row, now: datetime) -> tuple[str, bytes]:
        """The file's name and content."""
        found = await Gathering(self._ledger, person, now).all()
        contents = await self._contents(found)
        page = self._page(found, contents, person["language"], now)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("index.html", page)
            archive.writestr("data.json", json.dumps(found.data, ensure_ascii=False, indent=1, default=_plain))
            for name, content in contents.items():
                archive.writestr(name, content)
        return f"linli-{now:%Y%m%d}.zip", packed.getvalue()

    async def _contents(self, found: Belongings) -> Mapping[str, bytes]:
        """The files as far as they are stored and fit."""
        room, contents = LIMIT_BYTES, {}
        for name, row in reversed(list(found.files.items())):
            content = await self._store.get(row["stored_as"]) if row["stored_as"] else None
            if content is not None and len(content) <= room:
                contents[name] = content
                room -= len(content)
        return contents

    def _page(self, found: Belongings, contents: Mapping[str, bytes], language: str, now: datetime) -> str:
        labels = {key.partition(".")[2]: self._texts.plain(language, key, {}, now) for key in LABELS}
        params = {
            **found.data,
            "label": labels,
            "there": set(contents),
            "event": lambda name: self._word(language, f"export.event_{name}", now),
            "state": lambda name: self._word(language, f"export.state_{name}", now),
            "way": lambda name: self._word(language, f"export.way_{name}", now),
            "sheet": lambda name: self._word(language, f"export.sheet_{name}", now),
            "reason": lambda name: self._word(language, f"export.reason_{name}", now),
            "moved": lambda name: self._word(language, f"export.points_{name}", now),
            "who": lambda name: self._who(language, name, now),
        }
        return self._texts.page(_PAGE.read_text(encoding="utf-8"), language, params, now)

    def _who(self, language: str, name: str, now: datetime) -> str:
        known = {"me", "family", "clock"}
        return self._word(language, f"export.who_{name}" if name in known else f"role.{name}", now)

    def _word(self, language: str, key: str, now: datetime) -> str:
        return self._texts.plain(language, key, {}, now)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
