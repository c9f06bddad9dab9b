// The files that go with the next message: chosen, pasted or dropped.

import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { word } from "./words.js";

const MOST = 10;

/** The tray in the message box. `changed` is called after each change. */
export class Tray {
  files = [];

  constructor(changed) {
    this.changed = changed;
    this.node = el("ul", { id: "tray", hidden: true });
    this.button = el(
      "button",
      { type: "button", class: "tool", id: "attach", onclick: () => this.#choose() },
      icon("plus"),
    );
  }

  /** Take files pasted into `box` or dropped on `place`. */
  watch(box, place) {
    box.addEventListener(
      "paste",
      (event) => event.clipboardData.files.length && this.take([...event.clipboardData.files]),
    );
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    place.addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      place.classList.add("dropping");
    });
    place.addEventListener(
      "dragleave",
      (event) => place.contains(event.relatedTarget) || place.classList.remove("dropping"),
    );
    place.addEventListener("drop", (event) => {
      place.classList.remove("dropping");
      if (!carries(event)) return;
      event.preventDefault();
      this.take([...event.dataTransfer.files]);
    });
  }

  /** Set the labels in the viewer's language. */
  label() {
    this.button.title = word("attach");
    this.button.setAttribute("aria-label", word("attach"));
  }

  /** Add files, up to ten in all. */
  take(files) {
    this.hold([...this.files, ...files].slice(0, MOST));
  }

  /** Replace all files by these. */
  hold(files) {
    this.files = files;
    const out = (file) => () => this.hold(this.files.filter((one) => one !== file));
    const entry = (file) =>
      el(
        "li",
        {},
        icon("file"),
        el("span", { class: "name" }, file.name),
        el(
          "button",
          { type: "button", class: "tool", "aria-label": word("takeOut", { what: file.name }), onclick: out(file) },
          icon("close"),
        ),
      );
    fill(this.node, ...files.map(entry));
    this.node.hidden = !files.length;
    this.changed();
  }

  #choose() {
    const input = el("input", { type: "file", multiple: true });
    input.addEventListener("change", () => this.take([...input.files]));
    input.click();
  }
}
