"""Where updates come in: commands, presses and words, each looked up in one table; PTB's filters do the sorting.

In a group nothing private is said: only what is registered for groups is heard there, and nobody is met.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeVar

from telegram import Update
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from storage.rules.press import Press, read
from storage.work import Priority

from . import flows
from .context import AnyApplication, Context
from .lookup import address
from .said import Said, said

Act = TypeVar("Act")
Command = Callable[[Context, list[str]], Awaitable[None]]
Pressed = Callable[[Context, Press, Said], Awaitable[None]]
Heard = Callable[[Context, Said], Awaitable[bool]]
Opened = Callable[[Context, str], Awaitable[None]]
InGroup = Callable[[Context, Update], Awaitable[None]]

ADMINS = "admins"  # bot_data: the numeric ids whom the settings name as administrators
HELLO = "hello"
"""The payload of an address that only opens the private chat."""
LABELS = "labels"  # bot_data: what a button of the main keyboard says -> its name, in every language

_commands: dict[str, Command] = {}
_presses: dict[str, Pressed] = {}
_menu: dict[str, Command] = {}
_listeners: list[tuple[int, Heard]] = []
_group_commands: dict[str, InGroup] = {}
_group_presses: dict[str, Pressed] = {}
_group_listeners: list[InGroup] = []
_group_events: list[InGroup] = []
_openers: dict[str, Opened] = {}
_doorsteps: list[Callable[[Update, Context], Awaitable[None]]] = []
_farewells: list[Callable[[Context], Awaitable[None]]] = []


def command(name: str, *, menu: str | None = None) -> Callable[[Command], Command]:
    """Register what a command does, and the big button that does the same."""

    def add(act: Command) -> Command:
        _add(_commands, name, act)
        if menu is not None:
            _menu[menu] = act
        return act

    return add


def _add(table: dict[str, Act], name: str, act: Act) -> None:
    """Whoever comes second would silently take it away from the first."""
    if name in table:
        raise ValueError(f"{name!r} is registered twice")
    table[name] = act


def pressed(*verbs: str) -> Callable[[Pressed], Pressed]:
    """Register what a button does."""

    def add(act: Pressed) -> Pressed:
        for verb in verbs:
            _add(_presses, verb, act)
        return act

    return add


def heard(order: int) -> Callable[[Heard], Heard]:
    """Register who listens to words that are no command; the lowest order first, until one says True."""

    def add(act: Heard) -> Heard:
        _listeners.append((order, act))
        _listeners.sort(key=lambda one: one[0])
        return act

    return add


def command_in_group(name: str) -> Callable[[InGroup], InGroup]:
    """Register what a command does in a group."""

    def add(act: InGroup) -> InGroup:
        _add(_group_commands, name, act)
        return act

    return add


def pressed_in_group(*verbs: str) -> Callable[[Pressed], Pressed]:
    """Register what a button does that is pressed in a group, by whomever."""

    def add(act: Pressed) -> Pressed:
        for verb in verbs:
            _add(_group_presses, verb, act)
        return act

    return add


def heard_in_group(act: InGroup) -> InGroup:
    """Register who looks at messages in groups that are no command."""
    _group_listeners.append(act)
    return act


def of_group(act: InGroup) -> InGroup:
    """Register who looks at what becomes of groups: who is in them, and where they move."""
    _group_events.append(act)
    return act


def opened(prefix: str) -> Callable[[Opened], Opened]:
    """Register what an address does whose payload begins with a letter that means nothing else."""

    def add(act: Opened) -> Opened:
        _add(_openers, prefix, act)
        return act

    return add


async def open_address(context: Context, payload: str) -> bool:
    """Do what a payload asks for; False when nobody knows its letter."""
    act = _openers.get(payload[:1])
    if act is not None:
        await act(context, payload[1:])
    return act is not None


def doorstep(act: Callable[[Update, Context], Awaitable[None]]) -> Callable[[Update, Context], Awaitable[None]]:
    """Register what happens before anything else: who is it?"""
    _doorsteps.append(act)
    return act


def farewell(act: Callable[[Context], Awaitable[None]]) -> Callable[[Context], Awaitable[None]]:
    """Register what happens after everything else was decided."""
    _farewells.append(act)
    return act


def commands() -> tuple[str, ...]:
    """Every command that works."""
    return tuple(_commands)


def install(application: AnyApplication) -> None:
    """Hand everything to PTB."""
    private = filters.ChatType.PRIVATE
    application.add_handler(TypeHandler(Update, _enter), group=-1)
    for name in _commands:
        application.add_handler(CommandHandler(name, _on_command, filters=private & filters.UpdateType.MESSAGE))
    groups = filters.ChatType.GROUPS & filters.UpdateType.MESSAGE
    application.add_handler(MessageHandler(groups & filters.StatusUpdate.MIGRATE, _on_event))
    application.add_handler(ChatMemberHandler(_on_event, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(CommandHandler(list(_group_commands), _on_group_command, filters=groups))
    application.add_handler(CommandHandler(list(_commands), _in_group, filters=groups))
    application.add_handler(MessageHandler(groups & ~filters.StatusUpdate.ALL, _on_group_message))
    application.add_handler(CallbackQueryHandler(_on_press))
    application.add_handler(MessageHandler(private & filters.UpdateType.MESSAGE, _on_message))
    application.add_handler(TypeHandler(Update, _leave), group=1)


async def _enter(update: Update, context: Context) -> None:
    if not context.work.is_private:
        return  # in a group nobody is met: who speaks there has not come to us
    for act in _doorsteps:
        await act(update, context)


async def _leave(_update: Update, context: Context) -> None:
    for act in _farewells if context.work.is_private else ():
        await act(context)


async def _on_command(update: Update, context: Context) -> None:
    message = update.effective_message
    words = (message.text or "").split() if message else []
    name = words[0].removeprefix("/").partition("@")[0].lower() if words else ""
    await _commands[name](context, words[1:])


async def _in_group(_update: Update, context: Context) -> None:
    private_only(context)


def private_only(context: Context) -> None:
    """Something private was asked for in a group: nothing personal is said there, only where to go.

    However often it is asked, cards overtake that: a group hears no more than twenty messages a minute.
    """
    rows: flows.Rows = [[("to_private", f"url={address(context, HELLO)}")]]
    context.work.reply("group.private_only", rows, priority=Priority.REMINDER)


async def _on_group_command(update: Update, context: Context) -> None:
    message = update.effective_message
    words = (message.text or "").split() if message else []
    await _group_commands[words[0].removeprefix("/").partition("@")[0].lower()](context, update)


async def _on_group_message(update: Update, context: Context) -> None:
    for act in _group_listeners:
        await act(context, update)


async def _on_event(update: Update, context: Context) -> None:
    for act in () if context.work.is_private else _group_events:
        await act(context, update)


async def _on_press(update: Update, context: Context) -> None:
    query = update.callback_query
    found = read(query.data) if query else None
    known = _presses if context.work.is_private else _group_presses
    act = known.get(found.verb) if found else None
    if found is None or act is None:
        context.work.audit("press_unknown")
        context.work.answer("refused.stale", alert=True)
        return
    choice = found.args[0] if found.verb == "choose" and found.args else None
    await act(context, found, Said(choice=choice, pressed_message=context.pressed_message))


async def _on_message(update: Update, context: Context) -> None:
    what = said(update)
    labels: Mapping[str, str] = context.application.bot_data.get(LABELS, {})
    name = labels.get(what.text)
    if name in _menu:
        under_way = flows.current(context)
        if under_way is None or not under_way[0].is_kept:
            context.conversation.clear()
        await _menu[name](context, [])
        return
    for _, act in _listeners:
        if await act(context, what):
            return


@heard(20)
async def _in_flow(context: Context, what: Said) -> bool:
    """Whoever is in a flow is heard by its step."""
    return await flows.hear(context, what)


@pressed("choose")
async def _choose(context: Context, press: Press, what: Said) -> None:
    if not flows.is_current(context, press.args[-1] if press.args else None) or not await flows.hear(context, what):
        context.work.answer("refused.stale")


@pressed("back")
async def _back(context: Context, press: Press, what: Said) -> None:
    is_mine = flows.is_current(context, press.args[-1] if press.args else None)
    if not is_mine or not await flows.back(context, edit=what.pressed_message):
        context.work.answer("refused.stale")


@pressed("cancel")
async def _cancel_press(context: Context, press: Press, what: Said) -> None:
    """Only the round that the button belongs to; an old card's button leaves what is under way alone."""
    if flows.is_current(context, press.args[-1] if press.args else None):
        await flows.leave(context, edit=what.pressed_message)
    else:
        context.work.reply("flow.cancelled", edit=what.pressed_message)


@command("cancel")
async def _cancel(context: Context, _args: list[str]) -> None:
    await flows.leave(context)


def bot_data(labels: Mapping[str, str], admins: Collection[int] = ()) -> dict[str, Any]:
    """What the composition root puts into PTB's bot_data for these handlers."""
    return {LABELS: labels, ADMINS: frozenset(admins)}
