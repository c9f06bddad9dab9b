// Start here: read the world, draw it, act in it, and stay up to date over the events socket.

import { get, listen, post } from "./api.js";
import { Composer } from "./composer.js";
import { askModal, askText, show } from "./dialogs.js";
import { el, toast } from "./dom.js";
import { drawHead, tick, turning } from "./head.js";
import { profile, showMessages, showNothing, toEnd } from "./messages.js";
import { drawSide } from "./side.js";
import { BOT, application, myself, people, state, take, takeClock } from "./state.js";
import { refreshRelative } from "./time.js";
import { language, locale, localised, speak, word } from "./words.js";

const KEPT = "sandbox.me";
let composer = null;

/** Run an action; what the sandbox refuses is shown as its sentence. */
async function trying(action) {
  try {
    return await action();
  } catch (error) {
    failed(error);
    return null;
  }
}

function failed(error) {
  console.error(error);
  toast(error.message, "error");
  if (error.status === 409) soon.world(); // the world is not as this page thought: the bot left, a button was disabled
}

const mine = (body = {}) => ({ as: state.me, channel: state.channel, locale: locale(), ...body });

// --- acting ---------------------------------------------------------------------------------------------

/** What an acting call about an interaction answered: a modal is asked, silence is said. */
async function outcome(answer) {
  await readMessages();
  if (answer.state === "no_response") toast(word("noResponse"), "error");
  else if (answer.state === "thinking") toast(word("slow"));
  else if (answer.state === "modal") {
    const next = await askModal(answer.modal, (fields) => post("submit", mine({ modal: answer.modal.id, fields })));
    if (next) await outcome(next);
  }
}

const doing = {
  failed,
  open: (id) => open(id),
  menu: () => document.body.classList.toggle("menu"),
  say: async (body) => {
    await post("say", mine(body));
    await readMessages();
    toEnd();
  },
  slash: async (body) => {
    await outcome(await post("slash", mine(body)));
    toEnd();
  },
  act: (verb, body) => trying(async () => outcome(await post(verb, mine(body)))),
  react: (message, emoji) =>
    trying(async () => {
      await post("react", mine({ message: message.id, emoji }));
      await readMessages();
    }),
  reply: (message) => composer.reply(message),
  thread: (message) =>
    trying(async () => {
      const name = await askText(word("threadName"));
      if (!name) return;
      const thread = await post("thread", mine({ name, message: message.id }));
      await readWorld();
      await open(thread.id);
    }),
  apps: (message) => menu(3, message.id),
  who: (user) => {
    const commands = state.commands.filter((command) => command.type === 2);
    show(user.username, ...profile(user), ...commands.map((command) => menuButton(command, user.id)));
  },
  voice: (channel) =>
    trying(async () => {
      await post("voice", { as: state.me, channel });
      await readWorld();
    }),
  become: (id) => become(id),
  speak: (tag) => {
    speak(tag);
    draw();
    return readMessages();
  },
  turn: (seconds) =>
    trying(async () => {
      turning(true);
      try {
        const clock = await post("clock", { advance: seconds });
        if (clock.now) takeClock(clock);
        if (clock.acknowledged === false) toast(word("unacknowledged"), "error");
      } finally {
        turning(false);
        await refresh();
      }
    }),
};

function menu(type, target) {
  const commands = state.commands.filter((command) => command.type === type);
  show(word("apps"), ...commands.map((command) => menuButton(command, target)));
}

function menuButton(command, target) {
  const run = async (event) => {
    event.currentTarget.closest("dialog").close();
    await doing.act("menu", { command: command.name, target });
  };
  return el("button", { type: "button", class: "button secondary", onclick: run }, localised(command));
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

let reading = 0;
async function readMessages() {
  const asked = (reading += 1);
  if (!state.me || !state.channel) return;
  try {
    const messages = await get("messages", { channel: state.channel, as: state.me, limit: 100 });
    if (asked === reading) showMessages(messages, doing);
  } catch (error) {
    if (asked === reading) showNothing(error.status === 403 ? word("unseen") : error.message);
  }
}

async function refresh() {
  await readWorld();
  await readCommands();
  await readMessages();
}

// --- where one is ---------------------------------------------------------------------------------------

async function open(id) {
  state.channel = id;
  state.unread.delete(id);
  document.body.classList.remove("menu");
  remember();
  draw();
  await readMessages();
  toEnd();
  composer.box.focus();
}

async function become(id) {
  state.me = id;
  remember();
  draw();
  await trying(readCommands);
  await readMessages();
}

/** Keep who and where in the address, so that a link or a reload comes back here. */
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
  const found = channel === BOT ? BOT : state.world.channels.find((one) => one.name === channel || one.id === channel)?.id;
  state.channel = found ?? text[0]?.id ?? BOT;
}

// --- drawing --------------------------------------------------------------------------------------------

function draw() {
  document.documentElement.lang = language();
  document.title = state.world.guild ? `${state.world.guild.name} — ${word("title")}` : word("title");
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-word-label]")) node.setAttribute("aria-label", word(node.dataset.wordLabel));
  document.getElementById("trouble").textContent = word("lost");
  drawSide(doing);
  drawHead(doing);
  composer ??= new Composer(doing);
  composer.label();
}

// A click on a channel or command that is mentioned in a text.
document.addEventListener("click", (event) => {
  const { channel, command } = event.target.dataset ?? {};
  if (channel && state.channels.has(channel)) open(channel);
  if (command) composer.write(`/${command} `);
});

// --- staying up to date ---------------------------------------------------------------------------------

/** Run at most once in a while, and once more after the last call. */
function calmly(action, pause) {
  let timer = null;
  let again = false;
  const run = async () => {
    again = false;
    await trying(action);
    timer = again ? setTimeout(run, pause) : null;
  };
  return () => {
    again = true;
    timer ??= setTimeout(run, 30);
  };
}

const soon = { messages: calmly(readMessages, 200), world: calmly(readWorld, 300), all: calmly(refresh, 500) };

function changed(event) {
  if (!event) return soon.all();
  const { type, data } = event;
  if (type === "LOG") {
    // A bot that asks is there; one that declares its commands may have changed them.
    const declares = data.method !== "GET" && data.path.includes("/commands");
    return declares || !application()?.connected ? soon.all() : null;
  }
  if (type.startsWith("MESSAGE_")) {
    const elsewhere = state.channels.has(data.channel_id) && data.channel_id !== state.channel && !(data.flags & 64);
    if (type === "MESSAGE_CREATE" && elsewhere && !state.unread.has(data.channel_id)) {
      state.unread.add(data.channel_id);
      draw();
    }
    return soon.messages();
  }
  return type === "TYPING_START" ? null : soon.all();
}

async function start() {
  take(await get("world"));
  recall();
  draw();
  await trying(readCommands);
  await readMessages();
  toEnd();
  listen(changed, (there) => {
    document.getElementById("trouble").hidden = there;
  });
  setInterval(tick, 1000);
  setInterval(refreshRelative, 15_000);
}

start().catch((error) => {
  failed(error);
  setTimeout(() => location.reload(), 3000);
});
