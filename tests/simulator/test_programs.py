"""Programs written with python-telegram-bot run against the simulator unchanged."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from simulator import samples
from simulator.client import Sim
from simulator.phone import Phone


@pytest.fixture
def rosa(sim: Sim) -> Phone:
    return sim.person("王阿姨")


@pytest.fixture
async def bot(sim: Sim) -> AsyncIterator[Bot]:
    async with Bot(sim.token, base_url=sim.base_url, base_file_url=sim.base_file_url) as bot:
        yield bot


async def ask(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message
    keys = [[InlineKeyboardButton("好", callback_data="yes", style="success")]]
    await update.message.reply_text("开始吗？", reply_markup=InlineKeyboardMarkup(keys))


async def take(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query
    await query.answer("收到")
    await query.edit_message_text(f"选了 {query.data}")


async def test_it_runs_an_application_that_polls(sim: Sim, rosa: Phone) -> None:
    application = Application.builder().token(sim.token).base_url(sim.base_url).build()
    application.add_handler(CommandHandler("start", ask))
    application.add_handler(CallbackQueryHandler(take))
    async with application:
        assert application.updater
        await application.start()
        await application.updater.start_polling(poll_interval=0)
        await rosa.starts()
        await rosa.waits_for_button("好")
        await rosa.presses("好")
        await rosa.waits_for("选了 yes")
        await application.updater.stop()
        await application.stop()
    assert rosa.alerts[-1].text == "收到"
    assert sim.pending() == 0


async def test_it_takes_uploads_and_gives_downloads(bot: Bot, rosa: Phone) -> None:
    await rosa.starts()
    picture = samples.photo()
    await bot.send_photo(rosa.id, picture, caption="一")
    album: Any = [InputMediaPhoto(samples.photo()), InputMediaPhoto(samples.photo(), caption="二")]
    assert len(await bot.send_media_group(rosa.id, album)) == 2
    await rosa.sends_photo(data=picture)
    update = (await bot.get_updates())[-1]
    assert update.message
    file = await update.message.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == picture


async def test_it_understands_the_small_methods(bot: Bot, rosa: Phone) -> None:
    said = await rosa.starts()
    assert await bot.send_chat_action(rosa.id, "typing")
    assert await bot.set_message_reaction(rosa.id, said.id, "👍")
    assert await bot.set_my_commands([("report", "报个事")], language_code="zh")
    assert (await bot.get_my_commands(language_code="zh"))[0].command == "report"
    assert (await bot.get_chat(rosa.id)).first_name == "王阿姨"
    assert await bot.set_chat_menu_button(rosa.id)
    assert (await bot.get_chat_menu_button()).type == "commands"
    assert (await bot.get_user_profile_photos(rosa.id)).total_count == 0
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.log_out()
    assert await bot.close()
