// Times as people read them, in the zone the bot's control end point names, else the browser's.

import { locale, say } from "./words.js";

let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Show times in this zone from now on; say whether that changes anything. An unknown name does not. */
export function useZone(name) {
  const before = zone;
  try {
    if (name) zone = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    // a zone this browser does not know
  }
  return zone !== before;
}

const format = (at, options) => new Intl.DateTimeFormat(locale(), { timeZone: zone, ...options }).format(at);

/** 14:05 */
export const clockTime = (at) => format(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** 11月22日 星期日 */
export const day = (at) => format(at, { month: "long", day: "numeric", weekday: "short" });

/** The day as a key, for comparing. */
export const dayKey = (at) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(at);

/** Today 14:05, or the day and 14:05. */
export function moment(at, now) {
  const when =
    dayKey(at) === dayKey(now) ? say("today") : format(at, { month: "numeric", day: "numeric", weekday: "short" });
  return `${when} ${clockTime(at)}`;
}

/** 1:05, from seconds. */
export const length = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** Return what a `datetime-local` field holds for a time. */
export const toField = (at) =>
  `${dayKey(at)}T${new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(at)}`;

/** Return the time that a `datetime-local` field means in the zone. */
export function fromField(text) {
  const guess = new Date(`${text}:00Z`);
  const off = new Date(`${toField(guess)}:00Z`) - guess;
  return new Date(guess - off);
}
