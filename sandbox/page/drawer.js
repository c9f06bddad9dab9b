// The developer's drawer: the bot's requests, its dispatches, and the faults to order.

import { get } from "./api.js";
import { el, fill } from "./dom.js";
import { Faults } from "./faults.js";
import { icon } from "./icons.js";
import { keepFocus } from "./patch.js";
import { written } from "./time.js";
import { language, word } from "./words.js";

const MOST = 300;
const TABS = ["requests", "dispatches", "faults"];

/** The drawer at the foot of the page. `actions` is {panel, trying}. */
export class Drawer {
  #tab = "requests";
  #entries = { requests: [], dispatches: [] };
  #known = 0;
  #sought = "";
  #drawn = null;
  #waiting = null;
  #paused = false;

  constructor(actions) {
    this.actions = actions;
    this.node = document.getElementById("drawer");
    this.faults = new Faults(actions, () => this.draw(true));
  }

  /** The id of the tab that is open. */
  get tab() {
    return `tab-${this.#tab}`;
  }

  /** Read the earlier requests when the drawer opens. */
  async open() {
    await this.actions.trying(async () => {
      const log = await get("log", { after: this.#known });
      for (const entry of log.slice(-MOST)) this.request(entry);
      await this.faults.read();
    });
  }

  /** Add a request of a bot. */
  request(entry) {
    if (this.node.hidden || entry.n <= this.#known) return;
    this.#known = entry.n;
    this.#take("requests", entry);
  }

  /** Add a dispatch to a bot. */
  dispatch(entry) {
    this.#take("dispatches", { ...entry, at: new Date().toISOString() });
  }

  #take(name, entry) {
    const list = this.#entries[name];
    list.push(entry);
    if (list.length > MOST) list.shift();
    if (this.#tab !== name || this.#paused) return;
    this.#waiting ??= setTimeout(() => {
      this.#waiting = null;
      this.#list();
    }, 150);
  }

  /** Draw the drawer, if it is open and not yet drawn in this language. */
  draw(anew = false) {
    if (this.node.hidden) return;
    const key = `${language()}${this.#tab}`;
    if (this.#drawn === key && !anew) {
      if (this.#tab === "faults") this.faults.refresh();
      return;
    }
    this.#drawn = key;
    keepFocus(this.node, () => this.#fill());
  }

  #fill() {
    const tabs = TABS.map((name) => {
      const on = name === this.#tab;
      return el(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "aria-selected": String(on),
          "aria-controls": "drawer-panel",
          tabindex: on ? 0 : -1,
          onclick: () => this.#choose(name),
        },
        word(name),
      );
    });
    const bar = el(
      "div",
      { role: "tablist", "aria-label": word("drawer"), onkeydown: (event) => this.#arrow(event) },
      ...tabs,
    );
    const close = el(
      "button",
      {
        type: "button",
        class: "tool",
        "aria-label": word("close"),
        onclick: () => this.actions.panel("drawer", false),
      },
      icon("close"),
    );
    const panel = el("div", {
      id: "drawer-panel",
      role: "tabpanel",
      "aria-labelledby": `tab-${this.#tab}`,
      tabindex: 0,
    });
    fill(this.node, el("div", { class: "drawer-bar" }, bar, this.#tab !== "faults" && this.#filter(), close), panel);
    if (this.#tab === "faults") panel.append(this.faults.node());
    else this.#list();
  }

  #filter() {
    const field = el("input", {
      type: "search",
      id: "drawer-filter",
      placeholder: word("filter"),
      "aria-label": word("filter"),
      value: this.#sought,
    });
    field.addEventListener("input", () => {
      this.#sought = field.value.toLowerCase();
      this.#list();
    });
    const pause = el(
      "button",
      { type: "button", class: "small-button", "aria-pressed": String(this.#paused) },
      word("pause"),
    );
    pause.addEventListener("click", () => {
      this.#paused = !this.#paused;
      pause.setAttribute("aria-pressed", String(this.#paused));
      this.#list();
    });
    const clear = el("button", { type: "button", class: "small-button", onclick: () => this.#clear() }, word("clear"));
    return el("div", { class: "drawer-tools" }, field, pause, clear);
  }

  #clear() {
    this.#entries[this.#tab] = [];
    this.#list();
  }

  #choose(name) {
    this.#tab = name;
    this.draw();
    document.getElementById(`tab-${name}`).focus();
  }

  #arrow(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) this.#choose(TABS.at((TABS.indexOf(this.#tab) + step) % TABS.length));
  }

  /** Show the newest entry first; unfolded entries stay unfolded. */
  #list() {
    const panel = document.getElementById("drawer-panel");
    if (!panel || this.#tab === "faults") return;
    const old = new Map([...panel.querySelectorAll("details")].map((node) => [node.entry, node]));
    const make = this.#tab === "requests" ? requestNode : dispatchNode;
    const like = (entry) =>
      !this.#sought ||
      `${entry.method ?? ""} ${entry.path ?? entry.t} ${entry.status ?? ""}`.toLowerCase().includes(this.#sought);
    const nodes = this.#entries[this.#tab]
      .filter(like)
      .reverse()
      .slice(0, MOST)
      .map((entry) => old.get(entry) ?? Object.assign(make(entry), { entry }));
    if (!nodes.length) nodes.push(el("p", { class: "quiet pad" }, word("nothingYet")));
    const wanted = new Set(nodes);
    for (const node of [...panel.children]) if (!wanted.has(node)) node.remove();
    for (const [index, node] of nodes.entries()) {
      if (panel.children[index] !== node) panel.insertBefore(node, panel.children[index] ?? null);
    }
  }
}

/** A line that unfolds; its content is made only then. */
function fold(face, parts) {
  const node = el("details", { class: "entry" }, el("summary", {}, ...face));
  node.addEventListener("toggle", () => {
    if (!node.open || node.children.length > 1) return;
    for (const [name, value] of parts) {
      if (value === null || value === undefined) continue;
      node.append(
        el("h4", {}, word(name)),
        el(
          "pre",
          { tabindex: 0 },
          el("code", {}, typeof value === "string" ? value : JSON.stringify(value, null, 2).slice(0, 50_000)),
        ),
      );
    }
  });
  return node;
}

const clockTime = (at) => el("span", { class: "quiet at" }, written(Date.parse(at), "exact"));

function requestNode({ at, method, path, body, status, answer }) {
  const kind = status >= 500 || status === 0 ? "bad" : status >= 400 ? "poor" : "good";
  const face = [
    clockTime(at),
    el("span", { class: `verb ${method.toLowerCase()}` }, method),
    el("span", { class: "path" }, path),
    el("span", { class: `status ${kind}` }, String(status || "—")),
  ];
  return fold(face, [
    ["sent", body],
    ["answer", answer],
  ]);
}

function dispatchNode({ at, s, t, d, size, n }) {
  const face = [
    clockTime(at),
    el("span", { class: "verb" }, `#${s}`),
    el("span", { class: "path" }, t),
    n > 1 && el("span", { class: "status" }, `×${n}`),
    el("span", { class: "status" }, `${size} B`),
  ];
  return fold(face, [["data", d ?? word("tooLong")]]);
}
