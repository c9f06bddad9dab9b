// The line above the messages: which channel this is, and the community's clock.

import { el, fill } from "./dom.js";
import { BOT, channelName, now, state } from "./state.js";
import { written } from "./time.js";
import { word } from "./words.js";

const STEPS = [
  ["hour", 3600],
  ["day", 86_400],
  ["week", 604_800],
];

/** Draw the line. `doing` is {turn, menu}. */
export function drawHead(doing) {
  const channel = state.channels.get(state.channel);
  const sign = state.channel === BOT ? "@" : "#";
  fill(
    document.getElementById("head"),
    el("button", { type: "button", id: "menu", class: "small-button", "aria-label": word("menu"), onclick: doing.menu }, "☰"),
    el("div", { class: "grow" }, el("h2", {}, `${sign} ${channelName(state.channel)}`), channel?.topic && el("p", { class: "quiet" }, channel.topic)),
    el(
      "div",
      { id: "clock", role: "group", "aria-label": word("clock") },
      el("time", { id: "now", title: word("clock") }),
      ...STEPS.map(([name, seconds]) => el("button", { type: "button", class: "small-button", onclick: () => doing.turn(seconds) }, word(name))),
    ),
  );
  tick();
}

/** Say the community's present moment. */
export function tick() {
  const node = document.getElementById("now");
  if (!node || !state.clock) return;
  const text = written(now(), "F");
  if (node.textContent !== text) node.textContent = text;
}

/** Hold the clock's buttons while it turns. */
export function turning(on) {
  const clock = document.getElementById("clock");
  clock.classList.toggle("busy", on);
  for (const button of clock.querySelectorAll("button")) button.disabled = on;
}
