// The messages of the open channel. A message whose JSON is unchanged keeps its node, with focus and selection.

import { draw, embed, fileNode, picture, poll } from "./components.js";
import { el, fill } from "./dom.js";
import { blocks } from "./markdown.js";
import { colourOf, nameOf, state } from "./state.js";
import { messageTime, written } from "./time.js";
import { language, word } from "./words.js";

const GROUPED = 7 * 60_000;
const EPHEMERAL = 64;
const LOADING = 128;
const V2 = 32768;

let drawn = new Map();
const dismissed = new Set();

/** Show these messages, oldest first. `doing` is what can be done with one: {act, reply, react, thread, apps, who}. */
export function showMessages(messages, doing) {
  const log = document.getElementById("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const next = new Map();
  const shown = messages.filter((message) => !dismissed.has(message.id));
  shown.forEach((message, index) => {
    const before = shown[index - 1];
    const together = before && follows(before, message);
    const key = JSON.stringify([message, together, language(), state.me, colourOf(message.author.id), nameOf(message.author)]);
    const old = drawn.get(message.id);
    next.set(message.id, old?.key === key ? old : { key, node: drawable(message, together, doing) });
  });
  drawn = next;
  const nodes = [...next.values()].map((entry) => entry.node);
  if (!nodes.length) nodes.push(el("li", { class: "empty" }, word("empty")));
  place(log, nodes);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

/** Show a sentence instead of messages. */
export function showNothing(sentence) {
  drawn = new Map();
  fill(document.getElementById("log"), el("li", { class: "empty" }, sentence));
}

/** Scroll to the newest message. */
export function toEnd() {
  const log = document.getElementById("log");
  log.scrollTop = log.scrollHeight;
}

/** Put the nodes in this order and touch only those that are new or moved, so that the others keep their focus. */
function place(list, nodes) {
  const wanted = new Set(nodes);
  for (const node of [...list.children]) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}

function follows(before, message) {
  const gap = Date.parse(message.timestamp) - Date.parse(before.timestamp);
  const plain = (one) => (one.type === 0 || one.type === 20) && !one.interaction && !one.referenced_message;
  const same = before.author.id === message.author.id && before.flags % V2 === message.flags % V2;
  return same && gap < GROUPED && plain(before) && plain(message);
}

const SYSTEM = {
  6: (message) => word("pinned", { who: nameOf(message.author) }),
  7: (message) => word("joined", { who: nameOf(message.author) }),
  18: (message) => word("opened", { who: nameOf(message.author), what: message.content }),
};

/** One message that cannot be drawn does not hide the others. */
function drawable(message, together, doing) {
  try {
    return messageNode(message, together, doing);
  } catch (error) {
    console.error(error);
    return el("li", { class: "system" }, `${message.id}: ${error.message}`);
  }
}

function messageNode(message, together, doing) {
  const when = Date.parse(message.timestamp);
  if (SYSTEM[message.type]) {
    return el("li", { class: "system" }, SYSTEM[message.type](message), " ", el("time", { title: written(when, "F") }, messageTime(when)));
  }
  const own = Boolean(message.flags & EPHEMERAL);
  const classes = ["message", together && "together", own && "ephemeral", message.mentions?.some((user) => user.id === state.me) && "mentioned"];
  return el(
    "li",
    { class: classes.filter(Boolean).join(" "), "data-id": message.id },
    above(message),
    together ? null : head(message, when, doing),
    el("div", { class: "body" }, ...body(message, doing)),
    reactions(message, doing),
    own &&
      el(
        "p",
        { class: "own" },
        word("ephemeral"),
        " · ",
        el("button", { type: "button", class: "plain", onclick: (event) => dismiss(message, event.currentTarget) }, word("dismiss")),
      ),
    tools(message, own, doing),
  );
}

function above(message) {
  if (message.interaction?.name) {
    const { user, name } = message.interaction;
    const menu = message.interaction_metadata?.target_user || message.interaction_metadata?.target_message_id;
    return el("p", { class: "above" }, word("used", { who: nameOf(user), what: menu ? name : `/${name}` }));
  }
  if (message.type !== 19) return null;
  const original = message.referenced_message;
  if (!original) return el("p", { class: "above" }, word("deleted"));
  return el("p", { class: "above" }, `↩ ${nameOf(original.author)}: ${original.content?.split("\n")[0].slice(0, 90) || "…"}`);
}

function head(message, when, doing) {
  const name = el("button", { type: "button", class: "author plain", onclick: () => doing.who(message.author) }, nameOf(message.author));
  const colour = colourOf(message.author.id);
  if (colour) name.style.setProperty("--role", colour);
  return el(
    "div",
    { class: "by" },
    avatar(message.author),
    name,
    message.author.bot && el("span", { class: "badge" }, word("bot")),
    el("time", { datetime: message.timestamp, title: written(when, "F") }, messageTime(when)),
  );
}

/** A coloured disc with the first letter of a name. */
export function avatar(user) {
  const node = el("span", { class: "avatar", "aria-hidden": "true" }, [...nameOf(user)][0]?.toUpperCase());
  node.style.setProperty("--hue", String(Number(BigInt(user.id) % 360n)));
  return node;
}

function body(message, doing) {
  const ctx = { message, act: (verb, more) => doing.act(verb, { message: message.id, ...more }) };
  const nodes = [];
  if (message.flags & LOADING) nodes.push(el("p", { class: "thinking" }, `${nameOf(message.author)} ${word("thinking")}`));
  if (message.content) nodes.push(el("div", { class: "text" }, ...blocks(message.content)));
  if (message.edited_timestamp) nodes.push(el("span", { class: "quiet edited" }, word("edited")));
  if (message.poll) nodes.push(poll(message.poll));
  nodes.push(...(message.embeds ?? []).map(embed));
  if (!(message.flags & V2)) nodes.push(...(message.attachments ?? []).map(attachment));
  nodes.push(...draw(message.components, ctx));
  return nodes;
}

function attachment(file) {
  const image = file.content_type?.startsWith("image/") && !file.content_type.includes("svg");
  return image ? picture(file, file.description, false) : fileNode(file.url, file.filename, file.size);
}

function reactions(message, doing) {
  if (!message.reactions?.length) return null;
  const chips = message.reactions.map((reaction) =>
    el(
      "button",
      { type: "button", class: reaction.me ? "reaction mine" : "reaction", onclick: () => doing.react(message, reaction.emoji.name) },
      `${reaction.emoji.name} ${reaction.count}`,
    ),
  );
  return el("div", { class: "row" }, ...chips);
}

function tools(message, own, doing) {
  if (own) return null;
  const tool = (sign, label, run) => el("button", { type: "button", title: label, "aria-label": label, onclick: run }, sign);
  return el(
    "div",
    { class: "tools", role: "group" },
    ...["👍", "❤️", "✅"].map((emoji) => tool(emoji, `${word("react")}: ${emoji}`, () => doing.react(message, emoji))),
    tool("↩", word("reply"), () => doing.reply(message)),
    message.guild_id !== null && tool("↳", word("thread"), () => doing.thread(message)),
    state.commands.some((command) => command.type === 3) && tool("⋯", word("apps"), () => doing.apps(message)),
  );
}

function dismiss(message, node) {
  dismissed.add(message.id);
  node.closest("li").remove();
  drawn.delete(message.id);
}

/** The name, roles and time of joining of a person, for a dialog. */
export function profile(user) {
  const member = state.members.get(user.id);
  const names = (member?.roles ?? []).map((id) => state.roles.get(id)?.name).filter(Boolean);
  return [
    el("p", { class: "by" }, avatar(user), el("strong", {}, nameOf(user)), el("span", { class: "quiet" }, `@${user.username}`)),
    names.length && el("p", {}, `${word("roles")}: ${names.join(", ")}`),
    member && el("p", { class: "small" }, `${word("since")}: ${written(Date.parse(member.joined_at), "D")}`),
  ].filter(Boolean);
}
