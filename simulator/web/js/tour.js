// The guided tour: a strip above the phones that tells a story step by step, does each step on request, and notices when
// somebody does it by hand.
//
// The steps are data of the bot's control end point (`tour`, described in docs/simulator.md); nothing here knows what they
// are about. A step is done as soon as its words stand in the chat it waits for.

import { Stuck, act, chooserOf, holds, remaining, spokenBy, targetOf } from "./acting.js";
import { announce, h } from "./dom.js";
import { keep, settings } from "./settings.js";
import * as strip from "./strip.js";
import { locale, say } from "./words.js";

const afterLayout = (act) => requestAnimationFrame(() => requestAnimationFrame(act));
const INVITED = -1;
const FRESH = { id: "", at: INVITED, done: [], isOpen: true, begins: false };

export class Tour {
  #offer = null;
  #playing = null;
  #problem = "";
  #pointed = [];
  #pointedAt = "";

  constructor(desk) {
    this.desk = desk;
    this.element = h("section", { class: "tour", hidden: true });
    this.opener = null;
  }

  get #state() {
    settings.tour ??= { ...FRESH };
    return settings.tour;
  }

  get isOffered() {
    return this.#offer !== null;
  }

  get isOpen() {
    return this.isOffered && this.#state.isOpen;
  }

  get #step() {
    return this.#offer.steps[this.#state.at];
  }

  /** Take in what the control end point offers; another `id` means that everything began anew. */
  take(offer) {
    if (!offer?.steps) return;
    const isNew = this.#offer === null || this.#offer.id !== offer.id;
    this.#offer = offer;
    const { begins, isOpen } = this.#state;
    if (this.#state.id !== offer.id) {
      settings.tour = { ...FRESH, id: offer.id, isOpen };
      this.#playing = null;
      if (begins && this.#isUntouched()) this.#start();
      keep();
    }
    if (!isNew) return;
    this.#notice();
    this.draw();
    this.desk.drawBar();
  }

  /** Whether somebody asked for a beginning and it is waited for: the control end point is to be asked again soon. */
  get isAwaited() {
    return this.isOffered && this.#state.begins;
  }

  // what happens in the town

  hear() {
    if (!this.isOffered || this.#state.at === INVITED) return;
    if (this.#notice()) this.draw();
    else this.#point();
  }

  /** Note which steps are done; go along with somebody who does the next one by hand. Returns whether any was noted. */
  #notice() {
    const state = this.#state;
    const { steps } = this.#offer;
    const fresh = steps.filter((step) => !state.done.includes(step.id) && holds(this.desk.town, step.until));
    if (fresh.length === 0 || state.at === INVITED) return false;
    const wasDone = this.#isDone(this.#step);
    for (const step of fresh) state.done.push(step.id);
    if (wasDone && !this.#playing && fresh[0] === steps[state.at + 1]) state.at += 1;
    else if (fresh.includes(this.#step)) this.#end(this.#step);
    keep();
    return true;
  }

  #isDone(step) {
    return step !== undefined && this.#state.done.includes(step.id);
  }

  #end(step) {
    this.#problem = "";
    announce(say("tour_done"));
    const { phone, chat } = step.until;
    if (step.shows) this.desk.showPhone(step.shows, step.shows === phone ? chat : null);
  }

  /** Say whether nobody has said anything to the bot yet, nor it to anybody. */
  #isUntouched() {
    const chats = [...this.desk.town.chats.values()];
    return chats.every((chat) => chat.kind !== "private" || chat.messages.size === 0);
  }

  // what can be pressed

  /** Begin with the first step; everything else begins anew, too, unless nothing has happened yet. */
  async begin() {
    if (this.#isUntouched() && (this.#offer.language ?? locale()) === locale()) return this.#start();
    this.#state.begins = true;
    this.#state.isOpen = true;
    keep();
    this.draw();
    try {
      await this.desk.panel.control.perform(this.#offer.anew, { language: locale() });
    } catch {
      this.#state.begins = false;
      this.draw();
    }
  }

  #start() {
    Object.assign(this.#state, { at: 0, done: [], begins: false, isOpen: true });
    const people = new Set(this.#offer.steps.flatMap((step) => [step.phone, step.until.phone, step.shows]));
    this.desk.openPhones([...people].filter((person) => this.desk.town.people.has(person)));
    this.#goOn();
  }

  #go(at) {
    this.#state.at = at;
    this.#goOn();
  }

  #goOn() {
    keep();
    this.#problem = "";
    const [first] = this.#step?.do ?? [];
    if (first) this.desk.showPhone(this.#step.phone, (first.phone ?? this.#step.phone) === this.#step.phone && first.chat);
    this.draw();
    this.element.querySelector(".primary")?.focus({ preventScroll: true });
    this.element.scrollTop = 0;
  }

  /** Open or close the strip; where one was is kept. */
  toggle() {
    this.#state.isOpen = !this.#state.isOpen;
    keep();
    this.draw();
    this.desk.drawBar();
    (this.isOpen ? this.element.querySelector(".primary") : this.desk.tourOpener)?.focus();
  }

  async #show() {
    if (this.#playing) return;
    const playing = (this.#playing = {});
    this.#problem = "";
    this.draw();
    try {
      await this.#play(this.#step, playing);
    } catch (error) {
      if (!(error instanceof Stuck)) console.warn(error);
      if (this.#playing === playing) this.#problem = say("tour_stuck");
    }
    if (this.#playing !== playing) return;
    this.#playing = null;
    this.draw();
  }

  /** Do a step; what it needs and was skipped comes first. Leaving the tour, or a reload, ends it after the deed at hand. */
  async #play(step, playing) {
    for (const id of step.needs ?? []) {
      const needed = this.#offer.steps.find((each) => each.id === id);
      if (needed && !this.#isDone(needed)) await this.#play(needed, playing);
    }
    for (const deed of remaining(this.desk, step)) {
      if (this.#playing !== playing) return;
      await act(this.desk, deed, step);
    }
    const { words, ...where } = step.until;
    await act(this.desk, { sees: words, ...where }, step);
  }

  // drawing

  draw() {
    this.element.hidden = !this.isOpen;
    this.element.setAttribute("aria-label", say("tour"));
    if (this.isOpen) this.#drawParts();
    this.#point();
  }

  #drawParts() {
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.does : null;
    this.element.replaceChildren(...this.#parts());
    const same = focused && this.element.querySelector(`[data-does="${focused}"]`);
    if (focused) (same ?? this.element.querySelector(".primary"))?.focus();
  }

  #parts() {
    const state = this.#state;
    const { at } = state;
    const does = {
      begin: () => this.begin(),
      leave: () => this.#leave(),
      show: () => this.#show(),
      next: () => this.#go(at + 1),
      back: () => this.#go(at - 1),
      skip: () => this.#skip(),
    };
    if (state.begins) return strip.waiting();
    if (at === INVITED) return strip.invitation(this.#offer, does);
    if (!this.#step) return strip.ending(this.#offer.end, does);
    const isPlaying = this.#playing !== null;
    const isDone = this.#isDone(this.#step) && !isPlaying;
    const line = isDone ? `✓ ${say("tour_done")}` : this.#line();
    return strip.step({ text: this.#step.text, at, all: this.#offer.steps.length, isDone, isPlaying, line }, does);
  }

  #leave() {
    this.#playing = null;
    this.toggle();
  }

  #skip() {
    this.#playing = null;
    this.#go(this.#state.at + 1);
  }

  /** What to read below a step that is not done: what went wrong, or how to do it by hand. */
  #line() {
    return this.#problem || this.#how();
  }

  /** Say in a few words how somebody does the next deed by hand. */
  #how() {
    const step = this.#step;
    const deed = remaining(this.desk, step).find((each) => !each.sees) ?? step.do[0];
    const person = this.desk.town.people.get(deed.phone ?? step.phone);
    const name = person?.first_name ?? "";
    const elsewhere = this.#elsewhere(deed);
    if (elsewhere) return say("tour_opens", { name, words: this.desk.town.titleOf(elsewhere) });
    if (deed.says) return say("tour_says", { name, words: spokenBy(deed.says, person) });
    if (deed.presses) return say("tour_presses", { name, words: spokenBy(deed.presses, person) });
    if (deed.start) return say("tour_scans", { name });
    if (deed.photo) return say("tour_photo", { name });
    if (deed.action) return say("tour_action", { words: this.desk.panel.control.labelOf(deed.action) });
    return "";
  }

  /** Return the chat in which a deed is done, when the phone shows another. */
  #elsewhere(deed) {
    const person = deed.phone ?? this.#step.phone;
    const isThere = chooserOf(this.desk, deed, this.#step) === null;
    return isThere ? null : (deed.chat ?? this.desk.town.chatsOf(person)[0]);
  }

  /** Say whether this button was meant before, perhaps drawn differently. */
  #wasPointed(target) {
    const before = this.#pointedAt;
    this.#pointedAt = `${this.#step.id} ${target.textContent}`;
    return this.#pointedAt === before;
  }

  /** Mark the phone, and on it the button or field, that is meant. */
  #point() {
    for (const each of this.#pointed) each.classList.remove("pointed-at", "meant");
    this.#pointed = [];
    if (!this.isOpen || !this.#step || this.#isDone(this.#step)) return;
    const step = this.#step;
    const deed = remaining(this.desk, step).find((each) => !each.sees);
    if (!deed) return;
    const target = targetOf(this.desk, deed, step) ?? chooserOf(this.desk, deed, step);
    if (target && !this.#wasPointed(target)) afterLayout(() => target.scrollIntoView({ block: "nearest" }));
    target?.classList.add("pointed-at");
    const phone = deed.action ? null : this.desk.phoneOf(deed.phone ?? step.phone)?.element;
    phone?.classList.add("meant");
    this.#pointed = [target, phone].filter(Boolean);
    const how = this.element.querySelector(".tour-how");
    if (how && how.textContent !== this.#line()) how.textContent = this.#line();
  }
}
