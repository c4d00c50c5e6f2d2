// One entry of a chat: a bubble with its buttons, an album, or a line that says what happened to a group.

import { h, iconButton } from "./dom.js";
import { inlineKeyboard } from "./keyboards.js";
import { album, colourful, inBrief, media } from "./media.js";
import { formatted } from "./text.js";
import { clockTime } from "./time.js";
import { say } from "./words.js";

/** Return what a service message says, or null for a common one. */
function service(message) {
  const names = (users) => users.map((user) => user.first_name).join("、");
  if (message.new_chat_members) return say("joined", { name: names(message.new_chat_members) });
  if (message.left_chat_member) return say("left", { name: names([message.left_chat_member]) });
  if (message.forum_topic_created) return say("topic_created", { name: message.forum_topic_created.name });
  if (message.forum_topic_edited) return say("topic_renamed", { name: message.forum_topic_edited.name ?? "" });
  if (message.forum_topic_closed) return say("topic_closed");
  if (message.forum_topic_reopened) return say("topic_reopened");
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return say("migrated");
  if (message.pinned_message) return say("pinned_one", { name: message.from.first_name });
  return null;
}

/** Return the element of an entry: one message, or the messages of one album. */
export function entry(messages, phone) {
  const [first] = messages;
  const said = service(first);
  if (said) return h("li", { class: "event" }, h("span", {}, said));
  const isMine = first.from.id === phone.person.id;
  const item = h("li", { class: `entry ${isMine ? "mine" : "theirs"}`, "data-id": first.message_id, tabindex: "-1" });
  const menu = iconButton("more", say("message_menu"), () => phone.openMessageMenu(messages.at(-1)), {
    class: "message-menu",
  });
  item.append(h("div", { class: "line" }, bubble(messages, phone, isMine), menu));
  item.append(...inlineKeyboard(messages.at(-1), phone));
  onLongPress(item.firstChild, () => phone.openMessageMenu(messages.at(-1)));
  return item;
}

function bubble(messages, phone, isMine) {
  const [first] = messages;
  const spoken = messages.find((message) => message.caption ?? message.text) ?? first;
  const words = spoken.text ?? spoken.caption;
  const shown = messages.length > 1 ? album(messages) : media(first);
  const isBare = Boolean(first.sticker) && !words;
  return h("div", { class: `bubble ${isBare ? "bare" : ""}` }, [
    author(first, phone, isMine),
    first.forward_origin &&
      h(
        "p",
        { class: "aside" },
        say("forwarded", {
          name: first.forward_origin.sender_user?.first_name ?? first.forward_origin.sender_user_name ?? "",
        }),
      ),
    first.reply_to_message && quoted(first.reply_to_message, phone),
    shown,
    words &&
      h("p", { class: "words", dir: "auto" }, formatted(words, spoken.entities ?? spoken.caption_entities, phone.acts)),
    !shown && !words && h("p", { class: "words" }, say("unknown_message")),
    reactions(messages, phone),
    h("p", { class: "meta" }, first.edit_date && `${say("edited")} `, h("time", {}, clockTime(first.date * 1000))),
  ]);
}

function author(message, phone, isMine) {
  const name = isMine ? say("me") : message.from.first_name;
  const isSeen = phone.isGroup && !isMine;
  return h(
    "p",
    { class: isSeen ? `author hue-${message.from.id % 6}` : "unseen" },
    isSeen ? name : say("says", { name }),
  );
}

function quoted(message, phone) {
  const name = message.from?.first_name ?? "";
  return h(
    "button",
    { type: "button", class: "quoted", title: say("go_to"), onclick: () => phone.goTo(message.message_id) },
    h("strong", {}, name),
    h("span", {}, inBrief(message)),
  );
}

function reactions(messages, phone) {
  const given = messages.flatMap((message) => message.reactions ?? []);
  if (given.length === 0) return null;
  const counts = new Map();
  for (const { emoji } of given) counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
  const target = messages.find((message) => message.reactions?.length) ?? messages[0];
  const chip = ([emoji, count]) =>
    h(
      "button",
      {
        type: "button",
        "aria-label": `${say("react", { emoji })} ${count}`,
        onclick: () => phone.react(target, emoji),
      },
      count > 1 ? `${colourful(emoji)} ${count}` : colourful(emoji),
    );
  return h("p", { class: "reactions" }, [...counts].map(chip));
}

/** Call back after half a second under one finger, or at once for the right mouse button. */
function onLongPress(element, act) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  element.addEventListener("touchstart", () => (timer = setTimeout(act, 500)), { passive: true });
  for (const event of ["touchend", "touchmove", "touchcancel"])
    element.addEventListener(event, stop, { passive: true });
  element.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a, img, video, .words") && window.getSelection()?.toString()) return;
    event.preventDefault();
    stop();
    act();
  });
}
