// The scrolling list of a chat: entries, lines between days, the way to the newest message.

import { entry } from "./bubble.js";
import { h, iconButton } from "./dom.js";
import { day, dayKey } from "./time.js";
import { say } from "./words.js";

const SHOWN = 150;
const NEAR = 120;

export class History {
  #entries = [];
  #lastDay = "";
  #shown = SHOWN;
  #place = "";

  constructor(phone) {
    this.phone = phone;
    this.list = h("ol", { class: "entries" });
    this.typing = h("div", { class: "typing", hidden: true, "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region" }, this.list, this.typing);
    this.down = iconButton("down", "", () => this.#toEnd(true), { class: "to-newest", hidden: true });
    this.element = h("div", { class: "history" }, this.scroller, this.down);
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const follow = new ResizeObserver(() => this.#isStuck && this.#toEnd());
    for (const each of [this.scroller, this.list, this.typing]) follow.observe(each);
  }

  /** Whether the newest message stays in sight as more come: until somebody scrolls up. */
  #isStuck = true;
  #top = 0;

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.#isStuck = true;
    else if (scrollTop < this.#top) this.#isStuck = false;
    this.#top = scrollTop;
    this.down.hidden = this.#isStuck;
  }

  /** Say whether a message belongs to the topic that is open. */
  shows(message) {
    const { chat, slot } = this.phone;
    return !chat?.is_forum || (message.is_topic_message ? message.message_thread_id : null) === slot.thread;
  }

  draw() {
    const { phone } = this;
    const { chat, slot } = phone;
    const place = `${slot.person}/${slot.chat}/${slot.thread}`;
    const isSame = place === this.#place;
    if (!isSame) this.#shown = SHOWN;
    this.#place = place;
    this.scroller.setAttribute("aria-label", say("messages", { name: phone.person.first_name }));
    this.down.setAttribute("aria-label", say("newest"));
    const all = grouped([...(chat?.messages.values() ?? [])].filter((message) => this.shows(message)));
    const from = this.scroller.scrollTop;
    this.#entries = [];
    this.#lastDay = "";
    this.list.replaceChildren();
    if (all.length > this.#shown)
      this.list.append(
        h("li", { class: "event" }, h("button", { type: "button", onclick: () => this.#showMore() }, say("earlier"))),
      );
    for (const messages of all.slice(-this.#shown)) this.#append(messages);
    if (all.length === 0) this.list.append(this.#welcome());
    if (isSame && !this.#isStuck) this.scroller.scrollTop = from;
    else this.#toEnd();
  }

  #showMore() {
    this.#shown += SHOWN;
    this.#isStuck = false;
    this.draw();
    this.scroller.scrollTop = 0;
  }

  /** What an empty chat says: what the bot can do. */
  #welcome() {
    const { bot, isGroup, person } = this.phone;
    const language = (person.language ?? "").slice(0, 2);
    const texts = (bot?.words ?? []).filter((each) => each.what === "description");
    const about = isGroup
      ? null
      : (texts.find((each) => each.language === language) ?? texts.find((each) => !each.language));
    if (!bot) return h("li", { class: "welcome" }, h("p", {}, say("no_bot")));
    return h(
      "li",
      { class: "welcome" },
      about?.text ? [h("strong", {}, say("what_can")), h("p", {}, about.text)] : h("p", {}, say("empty_chat")),
    );
  }

  #append(messages) {
    const at = messages[0].date * 1000;
    if (dayKey(at) !== this.#lastDay) this.list.append(h("li", { class: "event day" }, h("span", {}, day(at))));
    this.#lastDay = dayKey(at);
    const made = { messages, node: entry(messages, this.phone) };
    this.#entries.push(made);
    this.list.append(made.node);
  }

  /** Add a message; one that is there already, as when its chat was asked for meanwhile, is drawn once. */
  add(message, isMine) {
    if (this.#find(message.message_id)) return this.redraw(message.message_id);
    const last = this.#entries.at(-1);
    if (last && belongs(message, last.messages)) {
      last.messages.push(message);
      this.#replace(last);
    } else {
      this.list.querySelector(".welcome")?.remove();
      this.#append([message]);
      if (this.#entries.length > 1 || isMine) this.#entries.at(-1).node.classList.add("fresh");
    }
    if (this.#isStuck || isMine) this.#toEnd();
    else this.down.hidden = false;
  }

  #find(messageId) {
    return this.#entries.find((each) => each.messages.some((message) => message.message_id === messageId));
  }

  redraw(messageId) {
    const found = this.#find(messageId);
    if (!found) return;
    found.messages = found.messages.map((message) => this.phone.chat.messages.get(message.message_id) ?? message);
    this.#replace(found);
    if (this.#isStuck) this.#toEnd();
  }

  /** Put a new element in the place of an entry's; the focus stays on the same button if there still is one. */
  #replace(found) {
    const old = found.node;
    const label = old.contains(document.activeElement) ? document.activeElement.textContent : null;
    found.node = entry(found.messages, this.phone);
    old.replaceWith(found.node);
    if (label === null) return;
    const same = [...found.node.querySelectorAll("button")].find((button) => button.textContent === label);
    (same ?? found.node).focus({ preventScroll: true });
  }

  drop(messageId) {
    const found = this.#find(messageId);
    if (!found) return;
    found.messages = found.messages.filter((message) => message.message_id !== messageId);
    if (found.messages.length > 0) return this.#replace(found);
    found.node.remove();
    this.#entries = this.#entries.filter((each) => each !== found);
  }

  goTo(messageId) {
    const node = this.#find(messageId)?.node;
    if (!node) return;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    node.scrollIntoView({ block: "center", behavior: isCalm ? "auto" : "smooth" });
    node.focus({ preventScroll: true });
    node.classList.remove("pointed");
    requestAnimationFrame(() => node.classList.add("pointed"));
  }

  showTyping(isTyping) {
    this.typing.hidden = !isTyping;
    if (this.#isStuck) this.#toEnd();
  }

  #toEnd(isSmooth = false) {
    this.#isStuck = true;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: isSmooth ? "smooth" : "instant" });
    this.down.hidden = true;
  }
}

const belongs = (message, group) =>
  Boolean(message.media_group_id) && group[0].media_group_id === message.media_group_id;

/** Put the messages of one album together. */
function grouped(messages) {
  const groups = [];
  for (const message of messages.sort((a, b) => a.message_id - b.message_id)) {
    if (groups.length > 0 && belongs(message, groups.at(-1))) groups.at(-1).push(message);
    else groups.push([message]);
  }
  return groups;
}
