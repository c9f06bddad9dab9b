// Choosing one or several of Discord's options, people, roles or channels.

import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { nameOf, people, sees, state } from "./state.js";
import { word } from "./words.js";

const SHOWN = 60; // at most, of the checkboxes; the search field above finds the others

/** A `<select>` of one option; `labelled` if a `<label>` stands around it. */
export function chooser(options, { label = "", disabled = false, labelled = false } = {}) {
  const entries = (options ?? []).map((option) => {
    const text = [
      option.emoji?.id ? null : option.emoji?.name,
      option.label,
      option.description && `— ${option.description}`,
    ];
    return el("option", { value: option.value, selected: option.default }, text.filter(Boolean).join(" "));
  });
  const none = el("option", { value: "", selected: !entries.some((entry) => entry.hasAttribute("selected")) }, label);
  return el("select", { disabled, "aria-label": labelled ? null : label }, none, ...entries);
}

/** Options with checkboxes, `min_values` to `max_values` of them: {node, taken}. */
export function many(options, data, submit = null) {
  const chosen = new Set((options ?? []).filter((option) => option.default).map((option) => option.value));
  const least = data.min_values ?? 1;
  const most = data.max_values ?? 1;
  const list = el("div", { class: "ticks" });
  const told = el("span", { class: "small", role: "status" });
  const fits = () => chosen.size >= least && chosen.size <= most;
  const go =
    submit &&
    el("button", { type: "button", class: "button primary", onclick: () => submit([...chosen], go) }, word("ok"));
  const count = () => {
    told.textContent = `${word("chosen", { n: chosen.size })} · ${word(least === most ? "chooseExactly" : "chooseBetween", { least, most })}`;
    if (go) go.disabled = data.disabled || !fits();
    for (const box of list.querySelectorAll("input"))
      box.disabled = data.disabled || (!box.checked && chosen.size >= most);
  };
  const tick = (option) => {
    const box = el("input", { type: "checkbox", value: option.value });
    box.checked = chosen.has(option.value);
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(option.value);
      else chosen.delete(option.value);
      count();
    });
    const said = el(
      "span",
      {},
      option.label,
      option.description && el("span", { class: "small block" }, option.description),
    );
    return el(
      "label",
      { class: "mark" },
      box,
      option.emoji?.name && el("span", { "aria-hidden": "true" }, option.emoji.name),
      said,
    );
  };
  const draw = (sought = "") => {
    const like = (options ?? []).filter((option) => option.label.toLowerCase().includes(sought));
    fill(
      list,
      ...like.slice(0, SHOWN).map(tick),
      like.length > SHOWN && el("p", { class: "small" }, word("more", { n: like.length - SHOWN })),
    );
    count();
  };
  const field =
    options?.length > 12 && el("input", { type: "search", placeholder: word("filter"), "aria-label": word("filter") });
  if (field) field.addEventListener("input", () => draw(field.value.trim().toLowerCase()));
  draw();
  const face = el("span", {}, data.placeholder ?? word("choose"));
  const inner = [field, list, el("div", { class: "row" }, told, go)];
  const node = submit
    ? el("details", { class: "many", inert: data.disabled }, el("summary", {}, face, icon("down")), ...inner)
    : el("div", { class: "many open" }, ...inner);
  return { node, taken: () => [...chosen] };
}

/** The options, with those in `default_values` selected. */
export function defaults(data, options) {
  const named = new Set((data.default_values ?? []).map((entry) => entry.id));
  return named.size ? options.map((option) => ({ ...option, default: named.has(option.value) })) : options;
}

/** The members as options. */
export function users() {
  return people().map((member) => ({ value: member.user.id, label: nameOf(member.user) }));
}

/** The roles as options. */
export function roles() {
  return state.world.roles
    .filter((role) => role.id !== state.world.guild.id)
    .map((role) => ({ value: role.id, label: `@${role.name}` }));
}

/** The channels that the acting member sees as options, of certain types if any are named. */
export function channels(types) {
  return state.world.channels
    .filter((channel) => channel.type !== 4 && sees(channel) && (!types?.length || types.includes(channel.type)))
    .map((channel) => ({ value: channel.id, label: `#${channel.name}` }));
}
