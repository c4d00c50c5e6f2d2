// The lower end of a phone: what is written, attached, recorded; the reply keyboard and the command menu.

import { openAttach, sendPictures } from "./attach.js";
import { h, iconButton } from "./dom.js";
import { replyKeyboard } from "./keyboards.js";
import { inBrief } from "./media.js";
import { commandsFor, openCommands } from "./menus.js";
import { record } from "./recorder.js";
import { keep } from "./settings.js";
import { say } from "./words.js";

const CRAMPED = "(max-width: 700px)";

export class Composer {
  #reply = null;
  #edited = null;
  #isKeyboardOpen = true;
  #keyboardSeen = null;

  constructor(phone) {
    this.phone = phone;
    this.element = h("footer", { class: "composer" });
    this.input = h("textarea", { rows: "1", enterkeyhint: "send", autocomplete: "off" });
    this.input.addEventListener("input", () => this.#changed());
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.input.addEventListener("paste", (event) => this.#onFiles(event, event.clipboardData.files));
    this.above = h("div", { class: "above" });
    this.below = h("div", { class: "below" });
    this.row = h("form", { class: "writing" });
    this.row.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  /** Take pictures that are dropped anywhere on the phone. */
  acceptDrops(element) {
    element.addEventListener("dragover", (event) => event.preventDefault());
    element.addEventListener("drop", (event) => this.#onFiles(event, event.dataTransfer.files));
  }

  draw() {
    const { phone } = this;
    const { chat } = phone;
    if (chat?.is_blocked)
      return this.#drawOnly(
        h("p", {}, say("blocked")),
        this.#big("unblock", () => phone.deed("block", { is_blocked: false })),
      );
    if (phone.bot && !phone.isGroup && !chat?.messages.size && !chat?.is_started)
      return this.#drawOnly(this.#big("start", () => phone.start()));
    if (!phone.bot) return this.#drawOnly();
    this.#drawAbove();
    this.#drawKeyboard();
    this.#drawRow();
    const isRecording = this.element.querySelector(".recording") !== null;
    if (this.row.parentNode !== this.element && !isRecording)
      this.element.replaceChildren(this.above, this.row, this.below);
  }

  #drawOnly(...nodes) {
    this.element.replaceChildren(h("div", { class: "only" }, nodes));
  }

  #big(key, act) {
    return h("button", { type: "button", class: "big primary", onclick: act }, say(key));
  }

  #drawRow() {
    const { phone, input } = this;
    const keyboard = this.#keyboard();
    input.setAttribute("aria-label", say("write"));
    input.placeholder = keyboard?.input_field_placeholder ?? say("write_hint");
    if (input.value !== (phone.slot.draft ?? "")) input.value = phone.slot.draft ?? "";
    const hasCommands = commandsFor(phone).length > 0;
    const state = JSON.stringify([hasCommands, Boolean(keyboard), this.#isKeyboardOpen, say("send")]);
    if (state === this.row.dataset.state) return this.#grow();
    this.row.dataset.state = state;
    const parts = {
      menu: hasCommands && iconButton("menu", say("commands"), () => openCommands(phone)),
      keys:
        keyboard &&
        iconButton("keys", say("keyboard"), () => this.#toggleKeyboard(), {
          "aria-pressed": String(this.#isKeyboardOpen),
          class: "keys",
        }),
      clip: iconButton("clip", say("attach"), () => openAttach(phone), { class: "clip" }),
      mic: iconButton("mic", say("record"), () => record(this), { class: "filled mic" }),
      send: iconButton("send", say("send"), () => {}, { class: "filled send", type: "submit" }),
    };
    const focused = document.activeElement?.getAttribute?.("aria-label");
    const hadFocus = this.row.contains(document.activeElement) && document.activeElement !== input;
    for (const old of [...this.row.children]) if (!old.contains(input)) old.remove();
    if (!this.field) this.field = h("div", { class: "field-place" }, input);
    this.row.prepend(...[parts.menu].filter(Boolean));
    if (this.field.parentNode !== this.row) this.row.append(this.field);
    this.row.append(...[parts.keys, parts.clip, parts.mic, parts.send].filter(Boolean));
    if (hadFocus)
      [...this.row.querySelectorAll("button")].find((each) => each.getAttribute("aria-label") === focused)?.focus();
    this.#grow();
  }

  #changed() {
    this.phone.slot.draft = this.input.value;
    keep();
    this.#grow();
  }

  #grow() {
    this.row.classList.toggle("has-words", this.input.value.trim() !== "");
    this.input.style.height = "auto";
    if (this.input.scrollHeight) this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
  }

