// What the page remembers across a reload: language, look, the open phones with what is half written.

const KEY = "simulator-page";
const FRESH = { language: "zh-CN", theme: "", slots: null, active: 0, isPanelOpen: null, place: [39.9042, 116.4074] };

function read() {
  try {
    return { ...FRESH, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { ...FRESH };
  }
}

export const settings = read();
if (!localStorage.getItem(KEY) && !navigator.language.startsWith("zh")) settings.language = "en";

/** Keep the settings; a browser that keeps nothing is no reason to stop. */
export function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // private window or full disk: the page works, it only forgets
  }
}

/** Return "dark" or "light". */
export function look() {
  return settings.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}
