// The page: a bar, the phones side by side, the panel. Fits as many phones as there is room for; tabs show the others.

import { drawBar } from "./bar.js";
import { h } from "./dom.js";
import { Panel } from "./panel.js";
import { Phone } from "./phone.js";
import { keep, look, settings } from "./settings.js";
import { clockTime, day } from "./time.js";
import { Tour } from "./tour.js";
import { Town } from "./town.js";
import { locale, say } from "./words.js";

const PHONE_WIDTH = 380;
const FIRST_PHONES = 3;
const MOST_PHONES = 6;

class Desk {
  phones = [];

  constructor() {
    this.town = new Town();
    this.tour = new Tour(this);
    this.panel = new Panel(this);
    this.bar = h("header", { class: "bar" });
    this.tabs = h("nav", { class: "tabs" });
    this.row = h("main", { class: "phones" });
    this.trouble = h("p", { class: "trouble", role: "status", hidden: true });
    this.element = h(
      "div",
      { class: "desk" },
      this.bar,
      this.trouble,
      this.tour.element,
      this.tabs,
      this.row,
      this.panel.element,
    );
    this.town.addEventListener("reload", () => this.build());
    this.town.addEventListener("line", () => this.drawTrouble());
    this.town.addEventListener("change", (event) => this.#hear(event.detail));
    new ResizeObserver(() => this.layOut()).observe(this.row);
    document.addEventListener("visibilitychange", () => this.#readAll());
    setInterval(() => this.drawClock(), 1000);
  }

  /** Draw the whole page: at the beginning, after a break of the line, in another language. */
  build() {
    document.documentElement.lang = locale();
    document.documentElement.dataset.theme = look();
    const bot = this.town.bots.values().next().value;
    document.title = [bot?.first_name, say("page")].filter(Boolean).join(" · ");
    this.drawBar();
    this.#chooseSlots();
    this.#buildPhones();
    this.panel.draw();
    this.tour.draw();
    this.drawTrouble();
  }

  /** Draw the bar: the bot's name, the tour if there is one, language, look, and what opens the panel. */
  drawBar() {
    Object.assign(this, drawBar(this));
    this.drawClock();
  }

  /** Draw the phones anew, when times read differently now. */
  redraw() {
    for (const phone of this.phones) phone.draw();
    this.drawClock();
  }

  drawClock() {
    if (!this.clock) return;
    const now = this.town.now();
    const words = `${day(now)} ${clockTime(now)}`;
    if (this.clock.textContent !== words)
      this.clock.replaceChildren(h("span", { class: "date" }, `${day(now)} `), h("strong", {}, clockTime(now)));
    this.panel.drawClock();
  }

  switchLanguage() {
    settings.language = settings.language === "en" ? "zh-CN" : "en";
    keep();
    this.build();
    this.bar.querySelector(".language").focus();
  }

  switchLook() {
    settings.theme = look() === "dark" ? "light" : "dark";
    keep();
    document.documentElement.dataset.theme = look();
    this.drawBar();
    this.bar.querySelector(".theme").focus();
  }

  drawTrouble() {
    const { isConnected, faults } = this.town;
    const names = faults.map((fault) => this.panel.nameOf(fault)).join(", ");
    const words = !isConnected ? say("away") : names ? say("trouble_on", { names }) : "";
    this.trouble.hidden = words === "";
    if (this.trouble.textContent !== words) this.trouble.textContent = words;
  }

  // the phones

  /** Keep the phones of last time whose people still exist; else open the first people's. */
  #chooseSlots() {
    const { town } = this;
    const known = (settings.slots ?? []).filter((slot) => town.people.has(slot.person));
    const wanted =
      known.length > 0
        ? known
        : [...town.people.keys()]
            .slice(0, FIRST_PHONES)
            .map((person) => ({ person, chat: null, thread: null, draft: "" }));
    for (const slot of wanted)
      if (!town.chatsOf(slot.person).includes(slot.chat))
        Object.assign(slot, { chat: town.chatsOf(slot.person)[0] ?? null, thread: null });
    settings.slots = wanted;
    keep();
  }

  #buildPhones() {
    this.phones = settings.slots.map((slot) => new Phone(this, slot));
    const empty = h(
      "div",
      { class: "nobody" },
      h("p", {}, say("nobody")),
      h("button", { type: "button", class: "big primary", onclick: () => this.panel.addPerson() }, say("add_person")),
    );
    this.row.replaceChildren(...(this.phones.length > 0 ? this.phones.map((phone) => phone.element) : [empty]));
    this.layOut();
    for (const phone of this.phones) phone.draw();
    this.panel.drawFaults();
  }

