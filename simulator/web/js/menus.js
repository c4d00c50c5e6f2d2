// The menus of a phone: of one message, of the phone itself, of the bot's commands.

import { post } from "./api.js";
import { h } from "./dom.js";
import { colourful } from "./media.js";
import { choices, field, form } from "./sheet.js";
import { payloadOf } from "./text.js";
import { pick, say } from "./words.js";

const EMOJI = ["👍", "❤", "🙏", "👏", "🎉", "😢"];
const PAYLOAD = /^[\w-]{1,64}$/;

/** Reply, react, copy, edit, forward. */
export function openMessageMenu(phone, message) {
  const words = message.text ?? message.caption;
  const isMine = message.from.id === phone.person.id;
  const list = [{ label: say("do_reply"), act: () => phone.composer.replyTo(message) }];
  if (words) list.push({ label: say("do_copy"), act: () => phone.copy(words) });
  if (isMine && words) list.push({ label: say("do_edit"), act: () => phone.composer.edit(message) });
  list.push({ label: say("do_forward"), act: () => forward(phone, message) });
  const react = (emoji) =>
    h(
      "button",
      {
        type: "button",
        "aria-label": say("react", { emoji }),
        onclick: () => {
          dialog.close();
          phone.react(message, emoji);
        },
      },
      colourful(emoji),
    );
  const dialog = choices(say("message_menu"), list, phone.element, h("div", { class: "emoji" }, EMOJI.map(react)));
}

async function forward(phone, message) {
  const from = phone.slot.chat;
  if (phone.isGroup) phone.show({ chat: `${phone.bot.id}.${phone.person.id}`, thread: null });
  await phone.send({ kind: "forward", from, message_id: message.message_id });
}

/** Return the bot's commands for this chat and this person's language, as Telegram picks them. */
export function commandsFor(phone) {
  const { bot, chat, person } = phone;
  if (!bot || !chat) return [];
  const language = (person.language ?? "").slice(0, 2);
  const status = chat.members.find((member) => member.id === person.id)?.status;
  const runs = status === "creator" || status === "administrator";
  const group = [
    `chat_member:${chat.id}:${person.id}`,
    ...(runs ? [`chat_administrators:${chat.id}`] : []),
    `chat:${chat.id}`,
    ...(runs ? ["all_chat_administrators"] : []),
    "all_group_chats",
    "default",
  ];
  const scopes = phone.isGroup ? group : [`chat:${chat.id}`, "all_private_chats", "default"];
  for (const scope of scopes) {
    for (const code of [language, ""]) {
      const found = bot.commands.find((each) => each.scope === scope && each.language === code);
      if (found?.commands.length) return found.commands;
    }
  }
  return [];
}

export function openCommands(phone) {
  const at = phone.isGroup ? `@${phone.bot.username}` : "";
  const list = commandsFor(phone).map((each) => ({
    label: each.description,
    about: `/${each.command}`,
    act: () => phone.sendText(`/${each.command}${at}`),
  }));
  choices(say("commands"), list, phone.element);
}

/** Language, invitation link, blocking, putting away. */
export function openPhoneMenu(phone) {
  const { person, chat, bot } = phone;
  const isChinese = (person.language ?? "zh").startsWith("zh");
  const setLanguage = (language) => () =>
    post(`/people/${person.id}`, { language }, "PATCH").catch((error) => phone.toast(error.message));
  const list = [
    { label: say("follow_link"), act: () => openLink(phone) },
    { label: say("zh"), about: say("language_of"), is_current: isChinese, act: setLanguage("zh-hans") },
    { label: say("en"), about: say("language_of"), is_current: !isChinese, act: setLanguage("en") },
  ];
  if (chat?.is_forum) list.push({ label: say("new_topic"), act: () => newTopic(phone) });
  if (bot && chat && !phone.isGroup)
    list.push({
      label: say(chat.is_blocked ? "unblock" : "block"),
      style: chat.is_blocked ? "" : "danger",
      act: () => phone.deed("block", { is_blocked: !chat.is_blocked }),
    });
  if (phone.desk.phones.length > 1) list.push({ label: say("close_phone"), act: () => phone.desk.closePhone(phone) });
  choices(phone.town.nameOf(person.id), list, phone.element);
}

/** Follow a link: a typed one, or one of those the control end point offers, narrowed down by what is typed. */
async function openLink(phone) {
  const { control } = phone.desk.panel;
  if (control.links.length === 0) await control.refresh(); // somebody was faster than the end point
  const { links } = control;
  const placeholder = `https://t.me/${phone.bot?.username ?? "…"}?start=…`;
  const input = h("input", { name: "link", required: true, autocomplete: "off", placeholder });
  const list = h("div", { class: "posters", role: "group", "aria-label": say("posters") });
  const draw = () => list.replaceChildren(...matching(links, input.value).map(poster));
  const poster = (link) =>
    h("button", { type: "button", class: "choice", onclick: () => follow(link) }, pick(link.label));
  const follow = (link) => {
    list.closest("dialog").close();
    phone.start(link.start);
  };
  input.addEventListener("input", draw);
  draw();
  const act = async (data) => {
    const given = data.get("link").trim();
    const payload = PAYLOAD.test(given) ? given : payloadOf(given, phone.bot?.username);
    if (payload === null) throw new Error(say("bad_link"));
    await phone.start(payload);
  };
  const codes = links.length > 0 && [h("p", { class: "hint" }, say("posters")), list];
  form(say("follow_link"), [field(say("link_hint"), input), codes], say("open"), act, phone.element);
}

/** The links whose label holds everything that is typed; all of them when nothing fits. */
function matching(links, typed) {
  const words = typed.toLowerCase().split(/\s+/);
  const fit = links.filter((link) => words.every((word) => pick(link.label).toLowerCase().includes(word)));
  return fit.length > 0 ? fit : links;
}

function newTopic(phone) {
  const input = h("input", { name: "name", required: true, maxlength: "128", autocomplete: "off" });
  form(
    say("new_topic"),
    field(say("topic_name"), input),
    say("add"),
    (data) => post(`/chats/${phone.slot.chat}/create_topic`, { name: data.get("name") }),
    phone.element,
  );
}
