// One phone: a person's view of one chat. It draws itself and turns fingers into requests.

import { post } from "./api.js";
import { askLocation } from "./attach.js";
import { Composer } from "./composer.js";
import { announce, h, icon } from "./dom.js";
import { Header } from "./header.js";
import { History } from "./history.js";
import { inBrief } from "./media.js";
import { openMessageMenu } from "./menus.js";
import { alert, toast } from "./notices.js";
import { Presses } from "./presses.js";
import { keep } from "./settings.js";
import { choices, sheet } from "./sheet.js";
import { payloadOf } from "./text.js";
import { say } from "./words.js";

const TYPING = 6000;
const SAFE = /^(https?|tg|tel|mailto):/i;

export class Phone {
  #own = new Map();
  #typingTimer = 0;
  #isReading = false;

  constructor(desk, slot) {
    this.desk = desk;
    this.town = desk.town;
    this.slot = slot;
    this.acts = { open: (url) => this.#follow(url), command: (text) => this.sendText(text) };
    this.header = new Header(this);
    this.presses = new Presses(this);
    this.history = new History(this);
    this.composer = new Composer(this);
    this.toasts = h("div", { class: "toasts", role: "status" });
    this.banner = h("div", { class: "pinned-place" });
    this.element = h(
      "section",
      { class: "phone" },
      this.header.element,
      this.banner,
      this.history.element,
      this.toasts,
      this.composer.element,
    );
    this.composer.acceptDrops(this.element);
    this.draw();
  }

  get person() {
    return this.town.people.get(this.slot.person) ?? { id: this.slot.person, first_name: "", language: null };
  }

  get chat() {
    return this.town.chats.get(this.slot.chat);
  }

  get bot() {
    return this.town.bots.get(this.chat?.bot_id) ?? this.town.bots.values().next().value;
  }

  get isGroup() {
    return Boolean(this.chat) && this.chat.kind !== "private";
  }

  get isShown() {
    return !this.element.hidden && document.visibilityState === "visible";
  }

  /** Draw everything anew. */
  draw() {
    this.element.setAttribute("aria-label", say("phone_of", { name: this.person.first_name }));
    this.element.lang = (this.person.language ?? "zh").startsWith("zh") ? "zh-CN" : this.person.language;
    if (!this.chat && this.slot.chat) this.town.fetchChat(this.slot.chat).catch(() => {});
    this.header.draw();
    this.#drawPinned();
    this.history.draw();
    this.composer.draw();
    this.markRead();
  }

  /** Show another person, chat or topic. */
  show(change) {
    Object.assign(this.slot, { draft: "" }, change);
    keep();
    this.composer.forget();
    this.draw();
    this.desk.drawTabs();
    this.desk.panel.drawFaults();
    this.desk.tour.hear();
  }

  /** Take in what happened in the town. */
  hear(event) {
    const kind = event.kind;
    if (["person", "message.new", "unread", "chat", "members", "topics"].includes(kind)) this.header.draw();
    if (kind === "person" || kind === "commands") {
      this.composer.draw();
      if (!this.chat?.messages.size) this.history.draw();
    }
    if (event.chat !== this.slot.chat) return;
    if (kind === "chat" || kind === "members" || kind === "topics") this.draw();
    else if (kind === "message.new") this.#receive(event.message);
    else if (kind === "message.edited" || kind === "reaction") this.#redraw(event);
    else if (kind === "message.deleted") this.history.drop(event.message_id);
    else if (kind === "blocked") this.composer.draw();
    else if (kind === "pinned") this.#drawPinned();
    else if (kind === "action" && (event.thread_id ?? null) === this.slot.thread) this.#showTyping(event.action);
    else if (kind === "press.answered" && event.user_id === this.person.id) this.#answer(event);
  }

  #redraw({ kind, message }) {
    if (kind === "message.edited") this.presses.forget(message.message_id);
    this.history.redraw(message.message_id);
  }

