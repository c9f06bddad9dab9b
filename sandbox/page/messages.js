// One message as a node: author, time, content and actions.

import { readable } from "./colour.js";
import { draw, embed, fileNode, picture, poll } from "./components.js";
import { el, ownFile } from "./dom.js";
import { byId } from "./history.js";
import { icon } from "./icons.js";
import { blocks } from "./markdown.js";
import { onMenu } from "./menu.js";
import { application, colourOf, nameOf, now, state } from "./state.js";
import { dayOf, messageTime, written } from "./time.js";
import { language, word } from "./words.js";

const GROUPED = 7 * 60_000;
export const EPHEMERAL = 64;
const LOADING = 128;
const V2 = 32768;

/** The item of each message, which depends on its neighbours, oldest first: {id, guess, message, together, day, fresh}. */
export function itemsOf(messages, readUpTo) {
  let fresh = null;
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const day = !before || dayWritten(before) !== dayWritten(message);
    if (fresh === null && readUpTo && unseen(message, readUpTo)) fresh = message.id;
    const first = fresh === message.id;
    const together = Boolean(before && !day && !first && follows(before, message));
    return { id: message.id, guess: guess(message), message, together, day, fresh: first };
  });
}

const days = new WeakMap(); // without it each new message would parse thousands of dates

function dayWritten(message) {
  if (!days.has(message)) days.set(message, dayOf(message.timestamp));
  return days.get(message);
}

function unseen(message, readUpTo) {
  return byId(message.id, readUpTo) > 0 && message.author.id !== state.me && !(message.flags & EPHEMERAL);
}

/** The estimated height of a message, until it is measured. */
function guess(message) {
  return (
    44 +
    22 * Math.floor((message.content?.length ?? 0) / 90) +
    (message.components?.length ? 180 : 0) +
    (message.attachments?.length ? 240 : 0)
  );
}

/** The node of an item; the row's present one if it would look the same. */
export function nodeOf(item, row, actions) {
  const { message } = item;
  const shape = [
    item.together,
    item.day,
    item.fresh,
    language(),
    state.me,
    colourOf(message.author.id),
    nameOf(message.author),
    dayOf(now()),
  ].join("|");
  if (row.item?.message === message && row.node?.shape === shape) return row.node;
  const node = el(
    "li",
    { class: "row-of-log", "data-id": message.id, tabindex: -1 },
    above(item),
    drawable(message, item.together, actions),
  );
  node.shape = shape;
  if (!SYSTEM[message.type]) onMenu(node, () => actions.menuOf(message, node));
  return node;
}

function above({ message, day, fresh }) {
  return [
    day && el("p", { class: "day" }, el("span", {}, written(Date.parse(message.timestamp), "D"))),
    fresh && el("p", { class: "fresh" }, el("span", {}, word("fresh"))),
  ];
}

function follows(before, message) {
  const gap = Date.parse(message.timestamp) - Date.parse(before.timestamp);
  const plain = (one) => (one.type === 0 || one.type === 20) && !one.interaction && !one.referenced_message;
  const alike = (before.flags & EPHEMERAL) === (message.flags & EPHEMERAL);
  return before.author.id === message.author.id && alike && gap < GROUPED && plain(before) && plain(message);
}

const SYSTEM = {
  6: (message) => word("pinned", { who: nameOf(message.author) }),
  7: (message) => word("joined", { who: nameOf(message.author) }),
  18: (message) => word("opened", { who: nameOf(message.author), what: message.content }),
};

/** The node of a message, or a notice if it cannot be drawn, so that the others still show. */
function drawable(message, together, actions) {
  try {
    return messageNode(message, together, actions);
  } catch (error) {
    console.error(error);
    return el("div", { class: "system" }, `${message.id}: ${error.message}`);
  }
}

function messageNode(message, together, actions) {
  const when = Date.parse(message.timestamp);
  if (SYSTEM[message.type]) {
    return el(
      "div",
      { class: "system" },
      SYSTEM[message.type](message),
      " ",
      el("time", { title: written(when, "F") }, messageTime(when)),
    );
  }
  const own = Boolean(message.flags & EPHEMERAL);
  const classes = [
    "message",
    together && "together",
    own && "ephemeral",
    mentionsMe(message) && "mentioned",
    message.failed && "failed",
  ];
  return el(
    "div",
    {
      class: classes.filter(Boolean).join(" "),
      role: "article",
      "aria-label": `${nameOf(message.author)}, ${messageTime(when)}`,
    },
    answered(message, actions),
    together
      ? el("time", { class: "beside", datetime: message.timestamp, title: written(when, "F") }, written(when, "t"))
      : head(message, when, actions),
    el("div", { class: "body" }, ...body(message, actions)),
    reactions(message, actions),
    threadLink(message, actions),
    own && ownNote(message, actions),
    !message.local && tools(message, own, actions),
  );
}

