// A message's words with their formatting: entities (UTF-16 offsets, as JavaScript counts) become elements.

import { h } from "./dom.js";
import { say } from "./words.js";

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  blockquote: "blockquote",
};
const BLOCKS = new Set(["blockquote", "expandable_blockquote", "pre"]);
const SAFE = /^(https?|tel|mailto|tg):/i;
const DEEP_LINK = /^(?:https?:\/\/)?(?:t\.me|telegram\.me)\/(\w+)\/?\?start(?:group)?=([\w-]{0,64})$/i;

/** Return the start payload of a deep link to this bot, or null. */
export function payloadOf(url, username) {
  const link = DEEP_LINK.exec(url.trim());
  return link && link[1].toLowerCase() === username?.toLowerCase() ? link[2] : null;
}

/** Return the words as nodes; `act` has `open(url)` and `command(text)`. */
export function formatted(text, entities, act) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return span(text, 0, text.length, sorted, act);
}

function span(text, start, end, entities, act) {
  const nodes = [];
  let at = start;
  let wasBlock = false;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    if (entity.offset < at || entity.offset >= end) continue;
    const stop = Math.min(entity.offset + entity.length, end);
    const inner = entities.slice(index + 1).filter((each) => each.offset < stop);
    nodes.push(without(text.slice(at, entity.offset), wasBlock, BLOCKS.has(entity.type)));
    wasBlock = BLOCKS.has(entity.type);
    nodes.push(dressed(entity, text.slice(entity.offset, stop), span(text, entity.offset, stop, inner, act), act));
    at = stop;
  }
  nodes.push(without(text.slice(at, end), wasBlock, false));
  return nodes;
}

/** Take away the line break that a block before or after these words makes anyway. */
function without(words, isAfterBlock, isBeforeBlock) {
  const rest = isAfterBlock ? words.replace(/^\n/, "") : words;
  return isBeforeBlock ? rest.replace(/\n$/, "") : rest;
}

function dressed(entity, words, inner, act) {
  const { type } = entity;
  if (TAGS[type]) return h(TAGS[type], {}, inner);
  if (type === "pre") return h("pre", { tabindex: "0" }, h("code", {}, inner));
  if (type === "expandable_blockquote") return expandable(inner);
  if (type === "spoiler") return spoiler(inner);
  if (type === "url") return link(words.includes("://") ? words : `https://${words}`, inner, act);
  if (type === "text_link") return link(entity.url, inner, act);
  if (type === "email") return link(`mailto:${words}`, inner, act);
  if (type === "phone_number") return link(`tel:${words.replace(/[^\d+]/g, "")}`, inner, act);
  if (type === "bot_command")
    return h("button", { type: "button", class: "command", onclick: () => act.command(words) }, inner);
  if (type.includes("mention") || type.includes("tag")) return h("span", { class: "mention" }, inner);
  return h("span", {}, inner);
}

function link(url, inner, act) {
  if (!SAFE.test(url)) return h("span", {}, inner);
  const open = (event) => act.open(url) && event.preventDefault();
  return h("a", { href: url, target: "_blank", rel: "noreferrer noopener", onclick: open }, inner);
}

function spoiler(inner) {
  const words = h("span", { class: "spoiler-words" }, inner);
  const cover = h(
    "button",
    { type: "button", class: "spoiler", "aria-label": say("spoiler"), "aria-expanded": "false" },
    words,
  );
  cover.addEventListener("click", () => cover.replaceWith(...words.childNodes));
  return cover;
}

function expandable(inner) {
  const unfold = h(
    "button",
    { type: "button", class: "unfold", onclick: () => quote.classList.remove("folded") },
    say("show_all"),
  );
  const quote = h("blockquote", { class: "folded" }, h("span", { class: "kept" }, inner), unfold);
  return quote;
}
