// The only place that makes elements. The words of people go in as text and can never become markup.

/** An element. `on…` adds a listener, false and null leave an attribute out; strings among the children are text. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) on(node, name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  return fill(node, children);
}

const listeners = new WeakMap(); // node → Map of event type → listener

/** Add a listener that belongs to the drawing: a node that stays in a redraw takes over the newest one (`adopt`). */
export function on(node, type, listener) {
  const own = listeners.get(node) ?? new Map();
  listeners.set(node, own);
  own.set(type, [...(own.get(type) ?? []), listener]);
  node.addEventListener(type, run);
}

function run(event) {
  for (const listener of listeners.get(event.currentTarget)?.get(event.type) ?? []) listener(event);
}

/** Give a node the listeners of another that was drawn in its place. */
export function adopt(node, drawn) {
  const own = listeners.get(drawn) ?? new Map();
  listeners.set(node, own);
  for (const type of own.keys()) node.addEventListener(type, run);
}

/** Replace the children of a node. */
export function fill(node, ...children) {
  node.replaceChildren(...nodesOf(children));
  return node;
}

/** Children as nodes: lists are flattened, false and missing ones are left out, strings become text. */
export const nodesOf = (children) => children.flat(Infinity).filter(Boolean).map(part);

function part(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

/** An address that may become a link or a picture: http(s) only, else null. */
export function safeAddress(text) {
  try {
    const url = new URL(text, location.href);
    return ["http:", "https:"].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** A link that opens in a new tab without referrer or opener; plain text if the address is not safe. */
export function link(address, ...children) {
  const url = safeAddress(address);
  if (!url) return el("span", {}, ...children);
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** The address of a file on the sandbox, under the name by which this page reached it; null for any other host. */
export function ownFile(address) {
  const url = safeAddress(address);
  const local = ["127.0.0.1", "localhost", "[::1]"];
  const own = url && url.port === location.port && (url.host === location.host || local.includes(url.hostname));
  return own ? url.pathname + url.search : null;
}

/** A short notice in the corner that disappears by itself. */
export function toast(text, kind = "info") {
  const node = el("p", { class: `toast ${kind}` }, text);
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), kind === "error" ? 9000 : 4500);
}
