"""An echo bot in the way aiogram documents it: it repeats what it is told, asks on both kinds of keyboard, and counts.

`LINLI_SIMULATOR` is the address of the Bot API, `LINLI_TOKEN` the bot's token; both are given by the test.
"""

import asyncio
import os

from aiogram import Bot, Dispatcher, F
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.filters import Command, CommandStart
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, KeyboardButton, Message, ReplyKeyboardMarkup, ReplyKeyboardRemove
from aiogram.utils.keyboard import InlineKeyboardBuilder

dispatcher = Dispatcher()


class Count(CallbackData, prefix="count"):
    """What the button carries: how often it was pressed."""

    pressed: int


def counter(pressed: int) -> InlineKeyboardBuilder:
    """A keyboard of one button that counts."""
    keys = InlineKeyboardBuilder()
    keys.button(text=f"+1 ({pressed})", callback_data=Count(pressed=pressed))
    return keys


@dispatcher.message(CommandStart())
async def start(message: Message) -> None:
    """Greet, with a keyboard below."""
    rows = [[KeyboardButton(text="Count"), KeyboardButton(text="My number", request_contact=True)]]
    keys = ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True)
    await message.answer(f"Hello, <b>{message.from_user.full_name}</b>!", reply_markup=keys)


@dispatcher.message(Command("stop"))
async def stop(message: Message) -> None:
    """Take the keyboard away."""
    await message.answer("Goodbye!", reply_markup=ReplyKeyboardRemove())


@dispatcher.message(F.text == "Count")
async def ask(message: Message) -> None:
    """Show the button that counts."""
    await message.answer("Press:", reply_markup=counter(0).as_markup())


@dispatcher.callback_query(Count.filter())
async def add(query: CallbackQuery, callback_data: Count) -> None:
    """Count one more."""
    pressed = callback_data.pressed + 1
    await query.message.edit_text(f"Pressed: <b>{pressed}</b>", reply_markup=counter(pressed).as_markup())
    await query.answer(f"{pressed}!", show_alert=True)


@dispatcher.message(F.contact)
async def thank(message: Message) -> None:
    """Read out a number that was shared."""
    await message.reply(f"Your number: {message.contact.phone_number}")


@dispatcher.message()
async def echo(message: Message) -> None:
    """Send back whatever came."""
    await message.send_copy(chat_id=message.chat.id)


async def main() -> None:
    """Run until told to stop."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["LINLI_SIMULATOR"]))
    properties = DefaultBotProperties(parse_mode=ParseMode.HTML)
    bot = Bot(os.environ["LINLI_TOKEN"], session=session, default=properties)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())
