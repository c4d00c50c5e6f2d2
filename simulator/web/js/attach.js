// Sending what is not typed: pictures from disk, files, voice files, places, the own number.

import { upload } from "./api.js";
import { h } from "./dom.js";
import { keep, settings } from "./settings.js";
import { choices, field, form } from "./sheet.js";
import { clockTime } from "./time.js";
import { say } from "./words.js";

const MOST_PICTURES = 10;

export function openAttach(phone) {
  const list = [
    { label: say("attach_photo"), act: () => pickFile("image/*,video/*", true, (files) => sendPictures(phone, files)) },
    { label: say("attach_sample_photo"), act: async () => sendPictures(phone, [await samplePhoto(phone.town.now())]) },
    { label: say("attach_file"), act: () => pickFile("", false, ([file]) => sendFile(phone, file)) },
    { label: say("attach_voice"), act: () => pickVoice(phone) },
    { label: say("attach_sample_voice"), act: () => phone.send({ kind: "voice", duration: 5 }) },
    { label: say("attach_location"), act: () => askLocation(phone) },
    { label: say("attach_contact"), act: () => phone.askContact() },
  ];
  choices(say("attach"), list, phone.element);
}

/** Let a file be picked from disk. The input stays in the page until then, as tests and old browsers need it. */
function pickFile(accept, isMany, act) {
  const input = h("input", {
    type: "file",
    accept,
    multiple: isMany,
    class: "unseen",
    tabindex: "-1",
    "aria-hidden": "true",
  });
  input.addEventListener("change", () => {
    input.remove();
    if (input.files.length > 0) act([...input.files]);
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

/** Show what was picked, ask for a caption, send: one as it is, several as an album. */
export function sendPictures(phone, files) {
  const chosen = files.slice(0, MOST_PICTURES);
  const previews = chosen.map((file) =>
    file.type.startsWith("video/")
      ? h("span", { class: "film" }, "🎬")
      : h("img", { src: URL.createObjectURL(file), alt: file.name }),
  );
  const caption = h("input", { name: "caption", autocomplete: "off", maxlength: "1024" });
  const fields = [h("div", { class: "previews" }, previews), field(say("caption"), caption)];
  form(
    say("send_photos"),
    fields,
    say("send"),
    async (data) => {
      const words = data.get("caption") ? { caption: data.get("caption") } : {};
      await sendAll(phone, chosen, words);
      for (const image of previews) if (image.src) URL.revokeObjectURL(image.src);
    },
    phone.element,
  );
}

/** Send pictures as they are, with a caption, without asking. */
export const sendNow = (phone, files, caption) => sendAll(phone, files, caption ? { caption } : {});

async function sendAll(phone, files, words) {
  const kept = [];
  for (const file of files) kept.push(await keepPicture(file));
  const isAlbum = kept.length > 1 && kept.every((each) => each.kind === "photo");
  if (isAlbum) return phone.send({ kind: "album", files: kept.map(({ file_id }) => ({ file_id })), ...words });
  for (const each of kept) await phone.send({ ...each, ...words });
}

/** Keep a picture as a photo; what the simulator cannot read as one goes out as a file. */
async function keepPicture(file) {
  if (file.type.startsWith("video/"))
    return {
      kind: "video",
      file_id: await upload("video", file, { name: file.name, mime: file.type, duration: await durationOf(file) }),
    };
  try {
    return { kind: "photo", file_id: await upload("photo", file) };
  } catch {
    return {
      kind: "document",
      file_id: await upload("document", file, { name: file.name, mime: file.type || "application/octet-stream" }),
    };
  }
}

async function sendFile(phone, file) {
  try {
    const file_id = await upload("document", file, { name: file.name, mime: file.type || "application/octet-stream" });
    await phone.send({ kind: "document", file_id });
  } catch (error) {
    phone.toast(error.message);
  }
}

/** Send a recording or a sound file as a voice message. */
export async function sendVoice(phone, blob, seconds) {
  try {
    const mime = (blob.type || "audio/ogg").split(";")[0];
    const file_id = await upload("voice", blob, { mime, duration: Math.max(1, Math.round(seconds)) });
    await phone.send({ kind: "voice", file_id });
  } catch (error) {
    phone.toast(error.message);
  }
}

export function pickVoice(phone) {
  pickFile("audio/*", false, async ([file]) => sendVoice(phone, file, await durationOf(file)));
}

/** Return the length of a sound or video file in whole seconds, 1 when the browser cannot tell. */
function durationOf(file) {
  return new Promise((resolve) => {
    const media = document.createElement(file.type.startsWith("video/") ? "video" : "audio");
    const tell = () => resolve(Number.isFinite(media.duration) ? Math.max(1, Math.round(media.duration)) : 1);
    media.addEventListener("loadedmetadata", tell);
    media.addEventListener("error", tell);
    media.src = URL.createObjectURL(file);
  });
}

/** Draw a picture, for those who have none at hand: a lamp on a staircase, with the time on it. */
export function samplePhoto(now) {
  const canvas = h("canvas", { width: "640", height: "480" });
  const ink = canvas.getContext("2d");
  const wall = ink.createLinearGradient(0, 0, 0, 480);
  wall.addColorStop(0, "#41525c");
  wall.addColorStop(1, "#8a8f86");
  ink.fillStyle = wall;
  ink.fillRect(0, 0, 640, 480);
  ink.fillStyle = "#2b333a";
  for (let step = 0; step < 5; step += 1) ink.fillRect(120 + step * 50, 430 - step * 42, 520, 42);
  ink.fillStyle = "#d9d2b8";
  ink.beginPath();
  ink.arc(320, 90, 34, 0, Math.PI * 2);
  ink.fill();
  ink.fillStyle = "#f4f1e6";
  ink.font = "24px sans-serif";
  ink.fillText(clockTime(now), 20, 456);
  return new Promise((resolve) =>
    canvas.toBlob((blob) => resolve(new File([blob], "photo.jpg", { type: "image/jpeg" })), "image/jpeg", 0.8),
  );
}

/** Ask which place to send; the last one is filled in. */
export function askLocation(phone) {
  const number = (name, value, limit) =>
    h("input", { name, type: "number", step: "any", min: -limit, max: limit, required: true, value: String(value) });
  const fields = [
    field(say("latitude"), number("latitude", settings.place[0], 90)),
    field(say("longitude"), number("longitude", settings.place[1], 180)),
  ];
  form(
    say("location"),
    fields,
    say("send_location"),
    async (data) => {
      settings.place = [Number(data.get("latitude")), Number(data.get("longitude"))];
      keep();
      await phone.send({ kind: "location", latitude: settings.place[0], longitude: settings.place[1] });
    },
    phone.element,
  );
}
