"""What a bot says of itself: commands per scope and language, descriptions, name, menu button, rights."""

import re

from simulator.errors import bad_request
from simulator.methods.base import Call, method
from simulator.spec import Json

COMMAND = re.compile(r"/?[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"[a-z]{2}")


def _language(call: Call) -> str:
    code: str = call.args.get("language_code", "")
    if code and not LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _key(call: Call) -> tuple[str, str]:
    scope = call.args.get("scope", {"type": "default"})
    if "chat_id" in scope:
        call.world.town.chat_of(call.bot, scope["chat_id"])
    return ":".join(str(value) for value in scope.values()), _language(call)


@method("setMyCommands")
def set_my_commands(call: Call) -> bool:
    """Set the menu of commands of a scope and a language."""
    given = call.args["commands"]
    for each in given:
        if not COMMAND.fullmatch(each["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
    stripped = [{**each, "command": each["command"].removeprefix("/")} for each in given]
    call.bot.commands[_key(call)] = stripped
    call.world.events.publish("commands", bot=call.bot.id)
    return True


@method("getMyCommands", "Array of BotCommand")
def get_my_commands(call: Call) -> list[Json]:
    """Return the menu of exactly this scope and language."""
    return call.bot.commands.get(_key(call), [])


@method("deleteMyCommands")
def delete_my_commands(call: Call) -> bool:
    """Remove a menu."""
    call.bot.commands.pop(_key(call), None)
    call.world.events.publish("commands", bot=call.bot.id)
    return True


def _register_words(title: str, parameter: str, returns: str) -> None:
    """Register the pair that sets and gets one text of the bot per language."""

    def set_words(call: Call) -> bool:
        call.bot.words[parameter, _language(call)] = call.args.get(parameter, "")
        call.world.events.publish("commands", bot=call.bot.id)
        return True

    def get_words(call: Call) -> Json:
        words = call.bot.words
        found = words.get((parameter, _language(call))) or words.get((parameter, ""))
        return {parameter: found or (call.bot.first_name if parameter == "name" else "")}

    method(f"setMy{title}")(set_words)
    method(f"getMy{title}", returns)(get_words)


_register_words("Name", "name", "BotName")
_register_words("Description", "description", "BotDescription")
_register_words("ShortDescription", "short_description", "BotShortDescription")


@method("setChatMenuButton")
def set_chat_menu_button(call: Call) -> bool:
    """Set the button beside the input field, for one chat or for all."""
    call.bot.menu_buttons[call.args.get("chat_id")] = call.args.get("menu_button", {"type": "default"})
    return True


@method("getChatMenuButton", "MenuButton")
def get_chat_menu_button(call: Call) -> Json:
    """Return the button beside the input field."""
    buttons = call.bot.menu_buttons
    default = buttons.get(None, {"type": "commands"})
    return buttons.get(call.args.get("chat_id"), default)
