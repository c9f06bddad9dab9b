// The open channel: its history, its list of messages, and its unread marks.

import { get } from "./api.js";
import { el, fill } from "./dom.js";
import { byId, History } from "./history.js";
import { icon } from "./icons.js";
import { VirtualList } from "./list.js";
import { itemsOf, nodeOf } from "./messages.js";
import { speak, spokenMessage } from "./spoken.js";
import { state } from "./state.js";
import { markRead, marks, readUpTo } from "./unread.js";
import { word } from "./words.js";

/** The view of the open channel. `actions` are the actions on a message. */
export class ChannelView {
  #asked = 0;
  #locals = [];
  #dismissed = new Set();
  #fresh = null;
  #unseen = 0;

  constructor(actions) {
    this.log = document.getElementById("log");
    this.present = document.getElementById("present");
    this.present.addEventListener("click", () => this.toEnd());
    this.log.addEventListener("keydown", (event) => this.#key(event));
    this.list = new VirtualList(this.log, document.getElementById("messages"), {
      make: (item, row) => nodeOf(item, row, actions),
      near: () => this.#older(),
      moved: (pinned) => this.#moved(pinned),
    });
  }

  /** Show another channel, or the channel as another person sees it, from the newest message. */
  async open() {
    const { me, channel } = state;
    this.#locals = [];
    this.#unseen = 0;
    this.#fresh = marks()(channel).unread ? readUpTo(channel) : null;
    state.shown = new History((query) => get("messages", { ...query, channel, as: me }));
    this.list.clear();
    await this.read();
    this.list.toEnd();
  }

  /** Read the newest messages and show them. */
  async read() {
    this.#asked += 1;
    const asked = this.#asked;
    const history = state.shown;
    if (!history || !state.me || !state.channel) return;
    const before = history.messages.at(-1)?.id;
    try {
      const first = await history.newest();
      if (history !== state.shown || asked !== this.#asked) return;
      this.draw();
      if (!first) this.#say(history.messages.filter((message) => !before || byId(message.id, before) > 0));
      if (this.list.pinned && document.hasFocus()) markRead(state.channel);
    } catch (error) {
      if (asked === this.#asked) this.#nothing(error.status === 403 ? word("unseen_channel") : error.message);
    }
  }

  /** Read a changed message again, which may be older than the newest page. */
  async again(id) {
    const history = state.shown;
    await history?.again(id);
    if (history === state.shown) this.draw();
  }

  /** Show the messages that have been read. */
  draw() {
    const there = [...state.shown.messages, ...this.#locals].filter((message) => !this.#dismissed.has(message.id));
    const messages = this.#locals.length ? there.sort((a, b) => byId(a.id, b.id)) : there;
    this.log.classList.toggle("empty-log", !messages.length);
    fill(
      this.#beginning(),
      messages.length ? (state.shown.complete ? word("beginning") : word("older")) : word("empty"),
    );
    this.list.set(itemsOf(messages, this.#fresh));
  }

  /** Add a line of the page, which only the viewer sees. */
  note(message) {
    this.#locals.push(message);
    this.list.pinned = true;
    this.draw();
    speak(message.failed);
  }

  dismiss(message) {
    this.#dismissed.add(message.id);
    this.draw();
    this.log.focus({ preventScroll: true });
  }

  /** Scroll to the newest message. */
  toEnd() {
    this.#unseen = 0;
    this.list.toEnd();
    markRead(state.channel);
  }

  /** Scroll to a message, reading older pages until it is loaded. */
  async jump(id) {
    for (let page = 0; page < 40 && !state.shown.messages.some((message) => message.id === id); page += 1) {
      if (byId(id, state.shown.messages[0]?.id ?? "0") > 0 || !(await state.shown.older())) break;
    }
    this.draw();
    const node = this.list.show(id);
    node?.classList.add("found");
    node?.focus({ preventScroll: true });
    setTimeout(() => node?.classList.remove("found"), 2000);
  }

  #beginning() {
    let node = document.getElementById("beginning");
    if (!node) {
      node = el("p", { id: "beginning" });
      this.log.prepend(node);
    }
    return node;
  }

  async #older() {
    const history = state.shown;
    if (await history.older()) if (history === state.shown) this.draw();
  }

  #nothing(sentence) {
    state.shown = new History(async () => []);
    state.shown.complete = true;
    this.list.clear();
    fill(this.#beginning(), sentence);
  }

  #moved(pinned) {
    if (pinned) this.#unseen = 0;
    this.present.hidden = pinned;
    fill(this.present, icon("down"), this.#unseen ? word("newBelow", { n: this.#unseen }) : word("present"));
  }

  /** Announce new messages to screen readers. */
  #say(messages) {
    const others = messages.filter((message) => message.author.id !== state.me);
    if (!this.list.pinned) {
      this.#unseen += others.length;
      this.#moved(false);
    }
    if (others.length) speak(others.slice(-3).map(spokenMessage).join("\n"));
  }

  /** Move from message to message with the arrow keys; Enter stays with the focused element. */
  #key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "End") {
      this.toEnd();
      event.preventDefault();
      return undefined;
    }
    if (!step || ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName)) return undefined;
    const rows = [...this.list.list.children];
    const row = event.target.closest(".row-of-log");
    const next = row ? rows[rows.indexOf(row) + step] : rows.at(-1);
    if (!next) return undefined;
    event.preventDefault();
    next.focus();
    return next.scrollIntoView({ block: "nearest" });
  }
}
