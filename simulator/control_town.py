"""The user-side interface to the town as a whole: clock, faults, held updates, flood control, record."""

from datetime import datetime, timedelta
from typing import Any

from simulator.control import queue_of
from simulator.record import Call, Handed, Made
from simulator.site import ROUTES, Visit
from simulator.spec import Json


@ROUTES.on("GET", "/sim/clock")
async def get_clock(visit: Visit) -> Json:
    """The time."""
    return {"now": visit.world.clock.now().isoformat()}


@ROUTES.on("POST", "/sim/clock")
async def set_clock(visit: Visit) -> Json:
    """Move the clock: to `now` (ISO, aware) or by `advance` seconds."""
    body, world = await visit.json(), visit.world
    if "now" in body:
        world.move_clock(datetime.fromisoformat(body["now"]))
    else:
        world.move_clock(world.clock.now() + timedelta(seconds=float(body["advance"])))
    return {"now": world.clock.now().isoformat()}


@ROUTES.on("GET", "/sim/faults")
async def get_faults(visit: Visit) -> list[Json]:
    """The armed faults."""
    return [fault.shown() for fault in visit.world.faults.active]


@ROUTES.on("POST", "/sim/faults")
async def add_fault(visit: Visit) -> Json:
    """Arm a fault: kind, method, chat_id, count, seconds, code."""
    return visit.world.faults.add(**await visit.json()).shown()


@ROUTES.on("DELETE", "/sim/faults")
async def clear_faults(visit: Visit) -> Json:
    """Disarm all faults."""
    visit.world.faults.clear()
    return {}


@ROUTES.on("DELETE", "/sim/faults/{id}")
async def remove_fault(visit: Visit) -> Json:
    """Disarm one fault."""
    visit.world.faults.remove(int(visit.found["id"]))
    return {}


@ROUTES.on("POST", "/sim/hold")
async def hold(visit: Visit) -> Json:
    """Keep what people do from the bot."""
    queue_of(visit).hold()
    return {"is_held": True}


@ROUTES.on("POST", "/sim/release")
async def release(visit: Visit) -> Json:
    """Let it go, in the `order` of indexes."""
    queue_of(visit).release((await visit.json()).get("order"))
    return {"is_held": False}


@ROUTES.on("POST", "/sim/flood")
async def set_flood(visit: Visit) -> Json:
    """Switch flood control."""
    visit.world.flood.is_on = bool((await visit.json())["is_on"])
    return {"is_on": visit.world.flood.is_on}


@ROUTES.on("POST", "/sim/update_id")
async def jump(visit: Visit) -> Json:
    """Let the next update have the number `next`."""
    queue_of(visit).next_id = int((await visit.json())["next"])
    return {}


@ROUTES.on("GET", "/sim/pending")
async def get_pending(visit: Visit) -> Json:
    """How many updates the bot has not confirmed."""
    return {"pending": len(queue_of(visit))}


@ROUTES.on("GET", "/sim/record")
async def get_record(visit: Visit) -> list[Json]:
    """What crossed the wire, oldest first; `?last=N` for the end of it."""
    entries = list(visit.world.record.entries)
    last = visit.request.query.get("last")
    return [_entry(entry) for entry in (entries[-int(last) :] if last else entries)]


def _entry(entry: Call | Made | Handed) -> Json:
    base: dict[str, Any] = {"at": entry.at.isoformat(), "bot_id": entry.bot_id}
    if isinstance(entry, Call):
        args = {key: value for key, value in entry.args.items() if isinstance(value, str | int | list | dict)}
        return {**base, "call": entry.method, "args": args, "code": entry.code, "answer": entry.answer}
    if isinstance(entry, Made):
        return {**base, "update": entry.update}
    return {**base, "handed": entry.update_id, "how": entry.how, "code": entry.code}
