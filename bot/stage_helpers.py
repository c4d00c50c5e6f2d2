"""Neighbours who help each other in the demo: 李奶奶, three volunteers with their unit, post and group.

They have used the bot before, so nobody of them is asked for consent in the middle of the tour's story.
"""

from datetime import datetime, timedelta
from typing import Any

from storage import people, schema
from storage.changes import ChangeSet
from storage.engine import Database
from storage.ids import new_id
from storage.ledger import Ledger
from storage.rules.groups import Purpose

from .cast import ADA, DAN, DU, LAO_LI, LI, NURSE, PEOPLE, SU, VERA

LI_PHONE, LI_HOME, LI_ROOM = "19900001120", "jx-3-2", "601"
"""She is no line of the sample: 小魏 asks for her, and finds her by her number."""
UNIT, POST = "hospital", "help-repair"
"""Where 小杜 is at home, and what he holds there; 江护士 is its contact."""
VOLUNTEERS_CHAT = -1_001_000_000_100
VOLUNTEERS = ("幸福里志愿者群", "Xingfuli volunteers")
TERM = timedelta(days=365)


def chat(language: str) -> dict[str, Any]:
    """The volunteers' group, as the simulator's file of people wants it."""
    return {
        "title": VOLUNTEERS[1] if language == "en" else VOLUNTEERS[0],
        "chat_id": VOLUNTEERS_CHAT,
        "owner_id": DAN,
        "member_ids": [VERA, DU, SU, LAO_LI, ADA],
        "is_supergroup": True,
    }


async def neighbours(database: Database, now: datetime, language: str) -> None:
    """李奶奶, and three people who help: verified, one of them at home in a unit and with a post."""
    ledger, changes = await Ledger.open(database), ChangeSet()
    directory = ledger.directory
    found = await people.by_telegram_ids(ledger, [VERA, DU, SU, NURSE, DAN])
    name = next(english if language == "en" else chinese for who, chinese, english in PEOPLE if who == LI)
    home = {"home_id": directory.by_code[LI_HOME].id, "room": LI_ROOM}
    about = {"telegram_id": LI, "name": name, "phone": LI_PHONE, "language": language, **home}
    changes.insert(schema.person, id=new_id(now), consented_at=now, created_at=now, **about)
    for who in (VERA, DU, SU, NURSE):
        changes.update(schema.person, found[who], consented_at=now)
    unit = next(one.id for one in directory.helping.organisations.values() if one.code == UNIT)
    verified = {"registered_at": now, "verified_at": now, "verified_by": found[DAN]["id"]}
    for who in (VERA, DU, SU):
        theirs = {"person_id": found[who]["id"], "organisation_id": unit if who == DU else None}
        changes.insert(schema.helper, id=new_id(now), **theirs, **verified)
    post = next(one.id for one in directory.helping.posts.values() if one.code == POST)
    term = {"from_at": now, "until_at": now + TERM}
    changes.insert(schema.post_holding, id=new_id(now), post_id=post, person_id=found[DU]["id"], seat=1, **term)
    await ledger.commit([changes])


async def group(database: Database, now: datetime, language: str) -> None:
    """The volunteers' group of the community is bound already."""
    ledger = await Ledger.open(database)
    ada = (await people.by_telegram_ids(ledger, [ADA]))[ADA]
    community = next(place for place in ledger.directory.places.values() if place.level == "community")
    changes = ChangeSet()
    values = {"chat_id": VOLUNTEERS_CHAT, "place_id": community.id, "purpose": str(Purpose.VOLUNTEERS)}
    about = {"is_forum": False, "language": language, "bound_by": ada["id"], "bound_at": now, "version": 1}
    changes.insert(schema.group_chat, id=1, **values, **about)
    await ledger.commit([changes])
