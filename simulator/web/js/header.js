// The head of a phone: whose it is, which chat is open, and the phone's menu.

import { h, iconButton } from "./dom.js";
import { openPhoneMenu } from "./menus.js";
import { say } from "./words.js";

const unread = (count) => (count > 0 ? ` (${count})` : "");

export class Header {
  #typing = "";

  constructor(phone) {
    this.phone = phone;
    this.face = h("span", { class: "face", "aria-hidden": "true" });
    this.who = h("select", { class: "who", onchange: () => this.#choosePerson() });
    this.which = h("select", { class: "which", onchange: () => this.#chooseChat() });
    this.single = h("span", { class: "which" });
    this.typing = h("span", { class: "typing-words", role: "status" });
    this.menu = iconButton("more", "", () => openPhoneMenu(phone));
    this.element = h(
      "header",
      { class: "head" },
      this.face,
      h("div", { class: "names" }, this.who, h("div", { class: "under" }, this.which, this.single, this.typing)),
      this.menu,
    );
  }

  draw() {
    const { phone } = this;
    const { person, town } = phone;
    this.face.textContent = Array.from(person.first_name)[0] ?? "?";
    this.face.className = `face hue-${person.id % 6}`;
    this.#label(this.who, say("who"));
    this.#label(this.which, say("which_chat"));
    this.#label(this.menu, say("phone_menu"));
    const people = [...town.people.values()].map((each) => [
      String(each.id),
      town.nameOf(each.id) + (each.id === person.id ? "" : unread(town.unreadOf(each.id))),
    ]);
    fill(this.who, people, String(person.id));
    const chats = town.chatsOf(person.id).flatMap((key) => this.#places(key));
    fill(this.which, chats, `${phone.slot.chat}/${phone.slot.thread ?? ""}`);
    this.which.hidden = chats.length < 2;
    this.single.hidden = !this.which.hidden;
    this.single.textContent = chats[0]?.[1] ?? "";
  }

  /** A chat, and each topic of it. */
  #places(key) {
    const { phone } = this;
    const chat = phone.town.chats.get(key);
    const title = phone.town.titleOf(key);
    const count = key === phone.slot.chat ? "" : unread(phone.town.unreadOf(phone.person.id, key));
    if (!chat?.is_forum) return [[`${key}/`, title + count]];
    const topics = chat.topics.map((topic) => [
      `${key}/${topic.id}`,
      `${title} › ${topic.name}${topic.is_closed ? " 🔒" : ""}`,
    ]);
    return [[`${key}/`, `${title} › ${say("general")}${count}`], ...topics];
  }

  #label(control, words) {
    control.setAttribute("aria-label", words);
    control.title = words;
  }

  #choosePerson() {
    const person = Number(this.who.value);
    this.phone.show({ person, chat: this.phone.town.chatsOf(person)[0], thread: null });
  }

  #chooseChat() {
    const [chat, thread] = this.which.value.split("/");
    this.phone.show({ chat, thread: thread ? Number(thread) : null });
  }

  showTyping(words) {
    if (words !== this.#typing) this.typing.textContent = words;
    this.#typing = words;
  }
}

/** Put options into a select, touching it only when something changed: an open list stays open. */
function fill(select, options, value) {
  const wanted = JSON.stringify(options);
  if (select.dataset.options !== wanted) {
    select.dataset.options = wanted;
    select.replaceChildren(...options.map(([each, label]) => h("option", { value: each }, label)));
  }
  select.value = value;
}
