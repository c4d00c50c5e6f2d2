"""A bot on python-telegram-bot's defaults that makes the same calls as Linli in a report, and stores nothing.

It is handed what Linli was seen to do (`bench.rehearsal`) and does so by PTB's own means: handlers, typed keyboards,
one call after the other. Which message of the six it is at, it keeps in memory.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from .echo import TOKEN

Call = tuple[str, dict[str, Any]]
OWN = "own"  # stands for the chat of whoever speaks


class SameCalls:
    """What is done at each of the six messages."""

    def __init__(self, steps: list[list[Call]]) -> None:
        self._steps = steps
        self._step: Counter[int] = Counter()

    async def act(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Make the calls of this message."""
        if update.effective_user is None:
            return
        user_id = update.effective_user.id
        step = self._step[user_id]
        self._step[user_id] += 1
        for method, params in self._steps[step] if step < len(self._steps) else ():
            await _make(method, params, update, context.bot)


async def _make(method: str, params: dict[str, Any], update: Update, bot: Any) -> None:
    query = update.callback_query
    if method == "answerCallbackQuery" and query is not None:
        await query.answer(text=params.get("text"), show_alert=params.get("show_alert"))
        return
    user_id = update.effective_user.id if update.effective_user else 0
    chat_id = user_id if params["chat_id"] == OWN else params["chat_id"]
    words = {"text": params["text"], "parse_mode": params["parse_mode"], "reply_markup": _keyboard(params)}
    if method == "editMessageText":
        await bot.edit_message_text(chat_id=chat_id, message_id=params["message_id"], **words)
    elif method == "sendMessage":
        await bot.send_message(chat_id=chat_id, **words)
    else:
        raise ValueError(f"{method} is no call of a report")


def _keyboard(params: dict[str, Any]) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """Made anew for every message, as a bot does."""
    markup = params.get("reply_markup")
    if markup is None:
        return None
    if "inline_keyboard" in markup:
        return InlineKeyboardMarkup([[InlineKeyboardButton(**one) for one in row] for row in markup["inline_keyboard"]])
    others = {name: value for name, value in markup.items() if name != "keyboard"}
    return ReplyKeyboardMarkup([[KeyboardButton(**one) for one in row] for row in markup["keyboard"]], **others)


def main(url: str, steps: str) -> None:
    """Run against a Bot API with the calls of a file."""
    acting = SameCalls(json.loads(Path(steps).read_text(encoding="utf-8")))
    application = Application.builder().token(TOKEN).base_url(f"{url}/bot").build()
    application.add_handler(CommandHandler("report", acting.act))
    application.add_handler(CallbackQueryHandler(acting.act))
    application.add_handler(MessageHandler(filters.ALL, acting.act))
    application.run_polling(drop_pending_updates=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
