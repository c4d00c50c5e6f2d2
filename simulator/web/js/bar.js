// The bar at the top: the bot's name, the tour, language, look, and the clock that opens the panel.

import { h, icon, iconButton } from "./dom.js";
import { look } from "./settings.js";
import { locale, say } from "./words.js";

/** Draw the bar of the desk; return what is needed of it: `clock`, `opener` of the panel, `tourOpener` or null. */
export function drawBar(desk) {
  const { panel, tour } = desk;
  const bot = desk.town.bots.values().next().value;
  const isDark = look() === "dark";
  const clock = h("span", { class: "clock" });
  const opener = h(
    "button",
    {
      type: "button",
      class: "quiet opener",
      "aria-expanded": String(panel.isOpen),
      "aria-controls": "panel",
      onclick: () => panel.toggle(),
    },
    icon("clock"),
    clock,
    h("span", { class: "opener-name" }, say("panel")),
  );
  const about = { class: "tour-opener", "aria-expanded": String(tour.isOpen) };
  const tourOpener = tour.isOffered ? iconButton("flag", say("tour"), () => tour.toggle(), about) : null;
  const language = h(
    "button",
    {
      type: "button",
      class: "quiet language",
      lang: locale() === "en" ? "zh-CN" : "en",
      onclick: () => desk.switchLanguage(),
    },
    say("other_language"),
  );
  const theme = iconButton(isDark ? "sun" : "moon", say(isDark ? "to_light" : "to_dark"), () => desk.switchLook(), {
    class: "theme",
  });
  const title = h(
    "h1",
    {},
    h("img", { src: "/static/icon.svg", alt: "", width: "32", height: "32" }),
    h("span", {}, bot?.first_name ?? say("page")),
  );
  const gap = h("span", { class: "gap" });
  desk.bar.replaceChildren(...[title, gap, tourOpener, language, theme, opener].filter(Boolean));
  return { clock, opener, tourOpener };
}
