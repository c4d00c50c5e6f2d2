"""服务记录: what was confirmed in a quarter, as a file for oneself, for one's unit and for the secretaries."""

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pypdf
import pytest

from simulator.phone import Phone
from storage import claims, organisations, people, service_record
from storage.rules.errors import NotYours
from storage.rules.quarters import Quarter
from storage.work import Priority
from tests.town import Town

from .chat import go, person
from .helping import asks, at_desk, comes_home, decides, done_at, helps, in_chinese

NOW_IN = Quarter(2026, 4)


def files(town: Town, phone: Phone) -> list[tuple[str, bytes]]:
    sent = [one.body["document"] for one in phone.received if "document" in one.body]
    kept = town.sim.world.files
    return [(one["file_name"], file.data) for one in sent if (file := kept.get(one["file_id"])) is not None]


def cells(content: bytes) -> list[list[Any]]:
    """Every row of every tab."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for tab in book for row in tab.iter_rows()]


def words(content: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).replace("\n", "")


@pytest.fixture
async def vera(town: Town) -> Phone:
    """薇拉 helps, and is at home in the hospital."""
    await in_chinese(town, town.vera)
    await comes_home(town, town.vera)
    return town.vera


async def counted(town: Town, phone: Phone, quarter: Quarter = NOW_IN) -> int:
    me = (await person(town, phone))["id"]
    return len(await service_record.of_person(town.app.ledger, me, quarter))


async def of_unit(town: Town, quarter: Quarter = NOW_IN) -> int:
    unit = town.app.ledger.directory.helping.of_contact[(await person(town, town.nurse))["id"]][0]
    return len(await service_record.of_organisation(town.app.ledger, unit.id, quarter))


async def test_it_counts_what_was_confirmed_and_nothing_else(town: Town, vera: Phone) -> None:
    first, second = await asks(town), await asks(town)
    await helps(town, vera, first)
    await helps(town, vera, second, is_confirmed=False)
    assert (await counted(town, vera), await of_unit(town)) == (1, 1)
    await decides(town, town.rosa, second, claims.confirm)
    assert (await counted(town, vera), await of_unit(town)) == (2, 2)
    await decides(town, None, first, claims.revoke)
    assert (await counted(town, vera), await of_unit(town)) == (1, 1)
    assert await counted(town, vera, NOW_IN.before) == 0


async def test_it_is_of_the_quarter_in_which_it_was_confirmed(town: Town, vera: Phone) -> None:
    ticket_id = await asks(town, ends_at=town.clock.now() + timedelta(days=60))
    await helps(town, vera, ticket_id, is_confirmed=False)
    await town.advance(days=2)
    await decides(town, town.rosa, ticket_id, claims.confirm)
    assert (await counted(town, vera), await counted(town, vera, NOW_IN.after)) == (1, 0)


async def test_it_comes_as_a_pdf_and_as_a_table(town: Town, vera: Phone) -> None:
    await helps(town, vera, await asks(town))
    await go(town, vera.says("/me"), vera.presses("我的岗位"), vera.presses("服务记录"), vera.presses("2026年4季 PDF"))
    assert vera.shows("2026年第4季度服务记录，1 次，0.3 小时")
    name, content = files(town, vera)[-1]
    assert name == "linli-2026-4-record.pdf"
    assert "换灯泡" in words(content)
    assert "Vera" in words(content)
    await go(town, vera.says("/me"), vera.presses("我的岗位"), vera.presses("服务记录"), vera.presses("2026年4季 表格"))
    rows = cells(files(town, vera)[-1][1])
    assert [rows[1][0], rows[1][2], rows[1][3]] == ["2026-11-23", "换灯泡", 20]
    assert not any("王阿姨" in str(cell) or "灯泡坏了" in str(cell) for row in rows for cell in row)


async def test_it_comes_to_the_units_contact_and_to_the_secretary(town: Town, vera: Phone) -> None:
    nurse, zhou = town.nurse, town.zhou
    await helps(town, vera, await asks(town))
    await go(town, nurse.says("/me"), nurse.presses("双报到单位"), nurse.presses("服务记录"))
    await go(town, nurse.presses("2026年4季 PDF"))
    assert "青禾区人民医院" in words(files(town, nurse)[-1][1])
    await go(town, zhou.says("/me"), zhou.presses("双报到单位"), zhou.presses("青禾区人民医院"))
    assert zhou.shows("人员 1 位，2026年第4季度服务 1 次")
    await go(town, zhou.presses("服务记录"), zhou.presses("2026年4季 表格"))
    assert any("Vera" in str(cell) for row in cells(files(town, zhou)[-1][1]) for cell in row)


async def test_it_comes_to_nobody_else(town: Town, vera: Phone) -> None:
    """The rights are asked when the button is pressed, and again when the file is sent."""
    unit = town.app.ledger.directory.helping.of_contact[(await person(town, town.nurse))["id"]][0]
    work = await at_desk(town, vera)
    with pytest.raises(NotYours):
        organisations.spoken_for(work, unit.id)
    me = await person(town, vera)
    work.draw("record", me, priority=Priority.ANSWER, quarter=str(NOW_IN), form="pdf", unit=unit.id)
    await done_at(town, work)
    assert files(town, vera) == []


async def test_it_writes_no_formula(town: Town, vera: Phone) -> None:
    work = await at_desk(town, None)
    people.change(work, await person(town, vera), name="=1+1")
    await done_at(town, work)
    await helps(town, vera, await asks(town))
    nurse = town.nurse
    await go(town, nurse.says("/me"), nurse.presses("双报到单位"), nurse.presses("服务记录"))
    await go(town, nurse.presses("2026年4季 表格"))
    book = openpyxl.load_workbook(io.BytesIO(files(town, nurse)[-1][1]))
    armed = [cell for tab in book for row in tab.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert armed
    assert {cell.data_type for cell in armed} == {"s"}
