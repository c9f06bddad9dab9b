// Start here: read the world, draw it, act in it, and stay up to date over the events socket.

import { actionsOf } from "./actions.js";
import { get, listen } from "./api.js";
import { ChannelView } from "./channel.js";
import { tick } from "./clock.js";
import { Composer } from "./composer.js";
import { refreshLive } from "./dialogs.js";
import { toast } from "./dom.js";
import { Drawer } from "./drawer.js";
import { drawHead } from "./head.js";
import { EPHEMERAL, mentionsMe } from "./messages.js";
import { drawPeople } from "./people.js";
import { goRound } from "./regions.js";
import { drawSide } from "./side.js";
import { application, BOT, myself, nameOf, people, state, take } from "./state.js";
import { refreshRelative } from "./time.js";
import { happened, Tour } from "./tour.js";
import { countMention, direct, firstVisit, markRead } from "./unread.js";
import { language, theme, word } from "./words.js";

const KEPT = "sandbox.me";
let composer = null;
let look = () => {}; // switches the gateway's dispatches on or off

const page = {
  news: 0,
  view: null,
  composer: () => composer,
  open,
  become,
  draw,
  readWorld,
  refresh,
  panel,
  failed,
};
const actions = actionsOf(page);
const view = new ChannelView(actions);
page.view = view;
const drawer = new Drawer(actions);
const tour = new Tour({ ...actions, write: (text) => composer.write(text) });

function failed(error) {
  console.error(error);
  toast(error.message, "error");
  if (error.status === 409) soon.world(); // the page's copy of the world is out of date: the bot left, a button was disabled
}

// --- reading --------------------------------------------------------------------------------------------

async function readWorld() {
  take(await get("world"));
  if (!myself()) state.me = people()[0]?.user.id ?? null;
  draw();
}

async function readCommands() {
  state.commands = state.me ? await get("commands", { as: state.me }) : [];
}

async function refresh() {
  await readWorld();
  await readCommands();
  await view.read();
}

// --- the address ----------------------------------------------------------------------------------------

async function open(id) {
  state.channel = id;
  document.body.classList.remove("menu");
  remember();
  draw();
  await view.open();
  markRead(id);
  draw();
  composer.box.focus();
}

async function become(id) {
  state.me = id;
  firstVisit();
  remember();
  draw();
  await actions.trying(readCommands);
  await view.open();
  draw();
}

/** Keep the acting person and the channel in the address, so that a link or a reload returns to them. */
function remember() {
  const me = myself()?.user.username ?? "";
  const channel = state.channels.get(state.channel)?.name ?? state.channel;
  localStorage.setItem(KEPT, me);
  history.replaceState(null, "", `#${encodeURIComponent(me)}/${encodeURIComponent(channel ?? "")}`);
}

function recall() {
  const [me, channel] = location.hash.slice(1).split("/").map(decodeURIComponent);
  const wanted = me || localStorage.getItem(KEPT);
  const member = state.world.members.find((one) => one.user.username === wanted || one.user.id === wanted);
  state.me = (member ?? people()[0])?.user.id ?? null;
  const text = state.world.channels.filter((one) => one.type === 0).sort((a, b) => a.position - b.position);
  const found =
    channel === BOT ? BOT : state.world.channels.find((one) => one.name === channel || one.id === channel)?.id;
  state.channel = found ?? text[0]?.id ?? BOT;
}

// The element that gets the focus when a panel opens.
const INSIDE = { people: () => "find-member", tour: () => "close-tour", drawer: () => drawer.tab };

/** Open or close a panel: the members, the guided visit, the developer's drawer. */
function panel(name, wanted = document.getElementById(name).hidden) {
  document.getElementById(name).hidden = !wanted;
  localStorage.setItem(`sandbox.${name}`, wanted ? "open" : "closed");
  if (name === "drawer") look(wanted);
  if (name === "drawer" && wanted) drawer.open();
  draw();
  document.getElementById(wanted ? INSIDE[name]() : `open-${name}`)?.focus();
}

// --- drawing --------------------------------------------------------------------------------------------

function draw() {
  const root = document.documentElement;
  root.lang = language();
  root.dataset.theme = theme();
  document.title = state.world.guild ? `${state.world.guild.name} — ${word("title")}` : word("title");
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-word-label]"))
    node.setAttribute("aria-label", word(node.dataset.wordLabel));
  document.getElementById("trouble").textContent = word("lost");
  drawSide(actions);
  drawHead(actions);
  drawPeople(actions);
  drawer.draw();
  tour.draw();
  refreshLive();
  composer ??= new Composer(actions);
  composer.label();
}