  /** Open one more phone, for a person or for the next one who has none; show it. */
  openPhone(personId = null) {
    const shown = new Set(settings.slots.map((slot) => slot.person));
    const person = personId ?? [...this.town.people.keys()].find((id) => !shown.has(id)) ?? settings.slots[0]?.person;
    if (person === undefined) return;
    const slot = { person, chat: this.town.chatsOf(person)[0] ?? null, thread: null, draft: "" };
    if (settings.slots.length >= MOST_PHONES) settings.slots.pop();
    settings.slots.push(slot);
    settings.active = settings.slots.length - 1;
    keep();
    this.#buildPhones();
  }

  /** Open the phones of these people and no others. */
  openPhones(people) {
    settings.slots = people.map((person) => ({ person, chat: this.town.chatsOf(person)[0], thread: null, draft: "" }));
    settings.active = 0;
    keep();
    this.#buildPhones();
  }

  /** The phone of a person, if one is open. */
  phoneOf(person) {
    return this.phones.find((phone) => phone.slot.person === person) ?? null;
  }

  /** Bring somebody's phone, with a group or their chat with the bot, into sight; return it. */
  showPhone(person, group = null) {
    if (!this.phoneOf(person)) this.openPhone(person);
    const phone = this.phoneOf(person);
    const chats = this.town.chatsOf(person);
    const chat = chats.find((each) => each === group) ?? chats[0];
    if (phone.slot.chat !== chat) phone.show({ chat, thread: null });
    if (phone.element.hidden) this.#activate(this.#leftmostToShow(this.phones.indexOf(phone)));
    return phone;
  }

  /** Move the row of phones no further than it takes to show one that is out of sight. */
  #leftmostToShow(index) {
    const shown = this.phones.flatMap((phone, at) => (phone.element.hidden ? [] : [at]));
    return index > shown[0] ? index - shown.length + 1 : index;
  }

  closePhone(phone) {
    settings.slots = settings.slots.filter((slot) => slot !== phone.slot);
    settings.active = 0;
    keep();
    this.#buildPhones();
  }

  /** Show as many phones as fit, the active one among them, and tabs when some are out of sight. */
  layOut() {
    const room = Math.max(1, Math.floor(this.row.clientWidth / PHONE_WIDTH));
    const count = Math.min(room, this.phones.length);
    const active = Math.min(settings.active, Math.max(0, this.phones.length - 1));
    const first = Math.max(0, Math.min(active, this.phones.length - count));
    this.phones.forEach((phone, index) => (phone.element.hidden = index < first || index >= first + count));
    this.row.style.setProperty("--columns", String(Math.max(1, count)));
    this.drawTabs();
    for (const tab of [...this.tabs.querySelectorAll("[aria-pressed=true]")].reverse())
      tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#readAll();
  }

  drawTabs() {
    const tab = (phone, index) => {
      const count = phone.element.hidden ? this.town.unreadOf(phone.person.id) : 0;
      const badge =
        count > 0 &&
        h(
          "span",
          { class: "badge" },
          h("span", { "aria-hidden": "true" }, String(count)),
          h("span", { class: "unseen" }, say("unread", { count })),
        );
      return h(
        "button",
        { type: "button", "aria-pressed": String(!phone.element.hidden), onclick: () => this.#activate(index) },
        h("span", {}, phone.person.first_name),
        badge,
      );
    };
    const focused = [...this.tabs.children].indexOf(document.activeElement);
    this.tabs.setAttribute("aria-label", say("phones"));
    const add =
      this.phones.length < MOST_PHONES &&
      this.phones.length > 0 &&
      h(
        "button",
        {
          type: "button",
          class: "add",
          "aria-label": say("add_phone"),
          title: say("add_phone"),
          onclick: () => this.openPhone(),
        },
        "+",
      );
    this.tabs.hidden = this.phones.every((phone) => !phone.element.hidden);
    this.tabs.replaceChildren(...this.phones.map(tab), ...(add ? [add] : []));
    this.tabs.children[focused]?.focus();
  }

  #activate(index) {
    settings.active = index;
    keep();
    this.layOut();
  }

  #readAll() {
    for (const phone of this.phones) phone.markRead();
  }

  #hear(event) {
    if (event.kind === "person" && this.phones.length === 0) return this.build();
    for (const phone of this.phones) phone.hear(event);
    this.panel.hear(event);
    if (event.kind === "faults") this.drawTrouble();
    if (event.kind === "clock") this.drawClock();
    if (["message.new", "unread", "person"].includes(event.kind)) this.drawTabs();
    this.tour.hear();
  }
}

const desk = new Desk();
document.documentElement.dataset.theme = look();
document.getElementById("app").append(desk.element);
desk.town.connect();
