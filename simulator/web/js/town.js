// The town as the page knows it: a copy of the simulator's state, kept fresh by its stream of events.

import { get } from "./api.js";

const RETRY = 1000;
const PRESENT = new Set(["creator", "administrator", "member"]);

/** Sends "change" (detail: the event), "reload" (everything is new) and "line" (connected or not). */
export class Town extends EventTarget {
  people = new Map();
  bots = new Map();
  chats = new Map();
  faults = [];
  isConnected = false;
  #offset = 0;
  #stream = null;
  #heard = Promise.resolve();

  /** The simulator's time. */
  now() {
    return new Date(Date.now() + this.#offset);
  }

  /** Fetch everything, then follow the stream; start over whenever it breaks. */
  async connect() {
    this.#stream?.close();
    let state;
    try {
      state = await get("/state");
    } catch {
      this.#setLine(false);
      setTimeout(() => this.connect(), RETRY);
      return;
    }
    this.#load(state);
    this.#setLine(true);
    this.dispatchEvent(new Event("reload"));
    this.#stream = new EventSource(`/sim/events?after=${state.last_event_id}`);
    this.#stream.onmessage = (message) => {
      const event = JSON.parse(message.data);
      this.#heard = this.#heard.then(() => this.#hear(event)).catch((error) => console.warn(error));
    };
    this.#stream.onerror = () => {
      this.#stream.close();
      this.#setLine(false);
      setTimeout(() => this.connect(), RETRY);
    };
    if (this.bots.size === 0) setTimeout(() => this.#stream?.readyState === EventSource.OPEN && this.connect(), RETRY);
  }

  #setLine(isConnected) {
    this.isConnected = isConnected;
    this.dispatchEvent(new Event("line"));
  }

  #load(state) {
    this.people = new Map(state.people.map((person) => [person.id, person]));
    this.bots = new Map(state.bots.map((bot) => [bot.id, bot]));
    this.chats = new Map();
    for (const chat of state.chats) this.#keep(chat);
    this.faults = state.faults;
    this.#setClock(state.now);
  }

  #setClock(iso) {
    this.#offset = new Date(iso) - Date.now();
  }

  /** Keep a chat as it was answered, unless what is kept has heard of more since. */
  #keep(chat) {
    const kept = this.chats.get(chat.key);
    if (kept?.last_event_id > chat.last_event_id) return kept;
    chat.messages = new Map(chat.messages.map((message) => [message.message_id, message]));
    this.chats.set(chat.key, chat);
    return chat;
  }

  /** Fetch one chat anew; a private chat that nobody has opened yet begins to exist. */
  async fetchChat(key) {
    const { chats } = this;
    const answer = await get(`/chats/${key}`);
    if (this.chats !== chats) return this.chats.get(key); // everything is new meanwhile
    const chat = this.#keep(answer);
    this.dispatchEvent(new CustomEvent("change", { detail: { kind: "chat", chat: key } }));
    return chat;
  }

  /** The chats a person has: one with each bot, then the groups. */
  chatsOf(personId) {
    const own = [...this.bots.keys()].map((bot) => `${bot}.${personId}`);
    const groups = [...this.chats.values()].filter((chat) => this.#isIn(chat, personId)).map((chat) => chat.key);
    return [...own, ...groups];
  }

  #isIn(chat, personId) {
    if (chat.kind === "private" || chat.migrated_to) return false;
    return chat.members.some((member) => member.id === personId && PRESENT.has(member.status));
  }

  /** What stands above a chat. */
  titleOf(key) {
    const chat = this.chats.get(key);
    if (chat && chat.kind !== "private") return chat.title;
    return this.bots.get(Number(key.split(".")[0]))?.first_name ?? "";
  }

  unreadOf(personId, key = null) {
    const keys = key ? [key] : this.chatsOf(personId);
    return keys.reduce((sum, each) => sum + (this.chats.get(each)?.unread[personId] ?? 0), 0);
  }

  nameOf(userId) {
    const person = this.people.get(userId);
    return person
      ? [person.first_name, person.last_name].filter(Boolean).join(" ")
      : (this.bots.get(userId)?.first_name ?? "");
  }

  async #hear(event) {
    if (event.kind === "reset") return this.connect();
    const chat = this.chats.get(event.chat);
    if (event.chat && !chat) await this.fetchChat(event.chat).catch(() => {});
    else if (!(chat?.last_event_id >= event.id)) await this.#apply(event, chat);
    this.dispatchEvent(new CustomEvent("change", { detail: event }));
  }

  async #refreshPeople() {
    this.people = new Map((await get("/people")).map((person) => [person.id, person]));
  }

  async #refreshBots() {
    const state = await get("/state");
    this.bots = new Map(state.bots.map((bot) => [bot.id, bot]));
  }

  /** Take one event into the copy. */
  async #apply(event, chat) {
    const kind = event.kind;
    if (chat) chat.last_event_id = event.id;
    if (kind === "message.new") this.#arrive(event.message, chat);
    else if (kind === "message.edited" || kind === "reaction")
      chat.messages.set(event.message.message_id, event.message);
    else if (kind === "message.deleted") chat.messages.delete(event.message_id);
    else if (kind === "pinned") chat.pinned = event.pinned;
    else if (kind === "blocked") chat.is_blocked = event.is_blocked;
    else if (kind === "unread") chat.unread[event.user_id] = event.count;
    else if (kind === "topics") chat.topics = event.topics;
    else if (kind === "members" || kind === "chat") await this.fetchChat(event.chat);
    else if (kind === "person") await this.#refreshPeople();
    else if (kind === "commands") await this.#refreshBots();
    else if (kind === "clock") this.#setClock(event.now);
    else if (kind === "faults") this.faults = event.faults;
  }

  #arrive(message, chat) {
    chat.messages.set(message.message_id, message);
    chat.is_started ||= !message.from.is_bot;
    const readers = chat.members.filter((member) => !member.is_bot && PRESENT.has(member.status));
    for (const { id } of readers) {
      chat.unread[id] = id === message.from.id ? 0 : (chat.unread[id] ?? 0) + 1;
      if (message.reply_keyboard?.keyboard) chat.keyboards[id] = message.reply_keyboard;
      else if (message.reply_keyboard?.remove_keyboard) delete chat.keyboards[id];
    }
    const keyboard = chat.keyboards[message.from.id];
    if (keyboard?.one_time_keyboard && isUsedBy(keyboard, message)) delete chat.keyboards[message.from.id];
  }
}

/** Whether a message is what a key of a keyboard makes: its words, a number, a place. */
function isUsedBy(keyboard, message) {
  const makes = (key) => key.text === message.text || (key.request_contact && message.contact) || (key.request_location && message.location);
  return keyboard.keyboard.flat().some(makes);
}
