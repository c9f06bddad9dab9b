// A guided first visit: four walks, whose steps are ticked off when they have really happened.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { patch } from "./patch.js";
import { application, people, state } from "./state.js";
import { word } from "./words.js";

const KEPT = "sandbox.steps";

const answered = (event) => event.state === "answered" || event.state === "updated";
const slash = (command) => (event) => event.kind === "slash" && event.command === command && answered(event);
const click = (name) => (event) => event.kind === "click" && event.id?.startsWith(name) && answered(event);

/** Whether a message has a component whose custom_id begins with this text. */
function holds(components, name) {
  return (components ?? []).some(
    (one) =>
      one.custom_id?.startsWith(name) || holds(one.components, name) || holds(one.accessory && [one.accessory], name),
  );
}

const weekly = (event) =>
  event.kind === "MESSAGE_CREATE" && !(event.data.flags & 64) && holds(event.data.components, "stats.explain");

function gained(event) {
  if (event.kind !== "GUILD_MEMBER_UPDATE") return false;
  const before = state.members.get(event.data.user.id)?.roles ?? [];
  return event.data.roles.some((id) => !before.includes(id));
}

let posted = null; // the channel of the weekly post

function noted(event) {
  if (!weekly(event)) return false;
  posted = event.data.channel_id;
  return Boolean(posted);
}

// Each walk: its steps, each with its person and channel, the line to type, and the event that completes it.
const WALKS = [
  [
    "buy",
    [
      ["plans", { who: "ann", channel: "general", line: "/membership plans" }, slash("membership plans")],
      ["buy", { who: "ann" }, click("membership.buy")],
      ["pay", { who: "ann" }, gained],
    ],
  ],
  [
    "learn",
    [
      ["open", { who: "ann", channel: "courses", line: "/course open course:" }, slash("course open")],
      ["begin", { who: "ann" }, click("lesson.open")],
      ["lesson", { who: "ann" }, click("lesson.done")],
    ],
  ],
  [
    "meet",
    [
      ["host", { who: "max", channel: "staff", line: "/host create kind:" }, slash("host create")],
      [
        "going",
        { who: "ann", channel: "events" },
        (event) => click("event.going")(event) || event.kind === "GUILD_SCHEDULED_EVENT_USER_ADD",
      ],
      ["voice", { who: "ann" }, (event) => event.kind === "voice" && event.channel !== null],
    ],
  ],
  [
    "read",
    [
      ["turn", { who: "olivia", channel: "staff" }, (event) => event.kind === "turn" && event.seconds >= 3600],
      ["post", { who: "olivia", channel: "staff" }, noted],
      [
        "seen",
        { who: "olivia", channel: "staff" },
        (event) => event.kind === "look" && posted !== null && event.channel === posted,
      ],
    ],
  ],
];

let heard = () => {};

/** Note {kind, …}: an action of the viewer or an event of the world. */
export function happened(event) {
  heard(event);
}

/** The panel. `actions` is {become, open, panel, write, trying}. */
export class Tour {
  #done = new Set(JSON.parse(localStorage.getItem(KEPT) ?? "[]"));
  #drawn = "";

  constructor(actions) {
    this.actions = actions;
    this.node = document.getElementById("tour");
    heard = (event) => this.#hear(event);
  }

  /** Show the panel from the first visit until it is closed. */
  begin() {
    this.node.hidden = (localStorage.getItem("sandbox.tour") ?? (innerWidth > 720 ? "open" : "closed")) !== "open";
  }

  #hear(event) {
    const before = this.#done.size;
    for (const [, steps] of WALKS)
      for (const [name, , test] of steps) if (!this.#done.has(name) && test(event)) this.#done.add(name);
    if (this.#done.size === before) return;
    localStorage.setItem(KEPT, JSON.stringify([...this.#done]));
    this.draw();
    if (event.kind !== "look") this.#hear({ kind: "look", channel: state.channel });
  }

  /** Draw the panel, if it is open and has changed. */
  draw() {
    if (posted) queueMicrotask(() => this.#hear({ kind: "look", channel: state.channel }));
    const key = JSON.stringify([word("tour"), [...this.#done], this.node.hidden, Boolean(application())]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    if (this.node.hidden) return;
    const all = WALKS.flatMap(([, steps]) => steps);
    const bar = el("progress", { max: all.length, value: this.#done.size, "aria-label": word("tour") });
    patch(
      this.node,
      el(
        "div",
        { class: "tour-head" },
        el("h2", {}, word("tour")),
        el(
          "button",
          {
            type: "button",
            class: "tool",
            id: "close-tour",
            "aria-label": word("close"),
            onclick: () => this.actions.panel("tour", false),
          },
          icon("close"),
        ),
      ),
      el(
        "div",
        { class: "tour-body", tabindex: 0, role: "group", "aria-label": word("tour") },
        el("p", { class: "quiet" }, word(this.#done.size === all.length ? "tourDone" : "tourIntro")),
        bar,
        ...WALKS.map((walk) => this.#walk(walk)),
      ),
      el(
        "p",
        { class: "row end" },
        el(
          "button",
          { type: "button", class: "small-button", id: "tour-again", onclick: () => this.#again() },
          word("again"),
        ),
      ),
    );
  }

  #walk([name, steps]) {
    const next = steps.find(([step]) => !this.#done.has(step));
    return el(
      "section",
      { class: next ? "walk" : "walk done" },
      el("h3", {}, word(`walk_${name}`), !next && icon("check")),
      el("ol", {}, ...steps.map((step) => this.#step(step, step === next))),
    );
  }

  #step([name, where], next) {
    const done = this.#done.has(name);
    const go =
      next &&
      el(
        "button",
        { type: "button", class: "small-button", id: `go-${name}`, onclick: () => this.#go(where) },
        word("there"),
      );
    const sign = el(
      "span",
      { class: "tick", role: "img", "aria-label": done ? word("stepDone") : "–" },
      done && icon("check"),
    );
    return el(
      "li",
      { class: done ? "done" : next ? "next" : "", "data-step": name },
      sign,
      el("span", { class: "grow" }, word(`step_${name}`), go),
    );
  }

  #go({ who, channel, line }) {
    return this.actions.trying(async () => {
      const person = people().find((member) => member.user.username === who);
      const place = state.world.channels.find((one) => one.name === channel);
      if (person && person.user.id !== state.me) await this.actions.become(person.user.id);
      if (place && place.id !== state.channel) await this.actions.open(place.id);
      if (line) this.actions.write(line);
    });
  }

  #again() {
    this.#done.clear();
    posted = null;
    localStorage.removeItem(KEPT);
    this.draw();
  }
}
