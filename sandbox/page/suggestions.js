// The list of suggestions above the message box, one of them marked. The focus stays in the box.

import { el, fill } from "./dom.js";
import { word } from "./words.js";

/** The list that belongs to a text `box`. Entries are {label, more, hint, take}. */
export class Suggestions {
  entries = [];
  active = 0;

  constructor(box) {
    this.box = box;
    this.list = el("ul", { id: "suggestions", role: "listbox", hidden: true });
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": "suggestions",
      "aria-expanded": "false",
    }))
      box.setAttribute(name, value);
  }

  /** Set its label in the viewer's language. */
  label() {
    this.list.setAttribute("aria-label", word("suggestions"));
  }

  /** Whether an entry can be picked now. */
  get open() {
    return !this.list.hidden && this.entries.length > 0;
  }

  get hidden() {
    return this.list.hidden;
  }

  offer(entries, kind = "") {
    this.entries = entries;
    this.active = 0;
    const nodes = entries.map((entry, index) =>
      el(
        "li",
        { role: "option", id: `suggestion-${index}`, onpointerdown: (event) => this.#pick(event, index) },
        el("strong", {}, entry.label),
        el("span", { class: "quiet" }, entry.more ?? ""),
        el("span", { class: "hint" }, entry.hint ?? ""),
      ),
    );
    if (!nodes.length)
      nodes.push(
        el(
          "li",
          { role: "option", "aria-disabled": "true", class: "quiet" },
          kind ? `${word("nothing")} (${kind})` : word("nothing"),
        ),
      );
    fill(this.list, ...nodes);
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    this.#mark();
  }

  close() {
    this.entries = [];
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }

  /** Mark the next or the previous entry. */
  move(step) {
    this.active = (this.active + step + this.entries.length) % this.entries.length;
    this.#mark();
  }

  /** Pick the marked entry. */
  take() {
    this.entries[this.active].take();
  }

  #mark() {
    const there = this.entries.length > 0;
    for (const [index, node] of [...this.list.children].entries()) {
      node.setAttribute("aria-selected", String(there && index === this.active));
    }
    if (there) this.box.setAttribute("aria-activedescendant", `suggestion-${this.active}`);
    else this.box.removeAttribute("aria-activedescendant");
    this.list.children[this.active]?.scrollIntoView({ block: "nearest" });
  }

  #pick(event, index) {
    event.preventDefault();
    this.entries[index].take();
  }
}
