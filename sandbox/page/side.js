// The left column: channels, direct messages, voice, events, and the acting person.

import { el, fill } from "./dom.js";
import { signOf } from "./head.js";
import { icon } from "./icons.js";
import { onMenu } from "./menu.js";
import { avatar } from "./messages.js";
import { patch } from "./patch.js";
import { application, BOT, myself, nameOf, people, rolesOf, sees, state } from "./state.js";
import { timeNode } from "./time.js";
import { marks } from "./unread.js";
import { LANGUAGES, language, THEMES, theme, word } from "./words.js";

const VOICE = new Set([2, 13]);
const THREAD = new Set([10, 11, 12]);
const folded = new Set();

/** Draw the column. `actions` is {open, voice, become, newcomer, speak, paint, events}. */
export function drawSide(actions) {
  const { world } = state;
  const bot = application();
  const mark = marks();
  patch(
    document.getElementById("side"),
    el(
      "h1",
      {},
      world.guild?.name ?? word("title"),
      el("span", { class: "quiet" }, word("people_count", { n: world.members.length })),
    ),
    el(
      "nav",
      { "aria-label": word("channels") },
      eventsButton(actions),
      ...groups().map(([name, channels], index) => groupNode(`group-${index}`, name, channels, mark, actions)),
      el("h2", {}, word("direct")),
      el("ul", {}, bot ? directNode(bot, mark, actions) : el("li", { class: "quiet pad" }, word("nobot"))),
    ),
    connected(actions),
    selfNode(actions),
  );
  self.node = document.getElementById("self"); // the content of a new node may have been moved into the old one
}

/** A category with its channels; folded, it shows only the open channel and unread ones. */
function groupNode(id, name, channels, mark, actions) {
  const closed = folded.has(name);
  const fold = () => {
    if (closed) folded.delete(name);
    else folded.add(name);
    drawSide(actions);
  };
  const shown = channels.filter((channel) => !closed || channel.id === state.channel || mark(channel.id).unread);
  return [
    el(
      "h2",
      {},
      el(
        "button",
        { type: "button", id, class: "fold", "aria-expanded": String(!closed), onclick: fold },
        icon("down"),
        name,
      ),
    ),
    el("ul", {}, ...shown.map((channel) => channelNode(channel, mark, actions))),
  ];
}

/** Channels by category, text before voice; threads come below their channel. */
function groups() {
  const order = (a, b) => VOICE.has(a.type) - VOICE.has(b.type) || a.position - b.position;
  const channels = state.world.channels
    .filter((channel) => channel.type !== 4 && !THREAD.has(channel.type) && sees(channel))
    .sort(order);
  const categories = state.world.channels
    .filter((channel) => channel.type === 4)
    .sort((a, b) => a.position - b.position);
  const free = channels.filter((channel) => !channel.parent_id);
  return [
    [word("text"), free.filter((channel) => !VOICE.has(channel.type))],
    ...categories.map((category) => [category.name, channels.filter((channel) => channel.parent_id === category.id)]),
    [word("voice"), free.filter((channel) => VOICE.has(channel.type))],
  ].filter(([, list]) => list.length);
}

function channelNode(channel, mark, actions) {
  if (VOICE.has(channel.type)) return voiceNode(channel, actions);
  const threads = state.world.channels.filter(
    (one) => THREAD.has(one.type) && one.parent_id === channel.id && !one.thread_metadata?.archived,
  );
  const inner =
    threads.length > 0 &&
    el("ul", {}, ...threads.map((one) => el("li", {}, opener(one.id, signOf(one), one.name, mark, actions))));
  return el("li", {}, opener(channel.id, signOf(channel), channel.name, mark, actions), inner);
}

function opener(id, sign, name, mark, actions, ...more) {
  const { unread, mentions } = id === state.channel ? {} : mark(id);
  const said = [name, mentions ? word("mentions", { n: mentions }) : unread && word("unread")]
    .filter(Boolean)
    .join(", ");
  return el(
    "button",
    {
      type: "button",
      class: unread ? "channel unread" : "channel",
      id: `open-${id}`,
      "aria-label": unread ? said : null,
      "aria-current": id === state.channel ? "page" : null,
      onclick: () => actions.open(id),
    },
    icon(sign),
    el("span", { class: "name" }, name),
    mentions ? el("span", { class: "count" }, mentions) : null,
    ...more,
  );
}

function directNode(bot, mark, actions) {
  const told = word(bot.connected ? "online" : "offline");
  return el(
    "li",
    {},
    opener(
      BOT,
      "at",
      bot.name,
      mark,
      actions,
      el("span", { class: bot.connected ? "dot on" : "dot" }),
      el("span", { class: "quiet" }, told),
    ),
  );
}

function voiceNode(channel, actions) {
  const inside = state.world.voice_states.filter((one) => one.channel_id === channel.id);
  const mine = inside.some((one) => one.user_id === state.me);
  const label = word(mine ? "leave" : "join");
  return el(
    "li",
    {},
    el(
      "div",
      { class: mine ? "channel voice on" : "channel voice" },
      icon("voice"),
      el("span", { class: "name" }, channel.name),
      el(
        "button",
        {
          type: "button",
          id: `voice-${channel.id}`,
          class: "small-button",
          "aria-label": `${label}: ${channel.name}`,
          onclick: () => actions.voice(mine ? null : channel.id),
        },
        label,
      ),
    ),
    inside.length > 0 && el("ul", {}, ...inside.map((one) => listener(one, actions))),
  );
}