  #receive(message) {
    if (!this.history.shows(message)) return;
    const isMine = message.from.id === this.person.id;
    if (!isMine) this.#stopTyping();
    this.history.add(message, isMine);
    this.composer.draw();
    if (message.reply_keyboard?.force_reply) this.composer.replyTo(message);
    if (!isMine && this.isShown) announce(say("got", { name: this.person.first_name, text: inBrief(message) }));
    this.markRead();
  }

  /** Tell the simulator that what is on the screen has been read. */
  async markRead() {
    if (this.#isReading || !this.isShown || !this.chat || !this.town.unreadOf(this.person.id, this.slot.chat)) return;
    this.#isReading = true;
    await post(`/chats/${this.slot.chat}/read`, { user_id: this.person.id }).catch(() => {});
    this.#isReading = false;
  }

  #drawPinned() {
    const pinned = this.chat?.pinned
      .map((id) => this.chat.messages.get(id))
      .filter(Boolean)
      .at(-1);
    const button =
      pinned &&
      h(
        "button",
        { type: "button", class: "pinned", onclick: () => this.goTo(pinned.message_id) },
        icon("pin"),
        h("span", {}, h("strong", {}, say("pinned")), inBrief(pinned)),
      );
    this.banner.replaceChildren(...(button ? [button] : []));
  }

  goTo(messageId) {
    this.history.goTo(messageId);
  }

  // typing

  #showTyping(action) {
    this.header.showTyping(action === "typing" ? say("typing") : say("busy"));
    this.history.showTyping(true);
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.#stopTyping(), TYPING);
  }

  #stopTyping() {
    clearTimeout(this.#typingTimer);
    this.header.showTyping("");
    this.history.showTyping(false);
  }

  // sending

  /** Do something in this chat; what is refused is shown. Returns the answer, or null. */
  async deed(path, body) {
    const thread = this.slot.thread ? { thread_id: this.slot.thread } : {};
    try {
      return await post(`/chats/${this.slot.chat}/${path}`, { user_id: this.person.id, ...thread, ...body });
    } catch (error) {
      this.toast(say("not_sent", { why: error.status === 0 ? say("away") : error.message }));
      return null;
    }
  }

  /** Send a message of any kind; returns whether it went out. */
  async send(body) {
    const sent = await this.deed("messages", { ...body, ...this.composer.takeReply() });
    return sent !== null;
  }

  sendText(text) {
    return this.send({ text });
  }

  react(message, emoji) {
    const key = message.message_id;
    const next = this.#own.get(key) === emoji ? "" : emoji;
    this.#own.set(key, next);
    return this.deed("reactions", { message_id: key, emoji: next });
  }

  openMessageMenu(message) {
    openMessageMenu(this, message);
  }

  // buttons

  isPressing(messageId, data) {
    return this.presses.isWaiting(messageId, data);
  }

  press(button, message) {
    if (button.copy_text) return this.copy(button.copy_text.text);
    if (button.url) return this.#open(button.url);
    if (button.callback_data !== undefined) return this.presses.press(message.message_id, button.callback_data);
  }

  #answer(event) {
    this.presses.release(event.press_id);
    if (event.url) this.#open(event.url);
    if (event.text && event.show_alert) this.alert(event.text);
    else if (event.text) this.toast(event.text);
  }

  useKey(button) {
    if (button.request_location) return askLocation(this);
    if (button.request_contact) return this.askContact();
    return this.sendText(button.text);
  }

  askContact() {
    const send = { label: say("send"), style: "primary", act: () => this.send({ kind: "contact" }) };
    const question = h("p", { class: "question" }, say("ask_contact", { number: this.person.phone_number }));
    choices(say("contact"), [send, { label: say("cancel"), act: () => {} }], this.element, question);
  }

  async copy(text) {
    await navigator.clipboard?.writeText(text).catch(() => {});
    this.toast(say("copied", { text }));
  }

  /** Open the bot's own deep links here; say whether it was one. */
  #follow(url) {
    const payload = payloadOf(url, this.bot?.username);
    if (payload === null) return false;
    this.start(payload);
    return true;
  }

  /** Start the private chat with the bot, as the start button or a scanned code does. */
  async start(payload) {
    if (this.isGroup) this.show({ chat: `${this.bot.id}.${this.person.id}`, thread: null });
    await this.send({ kind: "start", ...(payload ? { payload } : {}) });
  }

  #open(url) {
    if (!this.#follow(url)) this.#openOutside(url);
  }

  #openOutside(url) {
    if (!SAFE.test(url)) url = `https://${url}`;
    const open = h("a", { class: "big primary", href: url, target: "_blank", rel: "noreferrer noopener" }, say("open"));
    sheet(say("open"), [h("p", { class: "question" }, say("opens_link", { url })), open], this.element);
  }

  // answers

  toast(text) {
    toast(this, text);
  }

  alert(text) {
    alert(this, text);
  }
}