/** Whether a message mentions the acting member, by name, by role or as everyone. */
export function mentionsMe(message) {
  const roles = state.members.get(state.me)?.roles ?? [];
  if (message.author?.id === state.me) return false;
  return (
    message.mention_everyone ||
    message.mentions?.some((user) => user.id === state.me) ||
    message.mention_roles?.some((id) => roles.includes(id))
  );
}

function ownNote(message, actions) {
  const dismiss = el(
    "button",
    { type: "button", class: "plain", onclick: () => actions.dismiss(message) },
    word("dismiss"),
  );
  return el("p", { class: "own" }, icon("eye"), word("ephemeral"), " · ", dismiss);
}

function answered(message, actions) {
  if (message.interaction?.name) {
    const { user, name } = message.interaction;
    const menu = message.interaction_metadata?.target_user || message.interaction_metadata?.target_message_id;
    const [who, rest] = word("used", { who: "\n", what: "" }).split("\n");
    const author = el(
      "button",
      { type: "button", class: "plain name", onclick: () => actions.who(user) },
      nameOf(user),
    );
    tint(author, user.id);
    return el(
      "p",
      { class: "above" },
      avatar(user),
      who,
      author,
      rest.trimEnd(),
      el("span", { class: "command" }, menu ? name : `/${name}`),
    );
  }
  if (message.type !== 19) return null;
  const original = message.referenced_message;
  if (!original) return el("p", { class: "above" }, word("deleted"));
  const text = original.content?.split("\n")[0].slice(0, 90) || word("attached");
  const name = el("strong", { class: "name" }, nameOf(original.author));
  tint(name, original.author.id);
  return el(
    "p",
    { class: "above" },
    avatar(original.author),
    el(
      "button",
      { type: "button", class: "plain replied", onclick: () => actions.jump(original.id) },
      name,
      ` ${text}`,
    ),
  );
}

function head(message, when, actions) {
  const name = el(
    "button",
    { type: "button", class: "author plain", onclick: () => actions.who(message.author) },
    nameOf(message.author),
  );
  tint(name, message.author.id);
  const face = avatar(message.author);
  for (const node of [face, name]) onMenu(node, () => actions.menuOfWho(message.author));
  return el(
    "div",
    { class: "by" },
    face,
    name,
    message.author.bot && el("span", { class: "badge" }, icon("check"), word("bot")),
    el("time", { datetime: message.timestamp, title: written(when, "F") }, messageTime(when)),
  );
}

/** Give a name its role's colour. */
export function tint(node, userId) {
  const colour = colourOf(userId);
  if (colour) node.style.setProperty("--role", readable(colour));
}

/** A coloured disc with the first letter of a name. */
export function avatar(user) {
  const node = el(
    "span",
    { class: user.bot ? "avatar app" : "avatar", "aria-hidden": "true" },
    [...nameOf(user)][0]?.toUpperCase(),
  );
  node.style.setProperty("--hue", String(Number(BigInt(user.id) % 1_000_003n) % 360));
  return node;
}

function body(message, actions) {
  const ctx = { message, act: (verb, more) => actions.act(verb, { message: message.id, ...more }) };
  const nodes = [];
  if (message.failed) nodes.push(el("p", { class: "wrong" }, message.failed));
  if (message.flags & LOADING)
    nodes.push(
      el(
        "p",
        { class: "thinking" },
        el("span", { class: "dots", "aria-hidden": "true" }, "•••"),
        `${nameOf(message.author)} ${word("thinking")}`,
      ),
    );
  if (message.content)
    nodes.push(el("div", { class: emojiOnly(message.content) ? "text large" : "text" }, ...blocks(message.content)));
  if (message.poll) nodes.push(poll(message.poll, actions, message));
  const inside = new Set();
  nodes.push(...(message.embeds ?? []).map((data) => embed(withFiles(data, message.attachments ?? [], inside))));
  if (!(message.flags & V2))
    nodes.push(...(message.attachments ?? []).filter((file) => !inside.has(file)).map(attachment));
  nodes.push(...draw(message.components, ctx));
  if (message.edited_timestamp)
    nodes.push(
      el("span", { class: "quiet edited", title: written(Date.parse(message.edited_timestamp), "F") }, word("edited")),
    );
  return nodes;
}

