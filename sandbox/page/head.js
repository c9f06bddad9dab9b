// The line above the messages: the name of the channel, the community's clock, and the panels to open.

import { clockNode, tick } from "./clock.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { patch } from "./patch.js";
import { BOT, channelName, state } from "./state.js";
import { word } from "./words.js";

/** The icon of a channel's kind. */
export function signOf(channel) {
  if (!channel) return "at";
  if (channel.type === 2 || channel.type === 13) return "voice";
  return channel.type >= 10 && channel.type <= 12 ? "thread" : "hash";
}

/** Draw the line. `actions` is {turn, speed, menu, panel}. */
export function drawHead(actions) {
  const channel = state.channel === BOT ? null : state.channels.get(state.channel);
  const panel = (name, sign) => {
    const open = !document.getElementById(name).hidden;
    const how = {
      type: "button",
      id: `open-${name}`,
      class: "tool",
      "aria-label": word(name),
      title: word(name),
      "aria-expanded": String(open),
      "aria-controls": name,
    };
    return el("button", { ...how, onclick: () => actions.panel(name) }, icon(sign));
  };
  patch(
    document.getElementById("head"),
    el(
      "button",
      { type: "button", id: "menu", class: "tool", "aria-label": word("menu"), onclick: actions.menu },
      icon("menu"),
    ),
    el(
      "div",
      { class: "where" },
      icon(signOf(channel)),
      el("h2", {}, channelName(state.channel)),
      channel?.topic && el("p", { class: "topic" }, channel.topic),
    ),
    clockNode(actions),
    el("div", { class: "tools-of-head" }, panel("people", "people"), panel("tour", "tour"), panel("drawer", "code")),
  );
  tick();
}
