// The bot's own control end point, shown as it offers itself: its clock, its actions, what it will do next.
//
// GET /sim/control answers {now, timezone?, actions, upcoming}; an action is {id, label, about?, style?, params?}. A label is
// words or {"zh-CN", en}. A param is its name, or {name, label?, type?, default?, choices?, min?, max?, required?}; type is text,
// number, datetime, date, time or boolean; choices are values or {value, label}. An action whose only param has choices becomes a
// button for each. A param that is only a name is a text, "at" a time. `links` are {label, start}: invitations that a phone can
// follow, as if it had scanned them; `joins` are what a new person can come as; `tour` is a story for tour.js. Without an end
// point (404) the simulator's own clock can be moved.

import { get, post } from "./api.js";
import { h } from "./dom.js";
import { field, form } from "./sheet.js";
import { clockTime, day, dayKey, fromField, moment, toField, useZone } from "./time.js";
import { pick, say } from "./words.js";

const SOON = 700;
const OFTEN = 5000;
const AGAIN = 1000;
const STEPS = [
  ["plus_ten", 600],
  ["plus_hour", 3600],
  ["plus_day", 86_400],
];

export class Control {
  isWatched = false;
  #offer = null;
  #hasNone = false;
  #isSilent = false;
  #timer = 0;
  #again = 0;
  #drawn = "";

  constructor(desk) {
    this.desk = desk;
    this.now = h("p", { class: "now" });
    this.actions = h("div", { class: "deeds" });
    this.waiting = h("p", { class: "hint" });
    this.said = h("p", { class: "said", role: "status" });
    this.upcoming = h("section", {});
    this.clock = h("section", { class: "time" });
    this.element = h("div", { class: "control" }, this.clock, this.upcoming);
    setInterval(() => this.isWatched && this.refresh(), OFTEN);
  }

  /** As what somebody can come: `{label, start}`, or `{label, action, params}` whose answer tells the start code. */
  get joins() {
    return this.#offer?.joins ?? [];
  }

