// What a phone shows for a moment, or until it is closed.

import { h } from "./dom.js";
import { say } from "./words.js";

const LONG = 3500;
const PER_LETTER = 60;

/** Show words for as long as it takes to read them. */
export function toast(phone, text) {
  const shown = h("p", { class: "toast" }, text);
  phone.toasts.append(shown);
  setTimeout(() => shown.remove(), LONG + text.length * PER_LETTER);
}

/** Show a box that has to be closed, over this phone only: the others stay in use. */
export function alert(phone, text) {
  const before = document.activeElement;
  const close = () => {
    cover.remove();
    if (phone.element.contains(before)) before.focus();
  };
  const button = h("button", { type: "button", class: "big primary", onclick: close }, say("ok"));
  const box = { class: "alert", role: "alertdialog", "aria-modal": "true", "aria-label": text };
  const cover = h("div", { class: "alert-cover" }, h("div", box, h("p", {}, text), button));
  cover.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Tab") event.preventDefault();
  });
  phone.element.append(cover);
  button.focus();
}
