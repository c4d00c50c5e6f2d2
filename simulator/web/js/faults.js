// Trouble on purpose: switches that arm and clear the simulator's faults, and let a person block the bot.

import { post, remove } from "./api.js";
import { h } from "./dom.js";
import { say } from "./words.js";

const FAULTS = {
  cut: { kind: "cut", count: null },
  delay: { kind: "delay", count: null, seconds: 3 },
  flood: { kind: "flood", method: "send*", count: 3, seconds: 5 },
  error: { kind: "error", method: "send*", count: 3, code: 502 },
  drop: { kind: "drop", method: "send*", count: 1 },
};

const isOwn = (fault) =>
  Boolean(FAULTS[fault.kind]) && fault.chat_id === null && fault.method === (FAULTS[fault.kind].method ?? null);

/** Name an armed fault. */
export function nameOfFault(fault) {
  return isOwn(fault)
    ? say(`fault_${fault.kind}`)
    : say("fault_other", { kind: fault.kind, method: fault.method ?? "" });
}

/** Return the switches. */
export function trouble(desk) {
  const { town } = desk;
  const own = Object.keys(FAULTS).map((name) =>
    faultSwitch(
      name,
      town.faults.filter((fault) => fault.kind === name && isOwn(fault)),
    ),
  );
  const others = town.faults
    .filter((fault) => !isOwn(fault))
    .map((fault) => onOff(nameOfFault(fault), "", true, () => remove(`/faults/${fault.id}`)));
  const blocks = blockers(desk).map(([person, chat]) =>
    onOff(say("fault_block", { name: person.first_name }), "", chat.is_blocked, () =>
      post(`/chats/${chat.key}/block`, { user_id: person.id, is_blocked: !chat.is_blocked }),
    ),
  );
  const clear =
    town.faults.length > 0 &&
    h("button", { type: "button", class: "deed", onclick: () => remove("/faults") }, say("clear_faults"));
  return [...own, ...others, ...blocks, clear].filter(Boolean);
}

function faultSwitch(name, armed) {
  const act = async () => {
    if (armed.length === 0) return post("/faults", FAULTS[name]);
    for (const fault of armed) await remove(`/faults/${fault.id}`);
  };
  return onOff(say(`fault_${name}`), say(`fault_${name}_about`), armed.length > 0, act);
}

function onOff(label, about, isOn, act) {
  return h(
    "button",
    {
      type: "button",
      class: "switch",
      role: "switch",
      "aria-checked": String(isOn),
      onclick: () => act().catch?.((error) => console.warn(error)),
    },
    h("span", {}, label, about && h("small", {}, about)),
    h("i", { "aria-hidden": "true" }),
  );
}

/** The people of the open phones who have a private chat. */
function blockers({ phones, town }) {
  const chats = new Map();
  for (const phone of phones) {
    const chat = town.chats.get(town.chatsOf(phone.person.id)[0]);
    if (chat?.kind === "private") chats.set(phone.person, chat);
  }
  return [...chats];
}
