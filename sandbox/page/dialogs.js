// Questions in a dialog: a bot's modal, and the page's own.

import { upload } from "./api.js";
import { channels, chooser, roles, users } from "./components.js";
import { el } from "./dom.js";
import { blocks } from "./markdown.js";
import { word } from "./words.js";

let number = 0;

/** Show a dialog with a form. Resolves with what `read` gives on submit, or null if it was closed.
 *
 * If `read` refuses, its sentence is shown and what was filled in stays.
 */
function ask(title, fields, read, submit) {
  return new Promise((done) => {
    const name = `dialog-${(number += 1)}`;
    const wrong = el("p", { class: "wrong", role: "alert" });
    const form = el(
      "form",
      { method: "dialog" },
      el("h2", { id: name }, title),
      ...fields,
      wrong,
      el(
        "div",
        { class: "row end" },
        el("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, word("cancel")),
        el("button", { type: "submit", class: "button primary", value: "submit" }, submit),
      ),
    );
    const dialog = el("dialog", { "aria-labelledby": name }, form);
    let answer = null;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        answer = await read();
        dialog.close();
      } catch (error) {
        wrong.textContent = error.message;
      }
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** One line of text. */
export async function askText(title) {
  const input = el("input", { type: "text", required: true, maxlength: 100, "aria-label": title });
  return ask(title, [input], () => input.value, word("ok"));
}

/** Something to look at. */
export function show(title, ...nodes) {
  const dialog = el(
    "dialog",
    { "aria-label": title },
    el("h2", {}, title),
    ...nodes,
    el("div", { class: "row end" }, el("button", { type: "button", class: "button primary", onclick: () => dialog.close() }, word("close"))),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** A bot's modal. `send` gets its fields by custom_id; resolves with what that answers, or null. */
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
  const [control, read] = make(component);
  readers.push([component.custom_id, read]);
  const name = label || component.label || component.placeholder || "";
  const wrap = component.type >= 21 && component.type <= 22 ? ["fieldset", "legend"] : ["label", "span"];
  const mark = component.required !== false && el("span", { class: "needed", title: word("required") }, " *");
  return [
    el(
      wrap[0],
      { class: "field" },
      el(wrap[1], { class: "name" }, name, mark),
      description && el("span", { class: "small" }, description),
      control,
    ),
  ];
}

const CONTROLS = {
  3: (data) => select(data, data.options),
  4: (data) => {
    const limits = { minlength: data.min_length || null, maxlength: data.max_length ?? 4000 };
    const common = { ...limits, placeholder: data.placeholder, required: data.required !== false };
    const input = data.style === 2 ? el("textarea", { ...common, rows: 5 }) : el("input", { type: "text", ...common });
    input.value = data.value ?? "";
    return [input, () => input.value];
  },
  5: (data) => select(data, users()),
  6: (data) => select(data, roles()),
  7: (data) => select(data, [...users(), ...roles()]),
  8: (data) => select(data, channels(data.channel_types)),
  19: (data) => {
    const input = el("input", { type: "file", multiple: (data.max_values ?? 1) > 1, required: data.required !== false });
    return [input, () => Promise.all([...input.files].map(upload))];
  },
  21: (data) => {
    const [node, taken] = marks("radio", data, data.required !== false);
    return [node, () => taken()[0] ?? null];
  },
  22: (data) => marks("checkbox", data, false),
  23: (data) => {
    const input = el("input", { type: "checkbox" });
    input.checked = Boolean(data.default);
    return [input, () => input.checked];
  },
};

function select(data, options) {
  const many = (data.max_values ?? 1) > 1;
  const node = chooser(options, { many, label: data.placeholder ?? word("choose"), labelled: true });
  node.required = data.required !== false && (data.min_values ?? 1) > 0;
  return [node, () => [...node.selectedOptions].map((option) => option.value).filter(Boolean)];
}

function marks(type, data, required) {
  const name = `marks-${(number += 1)}`;
  const inputs = data.options.map((option) => {
    const input = el("input", { type, name, value: option.value, required });
    input.checked = Boolean(option.default);
    return [input, el("label", { class: "mark" }, input, option.label, option.description && el("span", { class: "small" }, option.description))];
  });
  const taken = () => inputs.filter(([input]) => input.checked).map(([input]) => input.value);
  return [el("div", {}, ...inputs.map(([, node]) => node)), taken];
}
