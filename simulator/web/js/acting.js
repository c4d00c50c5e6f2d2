// Doing what a tour says, with the page's own fields and buttons, so slowly that one can see it.
//
// A deed is one of {start}, {says}, {presses}, {photo}, {sees}, {action}; `phone` names a person, the step's own if absent,
// and `chat` a group, their chat with the bot if absent.

import { samplePhoto, sendNow } from "./attach.js";
import { languageOf } from "./words.js";

const PATIENCE = 20_000;
const OPTIONAL = 2500;
const LOOK = 100;
const MOST_MOVES = 12;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const breath = () => pause(calm.matches ? 0 : 700);

/** What stops a step that cannot be done now. */
export class Stuck extends Error {}

/** All the ways in which words can stand in a chat. */
export const variants = (words) => (typeof words === "object" ? Object.values(words) : [words]);

/** The words as this person would write or read them. */
export const spokenBy = (words, person) =>
  typeof words === "object" ? (words[languageOf(person)] ?? Object.values(words)[0]) : words;

/** Say whether somebody's chat with the bot, or a group, holds words of the bot, in a message or on a button below one. */
export function holds(town, { phone, words, chat: key }) {
  const chat = town.chats.get(key ?? town.chatsOf(phone)[0]);
  const wanted = variants(words);
  return [...(chat?.messages.values() ?? [])].some((message) => {
    if (!message.from?.is_bot) return false;
    const labels = (message.reply_markup?.inline_keyboard ?? []).flat().map((button) => button.text);
    const text = message.text ?? message.caption ?? "";
    return wanted.some((each) => text.includes(each) || labels.includes(each));
  });
}

/** Return the newest button of a phone that has one of these labels; the one its person would read, of several together. */
export function buttonOf(phone, words) {
  const wanted = variants(words);
  const all = phone?.element.querySelectorAll(".inline-keyboard .key, .reply-keyboard .key") ?? [];
  const fitting = [...all].filter((each) => wanted.includes(each.textContent));
  const newest = fitting.at(-1);
  if (!newest) return null;
  const keyboard = newest.closest(".inline-keyboard, .reply-keyboard");
  const meant = spokenBy(words, phone.person);
  return fitting.find((each) => keyboard.contains(each) && each.textContent === meant) ?? newest;
}

/** Return what somebody would press or fill in to do a deed, or null when it is not there or another chat is open. */
export function targetOf(desk, deed, step) {
  const phone = desk.phoneOf(deed.phone ?? step.phone);
  if (isElsewhere(desk, deed, phone)) return null;
  if (deed.presses) return buttonOf(phone, deed.presses) ?? phone?.composer.openerFor(variants(deed.presses)) ?? null;
  if (deed.says) return phone?.composer.input.isConnected ? phone.composer.input : null;
  if (deed.start) return phone?.header.menu ?? null;
  if (deed.photo) return phone?.element.querySelector(".clip") ?? null;
  if (deed.action) return desk.panel.targetOf(deed.action);
  return null;
}

/** Say whether a phone shows another chat than the one in which a deed is done. */
const isElsewhere = (desk, deed, phone) =>
  Boolean(phone) && !deed.action && phone.slot.chat !== (deed.chat ?? desk.town.chatsOf(phone.person.id)[0]);

/** Return what somebody would use to get to the chat in which a deed is done, or null when it is open. */
export function chooserOf(desk, deed, step) {
  const phone = desk.phoneOf(deed.phone ?? step.phone);
  return isElsewhere(desk, deed, phone) ? phone.header.which : null;
}

/** Say whether a deed moves the clock to a time that has not come yet. */
const isAhead = (desk, deed) => deed.params?.at !== undefined && Date.parse(deed.params.at) > desk.town.now().getTime();

/** Return what of a step is still to be done: what was done by hand already is not done again. */
export function remaining(desk, step) {
  const ahead = step.do.findIndex((deed) => isAhead(desk, deed));
  if (ahead >= 0) return step.do.slice(ahead);
  for (let at = step.do.length - 1; at > 0; at -= 1) {
    const before = step.do[at - 1];
    if (step.do[at].presses && targetOf(desk, step.do[at], step)) return step.do.slice(at);
    if (before.sees && holds(desk.town, seen(before, step)))
      return step.do.slice(at);
  }
  return step.do;
}

/** What a deed waits for, and where. */
const seen = (deed, step) => ({ phone: deed.phone ?? step.phone, words: deed.sees, chat: deed.chat });

/** Wait until something is there; return it, or null when it does not come. */
async function until(find, patience) {
  for (const end = Date.now() + patience; ; await pause(LOOK)) {
    const found = find();
    if (found || Date.now() > end) return found || null;
  }
}

/** Do a deed. Throws Stuck when what it needs does not come; once the step is over, that is no trouble. */
export async function act(desk, deed, step) {
  const phone = desk.showPhone(deed.phone ?? step.phone, deed.chat);
  const isOver = () => holds(desk.town, step.until);
  const wait = async (find) => {
    const found = await until(() => find() || (isOver() && "over"), PATIENCE);
    return found === "over" ? until(find, OPTIONAL) : found;
  };
  if (deed.start) return phone.start(deed.start);
  if (deed.says) return say(phone, spokenBy(deed.says, phone.person), wait);
  if (deed.photo) return sendNow(phone, [await samplePhoto(desk.town.now())], spokenBy(deed.photo, phone.person));
  if (deed.action) return move(desk, deed, isOver);
  if (deed.sees) return stuckWithout(await wait(() => holds(desk.town, seen(deed, step))));
  const button = await wait(() => pressable(desk, deed, step) ?? (isPast(desk, deed, step) && "past"));
  if (button === "past") return;
  if (!button) return stuckWithout(isOver());
  button.scrollIntoView({ block: "nearest" });
  await breath();
  const meant = pressable(desk, deed, step) ?? button; // what came meanwhile may have drawn it anew
  meant.click();
  if (meant.classList.contains("keys")) await act(desk, deed, step);
}

function pressable(desk, deed, step) {
  const button = targetOf(desk, deed, step);
  return button?.getAttribute("aria-busy") === "true" ? null : button;
}

/** Say whether the bot asks for something later in the step already: what it did not ask for is left out. */
const isPast = (desk, deed, step) =>
  step.do.slice(step.do.indexOf(deed) + 1).some((later) => later.presses && targetOf(desk, later, step));

function stuckWithout(found) {
  if (!found) throw new Stuck();
}

async function say(phone, words, wait) {
  stuckWithout(await wait(() => phone.composer.input.isConnected));
  phone.composer.write(words);
  await breath();
  await phone.composer.submit();
}

/** Do an action of the bot's panel: as many `times` as it says, or until it has led to what the step waits for; never back in time. */
async function move(desk, deed, isOver) {
  if (deed.params?.at !== undefined && !isAhead(desk, deed)) return;
  for (let count = 0; count < (deed.times ?? MOST_MOVES) && !isOver(); count += 1) {
    await breath();
    await desk.panel.control.perform(deed.action, deed.params ?? {});
    await until(isOver, OPTIONAL);
  }
  if (!deed.times) stuckWithout(isOver());
}
