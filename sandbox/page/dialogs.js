// Dialogs: a bot's modal, and those of the page.

import { upload } from "./api.js";
import { channels, chooser, defaults, many, roles, users } from "./choose.js";
import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { blocks } from "./markdown.js";
import { patch } from "./patch.js";
import { LANGUAGES, locale, word } from "./words.js";

let number = 0;

/** A number for an id that is unique among the dialogs. */
function next() {
  number += 1;
  return number;
}

function frame(title, ...nodes) {
  const name = `dialog-${next()}`;
  const close = el(
    "button",
    { type: "button", class: "tool close", "aria-label": word("close"), onclick: () => dialog.close() },
    icon("close"),
  );
  const dialog = el(
    "dialog",
    { "aria-labelledby": name },
    el("div", { class: "dialog-head" }, el("h2", { id: name }, title), close),
    ...nodes,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (document.activeElement === document.body) document.getElementById("composer")?.focus(); // the element that opened it is gone
  });
  dialog.addEventListener(
    "pointerdown",
    (event) => event.target === dialog && outside(dialog, event) && dialog.close(),
  );
  return dialog;
}

function outside(dialog, { clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

function opened(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Show a dialog with a form. Resolves with what `read` gives on submit, or null if it was closed.
 *
 * If `read` refuses, the text of the refusal is shown and the entries stay.
 */
function ask(title, fields, read, submit) {
  return new Promise((done) => {
    const wrong = el("p", { class: "wrong", role: "alert" });
    const go = el("button", { type: "submit", class: "button primary", value: "submit" }, submit);
    const form = el(
      "form",
      { method: "dialog" },
      el("div", { class: "dialog-body" }, ...fields, wrong),
      el(
        "div",
        { class: "row end" },
        el("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, word("cancel")),
        go,
      ),
    );
    const dialog = frame(title, form);
    let answer = null;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      wrong.textContent = "";
      go.disabled = true;
      go.classList.add("busy");
      try {
        answer = await read();
        dialog.close();
      } catch (error) {
        wrong.textContent = error.message;
      } finally {
        go.disabled = false;
        go.classList.remove("busy");
      }
    });
    dialog.addEventListener("close", () => done(answer));
    opened(dialog);
    form.querySelector("input, textarea, select")?.focus();
  });
}

/** An input for one line of text, or for several. */
export async function askText(title, { value = "", long = false } = {}) {
  const input = long
    ? el("textarea", { rows: 5, required: true, maxlength: 2000, "aria-label": title })
    : el("input", { type: "text", required: true, maxlength: 100, "aria-label": title });
  input.value = value;
  return ask(title, [input], () => input.value, word("ok"));
}

/** The dialog for a new person; `send` gets {name, locale}. */
export function askNewcomer(send) {
  const name = el("input", { type: "text", required: true, maxlength: 32, autocomplete: "off" });
  const tongue = chooser(
    LANGUAGES.map(([tag, label]) => ({
      value: tag === "en" ? "en-US" : tag,
      label,
      default: (tag === "en" ? "en-US" : tag) === locale(),
    })),
    { labelled: true },
  );
  const line = (label, control) => el("label", { class: "field" }, el("span", { class: "name" }, label), control);
  const fields = [
    el("p", { class: "quiet" }, word("newcomerMore")),
    line(word("newcomerName"), name),
    line(word("language_of"), tongue),
  ];
  return ask(word("newcomer"), fields, () => send({ name: name.value, locale: tongue.value || "en-US" }), word("ok"));
}

/** A dialog that only shows its content. */
export function show(title, ...nodes) {
  const close = el("button", { type: "button", class: "button primary", onclick: () => dialog.close() }, word("close"));
  const dialog = frame(title, el("div", { class: "dialog-body" }, ...nodes), el("div", { class: "row end" }, close));
  return opened(dialog);
}

let live = null;

/** A dialog that only shows its content, which `make` draws again whenever the world changes. */
export function showLive(title, make) {
  const body = el("div", { class: "live-body" });
  live = { body, make };
  refreshLive();
  show(title, body);
}

/** Draw the open live dialog again, keeping the focus. */
export function refreshLive() {
  if (!live || (live.drawn && !live.body.isConnected)) return;
  patch(live.body, ...live.make());
  live.drawn = true;
}

/** A bot's modal. `send` gets its fields by custom_id; resolves with the result of `send`, or null. */
export function askModal(modal, send) {
  const readers = [];
  const fields = modal.components.flatMap((component) => field(component, readers));
  const read = async () => {
    const values = {};
    for (const [name, value] of readers) values[name] = await value();
    return send(values);
  };
  return ask(modal.title, fields, read, word("submit"));
}

function field(component, readers, label = "", description = "") {
  if (component.type === 1) return component.components.flatMap((inner) => field(inner, readers));
  if (component.type === 18) return field(component.component, readers, component.label, component.description);
  if (component.type === 10) return [el("div", { class: "text" }, ...blocks(component.content))];
  const make = CONTROLS[component.type];
  if (!make) return [el("p", { class: "small" }, `[component ${component.type}]`)];
  const { node, read, group = false } = make(component);
  readers.push([component.custom_id, read]);
  const name = label || component.label || component.placeholder || "";
  const [outer, inner] = group ? ["fieldset", "legend"] : ["label", "span"];
  const must = component.type !== 23 && component.required !== false;
  const mark = must && el("span", { class: "needed", title: word("required") }, " *");
  return [
    el(
      outer,
      { class: "field" },
      el(inner, { class: "name" }, name, mark),
      description && el("span", { class: "small" }, description),
      node,
    ),
  ];
}

const CONTROLS = {
  3: (data) => select(data, data.options),
  4: text,
  5: (data) => select(data, defaults(data, users())),
  6: (data) => select(data, defaults(data, roles())),
  7: (data) => select(data, defaults(data, [...users(), ...roles()])),
  8: (data) => select(data, defaults(data, channels(data.channel_types))),
  19: files,
  21: (data) => {
    const [node, taken] = marks("radio", data, data.required !== false);
    return { node, read: () => taken()[0] ?? null, group: true };
  },
  22: (data) => {
    const [node, taken] = marks("checkbox", data, false);
    return { node: el("div", {}, bounds(data, 1, data.options.length), node), read: taken, group: true };
  },
  23: (data) => {
    const input = el("input", { type: "checkbox" });
    input.checked = Boolean(data.default);
    return { node: input, read: () => input.checked };
  },
};

function text(data) {
  const limits = { minlength: data.min_length || null, maxlength: data.max_length ?? 4000 };
  const common = { ...limits, placeholder: data.placeholder, required: data.required !== false };
  const input = data.style === 2 ? el("textarea", { ...common, rows: 5 }) : el("input", { type: "text", ...common });
  input.value = data.value ?? "";
  const left = el("span", { class: "left", "aria-hidden": "true" });
  const count = () => (left.textContent = String(limits.maxlength - input.value.length));
  input.addEventListener("input", count);
  count();
  return {
    node: el("span", { class: "counted" }, input, limits.maxlength < 4000 || data.style === 2 ? left : null),
    read: () => input.value,
  };
}

function files(data) {
  const most = data.max_values ?? 1;
  const input = el("input", {
    type: "file",
    multiple: most > 1,
    required: data.required !== false && (data.min_values ?? 1) > 0,
  });
  const list = el("ul", { class: "chosen-files" });
  input.addEventListener("change", () =>
    fill(list, ...[...input.files].map((file) => el("li", {}, icon("file"), file.name))),
  );
  const read = () => {
    if (input.files.length > most) throw new Error(word("tooMany", { n: most }));
    return Promise.all([...input.files].map(upload));
  };
  return { node: el("span", { class: "drop" }, input, list), read };
}

/** The text that says how many may be chosen, unless it is one. */
function bounds(data, low, high) {
  const least = data.min_values ?? (data.required === false ? 0 : low);
  const most = data.max_values ?? high;
  return el("p", { class: "small" }, word(least === most ? "chooseExactly" : "chooseBetween", { least, most }));
}

function select(data, options) {
  if ((data.max_values ?? 1) > 1) {
    const { node, taken } = many(options, data);
    return { node, read: taken, group: true };
  }
  const node = chooser(options, { label: data.placeholder ?? word("choose"), labelled: true });
  node.required = data.required !== false && (data.min_values ?? 1) > 0;
  return { node, read: () => [node.value].filter(Boolean) };
}

function marks(type, data, required) {
  const name = `marks-${next()}`;
  const inputs = data.options.map((option) => {
    const input = el("input", { type, name, value: option.value, required });
    input.checked = Boolean(option.default);
    const said = el(
      "span",
      {},
      option.label,
      option.description && el("span", { class: "small block" }, option.description),
    );
    return [input, el("label", { class: "mark" }, input, said)];
  });
  const taken = () => inputs.filter(([input]) => input.checked).map(([input]) => input.value);
  return [el("div", { class: "marks" }, ...inputs.map(([, node]) => node)), taken];
}
