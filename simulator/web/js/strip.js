// What the strip of the tour shows: the invitation, a step, or what one knows at the end.

import { h, iconButton } from "./dom.js";
import { pick, say } from "./words.js";

const primary = (label, act, more = {}) =>
  h("button", { type: "button", class: "big primary", "data-does": "main", onclick: act, ...more }, label);
const small = (label, does, act) =>
  h("button", { type: "button", class: "quiet", "data-does": does, onclick: act }, label);
const words = (...inside) => h("div", { class: "tour-words" }, inside);
const acts = (...inside) => h("div", { class: "tour-acts" }, inside);

/** Return what the strip shows while everything is set up afresh. */
export const waiting = () => [h("p", { class: "tour-text", role: "status" }, say("tour_begins"))];

/** Return the invitation. */
export function invitation(offer, does) {
  return [
    words(h("p", { class: "tour-text" }, pick(offer.about))),
    acts(primary(say("tour_begin"), does.begin), small(say("tour_alone"), "alone", does.leave)),
  ];
}

/** Return one step: `at` of `all`, whether it `isDone` or `isPlaying`, and in a line what there is to do or to see. */
export function step({ text, at, all, isDone, isPlaying, line }, does) {
  const main = isDone
    ? primary(say("tour_next"), does.next)
    : primary(say(isPlaying ? "tour_playing" : "tour_show"), does.show, { "aria-busy": isPlaying ? "true" : null });
  const count = h("span", { class: "tour-count" }, say("tour_count", { at: at + 1, all }));
  return [
    words(h("p", { class: "tour-text" }, count, pick(text)), h("p", { class: "tour-how", role: "status" }, line)),
    acts(
      main,
      at > 0 && iconButton("back", say("tour_back"), does.back, { "data-does": "back" }),
      !isDone && small(say("tour_skip"), "skip", does.skip),
      iconButton("again", say("tour_again"), does.begin, { "data-does": "again" }),
      iconButton("close", say("tour_leave"), does.leave, { "data-does": "leave" }),
    ),
    h("progress", { max: all, value: at + (isDone ? 1 : 0), "aria-label": say("tour_progress") }),
  ];
}

/** Return the end: questions that one can answer now. */
export function ending({ text, answers }, does) {
  const answer = (each) => h("div", {}, h("dt", {}, pick(each.question)), h("dd", {}, pick(each.answer)));
  return [
    words(h("p", { class: "tour-text" }, pick(text)), h("dl", { class: "tour-answers" }, answers.map(answer))),
    acts(primary(say("tour_alone"), does.leave), small(say("tour_again"), "again", does.begin)),
  ];
}
