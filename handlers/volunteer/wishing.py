"""The same in words, where nobody waits for an answer: 我想帮忙, 谁会修电脑, the talent register."""

import tomllib
from pathlib import Path

from handlers import entry
from handlers.context import Context
from handlers.reading import Danger, LexiconReader
from handlers.said import Said
from storage.rules.press import Press

from . import joining, listing, talents

_SAID: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
_AROUND = " " + "".join(_SAID["around"])
_LONGEST = 30
"""A question for the register is short; whoever tells more tells of something else."""
_READER = LexiconReader()


@entry.heard(30)
async def in_words(context: Context, said: Said) -> bool:
    """Whether somebody wants to help, or looks for whoever can something. A danger is neither."""
    bare = said.text.strip(_AROUND).lower()
    if said.files or not bare or len(bare) > _LONGEST:
        return False
    looked_for = next((bare.removeprefix(one).strip(_AROUND) for one in _SAID["who"] if bare.startswith(one)), "")
    if bare in _SAID["join"]:
        await joining.mine(context, Press("help"), said)
    elif bare in _SAID["list"]:
        await listing.show(context, 0)
    elif bare in _SAID["talents"]:
        await talents.command(context, [])
    elif looked_for and _READER.read(said.text).danger is Danger.NO:
        await talents.find(context, looked_for)
    else:
        return False
    return True
