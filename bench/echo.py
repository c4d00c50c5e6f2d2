"""The floor: a bare python-telegram-bot echo bot on its defaults, which stores nothing."""

import sys

from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters


async def _echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.effective_message is not None:
        await update.effective_message.reply_text("好的")


async def _pressed(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.callback_query is not None:
        await update.callback_query.answer()
        await update.callback_query.edit_message_text("好的")


def main(url: str) -> None:
    """Run against a Bot API."""
    application = Application.builder().token("7000000001:BENCH").base_url(f"{url}/bot").build()
    application.add_handler(CallbackQueryHandler(_pressed))
    application.add_handler(MessageHandler(filters.ALL, _echo))
    application.run_polling(drop_pending_updates=False)


if __name__ == "__main__":
    main(sys.argv[1])
