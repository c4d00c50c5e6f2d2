// The panel at the side: the clock, what the bot offers to do and will do, trouble on purpose, people and groups.

import { Control } from "./control.js";
import { h, iconButton } from "./dom.js";
import { nameOfFault, trouble } from "./faults.js";
import { openGroup, openPerson } from "./people.js";
import { keep, settings } from "./settings.js";
import { say } from "./words.js";

const WIDE = 1500;

export class Panel {
  constructor(desk) {
    this.desk = desk;
    this.control = new Control(desk);
    this.isOpen = settings.isPanelOpen ?? window.innerWidth >= WIDE;
    if (window.innerWidth < WIDE) this.isOpen = false;
    this.faults = h("div", { class: "faults" });
    this.element = h("aside", { class: "panel", id: "panel" });
    this.element.addEventListener(
      "keydown",
      (event) => event.key === "Escape" && window.innerWidth < WIDE && this.toggle(),
    );
  }

  draw() {
    const people = h(
      "section",
      {},
      h("h2", {}, say("people")),
      h(
        "div",
        { class: "deeds" },
        this.#button("add_person", () => this.addPerson()),
        this.#button("add_phone", () => this.desk.openPhone()),
        this.#button("add_group", () => openGroup(this.desk)),
      ),
    );
    this.element.setAttribute("aria-label", say("panel"));
    this.element.replaceChildren(
      h(
        "header",
        {},
        h("h2", {}, say("panel")),
        iconButton("close", say("close"), () => this.toggle()),
      ),
      this.control.element,
      h("section", {}, h("h2", {}, say("faults")), this.faults),
      people,
    );
    this.control.draw();
    this.drawFaults();
    this.#show();
  }

  /** Where an action of the bot's is pressed: its button, or what opens the panel. */
  targetOf(action) {
    if (!this.isOpen) return this.desk.opener;
    return this.element.querySelector(`[data-action="${CSS.escape(action)}"]`);
  }

  #button(key, act) {
    return h("button", { type: "button", class: "deed", onclick: act }, say(key));
  }

  addPerson() {
    openPerson(this.desk);
  }

  toggle() {
    this.isOpen = !this.isOpen;
    settings.isPanelOpen = this.isOpen;
    keep();
    this.#show();
    if (this.isOpen) this.element.querySelector("button").focus();
    else this.desk.opener.focus();
  }

  #show() {
    this.element.hidden = !this.isOpen;
    this.desk.element.classList.toggle("with-panel", this.isOpen);
    this.desk.opener?.setAttribute("aria-expanded", String(this.isOpen));
    if (this.isOpen) this.control.refresh();
    this.control.isWatched = this.isOpen;
  }

  drawClock() {
    this.control.drawClock();
  }

  drawFaults() {
    const index = [...this.faults.querySelectorAll("button")].indexOf(document.activeElement);
    this.faults.replaceChildren(...trouble(this.desk));
    if (index >= 0) this.faults.querySelectorAll("button")[index]?.focus();
  }

  nameOf(fault) {
    return nameOfFault(fault);
  }

  hear(event) {
    if (["faults", "blocked", "person", "chat"].includes(event.kind)) this.drawFaults();
    if (["clock", "message.new", "message.edited"].includes(event.kind)) this.control.refreshSoon();
  }
}