  /** The label of an action. */
  labelOf(id) {
    return pick(this.#offer?.actions.find((action) => action.id === id)?.label);
  }

  /** Do an action of the end point and return its answer. Throws Refused. */
  async perform(id, values = {}) {
    const answer = await post(`/control/${encodeURIComponent(id)}`, values);
    await this.refresh();
    return answer;
  }

  /** The invitations on offer: `{label, start}` each. */
  get links() {
    return this.#offer?.links ?? [];
  }

  draw() {
    this.#drawn = "";
    this.clock.replaceChildren(h("h2", {}, say("clock")), this.now, this.actions, this.said, this.waiting);
    this.#drawOffer();
    this.refresh();
  }

  drawClock() {
    const now = this.desk.town.now();
    const words = `${day(now)} ${clockTime(now)}`;
    if (this.now.textContent !== words) this.now.replaceChildren(`${day(now)} `, h("strong", {}, clockTime(now)));
  }

  refreshSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.isWatched && this.refresh(), SOON);
  }

  async refresh() {
    if (!this.desk.town.isConnected) return;
    this.#countWaiting();
    if (this.#hasNone) return;
    try {
      this.#offer = await get("/control");
      this.#isSilent = false;
      this.desk.tour.take(this.#offer.tour);
      if (this.desk.tour.isAwaited) this.#retry();
      if (useZone(this.#offer.timezone)) this.desk.redraw();
    } catch (error) {
      if (error.status === 404) this.#hasNone = true;
      this.#isSilent = error.status === 502;
      if (this.#isSilent) this.#retry();
    }
    this.#drawOffer();
  }

  /** The bot is away, or begins anew: ask again in a moment, whether anybody looks or not. */
  #retry() {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.refresh(), AGAIN);
  }

  /** Say how much the bot has not fetched: that is how one sees that it is away. */
  async #countWaiting() {
    const count = this.desk.town.bots.size > 0 ? (await get("/pending").catch(() => ({ pending: 0 }))).pending : 0;
    this.waiting.textContent = count > 0 ? say("waiting", { count }) : "";
  }

  #drawOffer() {
    const state = JSON.stringify([
      this.#offer?.actions,
      this.#offer?.upcoming,
      this.#isSilent,
      this.#hasNone,
      dayKey(this.desk.town.now()),
      say("go"),
    ]);
    this.drawClock();
    if (state === this.#drawn) return;
    this.#drawn = state;
    const index = [...this.actions.querySelectorAll("button")].indexOf(document.activeElement);
    this.actions.replaceChildren(
      ...(this.#hasNone ? this.#ownSteps() : (this.#offer?.actions ?? []).flatMap((action) => this.#buttons(action))),
    );
    if (index >= 0) this.actions.querySelectorAll("button")[index]?.focus();
    this.upcoming.replaceChildren(...this.#upcomingParts());
    this.upcoming.hidden = this.#hasNone;
  }

  #ownSteps() {
    const step = ([key, seconds]) =>
      h("button", { type: "button", class: "deed", onclick: () => post("/clock", { advance: seconds }) }, say(key));
    return [...STEPS.map(step), h("p", { class: "hint" }, say("sim_clock"))];
  }

  #upcomingParts() {
    const list = repeatedOnce(this.#offer?.upcoming ?? []);
    const now = this.desk.town.now();
    const row = ({ at, what, about, count }) =>
      h(
        "li",
        {},
        h("time", { datetime: at }, moment(new Date(at), now)),
        h("span", {}, pick(what), count > 1 && ` ×${count}`),
        about && h("small", {}, pick(about)),
      );
    const nothing = h("p", { class: "hint" }, this.#isSilent ? say("bot_silent") : say("no_upcoming"));
    return [
      h("h2", {}, say("upcoming")),
      this.#isSilent && list.length > 0 && h("p", { class: "hint" }, say("bot_silent")),
      list.length > 0 ? h("ol", { class: "upcoming" }, list.map(row)) : nothing,
    ].filter(Boolean);
  }

  /** An action is one button, or one for each choice of its only param. */
  #buttons(action) {
    const params = (action.params ?? []).map(described);
    const [only] = params;
    const button = (label, act, about) =>
      h(
        "button",
        { type: "button", class: `deed ${action.style ?? ""}`, "data-action": action.id, onclick: act },
        label,
        about && h("small", {}, about),
      );
    if (params.length === 1 && only.choices)
      return only.choices.map((choice) =>
        button(pick(choice.label), () => this.#do(action, { [only.name]: choice.value })),
      );
    if (params.length > 0)
      return [button(`${pick(action.label)}…`, () => this.#ask(action, params), pick(action.about))];
    return [button(pick(action.label), () => this.#do(action, {}), pick(action.about))];
  }

  #ask(action, params) {
    const fields = params.map((param) => field(pick(param.label), control(param, this.desk.town.now())));
    form(pick(action.label), fields, say("go"), (data) =>
      this.#do(action, Object.fromEntries(params.map((param) => [param.name, valueOf(param, data)])), true),
    );
  }

  async #do(action, values, isAsked = false) {
    try {
      const answer = await this.perform(action.id, values);
      this.said.textContent = pick(answer?.message) || say("done");
    } catch (error) {
      const words = error.status === 502 ? say("bot_silent") : error.message;
      this.said.textContent = words;
      if (isAsked) throw new Error(words);
    }
    setTimeout(() => (this.said.textContent = ""), OFTEN);
  }
}

/** Return a param in its long form. */
function described(param) {
  const short = (name) => (name === "at" ? { name, type: "datetime", label: say("clock") } : { name });
  const long = typeof param === "string" ? short(param) : { ...param, name: param.name ?? param.id };
  const choices = (long.choices ?? long.options)?.map((choice) =>
    typeof choice === "object" ? choice : { value: choice, label: String(choice) },
  );
  return { ...long, label: long.label ?? long.name, choices };
}

/** What comes several times is named once, at its first time, with how often. */
function repeatedOnce(list) {
  const found = new Map();
  for (const each of list) {
    const key = JSON.stringify([each.what, each.about]);
    if (found.has(key)) found.get(key).count += 1;
    else found.set(key, { ...each, count: 1 });
  }
  return [...found.values()];
}

function control(param, now) {
  const common = { name: param.name, required: param.required ?? param.type !== "boolean" };
  const kinds = {
    number: "number",
    integer: "number",
    datetime: "datetime-local",
    date: "date",
    time: "time",
    boolean: "checkbox",
  };
  if (param.choices)
    return h(
      "select",
      common,
      param.choices.map((choice) =>
        h("option", { value: String(choice.value), selected: choice.value === param.default }, pick(choice.label)),
      ),
    );
  const type = kinds[param.type] ?? "text";
  if (type === "checkbox") return h("input", { ...common, type, checked: Boolean(param.default) });
  const start = type === "datetime-local" ? toField(param.default ? new Date(param.default) : now) : param.default;
  return h("input", {
    ...common,
    type,
    min: param.min ?? (param.name === "at" && !param.default ? start : null), // a town whose clock goes back is none to learn from
    max: param.max,
    step: type === "number" ? (param.step ?? "any") : null,
    value: start ?? "",
  });
}

function valueOf(param, data) {
  const given = data.get(param.name);
  if (param.choices) return param.choices.find((choice) => String(choice.value) === given)?.value ?? given;
  if (param.type === "boolean") return given !== null;
  if (param.type === "number" || param.type === "integer") return Number(given);
  if (param.type === "datetime") return fromField(given).toISOString();
  return given;
}
