"""The floor: a bare python-telegram-bot echo bot which stores nothing, on PTB's own transport or on our aiohttp one."""

import sys

from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.transport import AiohttpRequest, Transport

TOKEN = "7000000001:BENCH"  # noqa: S105 - opens nothing


async def _echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.effective_message is not None:
        await update.effective_message.reply_text("好的")


async def _pressed(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.callback_query is not None:
        await update.callback_query.answer()
        await update.callback_query.edit_message_text("好的")


def main(url: str, transport: str = "httpx") -> None:
    """Run against a Bot API."""
    builder = Application.builder().token(TOKEN).base_url(f"{url}/bot")
    if transport == "aiohttp":
        ours = Transport(url, TOKEN)

        async def close(_application: object) -> None:
            await ours.close()

        builder = builder.request(AiohttpRequest(ours)).get_updates_request(AiohttpRequest(ours)).post_shutdown(close)
    application = builder.build()
    application.add_handler(CallbackQueryHandler(_pressed))
    application.add_handler(MessageHandler(filters.ALL, _echo))
    application.run_polling(drop_pending_updates=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