function listener(one, actions) {
  const member = state.members.get(one.user_id);
  if (!member) return null;
  const node = el(
    "li",
    { class: "listener" },
    avatar(member.user),
    nameOf(member.user),
    one.user_id === state.me && el("span", { class: "quiet" }, `(${word("you")})`),
  );
  onMenu(node, () => actions.menuOfWho(member.user));
  return node;
}

/** The line with the voice channel of the acting person. */
function connected(actions) {
  const mine = state.world.voice_states.find((one) => one.user_id === state.me && one.channel_id);
  if (!mine) return null;
  const leave = el(
    "button",
    { type: "button", id: "hang-up", class: "small-button", onclick: () => actions.voice(null) },
    word("leave"),
  );
  return el(
    "div",
    { id: "connected" },
    icon("voice"),
    el(
      "span",
      { class: "grow" },
      el("strong", {}, word("connected")),
      el("span", { class: "quiet" }, state.channels.get(mine.channel_id)?.name),
    ),
    leave,
  );
}

/** The scheduled events that are planned or active, soonest first. */
export function comingEvents() {
  return (state.world.scheduled_events ?? [])
    .filter((event) => event.status <= 2)
    .sort((a, b) => a.scheduled_start_time.localeCompare(b.scheduled_start_time));
}

function eventsButton(actions) {
  const coming = comingEvents();
  const count = coming.length > 0 && el("span", { class: "quiet" }, String(coming.length));
  return el(
    "button",
    { type: "button", id: "open-events", class: "channel", onclick: actions.events },
    icon("calendar"),
    el("span", { class: "name" }, word("events")),
    count,
  );
}

/** An event as a card with its button *Interested*. */
export function eventNode(event, actions) {
  const who = state.world.interested?.[event.id] ?? [];
  const mine = who.includes(state.me);
  const place = state.channels.get(event.channel_id)?.name ?? event.entity_metadata?.location;
  const press = () => actions.interest(event, !mine);
  return el(
    "article",
    { class: "event", "data-event": event.id },
    el(
      "p",
      { class: "when" },
      icon("calendar"),
      timeNode(Date.parse(event.scheduled_start_time), "f"),
      event.status === 2 && el("span", { class: "badge live" }, word("live")),
    ),
    el("h3", {}, event.name),
    event.description && el("p", { class: "quiet" }, event.description),
    el(
      "p",
      { class: "row" },
      place && el("span", { class: "quiet grow" }, place),
      el("span", { class: "quiet" }, word("interestedCount", { n: who.length })),
      el(
        "button",
        {
          type: "button",
          class: mine ? "button success" : "button secondary",
          "aria-pressed": String(mine),
          onclick: press,
        },
        icon(mine ? "check" : "bell"),
        word("interested"),
      ),
    ),
  );
}

let self = { key: null, node: null };

/** The acting person. The node is kept while its lists stay the same: they may be long, open, or being typed in. */
function selfNode(actions) {
  const key = JSON.stringify([language(), theme(), people().map(({ user, roles }) => [user.id, nameOf(user), roles])]);
  if (self.key !== key) {
    const newcomer = el(
      "button",
      {
        type: "button",
        id: "newcomer",
        class: "tool",
        "aria-label": word("newcomer"),
        title: word("newcomer"),
        onclick: actions.newcomer,
      },
      icon("plus"),
    );
    self = {
      key,
      node: el(
        "div",
        { id: "self" },
        el("div", { class: "me" }, el("span", { class: "face" }), meNode(actions), newcomer),
        el(
          "div",
          { class: "row" },
          choice("language", LANGUAGES, language(), actions.speak),
          choice(
            "theme",
            THEMES.map((name) => [name, word(name)]),
            theme(),
            actions.paint,
          ),
        ),
      ),
    };
    self.node.kept = true;
  }
  const me = myself();
  fill(self.node.querySelector(".face"), me && avatar(me.user));
  self.node.querySelector("#me").value = state.me;
  return self.node;
}

function meNode(actions) {
  const node = el("select", { id: "me", onchange: (event) => actions.become(event.target.value) });
  for (const { user } of people()) {
    const owner = user.id === state.world.guild.owner_id ? ` (${word("owner")})` : "";
    const roles = rolesOf(user.id).map((role) => role.name);
    const more = roles.length ? ` — ${roles.join(", ")}` : "";
    node.append(el("option", { value: user.id }, `${nameOf(user)}${owner}${more}`));
  }
  return el("label", {}, el("span", { class: "small" }, word("me")), node);
}

function choice(name, entries, current, chosen) {
  const node = el("select", { id: name, onchange: (event) => chosen(event.target.value) });
  for (const [value, text] of entries)
    node.append(el("option", { value, selected: value === current, lang: name === "language" ? value : null }, text));
  return el("label", {}, el("span", { class: "small" }, word(name)), node);
}
