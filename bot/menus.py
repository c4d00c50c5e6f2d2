"""What Telegram shows beside the chat: the command menu, the description, per language; set once at the start."""

import logging
from datetime import datetime

from handlers.entry import commands

from .texts import LANGUAGES, Texts, sources
from .transport import Ambiguous, ApiError, NotSent, Transport

log = logging.getLogger(__name__)
IN_GROUPS = frozenset({"report"})
"""What neighbours may say in a group; administrators know theirs."""
_CODES = {"zh-CN": "", "en": "en"}  # the default language has no code: everybody else gets it


async def set_menus(transport: Transport, texts: Texts, now: datetime) -> None:
    """Tell Telegram the commands that work. A refusal is no reason not to start."""
    for language in LANGUAGES:
        menu = [
            {"command": name, "description": texts.plain(language, f"menu.{name}", {}, now)}
            for name in commands()
            if f"menu.{name}" in sources(language)
        ]
        in_groups = [one for one in menu if one["command"] in IN_GROUPS]
        code = {"language_code": _CODES[language]} if _CODES[language] else {}
        try:
            scope = {"type": "all_private_chats"}
            await transport.call("setMyCommands", {"commands": menu, "scope": scope, **code})
            scope = {"type": "all_group_chats"}
            await transport.call("setMyCommands", {"commands": in_groups, "scope": scope, **code})
            description = texts.plain(language, "menu.description", {}, now)
            await transport.call("setMyDescription", {"description": description, **code})
            short = texts.plain(language, "menu.short_description", {}, now)
            await transport.call("setMyShortDescription", {"short_description": short, **code})
        except (ApiError, NotSent, Ambiguous) as error:
            log.warning("the menus could not be set: %(error)s", {"error": str(error)})
            return