/** An embed whose pictures may be files of the message: these are noted in `inside` and not shown twice. */
function withFiles(data, files, inside) {
  const found = { ...data };
  for (const part of ["image", "thumbnail"]) {
    const file = files.find((one) => data[part]?.url === `attachment://${one.filename}`);
    if (!file) continue;
    inside.add(file);
    found[part] = { ...data[part], url: file.url, width: file.width, height: file.height };
  }
  return found;
}

function emojiOnly(text) {
  return text.length < 40 && /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|[\u200d\ufe0f\s])+$/u.test(text);
}

function attachment(file) {
  const kind = file.content_type ?? "";
  const own = ownFile(file.url);
  if (own && kind.startsWith("audio/")) return el("audio", { controls: true, src: own, "aria-label": file.filename });
  if (own && kind.startsWith("video/")) return el("video", { controls: true, src: own, "aria-label": file.filename });
  const image = kind.startsWith("image/") && !kind.includes("svg");
  return image
    ? picture(file, file.description ?? file.filename, file.filename.startsWith("SPOILER_"))
    : fileNode(file.url, file.filename, file.size);
}

function reactions(message, actions) {
  if (!message.reactions?.length) return null;
  const chips = message.reactions.map((reaction) => {
    const name = reaction.emoji.id ? `${reaction.emoji.name}:${reaction.emoji.id}` : reaction.emoji.name;
    const how = {
      type: "button",
      class: "reaction",
      "aria-label": `${reaction.emoji.name} ${reaction.count}`,
      "aria-pressed": String(Boolean(reaction.me)),
      onclick: () => actions.react(message, name, reaction.me),
    };
    return el(
      "button",
      how,
      reaction.emoji.id ? `:${reaction.emoji.name}:` : reaction.emoji.name,
      el("span", { class: "count" }, reaction.count),
    );
  });
  const more = el(
    "button",
    {
      type: "button",
      class: "reaction more",
      "aria-label": word("react"),
      title: word("react"),
      onclick: (event) => actions.pick(message, event.currentTarget),
    },
    icon("smile"),
  );
  return el("div", { class: "row reactions" }, ...chips, more);
}

function threadLink(message, actions) {
  const thread = message.thread ?? (state.channels.has(message.id) ? state.channels.get(message.id) : null);
  if (!thread) return null;
  return el(
    "button",
    { type: "button", class: "thread-link", onclick: () => actions.open(thread.id) },
    icon("thread"),
    el("strong", {}, thread.name),
    el("span", { class: "quiet" }, word("toThread")),
  );
}

function tools(message, own, actions) {
  const tool = (face, label, run) =>
    el("button", { type: "button", title: label, "aria-label": label, onclick: run }, face);
  const entries = [
    ...(own
      ? []
      : ["👍", "❤️", "✅"].map((emoji) =>
          tool(emoji, `${word("react")}: ${emoji}`, () => actions.react(message, emoji)),
        )),
    !own && tool(icon("smile"), word("react"), (event) => actions.pick(message, event.currentTarget)),
    !own && tool(icon("reply"), word("reply"), () => actions.reply(message)),
    !own &&
      state.channels.get(state.channel)?.type === 0 &&
      tool(icon("thread"), word("thread"), () => actions.thread(message)),
    tool(icon("dots"), word("moreActions"), (event) => actions.more(message, event.currentTarget)),
  ].filter(Boolean);
  return entries.length > 0 && el("div", { class: "tools", role: "group", "aria-label": word("tools") }, ...entries);
}

let locals = 0;

/** A message of the page: the application did not respond to the interaction. */
export function failure(sentence) {
  const bot = application();
  const newest = state.shown?.messages.at(-1)?.id ?? "1";
  locals += 1;
  return {
    id: String(BigInt(newest) + BigInt(locals)),
    local: true,
    failed: sentence,
    type: 0,
    flags: EPHEMERAL,
    author: state.members.get(bot?.id)?.user ?? { id: bot?.id ?? "0", username: bot?.name ?? "?", bot: true },
    timestamp: new Date(now()).toISOString(),
  };
}
