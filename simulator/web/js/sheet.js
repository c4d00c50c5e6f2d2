// Dialogs: a sheet of choices, or a form. Native `<dialog>` holds the focus, Escape closes it.

import { h, iconButton } from "./dom.js";
import { say } from "./words.js";

/** Open a dialog over an element (a phone) or in the middle; returns it. */
export function sheet(title, content, over = null) {
  const dialog = h("dialog", { class: "sheet", "aria-label": title });
  const close = () => dialog.close();
  dialog.append(
    h("header", {}, h("h2", {}, title), iconButton("close", say("close"), close)),
    h("div", { class: "body" }, content),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  if (over) place(dialog, over);
  dialog.showModal();
  return dialog;
}

/** Lay the sheet over the lower end of the phone it belongs to. */
function place(dialog, over) {
  const box = over.getBoundingClientRect();
  dialog.classList.add("over");
  dialog.style.left = `${box.left}px`;
  dialog.style.width = `${box.width}px`;
  dialog.style.bottom = `${Math.max(0, window.innerHeight - box.bottom)}px`;
  dialog.style.maxHeight = `${box.height}px`;
}

/** Offer choices, each `{label, act, is_current}`; a choice closes the sheet. */
export function choices(title, list, over = null, above = null) {
  const button = (each) =>
    h(
      "button",
      {
        type: "button",
        class: `choice ${each.style ?? ""}`,
        "aria-current": each.is_current ? "true" : null,
        onclick: () => {
          dialog.close();
          each.act();
        },
      },
      h("span", {}, each.label),
      each.about && h("small", {}, each.about),
    );
  const dialog = sheet(title, [above, ...list.map(button)], over);
  return dialog;
}

/** Ask with a form; `act(data)` may refuse by throwing, which is shown. */
export function form(title, fields, doLabel, act, over = null) {
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = h("button", { class: "big primary" }, doLabel);
  const element = h("form", { class: "fields" }, fields, problem, submit);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await act(new FormData(element));
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
    }
    submit.disabled = false;
  });
  const dialog = sheet(title, element, over);
  dialog.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  return dialog;
}

/** A labelled field. */
export function field(label, control) {
  return h("label", { class: "field" }, h("span", {}, label), control);
}
