// Recording a voice message; where there is no microphone, a file or a sample can be sent instead.

import { pickVoice, sendVoice } from "./attach.js";
import { h, iconButton } from "./dom.js";
import { choices } from "./sheet.js";
import { length } from "./time.js";
import { say } from "./words.js";

const KINDS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

/** Record until sent or cancelled; the row of the composer shows how long it is by now. */
export async function record(composer) {
  const { phone } = composer;
  const sound = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
  if (!sound || !window.MediaRecorder) return instead(phone);
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(sound, mimeType ? { mimeType } : {});
  const pieces = [];
  const begun = Date.now();
  const seconds = () => (Date.now() - begun) / 1000;
  let isWanted = false;
  const time = h("span", { class: "time", role: "timer" }, length(0));
  const ticking = setInterval(() => (time.textContent = length(seconds())), 500);
  const stop = (wanted) => () => {
    isWanted = wanted;
    recorder.stop();
  };
  const row = h(
    "div",
    { class: "recording" },
    iconButton("close", say("cancel"), stop(false)),
    h("i", { class: "dot" }),
    h("span", {}, say("recording")),
    time,
    iconButton("send", say("send"), stop(true), { class: "filled" }),
  );
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.addEventListener("stop", () => {
    clearInterval(ticking);
    for (const track of sound.getTracks()) track.stop();
    row.replaceWith(composer.row);
    if (isWanted) sendVoice(phone, new Blob(pieces, { type: recorder.mimeType }), seconds());
  });
  composer.row.replaceWith(row);
  row.querySelector(".filled").focus();
  recorder.start();
}

function instead(phone) {
  const list = [
    { label: say("attach_voice"), act: () => pickVoice(phone) },
    { label: say("attach_sample_voice"), act: () => phone.send({ kind: "voice", duration: 5 }) },
  ];
  choices(say("record"), list, phone.element, h("p", { class: "question" }, say("no_microphone")));
}
