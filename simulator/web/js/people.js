// Adding people and groups.

import { post } from "./api.js";
import { h } from "./dom.js";
import { field, form } from "./sheet.js";
import { payloadOf } from "./text.js";
import { isChinese, pick, say } from "./words.js";

/** Ask who comes, in which language and as what; the new person gets a phone, and follows the code or link if there is one. */
export function openPerson(desk) {
  const name = h("input", { name: "name", required: true, maxlength: "64", autocomplete: "off" });
  const language = h(
    "select",
    { name: "language" },
    h("option", { value: "zh-hans" }, say("zh")),
    h("option", { value: "en", selected: !isChinese() }, say("en")),
  );
  const link = h("input", { name: "link", autocomplete: "off", placeholder: "https://t.me/…?start=…" });
  const { control } = desk.panel;
  const joins = h("select", { name: "join" }, [
    h("option", { value: "" }, say("comes_alone")),
    ...control.joins.map((join, at) => h("option", { value: String(at) }, pick(join.label))),
  ]);
  const fields = [
    field(say("name"), name),
    field(say("language_of"), language),
    control.joins.length > 0 && field(say("comes_as"), joins),
    field(say("follow_link"), link),
  ];
  form(say("add_person"), fields, say("add"), async (data) => {
    const bot = desk.town.bots.values().next().value;
    const given = data.get("link").trim();
    const payload = given ? startOf(given, bot) : await startFor(control, data.get("join"));
    if (given && payload === null) throw new Error(say("bad_link"));
    const person = await post("/people", { first_name: data.get("name").trim(), language: data.get("language") });
    desk.town.people.set(person.id, person);
    desk.openPhone(person.id);
    if (payload) await desk.phones.at(-1).start(payload);
  });
}

const startOf = (given, bot) => (/^[\w-]{1,64}$/.test(given) ? given : payloadOf(given, bot?.username));

/** Return the start code for what was chosen among the joins on offer, a fresh one if it has to be asked for. */
async function startFor(control, chosen) {
  const join = chosen ? control.joins[Number(chosen)] : null;
  if (!join?.action) return join?.start ?? null;
  return (await control.perform(join.action, join.params)).start;
}

/** Ask for a title and members; the first one chosen owns the group, the bot is in it. */
export function openGroup(desk) {
  const title = h("input", { name: "title", required: true, maxlength: "128", autocomplete: "off" });
  const check = (name, value, label) =>
    h("label", { class: "check" }, h("input", { type: "checkbox", name, value }), h("span", {}, label));
  const members = h(
    "fieldset",
    {},
    h("legend", {}, say("members")),
    [...desk.town.people.values()].map((person) => check("member", String(person.id), desk.town.nameOf(person.id))),
  );
  const fields = [
    field(say("group_title"), title),
    members,
    check("is_forum", "yes", say("with_topics")),
    check("is_bot_admin", "yes", say("bot_is_admin")),
  ];
  form(say("add_group"), fields, say("create"), async (data) => {
    const [owner_id, ...member_ids] = data.getAll("member").map(Number);
    if (owner_id === undefined) throw new Error(say("need_two"));
    const about = {
      title: data.get("title").trim(),
      owner_id,
      member_ids,
      is_forum: data.has("is_forum"),
      is_bot_admin: data.has("is_bot_admin"),
    };
    const group = await post("/groups", about);
    await desk.town.fetchChat(group.key);
    for (const phone of desk.phones) phone.header.draw();
  });
}
