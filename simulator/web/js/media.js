// What a message carries besides words: pictures, voice, video, files, places, contacts.

import { fileUrl } from "./api.js";
import { h, icon, iconButton } from "./dom.js";
import { length } from "./time.js";
import { say } from "./words.js";

/** Return the media of one message as an element, or null. */
export function media(message) {
  if (message.photo) return picture(message);
  if (message.voice) return player(message.voice, say("voice"));
  if (message.audio) return player(message.audio, message.audio.title ?? message.audio.file_name ?? say("voice"));
  if (message.video ?? message.animation ?? message.video_note)
    return video(message.video ?? message.animation ?? message.video_note);
  if (message.sticker)
    return h("span", { class: "sticker", role: "img", "aria-label": message.sticker.emoji }, message.sticker.emoji);
  if (message.document) return file(message.document);
  if (message.venue) return place(message.venue.location, message.venue.title, message.venue.address);
  if (message.location) return place(message.location, say("location"));
  if (message.contact) return contact(message.contact);
  if (message.dice) return h("span", { class: "sticker" }, `${message.dice.emoji} ${message.dice.value}`);
  return null;
}

/** Return several pictures or videos of one album as a grid. */
export function album(messages) {
  return h(
    "div",
    { class: `album of-${Math.min(messages.length, 4)}` },
    messages.map((message) => media(message)),
  );
}

function picture(message) {
  const size = message.photo.at(-1);
  const source = fileUrl(size.file_id);
  const label = [say("photo"), message.caption].filter(Boolean).join(": ");
  const image = h("img", { src: source, alt: label, loading: "lazy", width: size.width, height: size.height });
  image.addEventListener("error", () => image.replaceWith(h("span", { class: "lost" }, `🖼 ${say("photo")}`)));
  return h(
    "button",
    { type: "button", class: "picture", title: say("photo_large"), onclick: () => enlarge(source, label) },
    image,
  );
}

function enlarge(source, label) {
  const close = () => dialog.close();
  const dialog = h("dialog", { class: "lightbox", "aria-label": label, onclick: close }, [
    h("img", { src: source, alt: label }),
    iconButton("close", say("close"), close),
  ]);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** A player of our own, so that it looks and behaves alike in every browser. */
function player(voice, label) {
  const total = voice.duration ?? 0;
  const sound = new Audio();
  sound.preload = "none";
  sound.src = fileUrl(voice.file_id);
  const time = h("span", { class: "time" }, length(total));
  const track = h("input", {
    type: "range",
    min: "0",
    max: String(Math.max(total, 1)),
    step: "0.1",
    value: "0",
    "aria-label": say("position"),
  });
  const button = iconButton("play", `${say("play")} ${label} ${length(total)}`, toggle, { class: "filled" });

  function toggle() {
    if (!sound.paused) return sound.pause();
    sound.play().catch(() => (time.textContent = say("cannot_play")));
  }
  function draw() {
    button.replaceChildren(icon(sound.paused ? "play" : "pause"));
    button.setAttribute("aria-label", sound.paused ? `${say("play")} ${label} ${length(total)}` : say("pause"));
    track.value = String(sound.currentTime);
    time.textContent = length(sound.paused && sound.currentTime === 0 ? total : sound.currentTime);
  }
  for (const event of ["play", "pause", "timeupdate"]) sound.addEventListener(event, draw);
  sound.addEventListener("ended", () => (sound.currentTime = 0));
  track.addEventListener("input", () => (sound.currentTime = Number(track.value)));
  return h(
    "div",
    { class: "player" },
    button,
    h("span", { class: "of" }, h("span", { class: "label" }, label), track),
    time,
  );
}

function video(shown) {
  const label = `${say("video")} ${length(shown.duration ?? 0)}`;
  const element = h("video", {
    src: fileUrl(shown.file_id),
    controls: true,
    preload: "metadata",
    playsinline: true,
    "aria-label": label,
  });
  element.addEventListener("error", () => element.replaceWith(h("span", { class: "lost" }, `🎬 ${label}`)));
  return element;
}

function file(shown) {
  const name = shown.file_name ?? say("attach_file");
  const link = h(
    "a",
    { class: "file", href: fileUrl(shown.file_id), download: name, "aria-label": say("download", { name }) },
    icon("file"),
    h("span", {}, h("strong", {}, name), h("small", {}, bytes(shown.file_size ?? 0))),
  );
  return link;
}

const bytes = (size) =>
  size < 1_000_000 ? `${Math.max(1, Math.round(size / 1000))} KB` : `${(size / 1_000_000).toFixed(1)} MB`;

function place(at, title, address) {
  const numbers = `${at.latitude.toFixed(5)}, ${at.longitude.toFixed(5)}`;
  return h(
    "div",
    { class: "place" },
    h("div", { class: "map" }, icon("place")),
    h("strong", {}, title),
    address && h("span", {}, address),
    h("small", {}, numbers),
  );
}

function contact(shown) {
  const name = [shown.first_name, shown.last_name].filter(Boolean).join(" ");
  return h(
    "div",
    { class: "contact" },
    h("span", { class: "avatar", "aria-hidden": "true" }, icon("person")),
    h("span", {}, h("strong", {}, name), h("small", {}, shown.phone_number)),
  );
}

/** Return an emoji in colour: the API's heart comes without the mark that asks for it. */
export const colourful = (emoji) => (emoji === "❤" ? "❤\ufe0f" : emoji);

/** Return a message in a few words: for replies, pins and screen readers. */
export function inBrief(message) {
  const kinds = {
    photo: `🖼 ${say("photo")}`,
    voice: `🎙 ${say("voice")}`,
    video: `🎬 ${say("video")}`,
    venue: `📍 ${say("location")}`,
    location: `📍 ${say("location")}`,
    contact: `👤 ${say("contact")}`,
  };
  const kind = Object.keys(kinds).find((each) => message[each]);
  const words = message.text ?? message.caption ?? message.sticker?.emoji ?? message.document?.file_name ?? "";
  return [kind && kinds[kind], words.replace(/\s+/g, " ").slice(0, 160)].filter(Boolean).join(" ") || "…";
}