// Clicks on a channel or command mentioned in a text.
document.addEventListener("click", (event) => {
  const { channel, command } = event.target.dataset ?? {};
  if (channel && state.channels.has(channel)) open(channel);
  if (command) composer.write(`/${command} `);
  if (event.target.id === "veil") document.body.classList.remove("menu");
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (document.body.classList.contains("menu")) document.body.classList.remove("menu");
  else
    for (const name of ["drawer", "tour", "people"])
      if (document.getElementById(name).contains(event.target)) panel(name, false);
});

goRound();

// Typing anywhere goes to the message box.
document.addEventListener("keydown", (event) => {
  const free = event.target === document.body || event.target.matches?.("#log, .row-of-log");
  if (free && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey)
    composer?.box.focus();
});

document.addEventListener("visibilitychange", () => !document.hidden && view.list.pinned && markRead(state.channel));

// --- staying up to date ---------------------------------------------------------------------------------

/** Throttle: run at once, then at most once per interval, and once more after the last call. */
function calmly(action, pause) {
  let waiting = false;
  let again = false;
  const run = async () => {
    again = false;
    await actions.trying(action);
    waiting = again;
    if (again) setTimeout(run, pause);
  };
  return () => {
    again = true;
    if (waiting) return;
    waiting = true;
    setTimeout(run, 8);
  };
}

const soon = {
  messages: calmly(() => view.read(), 100),
  world: calmly(readWorld, 300),
  all: calmly(refresh, 500),
  draw: calmly(async () => draw(), 250),
};

let typing = null;

function changed(event) {
  if (!event) return soon.all();
  const { type, data } = event;
  if (type === "LOG") return drawer.request(data) ?? (matters(data) ? soon.all() : null);
  if (type === "DISPATCH") return drawer.dispatch(data);
  if (type === "TYPING_START") return types(data);
  happened({ kind: type, data });
  if (type.startsWith("MESSAGE_")) return message(type, data);
  if (
    type === "GUILD_SCHEDULED_EVENT_USER_ADD" ||
    type === "GUILD_SCHEDULED_EVENT_USER_REMOVE" ||
    type === "VOICE_STATE_UPDATE"
  )
    return soon.world();
  return soon.all();
}

/** Note a request of a bot: the bot is connected, and a declaration may have changed its commands. */
function matters(request) {
  return (request.method !== "GET" && request.path.includes("/commands")) || !application()?.connected;
}

function message(type, data) {
  const channel = data.channel_id === direct()?.id ? BOT : data.channel_id;
  const hidden = data.flags & EPHEMERAL;
  if (type === "MESSAGE_CREATE" && !hidden) {
    page.news += 1;
    state.newest.set(data.channel_id, data.id);
    if (channel !== state.channel && mentionsMe(data)) countMention(channel);
    if (channel !== state.channel) soon.draw();
    if (!state.channels.has(channel) && channel !== BOT) soon.world(); // the first message of a direct channel
  } else if (type !== "MESSAGE_CREATE" && channel === state.channel)
    actions.trying(() => view.again(data.message_id ?? data.id));
  if (typing?.user === data.author?.id) types(null);
  return channel === state.channel || hidden ? soon.messages() : null;
}

/** Show who is typing in the open channel, for ten seconds or until the message comes. */
function types(data) {
  const node = document.getElementById("typing");
  clearTimeout(typing?.timer);
  typing = null;
  node.textContent = "";
  const user = data && data.channel_id === state.channel && state.members.get(data.user_id)?.user;
  if (!user || user.id === state.me) return;
  node.textContent = word("types", { who: nameOf(user) });
  typing = { user: user.id, timer: setTimeout(() => types(null), 10_000) };
}

async function start() {
  take(await get("world"));
  recall();
  firstVisit();
  const wide = innerWidth > 1500 || localStorage.getItem("sandbox.tour") === "closed";
  document.getElementById("people").hidden =
    (localStorage.getItem("sandbox.people") ?? (wide ? "open" : "closed")) !== "open";
  document.getElementById("drawer").hidden = localStorage.getItem("sandbox.drawer") !== "open";
  tour.begin();
  draw();
  await Promise.all([actions.trying(readCommands), view.open()]);
  markRead(state.channel);
  draw();
  look = listen(changed, (there) => {
    document.getElementById("trouble").hidden = there;
  });
  if (!document.getElementById("drawer").hidden) {
    look(true);
    drawer.open();
  }
  setInterval(tick, 250);
  setInterval(refreshRelative, 5000);
}

/** Start the page; retry after a while if the sandbox does not answer yet. */
function begin() {
  start().catch((error) => {
    failed(error);
    setTimeout(begin, 2000);
  });
}

begin();
