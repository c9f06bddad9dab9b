// The left column: channels, direct messages, voice, events, and who one is.

import { el, fill } from "./dom.js";
import { avatar } from "./messages.js";
import { BOT, application, myself, nameOf, people, sees, state } from "./state.js";
import { timeNode } from "./time.js";
import { LANGUAGES, language, word } from "./words.js";

const VOICE = new Set([2, 13]);
const THREAD = new Set([10, 11, 12]);

/** Draw the column. `doing` is {open, voice, become, speak}. */
export function drawSide(doing) {
  const { world } = state;
  const focused = document.activeElement?.id;
  const bot = application();
  fill(
    document.getElementById("side"),
    el("h1", {}, world.guild?.name ?? word("title"), el("span", { class: "quiet" }, word("people", { n: world.members.length }))),
    el(
      "nav",
      { "aria-label": word("channels") },
      ...groups().map(([name, channels]) => [el("h2", {}, name), el("ul", {}, ...channels.map((channel) => channelNode(channel, doing)))]),
      el("h2", {}, word("direct")),
      el("ul", {}, bot ? directNode(bot, doing) : el("li", { class: "quiet pad" }, word("nobot"))),
      world.scheduled_events?.length ? events() : null,
    ),
    selfNode(doing),
  );
  if (focused) document.getElementById(focused)?.focus();
}

/** Channels by category, text before voice; threads stand below their channel. */
function groups() {
  const order = (a, b) => VOICE.has(a.type) - VOICE.has(b.type) || a.position - b.position;
  const channels = state.world.channels.filter((channel) => channel.type !== 4 && !THREAD.has(channel.type) && sees(channel)).sort(order);
  const categories = state.world.channels.filter((channel) => channel.type === 4).sort((a, b) => a.position - b.position);
  const free = channels.filter((channel) => !channel.parent_id);
  return [
    [word("text"), free.filter((channel) => !VOICE.has(channel.type))],
    ...categories.map((category) => [category.name, channels.filter((channel) => channel.parent_id === category.id)]),
    [word("voice"), free.filter((channel) => VOICE.has(channel.type))],
  ].filter(([, list]) => list.length);
}

function channelNode(channel, doing) {
  if (VOICE.has(channel.type)) return voiceNode(channel, doing);
  const threads = state.world.channels.filter((one) => THREAD.has(one.type) && one.parent_id === channel.id && !one.thread_metadata?.archived);
  return el("li", {}, opener(channel.id, "#", channel.name, doing), threads.length && el("ul", {}, ...threads.map((one) => el("li", {}, opener(one.id, "↳", one.name, doing)))));
}

function opener(id, sign, name, doing, ...more) {
  const classes = ["channel", state.unread.has(id) && id !== state.channel && "unread"].filter(Boolean).join(" ");
  return el(
    "button",
    { type: "button", class: classes, id: `open-${id}`, "aria-current": id === state.channel ? "page" : null, onclick: () => doing.open(id) },
    el("span", { class: "sign", "aria-hidden": "true" }, sign),
    el("span", { class: "name" }, name),
    ...more,
  );
}

function directNode(bot, doing) {
  const dot = el("span", { class: bot.connected ? "dot on" : "dot", title: word(bot.connected ? "online" : "offline") });
  return el("li", {}, opener(BOT, "@", bot.name, doing, dot, el("span", { class: "quiet" }, word(bot.connected ? "online" : "offline"))));
}

function voiceNode(channel, doing) {
  const inside = state.world.voice_states.filter((one) => one.channel_id === channel.id);
  const mine = inside.some((one) => one.user_id === state.me);
  return el(
    "li",
    {},
    el(
      "div",
      { class: "channel voice" },
      el("span", { class: "sign", "aria-hidden": "true" }, "♪"),
      el("span", { class: "name" }, channel.name),
      el("button", { type: "button", id: `voice-${channel.id}`, class: "small-button", onclick: () => doing.voice(mine ? null : channel.id) }, word(mine ? "leave" : "join")),
    ),
    el("ul", {}, ...inside.map((one) => listener(one))),
  );
}

function listener(one) {
  const member = state.members.get(one.user_id);
  if (!member) return null;
  return el("li", { class: "listener" }, avatar(member.user), nameOf(member.user), one.user_id === state.me && el("span", { class: "quiet" }, ` (${word("you")})`));
}

function events() {
  const coming = [...state.world.scheduled_events].filter((event) => event.status <= 2).sort((a, b) => a.scheduled_start_time.localeCompare(b.scheduled_start_time));
  const entry = (event) => el("li", { class: "event" }, el("strong", {}, event.name), timeNode(Date.parse(event.scheduled_start_time), "f"));
  return coming.length ? [el("h2", {}, word("events")), el("ul", {}, ...coming.slice(0, 8).map(entry))] : null;
}

let self = { key: null, node: null };

/** Who one is. Kept while nothing of it changes: the list may be long, and open. */
function selfNode(doing) {
  const key = JSON.stringify([state.me, language(), people().map(({ user, roles }) => [user.id, nameOf(user), roles])]);
  if (self.key !== key) self = { key, node: el("div", { id: "self" }, meNode(doing), languageNode(doing)) };
  return self.node;
}

function meNode(doing) {
  const node = el("select", { id: "me", onchange: (event) => doing.become(event.target.value) });
  for (const { user } of people()) {
    const owner = user.id === state.world.guild.owner_id ? ` (${word("owner")})` : "";
    const roles = state.members.get(user.id).roles.map((id) => state.roles.get(id)?.name).filter(Boolean);
    const more = roles.length ? ` — ${roles.join(", ")}` : "";
    node.append(el("option", { value: user.id, selected: user.id === state.me }, `${nameOf(user)}${owner}${more}`));
  }
  const me = myself();
  return el("div", { class: "me" }, me && avatar(me.user), el("label", {}, el("span", { class: "small" }, word("me")), node));
}

function languageNode(doing) {
  const node = el("select", { id: "language", onchange: (event) => doing.speak(event.target.value) });
  for (const [tag, name] of LANGUAGES) node.append(el("option", { value: tag, selected: tag === language(), lang: tag }, name));
  return el("label", {}, el("span", { class: "small" }, word("language")), node);
}
