// Discord's Markdown as DOM nodes. The text is cut into pieces; each piece becomes an element or stays text.

import { el, link } from "./dom.js";
import { nameOf, roleColour, state } from "./state.js";
import { timeNode } from "./time.js";
import { word } from "./words.js";

const FENCE = /```(?:([\w+-]+)\n)?\n?([\s\S]+?)\n?```/g;

/** The nodes of a text with blocks: code, headings, lists, quotes, lines. */
export function blocks(text) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(FENCE)) {
    nodes.push(...lines(text.slice(at, found.index)));
    nodes.push(el("pre", {}, el("code", { "data-language": found[1] }, found[2])));
    at = found.index + found[0].length;
  }
  nodes.push(...lines(text.slice(at)));
  return nodes;
}

const HEADING = /^(#{1,3})\s+(.+)$/;
const SMALL = /^-#\s+(.+)$/;
const ENTRY = /^(\s*)([-*]|\d{1,3}\.)\s+(.+)$/;

function lines(text) {
  const rows = text.replace(/^\n|\n$/g, "").split("\n");
  const nodes = [];
  let paragraph = null;
  const close = () => (paragraph = null);
  for (let row = 0; row < rows.length; row += 1) {
    const line = rows[row];
    const heading = line.match(HEADING);
    const small = line.match(SMALL);
    if (line.startsWith(">>> ")) {
      nodes.push(el("blockquote", {}, ...lines([line.slice(4), ...rows.slice(row + 1)].join("\n"))));
      return nodes;
    }
    if (heading) {
      nodes.push(el(`h${heading[1].length + 2}`, {}, ...inline(heading[2])));
      close();
    } else if (small) {
      nodes.push(el("p", { class: "small" }, ...inline(small[1])));
      close();
    } else if (line.startsWith("> ")) {
      const from = row;
      while (rows[row + 1]?.startsWith("> ")) row += 1;
      nodes.push(
        el(
          "blockquote",
          {},
          ...lines(
            rows
              .slice(from, row + 1)
              .map((one) => one.slice(2))
              .join("\n"),
          ),
        ),
      );
      close();
    } else if (ENTRY.test(line)) {
      const from = row;
      while (rows[row + 1] !== undefined && ENTRY.test(rows[row + 1])) row += 1;
      nodes.push(...lists(rows.slice(from, row + 1).map((one) => one.match(ENTRY))));
      close();
    } else if (line.trim() === "") {
      close();
    } else if (paragraph) {
      paragraph.append(el("br"), ...inline(line));
    } else {
      paragraph = el("p", {}, ...inline(line));
      nodes.push(paragraph);
    }
  }
  return nodes;
}

/** Entries (indent, sign, text) as lists; a deeper indent is a list within the entry before it. */
function lists(entries) {
  const nodes = [];
  for (let at = 0; at < entries.length; ) {
    const [, indent, sign] = entries[at];
    const ordered = /\d/.test(sign);
    const list = el(ordered ? "ol" : "ul", { start: ordered ? parseInt(sign, 10) : null });
    nodes.push(list);
    while (at < entries.length && entries[at][1].length >= indent.length && /\d/.test(entries[at][2]) === ordered) {
      const inner = entries.findIndex((entry, index) => index > at && entry[1].length <= indent.length);
      const end = inner < 0 ? entries.length : inner;
      list.append(el("li", {}, ...inline(entries[at][3]), ...lists(entries.slice(at + 1, end))));
      at = end;
    }
  }
  return nodes;
}

// Each rule: its pattern and the nodes for a match. The earliest match wins, then the first rule.
const RULES = [
  [/\\([^0-9A-Za-z\s])/, (found) => [found[1]]],
  [/(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/, (found) => [el("code", {}, found[2].replace(/^ (.*) $/, "$1"))]],
  [/<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/, (found) => [timeNode(Number(found[1]) * 1000, found[2])]],
  [/<@!?(\d+)>/, (found) => [mention(`@${userName(found[1])}`)]],
  [/<@&(\d+)>/, (found) => [roleMention(found[1])]],
  [
    /<#(\d+)>/,
    (found) => [mention(`#${state.channels.get(found[1])?.name ?? found[1]}`, { "data-channel": found[1] })],
  ],
  [/<\/([^:>]+):\d+>/, (found) => [mention(`/${found[1]}`, { "data-command": found[1] })]],
  [/<a?:(\w+):\d+>/, (found) => [el("span", { class: "custom-emoji" }, `:${found[1]}:`)]],
  [/<id:(customize|browse|guide|linked-roles)>/, (found) => [mention(`#${found[1]}`)]],
  [/@(everyone|here)\b/, (found) => [mention(found[0])]],
  [/\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?(?:\s+"[^"\n]*")?\)/, (found) => [link(found[2], ...inline(found[1]))]],
  [/<(https?:\/\/[^\s>]+)>/, (found) => [link(found[1], found[1])]],
  [/https?:\/\/[^\s<>]*[^\s<>.,:;!?"'()\]。，！？）」]/, (found) => [link(found[0], found[0])]],
  [/\*\*\*(?=\S)([\s\S]+?)\*\*\*/, (found) => [el("strong", {}, el("em", {}, ...inline(found[1])))]],
  [/\*\*(?=\S)([\s\S]+?)\*\*(?!\*)/, (found) => [el("strong", {}, ...inline(found[1]))]],
  [/__(?=\S)([\s\S]+?)__(?!_)/, (found) => [el("u", {}, ...inline(found[1]))]],
  [/~~(?=\S)([\s\S]+?)~~/, (found) => [el("s", {}, ...inline(found[1]))]],
  [/\|\|([\s\S]+?)\|\|/, (found) => [spoiler(inline(found[1]))]],
  [/\*(?=\S)([^*\n]+?)\*(?!\*)/, (found) => [el("em", {}, ...inline(found[1]))]],
  [/(?<![\p{L}\p{N}_])_(?=\S)([^_\n]+?)_(?![\p{L}\p{N}_])/u, (found) => [el("em", {}, ...inline(found[1]))]],
];

/** The nodes of one line. */
export function inline(text) {
  const nodes = [];
  let rest = text;
  while (rest) {
    let best = null;
    for (const [pattern, make] of RULES) {
      const found = rest.match(pattern);
      if (found && (!best || found.index < best.found.index)) best = { found, make };
      if (best?.found.index === 0) break;
    }
    if (!best) break;
    const { found, make } = best;
    if (found.index) nodes.push(rest.slice(0, found.index));
    nodes.push(...make(found));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(rest);
  return nodes;
}

function userName(id) {
  const member = state.members.get(id);
  return member ? nameOf(member.user) : id;
}

function mention(text, data = {}) {
  const acts = "data-channel" in data || "data-command" in data;
  return el(acts ? "button" : "span", { class: "mention", type: acts ? "button" : null, ...data }, text);
}

function roleMention(id) {
  const role = state.roles.get(id);
  const node = mention(`@${role?.name ?? word("unknown_role")}`);
  if (roleColour(role)) node.style.setProperty("--role", roleColour(role));
  return node;
}

function spoiler(children) {
  const inner = el("span", { class: "hidden-words", "aria-hidden": "true" }, ...children);
  const node = el(
    "span",
    { class: "spoiler", role: "button", tabindex: 0, "aria-label": word("spoiler"), "aria-expanded": "false" },
    inner,
  );
  const show = () => {
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label", "aria-expanded"]) node.removeAttribute(name);
    inner.removeAttribute("aria-hidden");
  };
  node.addEventListener("click", show);
  node.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && show());
  return node;
}
