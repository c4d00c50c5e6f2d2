// The buttons under a message and the keyboard below the chat.

import { h, icon } from "./dom.js";

const STYLED = new Set(["primary", "success", "danger"]);
const styleOf = (button) => (STYLED.has(button.style) ? button.style : "plain");

/** Return the inline keyboard of a message, in a list that may be empty. */
export function inlineKeyboard(message, phone) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return [];
  return [
    h(
      "div",
      { class: "inline-keyboard" },
      rows.map((row) =>
        h(
          "div",
          { class: "row" },
          row.map((button) => inlineButton(button, message, phone)),
        ),
      ),
    ),
  ];
}

function inlineButton(button, message, phone) {
  const isWaiting = phone.isPressing(message.message_id, button.callback_data);
  const mark = button.url ? "out" : button.copy_text ? "copy" : "";
  const inner = [h("span", { class: "label" }, button.text), mark && icon(mark)];
  return h(
    "button",
    {
      type: "button",
      class: `key ${styleOf(button)} ${isWaiting ? "waiting" : ""}`,
      "aria-busy": isWaiting ? "true" : null,
      onclick: () => phone.press(button, message),
    },
    inner,
  );
}

/** Return the reply keyboard. */
export function replyKeyboard(keyboard, phone) {
  return h(
    "div",
    { class: "reply-keyboard" },
    keyboard.keyboard.map((row) =>
      h(
        "div",
        { class: "row" },
        row.map((button) => key(button, phone)),
      ),
    ),
  );
}

function key(button, phone) {
  return h(
    "button",
    { type: "button", class: `key ${styleOf(button)}`, onclick: () => phone.useKey(button) },
    h("span", { class: "label" }, button.text),
  );
}
