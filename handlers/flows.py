"""Conversations: a flow is a list of declared steps, kept as a row between two messages.

Each step says what it asks, what it takes and when it is wanted. The mechanism asks the first wanted step, hands it
what was said, and goes on; `back`, `cancel` and the edits at the end work in every flow, after a restart and in
another process. A draft that an older version wrote and this one cannot read is dropped with a word, never an error.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from storage import drafts
from storage.ids import new_id
from storage.rules.press import base36
from storage.work import Button

from .context import Context
from .said import Said

Rows = list[list[Button]]

Draft = drafts.Draft

TOKENS = 36**3  # a token only has to tell one draft of a chat from the one before


D = TypeVar("D", bound=Draft)


@dataclass(frozen=True)
class Step(Generic[D]):
    """One question. `take` gives True when the question is settled, False when what was said is unclear, and None when
    it said something itself already. `prepare` looks up what the question shows, before it is asked. `shown` may show
    the question somewhere else, and tells whether it did."""

    name: str
    prompt: str
    take: Callable[[Context, D, Said], Awaitable[bool | None]]
    is_wanted: Callable[[D], bool] = lambda _draft: True
    choices: Callable[[Context, D], Rows] | None = None
    params: Callable[[Context, D], Mapping[str, Any]] | None = None
    unclear: str = "flow.unclear"
    keyboard: str | None = None
    cancel: str | None = "cancel"  # the label of the way out; None where a choice is one already
    needs_consent: bool = True
    shown: Callable[[Context, D], Awaitable[bool]] | None = None
    prepare: Callable[[Context, D], Awaitable[None]] | None = None


@dataclass(frozen=True)
class Flow(Generic[D]):
    """A list of steps and what happens when none is wanted any more.

    `aside` are buttons under every question, consent included; `absorb` keeps what is said before consent; a flow that
    `is_kept` waits when a big button is pressed or another flow comes between, and goes on afterwards. `cancelled`
    says what /cancel means where nothing is asked; it gives True when it has settled that.
    """

    name: str
    draft: type[D]
    steps: Sequence[Step[D]]
    finish: Callable[[Context, D], Awaitable[None]]
    aside: Callable[[Context, D], Rows] | None = None
    absorb: Callable[[Context, D, Said], Awaitable[bool]] | None = None
    is_kept: bool = False
    cancelled: Callable[[Context, D], Awaitable[bool]] | None = None

    def wanted(self, draft: D) -> Step[D] | None:
        """The next question."""
        return next((one for one in self.steps if one.name not in draft.answered and one.is_wanted(draft)), None)


_flows: dict[str, Flow[Any]] = {}


def declare(flow: Flow[D]) -> Flow[D]:
    """Make a flow known by its name, so that a stored conversation finds it again."""
    _flows[flow.name] = flow
    return flow


def named(name: str) -> Flow[Any]:
    """A declared flow."""
    return _flows[name]


async def begin(context: Context, flow: Flow[D], draft: D, *, edit: int | None = None) -> None:
    """Enter a flow and ask its first question (or finish at once). What `is_kept` waits until this one is over."""
    waiting = current(context)
    if waiting is not None and waiting[0].is_kept and waiting[0] is not flow and draft.resumes is None:
        conversation = context.conversation
        draft.resumes = {"flow": conversation.flow, "step": conversation.step, "draft": conversation.draft}
    await _go_on(context, flow, draft, edit=edit)


def current(context: Context) -> tuple[Flow[Any], Any] | None:
    """The flow a person is in, with its draft; None when there is none or the draft cannot be read any more."""
    conversation = context.conversation
    flow = _flows.get(conversation.flow or "")
    if flow is None:
        return None
    try:
        return flow, flow.draft.model_validate(conversation.draft)
    except ValidationError:
        conversation.clear()
        context.work.reply("flow.lost")
        return None


async def hear(context: Context, said: Said) -> bool:
    """Hand what was said to the step that waits for it; False when nothing waits."""
    found = current(context)
    if found is None:
        return False
    flow, draft = found
    step = flow.wanted(draft)
    if step is None:
        return False
    if said.choice is None and _waits_for_consent(context, step, draft):
        if flow.absorb is None or await flow.absorb(context, draft, said):
            await _go_on(context, flow, draft)
        return True
    is_settled = await step.take(context, draft, said)
    if is_settled:
        await settle(context, flow, draft, step.name, edit=said.pressed_message)
    elif is_settled is False and context.conversation.flow == flow.name:
        await _prepare(context, step, draft)
        keep(context, flow, draft, step.name)
        _ask(context, flow, step, draft, step.unclear)
    return True


async def settle(context: Context, flow: Flow[D], draft: D, step: str, *, edit: int | None = None) -> None:
    """Count a step as answered and go on."""
    if step not in draft.answered:
        draft.answered.append(step)
    await _go_on(context, flow, draft, edit=edit)


async def reopen(context: Context, flow: Flow[D], draft: D, step: str, *, edit: int | None = None) -> None:
    """Ask a step again, as an edit at the end does."""
    draft.forget(step)
    await _go_on(context, flow, draft, edit=edit)


async def back(context: Context, *, edit: int | None = None) -> bool:
    """Take the last answer back; at the first question this leaves the flow."""
    found = current(context)
    if found is None:
        return False
    flow, draft = found
    step = flow.wanted(draft)
    if step is not None and draft.can_retreat(step.name):
        draft.retreat(step.name)
    elif draft.answered:
        draft.forget(draft.answered[-1])
    else:
        await leave(context, edit=edit)
        return True
    await _go_on(context, flow, draft, edit=edit)
    return True


async def leave(context: Context, *, edit: int | None = None) -> None:
    """Give up what is under way; what waited behind it goes on."""
    found = current(context)
    if found is not None and found[0].cancelled is not None and await found[0].cancelled(context, found[1]):
        return
    context.conversation.clear()
    context.work.reply("flow.cancelled", keyboard=None if edit is not None else "main", edit=edit)
    if found is not None:
        await _return_to(context, found[1])


async def drop(context: Context) -> None:
    """Give up what is under way without a word."""
    found = current(context)
    context.conversation.clear()
    if found is not None:
        await _return_to(context, found[1])


async def _return_to(context: Context, draft: Draft) -> None:
    """Go on with what waited behind a flow that is over, unless something else has begun."""
    conversation = context.conversation
    if draft.resumes is not None and conversation.flow is None:
        conversation.flow, conversation.step = draft.resumes["flow"], draft.resumes["step"]
        conversation.draft = draft.resumes["draft"]
        await resume(context)


async def resume(context: Context) -> bool:
    """Ask the waiting question again, for instance after consent; False when no question waits."""
    found = current(context)
    if found is None or found[0].wanted(found[1]) is None:
        return False
    flow, draft = found
    await _go_on(context, flow, draft)
    return True


async def _go_on(context: Context, flow: Flow[D], draft: D, *, edit: int | None = None) -> None:
    step = flow.wanted(draft)
    if step is None:
        context.conversation.clear()
        await flow.finish(context, draft)
        await _return_to(context, draft)
        return
    if not draft.token:
        draft.token = base36(new_id(context.work.now) % TOKENS)
    await _prepare(context, step, draft)
    keep(context, flow, draft, step.name)
    if _waits_for_consent(context, step, draft):
        ask_consent(context, _signed(flow.aside(context, draft), draft) if flow.aside else ())
        return
    if step.shown is None or not await step.shown(context, draft):
        _ask(context, flow, step, draft, step.prompt, edit=edit)


async def _prepare(context: Context, step: Step[D], draft: D) -> None:
    if step.prepare is not None:
        await step.prepare(context, draft)


def keep(context: Context, flow: Flow[D], draft: D, step: str | None = None) -> None:
    """Write a draft into the conversation without asking anything."""
    conversation = context.conversation
    draft.touched_at = context.work.now.isoformat()
    conversation.flow, conversation.step = flow.name, step
    conversation.draft = draft.model_dump(mode="json")


def _waits_for_consent(context: Context, step: Step[D], draft: D) -> bool:
    return step.needs_consent and draft.waits_for_consent and context.person["consented_at"] is None


def ask_consent(context: Context, aside: Sequence[Sequence[Button]] = ()) -> None:
    """Three lines on privacy and one big button; what was said waits meanwhile."""
    if context.conversation.flow is None:
        keep(context, CONSENT, Draft())
    context.work.reply("privacy.ask", [[("consent_yes", "consent")], [("consent_no", "dissent")], *aside])


async def _nothing(_context: Context, _draft: Draft) -> None:
    """This flow asks nothing itself."""


CONSENT = declare(Flow("consent", Draft, (), _nothing))
"""Only the question about consent waits."""


def asks_consent(context: Context) -> bool:
    """Whether the last question was the one about consent."""
    found = current(context)
    if found is None or context.person["consented_at"] is not None:
        return False
    step = found[0].wanted(found[1])
    return found[0] is CONSENT or (step is not None and step.needs_consent and found[1].waits_for_consent)


def _ask(context: Context, flow: Flow[D], step: Step[D], draft: D, message: str, *, edit: int | None = None) -> None:
    rows = step.choices(context, draft) if step.choices else []
    aside = flow.aside(context, draft) if flow.aside else []
    params = step.params(context, draft) if step.params else {}
    last: list[Button] = [] if step.cancel is None else [(step.cancel, "cancel")]
    if draft.answered or draft.can_retreat(step.name):
        last.insert(0, ("back", "back"))
    context.work.reply(message, _signed([*rows, *aside, *([last] if last else [])], draft), edit=edit, **params)


def _signed(rows: Sequence[Sequence[Button]], draft: Draft) -> Rows:
    """The flow's own buttons with the token of this draft, which a later draft does not answer to."""
    return [[_sign(button, draft.token) for button in row] for row in rows]


def _sign(button: Button, token: str) -> Button:
    label, data, *params = button
    if data in {"back", "cancel"} or data.startswith("choose:"):
        data = f"{data}:{token}"
    return (label, data, params[0]) if params else (label, data)


def is_current(context: Context, token: str | None) -> bool:
    """Whether a button belongs to the draft that waits now."""
    found = current(context)
    return found is not None and token is not None and found[1].token == token
