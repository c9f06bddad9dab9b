// The line above a command that is being typed: its options, the given ones marked, and the description of the current one.

import { el, fill } from "./dom.js";
import { KINDS } from "./values.js";
import { localised, word } from "./words.js";

/** The line; `write(option)` is called when an option is chosen from it. */
export class Form {
  constructor(write) {
    this.write = write;
    this.node = el("div", { id: "options", hidden: true });
    this.drawn = "";
  }

  /** Show the options of a command. `given` are the options on the line, `current` is the one being typed, or null. */
  show(command, given, current) {
    const key = JSON.stringify([
      command.shown,
      given.map((one) => [one.option.name, Boolean(one.text)]),
      current?.option.name,
    ]);
    this.node.hidden = false;
    if (key === this.drawn) return;
    this.drawn = key;
    const there = new Map(given.map((one) => [one.option.name, one.text]));
    const chip = (option) => {
      const now = option.name === current?.option.name;
      const kind = ["chip", now && "now", there.get(option.name) && "given"].filter(Boolean).join(" ");
      const mark = option.required && el("span", { class: "needed", title: word("required") }, "*");
      return el(
        "button",
        {
          type: "button",
          class: kind,
          tabindex: -1,
          onpointerdown: (event) => event.preventDefault(),
          onclick: () => there.has(option.name) || this.write(option),
        },
        localised(option),
        mark,
      );
    };
    const about = current
      ? `${localised(current.option, "description")} (${word(KINDS[current.option.type])})`
      : command.description;
    fill(
      this.node,
      el("span", { class: "chips" }, ...command.options.map(chip)),
      el("span", { class: "quiet", id: "about-option", role: "status" }, about),
    );
  }

  hide() {
    this.drawn = "";
    this.node.hidden = true;
  }
}
