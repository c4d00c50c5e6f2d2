// Making elements. Text always becomes a text node: nothing that somebody wrote is ever read as HTML.

/** Make an element: `on…` are listeners, true and false are bare attributes, the rest attributes. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2).toLowerCase(), value);
    else if (name === "value" || name === "checked" || name === "selected") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

const PATHS = {
  send: "M3 20.5 21.5 12 3 3.5v6.6L15 12 3 13.9z",
  mic: "M12 15a3.5 3.5 0 0 0 3.5-3.5v-6a3.5 3.5 0 1 0-7 0v6A3.5 3.5 0 0 0 12 15zm6.2-3.6a6.2 6.2 0 0 1-12.4 0H4a8 8 0 0 0 7.1 8V22h1.8v-2.6a8 8 0 0 0 7.1-8z",
  clip: "M16.5 6v11a4.5 4.5 0 0 1-9 0V5a3 3 0 0 1 6 0v10.5a1.5 1.5 0 0 1-3 0V6H9v9.5a3 3 0 0 0 6 0V5a4.5 4.5 0 1 0-9 0v12a6 6 0 0 0 12 0V6z",
  keys: "M3 5.5A1.5 1.5 0 0 1 4.5 4h15A1.5 1.5 0 0 1 21 5.5v13a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 18.5zM5 6v5h6V6zm8 0v5h6V6zm-8 7v5h6v-5zm8 0v5h6v-5z",
  menu: "M4 6h16v2H4zm0 5h16v2H4zm0 5h16v2H4z",
  more: "M12 7.5a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zm0 6.3a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zm0 6.3a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
  close: "m6.4 5 5.6 5.6L17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4z",
  play: "M7 4v16l13-8z",
  pause: "M6 4h4.5v16H6zm7.5 0H18v16h-4.5z",
  pin: "M14 3l7 7-2 .8-3.7 3.7.2 4L13 21l-4.2-4.2L4 21.5 2.5 20l4.7-4.8L3 11l2.5-2.5 4 .2L13.2 5z",
  down: "M12 16.5 4.5 9 6 7.5l6 6 6-6L19.5 9z",
  person: "M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zm0 2c-5 0-8.5 2.6-8.5 5.5V21h17v-1.5c0-2.9-3.5-5.5-8.5-5.5z",
  clock:
    "M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19zm0 2a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM11 7v5.6l4.6 2.8 1-1.6-3.7-2.2V7z",
  sun: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11 1.5h2v3h-2zm0 18h2v3h-2zM1.5 11h3v2h-3zm18 0h3v2h-3zM4.2 5.6l1.4-1.4 2.1 2.1-1.4 1.4zm12.1 12.1 1.4-1.4 2.1 2.1-1.4 1.4zM4.2 18.4l2.1-2.1 1.4 1.4-2.1 2.1zM16.3 6.3l2.1-2.1 1.4 1.4-2.1 2.1z",
  moon: "M20.5 14.5A9 9 0 0 1 9.5 3.5a9 9 0 1 0 11 11z",
  file: "M6 2.5h8l5 5v14H6a1.5 1.5 0 0 1-1.5-1.5V4A1.5 1.5 0 0 1 6 2.5zm7 1.8V8.5h4.2z",
  copy: "M8 3.5h11.5V16H17v-2h.5V5.5H10V7H8zM4.5 8H16v12.5H4.5zm2 2v8.5H14V10z",
  out: "M8 5h11v11h-2V8.4L6.4 19 5 17.6 15.6 7H8z",
  back: "M15.5 4.5 17 6l-6 6 6 6-1.5 1.5L8 12z",
  again: "M12 5a7 7 0 1 1-6.7 5h2.1A5 5 0 1 0 12 7v3.5L6.8 6.2 12 2z",
  flag: "M5 2.5h2V4h12l-3 4.5 3 4.5H7v8.5H5z",
  place: "M12 2a7 7 0 0 1 7 7c0 5-7 13-7 13S5 14 5 9a7 7 0 0 1 7-7zm0 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
};

/** Draw an icon; it says nothing to a screen reader, its button has a label. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Make a round button that shows an icon and says `label`. */
export function iconButton(name, label, onClick, more = {}) {
  return h(
    "button",
    {
      type: "button",
      "aria-label": label,
      title: label,
      onclick: onClick,
      ...more,
      class: `round ${more.class ?? ""}`,
    },
    icon(name),
  );
}

/** Say something to a screen reader without moving the focus. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
