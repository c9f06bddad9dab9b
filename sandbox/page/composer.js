// The message box. Text that begins with "/" is a command line: suggestions come up as one types.

import { upload } from "./api.js";
import { commandOf, matching, missing, nextRequired, optionsOf, strayOf, typed } from "./commands.js";
import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { BOT, channelName, nameOf, state } from "./state.js";
import { KINDS, Picked, valuesFor } from "./values.js";
import { localised, word } from "./words.js";

/** The box in #bottom. `doing` is {say, slash, failed}; made anew when the language or the channel changes. */
export class Composer {
  constructor(doing) {
    this.doing = doing;
    this.picked = new Picked();
    this.suggestions = [];
    this.active = 0;
    this.asked = 0;
    this.replying = null;
    this.box = el("textarea", {
      id: "composer",
      rows: 1,
      autocomplete: "off",
      spellcheck: false,
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": "suggestions",
      "aria-expanded": "false",
      oninput: () => this.typed(),
      onkeydown: (event) => this.key(event),
      onclick: () => this.typed(),
      onblur: () => setTimeout(() => this.close(), 150),
    });
    this.list = el("ul", { id: "suggestions", role: "listbox", hidden: true });
    this.note = el("p", { id: "note" });
    this.files = [];
    this.tray = el("ul", { id: "tray", hidden: true });
    this.plus = el("button", { type: "button", class: "tool", id: "attach", onclick: () => this.addFiles() }, icon("plus"));
    this.send = el("button", { type: "button", class: "button primary", onclick: () => this.submit() });
    fill(document.getElementById("bottom"), this.list, this.note, el("div", { class: "composer" }, this.tray, el("div", { class: "line" }, this.plus, this.box, this.send)));
    this.box.addEventListener("paste", (event) => event.clipboardData.files.length && this.take([...event.clipboardData.files]));
    this.label();
  }

  /** Say labels in the viewer's language, for the open channel. */
  label() {
    const name = state.channel === BOT ? `@${channelName(BOT)}` : `#${channelName(state.channel)}`;
    const text = word("write", { channel: name });
    this.box.placeholder = text;
    this.box.setAttribute("aria-label", text);
    fill(this.send, el("span", {}, word("send")));
    this.plus.title = word("attach");
    this.plus.setAttribute("aria-label", word("attach"));
    this.reply(this.replying);
  }

  /** Answer to a message with the next one; null for none. */
  reply(message) {
    this.replying = message;
    const stop = el("button", { type: "button", class: "plain", onclick: () => this.reply(null) }, word("cancel"));
    fill(this.note, message ? [icon("reply"), el("span", { class: "grow" }, word("replying", { who: nameOf(message.author) })), stop] : []);
    this.note.hidden = !message;
    if (message) this.box.focus();
  }

  /** Put a text in the box, as if it had been typed. */
  write(text) {
    this.box.value = text;
    this.box.focus();
    this.typed();
  }

  // --- files ----------------------------------------------------------------------------------------------

  addFiles() {
    const input = el("input", { type: "file", multiple: true });
    input.addEventListener("change", () => this.take([...input.files]));
    input.click();
  }

  /** More files to send with the next message, no more than ten. */
  take(files) {
    this.hold([...this.files, ...files].slice(0, 10));
  }

  /** Exactly these files. */
  hold(files) {
    this.files = files;
    const out = (file) => () => this.hold(this.files.filter((one) => one !== file));
    const entry = (file) => el("li", {}, icon("file"), el("span", { class: "name" }, file.name), el("button", { type: "button", class: "tool", "aria-label": word("takeOut", { what: file.name }), onclick: out(file) }, icon("close")));
    fill(this.tray, ...this.files.map(entry));
    this.tray.hidden = !this.files.length;
    this.box.focus();
  }

  grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 220)}px`;
  }

  // --- what can come next ---------------------------------------------------------------------------------

  async typed() {
    this.grow();
    const line = this.box.value;
    const asked = (this.asked += 1);
    if (!line.startsWith("/") || line.includes("\n")) return this.close();
    const all = typed(state.commands);
    const known = commandOf(line, all);
    if (!known) return this.offer(matching(line, all).map((command) => this.commandEntry(command)));
    const given = optionsOf(known.rest, known.command);
    const start = line.length - known.rest.length;
    const caret = this.box.selectionStart - start;
    const current = given.findLast((one) => one.from <= caret);
    if (!current) return this.offer(known.rest ? this.optionEntries(known, given) : [this.commandEntry(known.command)]);
    if (this.picked.has(known.command, current)) {
      const more = this.optionEntries(known, given);
      return more.length ? this.offer(more) : this.close();
    }
    if (current.option.autocomplete) await new Promise((done) => setTimeout(done, 120));
    if (asked !== this.asked) return undefined; // something else has been typed since
    const values = await valuesFor(known.command, current, given, this.picked).catch((error) => this.doing.failed(error) ?? []);
    if (asked !== this.asked) return undefined;
    const more = current.text && current === given.at(-1) && line.endsWith(" ") ? this.optionEntries(known, given) : [];
    if (!values && !more.length) return this.close(); // any text or number will do
    return this.offer([...more, ...(values ?? []).map((value) => this.valueEntry(current, value))], KINDS[current.option.type]);
  }

  commandEntry(command) {
    const required = command.options.filter((option) => option.required).map((option) => `${localised(option)}:`);
    const take = () => this.write(`/${command.shown} ${required[0] ?? ""}`);
    return { label: `/${command.shown}`, more: command.description, hint: required.join(" "), take };
  }

  optionEntries(known, given) {
    const stray = given.length ? "" : strayOf(known.rest, given);
    const line = this.box.value.trimEnd().slice(0, stray ? -stray.length : undefined).trimEnd();
    const options = missing(known.command, given);
    const like = options.filter((option) => [option.name, localised(option)].some((name) => name.includes(stray)));
    return (like.length ? like : options).map((option) => ({
      label: `${localised(option)}:`,
      more: localised(option, "description"),
      hint: word(option.required ? "required" : "optional"),
      take: () => this.write(`${line} ${localised(option)}:`),
    }));
  }

  valueEntry(current, { label, value, more, file }) {
    return { label, more, take: () => (file ? this.attach(current) : this.choose(current, label, value)) };
  }

  /** Put a picked value on the line, and remember what it stands for. */
  choose({ option, from }, label, value) {
    const text = label.trim();
    const known = commandOf(this.box.value, typed(state.commands));
    this.picked.note(known.command, option, text, value);
    const start = this.box.value.length - known.rest.length;
    const after = optionsOf(known.rest, known.command).find((one) => one.from > from);
    const tail = after ? known.rest.slice(after.start) : "";
    const next = !tail && nextRequired(known.command, optionsOf(known.rest, known.command));
    this.write(`${this.box.value.slice(0, start + from)}${text} ${tail}${next ? `${localised(next)}:` : ""}`);
  }

  attach(current) {
    const input = el("input", { type: "file" });
    input.addEventListener("change", async () => {
      if (input.files[0]) this.choose(current, input.files[0].name, await upload(input.files[0]));
    });
    input.click();
  }

  // --- the list -------------------------------------------------------------------------------------------

  offer(entries, kind = "") {
    this.suggestions = entries;
    this.active = 0;
    const nodes = entries.map((entry, index) =>
      el(
        "li",
        { role: "option", id: `suggestion-${index}`, onpointerdown: (event) => this.pick(event, index) },
        el("strong", {}, entry.label),
        el("span", { class: "quiet" }, entry.more ?? ""),
        el("span", { class: "hint" }, entry.hint ?? ""),
      ),
    );
    if (!nodes.length) nodes.push(el("li", { class: "quiet" }, kind ? `${word("nothing")} (${kind})` : word("nothing")));
    fill(this.list, ...nodes);
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((node, index) => node.setAttribute("aria-selected", String(index === this.active)));
    this.box.setAttribute("aria-activedescendant", this.suggestions.length ? `suggestion-${this.active}` : "");
    this.list.children[this.active]?.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.asked += 1;
    this.suggestions = [];
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }

  pick(event, index) {
    event.preventDefault();
    this.suggestions[index].take();
  }

  key(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden && this.suggestions.length > 0;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.active = (this.active + step + this.suggestions.length) % this.suggestions.length;
      this.mark();
    } else if (event.key === "Tab" && !event.shiftKey && (open || this.goOn())) {
      if (open) this.suggestions[this.active].take();
    } else if (event.key === "Escape" && (!this.list.hidden || this.replying)) {
      if (this.list.hidden) this.reply(null);
      this.close();
    } else if (event.key === "Enter" && !event.shiftKey) {
      if (open && !this.complete()) this.suggestions[this.active].take();
      else this.submit();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Put the next required option on the line, if one is missing. */
  goOn() {
    const known = this.box.value.startsWith("/") && commandOf(this.box.value, typed(state.commands));
    const next = known && nextRequired(known.command, optionsOf(known.rest, known.command));
    if (next) this.write(`${this.box.value.trimEnd()} ${localised(next)}:`);
    return Boolean(next);
  }

  /** Whether the line can be sent as it stands: then Enter sends instead of picking. */
  complete() {
    const known = commandOf(this.box.value, typed(state.commands));
    if (!known) return false;
    const given = optionsOf(known.rest, known.command);
    const last = given.at(-1);
    if (strayOf(known.rest, given)) return false;
    const settled = !last || !last.option.autocomplete || this.picked.has(known.command, last);
    return settled && given.every((one) => one.text) && !missing(known.command, given).some((option) => option.required);
  }

  // --- sending --------------------------------------------------------------------------------------------

  async submit() {
    const line = this.box.value.trim();
    const files = this.files;
    if (!line && !files.length) return;
    const command = line.startsWith("/") && !line.includes("\n");
    const body = command ? this.commandBody(line) : { content: line, reply_to: this.replying?.id };
    if (typeof body === "string") {
      this.doing.failed(new Error(body));
      return;
    }
    this.box.value = "";
    this.grow();
    this.close();
    this.reply(null);
    if (!command) this.hold([]);
    try {
      if (command) await this.doing.slash(body);
      else await this.doing.say(files.length ? { ...body, files: await Promise.all(files.map(upload)) } : body);
    } catch (error) {
      if (!command) this.take(files);
      if (!this.box.value) this.box.value = line; // nothing that was typed is lost
      this.doing.failed(error);
    }
  }

  /** The command of a line as the control side takes it, or a sentence that says what is wrong. */
  commandBody(line) {
    const known = commandOf(line, typed(state.commands));
    if (!known) return word("unknownCommand");
    const all = optionsOf(known.rest, known.command);
    const stray = strayOf(known.rest, all);
    if (stray) return word("stray", { what: stray });
    const given = all.filter((one) => one.text);
    const needed = missing(known.command, given).filter((option) => option.required);
    if (needed.length) return word("needs", { what: needed.map((option) => localised(option)).join(", ") });
    const options = Object.fromEntries(given.map((one) => [one.option.name, this.picked.value(known.command, one)]));
    return { command: known.command.path, options };
  }
}
