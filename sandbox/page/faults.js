// Switches for the most common faults, and a list of the ordered ones.

import { get, post, remove } from "./api.js";
import { el, toast } from "./dom.js";
import { application, state } from "./state.js";
import { word } from "./words.js";

const ALWAYS = 1_000_000;

// Each stays until it is switched off. `on` and `off` go to POST faults; without `off` the fault is cancelled by its id.
const SWITCHES = [
  ["fault_500", { route: "* /*", status: 500, times: ALWAYS }],
  ["fault_slow", { route: "* /*", delay: 2, times: ALWAYS }],
  ["fault_limit", { route: "POST /channels/*", limit: "route", retry_after: 2, times: ALWAYS }],
  ["fault_silent", { route: "POST /interactions/*", status: 503, times: ALWAYS }],
  ["fault_effect", { route: "POST /channels/*", status: 502, after_effect: true, times: ALWAYS }],
  ["fault_lost", { event: "MESSAGE_CREATE", how: "drop", times: ALWAYS }],
  ["fault_twice", { event: "*", how: "twice", times: ALWAYS }],
  [
    "fault_roles",
    { world: "lose_permission", permission: "MANAGE_ROLES" },
    { world: "regain_permission", permission: "MANAGE_ROLES" },
  ],
  ["fault_sink", { world: "sink" }, { world: "rise" }],
  ["fault_direct", { world: "close_direct", member: true }, { world: "open_direct", member: true }],
];

// Each of these happens once, immediately.
const STRIKES = [
  ["fault_cut", { gateway: "cut" }],
  ["fault_reconnect", { gateway: "reconnect" }],
  ["fault_invalidate", { gateway: "invalidate" }],
  ["fault_zombie", { gateway: "zombie" }],
];

const MANAGE_ROLES = 1n << 28n;

/** The drawer's tab of faults. */
export class Faults {
  #ordered = [];
  #own = new Map(); // name of a switch → id of its fault, or true for a fault of the world

  constructor(actions, changed) {
    this.actions = actions;
    this.changed = changed;
  }

  /** Read the ordered faults. */
  async read() {
    this.#ordered = await get("faults");
    this.changed();
  }

  /** Set the switches to the present state of the world. */
  refresh() {
    for (const [name] of SWITCHES)
      document.getElementById(name)?.setAttribute("aria-checked", String(this.#isOn(name)));
  }

  #isOn(name) {
    const role = state.world.roles.find((one) => one.managed);
    if (name === "fault_roles")
      return Boolean(role) && !(BigInt(role.permissions) & MANAGE_ROLES) && !(BigInt(role.permissions) & 8n);
    if (name === "fault_sink") return Boolean(role) && role.position <= 1;
    const wanted = SWITCHES.find(([one]) => one === name)[1];
    const same = (fault) => Object.entries(wanted).every(([key, value]) => key === "times" || fault[key] === value);
    return this.#own.get(name) === true || this.#ordered.some(same);
  }

  /** The tab as a node. */
  node() {
    return el(
      "div",
      { class: "faults" },
      el("div", {}, el("h3", {}, word("faultsStay")), ...SWITCHES.map((entry) => this.#switch(entry))),
      el(
        "div",
        {},
        el("h3", {}, word("faultsOnce")),
        ...STRIKES.map((entry) => this.#strike(entry)),
        el("h3", {}, word("faultsOrdered")),
        this.#list(),
      ),
    );
  }

  #switch([name, on, off]) {
    const flip = () => this.actions.trying(() => this.#flip(name, on, off));
    const button = el(
      "button",
      {
        type: "button",
        role: "switch",
        id: name,
        class: "switch",
        "aria-checked": String(this.#isOn(name)),
        "aria-describedby": `${name}_more`,
        onclick: flip,
      },
      el("span", { class: "knob", "aria-hidden": "true" }),
      word(name),
    );
    return el("div", { class: "fault" }, button, el("p", { class: "small", id: `${name}_more` }, word(`${name}_more`)));
  }

  async #flip(name, on, off) {
    const wanted = (how) => ("member" in how ? { ...how, member: state.me } : how);
    if (!this.#isOn(name)) {
      const { id } = await post("faults", this.#named(wanted(on)));
      this.#own.set(name, id ?? true);
    } else {
      if (off) await post("faults", this.#named(wanted(off)));
      for (const fault of off ? [] : this.#ordered.filter((one) => this.#matches(one, on)))
        await remove(`faults/${fault.id}`);
      this.#own.delete(name);
    }
    await this.read();
  }

  #matches(fault, how) {
    return Object.entries(how).every(([key, value]) => key === "times" || fault[key] === value);
  }

  #named(how) {
    return "world" in how && application() ? { ...how, application: application().name } : how;
  }

  #strike([name, how]) {
    const run = () =>
      this.actions.trying(async () => {
        const { sessions } = await post("faults", how);
        toast(word("struck", { n: sessions }));
      });
    return el(
      "div",
      { class: "fault" },
      el("button", { type: "button", class: "button secondary", id: name, onclick: run }, word(name)),
      el("p", { class: "small" }, word(`${name}_more`)),
    );
  }

  #list() {
    if (!this.#ordered.length) return el("p", { class: "quiet" }, word("noFaults"));
    const entry = (fault) => {
      const take = () => this.actions.trying(() => remove(`faults/${fault.id}`).then(() => this.read()));
      const told = [
        fault.route ?? fault.event,
        fault.status ?? fault.how ?? fault.limit ?? (fault.delay ? `${fault.delay} s` : ""),
      ];
      const times = fault.times < ALWAYS / 2 && `×${fault.times}`;
      return el(
        "li",
        { class: "row", "data-fault": fault.id },
        el("code", {}, told.filter(Boolean).join(" → ")),
        times,
        el("button", { type: "button", class: "small-button", onclick: take }, word("takeBack")),
      );
    };
    return el("ul", { class: "ordered" }, ...this.#ordered.map(entry));
  }
}
