// The message box. Text that begins with "/" is a command line: suggestions appear while it is typed.

import { upload } from "./api.js";
import { commandOf, matching, missing, nextRequired, optionsOf, strayOf, typed } from "./commands.js";
import { el, fill } from "./dom.js";
import { Form } from "./form.js";
import { icon } from "./icons.js";
import { Mentions } from "./mentions.js";
import { BOT, channelName, nameOf, state } from "./state.js";
import { Suggestions } from "./suggestions.js";
import { Tray } from "./tray.js";
import { KINDS, Picked, valuesFor } from "./values.js";
import { localised, word } from "./words.js";

/** The box in #bottom. `actions` is {say, slash, failed}; it is made again when the language or the channel changes. */
export class Composer {
  constructor(actions) {
    this.actions = actions;
    this.picked = new Picked();
    this.mentions = new Mentions();
    this.asked = 0;
    this.replying = null;
    this.box = el("textarea", {
      id: "composer",
      rows: 1,
      autocomplete: "off",
      spellcheck: false,
      oninput: () => this.typed(),
      onkeydown: (event) => this.key(event),
      onclick: () => this.typed(),
      onblur: () => setTimeout(() => this.close(), 150),
    });
    this.offers = new Suggestions(this.box);
    this.form = new Form((option) => this.write(`${this.box.value.trimEnd()} ${localised(option)}:`));
    this.tray = new Tray(() => this.box.focus());
    this.note = el("p", { id: "note" });
    this.send = el("button", { type: "button", class: "button primary", onclick: () => this.submit() });
    const line = el("div", { class: "line" }, this.tray.button, this.box, this.send);
    fill(
      document.getElementById("bottom"),
      this.offers.list,
      this.note,
      el("div", { class: "composer" }, this.tray.node, this.form.node, line),
    );
    this.tray.watch(this.box, document.getElementById("chat"));
    this.label();
  }

  /** Set the labels in the viewer's language, for the open channel. */
  label() {
    const name = state.channel === BOT ? `@${channelName(BOT)}` : `#${channelName(state.channel)}`;
    this.box.placeholder = word(innerWidth > 720 ? "write" : "writeShort", { channel: name });
    this.box.setAttribute("aria-label", word("write", { channel: name }));
    fill(this.send, el("span", {}, word("send")));
    this.tray.label();
    this.offers.label();
    this.reply(this.replying);
  }

  /** Make the next message a reply to this one; null for no reply. */
  reply(message) {
    this.replying = message;
    const stop = el("button", { type: "button", class: "plain", onclick: () => this.reply(null) }, word("cancel"));
    fill(
      this.note,
      message
        ? [icon("reply"), el("span", { class: "grow" }, word("replying", { who: nameOf(message.author) })), stop]
        : [],
    );
    this.note.hidden = !message;
    if (message) this.box.focus();
  }

  /** Put a text into the box, as if it had been typed. */
  write(text, caret = text.length) {
    this.box.value = text;
    this.box.focus();
    this.box.setSelectionRange(caret, caret);
    this.typed();
  }

  /** Insert a mention of a person at the caret. */
  mention(user) {
    const { value, selectionStart } = this.box;
    const name = `${selectionStart && !/\s$/.test(value.slice(0, selectionStart)) ? " " : ""}${this.mentions.name(user)}`;
    this.write(value.slice(0, selectionStart) + name + value.slice(selectionStart), selectionStart + name.length);
  }

  grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 220)}px`;
  }

  // --- suggestions ----------------------------------------------------------------------------------------

  async typed() {
    this.grow();
    const line = this.box.value;
    this.asked += 1;
    const asked = this.asked;
    if (!line.startsWith("/") || line.includes("\n")) return this.named(line);
    const all = typed(state.commands);
    const known = commandOf(line, all);
    if (!known?.rest) this.form.hide();
    if (!known) return this.offer(matching(line, all).map((command) => this.commandEntry(command)));
    const given = optionsOf(known.rest, known.command);
    const start = line.length - known.rest.length;
    const caret = this.box.selectionStart - start;
    const current = given.findLast((one) => one.from <= caret);
    if (known.rest) this.form.show(known.command, given, current);
    if (!current) return this.offer(known.rest ? this.optionEntries(known, given) : [this.commandEntry(known.command)]);
    if (this.picked.has(known.command, current)) {
      const more = this.optionEntries(known, given);
      return more.length ? this.offer(more) : this.shut();
    }
    if (current.option.autocomplete) await new Promise((done) => setTimeout(done, 120));
    if (asked !== this.asked) return undefined; // the line has changed since
    const values = await valuesFor(known.command, current, given, this.picked).catch(
      (error) => this.actions.failed(error) ?? [],
    );
    if (asked !== this.asked) return undefined;
    const more = current.text && current === given.at(-1) && line.endsWith(" ") ? this.optionEntries(known, given) : [];
    if (!values && !more.length) return this.shut(); // any text or number is valid
    return this.offer(
      [...more, ...(values ?? []).map((value) => this.valueEntry(current, value))],
      word(KINDS[current.option.type]),
    );
  }

  /** Suggest people, roles and channels to mention in a message. */
  named(line) {
    this.form.hide();
    const caret = this.box.selectionStart;
    const offered = this.mentions.offer(line, caret);
    if (!offered) return this.shut();
    const take = (one) => () => {
      const taken = this.mentions.take(line, caret, one);
      this.write(taken.line, taken.caret);
    };
    return this.offer(offered.map((one) => ({ label: one.label, more: one.more, take: take(one) })));
  }

  commandEntry(command) {
    const required = command.options.filter((option) => option.required).map((option) => `${localised(option)}:`);
    const take = () => this.write(`/${command.shown} ${required[0] ?? ""}`);
    return { label: `/${command.shown}`, more: command.description, hint: required.join(" "), take };
  }

  optionEntries(known, given) {
    const stray = given.length ? "" : strayOf(known.rest, given);
    const line = this.box.value
      .trimEnd()
      .slice(0, stray ? -stray.length : undefined)
      .trimEnd();
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

  /** Put a picked suggestion on the line, and remember its value. */
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

  offer(entries, kind) {
    this.offers.offer(entries, kind);
  }

  /** Hide the list; suggestions still on their way are ignored. */
  shut() {
    this.asked += 1;
    this.offers.close();
  }

  /** Hide the list and the form. */
  close() {
    this.shut();
    this.form.hide();
  }

  key(event) {
    if (event.isComposing) return;
    const { open } = this.offers;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      this.offers.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Tab" && !event.shiftKey && (open || this.goOn())) {
      if (open) this.offers.take();
    } else if (event.key === "Escape" && (!this.offers.hidden || this.replying)) {
      if (this.offers.hidden) this.reply(null);
      this.shut();
    } else if (event.key === "Enter" && !event.shiftKey) {
      if (open && !this.complete()) this.offers.take();
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

  /** Whether the line is complete; then Enter sends it instead of picking a suggestion. */
  complete() {
    const known = commandOf(this.box.value, typed(state.commands));
    if (!known) return false;
    const given = optionsOf(known.rest, known.command);
    const last = given.at(-1);
    if (strayOf(known.rest, given)) return false;
    const settled = !last?.option.autocomplete || this.picked.has(known.command, last);
    return (
      settled && given.every((one) => one.text) && !missing(known.command, given).some((option) => option.required)
    );
  }

  // --- sending --------------------------------------------------------------------------------------------

  async submit() {
    const line = this.box.value.trim();
    const { files } = this.tray;
    if (!line && !files.length) return;
    const command = line.startsWith("/") && !line.includes("\n");
    const body = command ? this.commandBody(line) : { content: this.mentions.coded(line), reply_to: this.replying?.id };
    if (typeof body === "string") {
      this.actions.failed(new Error(body));
      return;
    }
    this.box.value = "";
    this.grow();
    this.close();
    this.reply(null);
    if (!command) this.tray.hold([]);
    try {
      if (command) await this.actions.slash(body);
      else await this.actions.say(files.length ? { ...body, files: await Promise.all(files.map(upload)) } : body);
    } catch (error) {
      if (!command) this.tray.take(files);
      if (!this.box.value) this.box.value = line; // keep the typed text
      this.actions.failed(error);
    }
  }

  /** The command of a line in the form that the control side takes, or a text that says what is wrong. */
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
