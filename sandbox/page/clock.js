// The community's clock: its time, its speed, and the buttons that turn it.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { now, state } from "./state.js";
import { refreshRelative, written } from "./time.js";
import { word } from "./words.js";

const STEPS = [
  ["hour", 3600],
  ["day", 86_400],
  ["week", 604_800],
];
const SPEEDS = [
  [0, "pause", "still"],
  [1, "play", "real"],
  [60, "fast", "sixty"],
];

let turn = null; // {from, began}: the time shown when the turn began, and its start

/** The clock with its buttons. `actions` is {turn, speed}. */
export function clockNode(actions) {
  const busy = turn !== null;
  const speed = ([value, sign, name]) => {
    const on = state.clock?.speed === value;
    const how = {
      type: "button",
      id: `speed-${value}`,
      "aria-pressed": String(on),
      "aria-label": word(name),
      title: word(name),
      "aria-disabled": busy ? "true" : null,
    };
    return el("button", { ...how, onclick: () => turn || actions.speed(value) }, value === 60 ? "×60" : icon(sign));
  };
  const step = ([name, seconds]) =>
    el(
      "button",
      {
        type: "button",
        id: `step-${name}`,
        "aria-disabled": busy ? "true" : null,
        onclick: () => turn || actions.turn(seconds),
      },
      word(name),
    );
  return el(
    "div",
    { id: "clock", role: "group", "aria-label": word("clock"), class: busy ? "turning" : "" },
    el("span", { class: "label" }, word("now")),
    el("time", { id: "now", title: word("clock") }, said()),
    el("span", { class: "buttons" }, ...SPEEDS.map(speed)),
    el("span", { class: "buttons" }, ...STEPS.map(step)),
    el("span", { class: "bar", role: "progressbar", "aria-label": word("turning"), hidden: !busy }),
  );
}

/** Show the community's present time, with seconds while the clock runs. */
export function tick() {
  const node = document.getElementById("now");
  if (!node || !state.clock) return;
  const text = said();
  if (node.textContent !== text) node.textContent = text;
}

/** The longest form of the time that fits. */
function said() {
  const moment = turn ? hands() : now();
  if (innerWidth <= 720) return written(moment, state.clock.speed ? "short+" : "short");
  return written(moment, state.clock.speed ? "long+" : innerWidth > 1440 ? "F" : "f");
}

/** The time to show while the clock turns: fast at first, slower towards the end. */
function hands() {
  const gone = Math.min((performance.now() - turn.began) / 900, 1);
  return turn.from + turn.seconds * 1000 * (1 - (1 - gone) ** 3);
}

/** Disable the clock's buttons and animate its time until `action` is done. */
export async function turning(seconds, action) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  turn = { from: now(), began: performance.now(), seconds };
  show(true);
  const step = () => {
    if (!turn) return;
    tick();
    requestAnimationFrame(step);
  };
  if (!calm) requestAnimationFrame(step);
  try {
    return await action();
  } finally {
    turn = null;
    show(false);
    tick();
    refreshRelative();
  }
}

function show(on) {
  const clock = document.getElementById("clock");
  clock.classList.toggle("turning", on);
  clock.querySelector(".bar").hidden = !on;
  for (const button of clock.querySelectorAll("button")) {
    if (on)
      button.setAttribute("aria-disabled", "true"); // not `disabled`: that would remove the focus from it
    else button.removeAttribute("aria-disabled");
  }
}