  #onKey(event) {
    if (event.key === "Escape") this.forget();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  #onFiles(event, files) {
    const pictures = [...files].filter((file) => file.type.startsWith("image/"));
    if (pictures.length === 0) return;
    event.preventDefault();
    sendPictures(this.phone, pictures);
  }

  /** Put words into the field, as if they had been typed. */
  write(words) {
    this.input.value = words;
    this.#changed();
  }

  /** Send what stands in the field. */
  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const { phone } = this;
    phone.slot.draft = this.input.value = "";
    this.#changed();
    const edited = this.#edited;
    this.#edited = null;
    const isSent = edited
      ? (await phone.deed("edits", { message_id: edited.message_id, text })) !== null
      : await phone.sendText(text);
    this.#drawAbove();
    if (isSent || this.input.value) return;
    this.input.value = text;
    this.#changed();
  }

  // replying and editing

  replyTo(message) {
    this.#reply = message;
    this.#edited = null;
    this.draw();
    this.input.focus();
  }

  edit(message) {
    this.#edited = message;
    this.#reply = null;
    this.phone.slot.draft = message.text ?? message.caption ?? "";
    this.draw();
    this.input.focus();
  }

  /** Return what a sent message has to say about the reply, and end it. */
  takeReply() {
    const reply = this.#reply ? { reply_to: this.#reply.message_id } : {};
    this.#reply = null;
    this.#drawAbove();
    return reply;
  }

  forget() {
    if (this.#edited) this.phone.slot.draft = "";
    this.#reply = this.#edited = null;
    this.draw();
  }

  #drawAbove() {
    const message = this.#edited ?? this.#reply;
    if (!message) return this.above.replaceChildren();
    const title = this.#edited
      ? say("editing")
      : say("reply_to", { name: message.from.id === this.phone.person.id ? say("me") : message.from.first_name });
    const end = iconButton("close", this.#edited ? say("no_edit") : say("no_reply"), () => this.forget());
    this.above.replaceChildren(
      h("div", { class: "replying" }, h("div", {}, h("strong", {}, title), h("span", {}, inBrief(message))), end),
    );
  }

  // the reply keyboard

  #keyboard() {
    return this.phone.chat?.keyboards[this.phone.person.id] ?? null;
  }

  /** Whether the tour on a small screen needs the room. */
  #isCramped() {
    return this.phone.desk.tour.isOpen && matchMedia(CRAMPED).matches;
  }

  /** Return what opens the keyboard, if it is closed and has a key with one of these labels. */
  openerFor(labels) {
    const keys = this.#keyboard()?.keyboard.flat() ?? [];
    const isHidden = !this.#isKeyboardOpen && keys.some((key) => labels.includes(key.text));
    return isHidden ? this.row.querySelector(".keys") : null;
  }

  #toggleKeyboard() {
    this.#isKeyboardOpen = !this.#isKeyboardOpen;
    this.draw();
  }

  #drawKeyboard() {
    const keyboard = this.#keyboard();
    const state = JSON.stringify(keyboard);
    if (state !== this.#keyboardSeen) this.#isKeyboardOpen = !this.#isCramped();
    this.#keyboardSeen = state;
    const wanted = keyboard && this.#isKeyboardOpen ? state : "";
    if (this.below.dataset.state === wanted) return;
    this.below.dataset.state = wanted;
    this.below.replaceChildren(...(wanted ? [replyKeyboard(keyboard, this.phone)] : []));
  }
}
