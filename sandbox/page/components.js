// A message's components and embeds as DOM nodes. What a press does is told to `act(verb, body)`.

import { el, link, ownFile } from "./dom.js";
import { blocks, inline } from "./markdown.js";
import { nameOf, people, state } from "./state.js";
import { word } from "./words.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger" };

/** The nodes of a list of components. `ctx` is {message, act}. */
export function draw(components, ctx) {
  return (components ?? []).map((component) => (DRAW[component.type] ?? unknown)(component, ctx));
}

const DRAW = {
  1: (row, ctx) => el("div", { class: "row" }, ...draw(row.components, ctx)),
  2: button,
  3: (select, ctx) => picker(select, ctx, select.options),
  5: (select, ctx) => picker(select, ctx, users()),
  6: (select, ctx) => picker(select, ctx, roles()),
  7: (select, ctx) => picker(select, ctx, [...users(), ...roles()]),
  8: (select, ctx) => picker(select, ctx, channels(select.channel_types)),
  9: (section, ctx) =>
    el(
      "div",
      { class: "section" },
      el("div", { class: "grow" }, ...draw(section.components, ctx)),
      ...draw([section.accessory].filter(Boolean), ctx),
    ),
  10: (text) => el("div", { class: "text" }, ...blocks(text.content)),
  11: (thumbnail) => el("div", { class: "thumbnail" }, picture(thumbnail.media, thumbnail.description, thumbnail.spoiler)),
  12: (gallery) =>
    el(
      "div",
      { class: gallery.items.length > 1 ? "gallery many" : "gallery" },
      ...gallery.items.map((item) => picture(item.media, item.description, item.spoiler)),
    ),
  13: (file) => fileNode(file.file.url, file.name ?? fileName(file.file.url), file.size),
  14: (separator) => el("hr", { class: `${separator.divider === false ? "bare" : ""} ${separator.spacing === 2 ? "wide" : ""}` }),
  17: container,
};

function unknown(component) {
  return el("p", { class: "small" }, `[component ${component.type}]`);
}

function container(box, ctx) {
  const node = el("div", { class: "card" }, ...draw(box.components, ctx));
  if (Number.isInteger(box.accent_color)) node.style.setProperty("--accent", colour(box.accent_color));
  return box.spoiler ? hidden(node) : node;
}

function button(data, ctx) {
  const face = [data.emoji?.name && el("span", { "aria-hidden": "true" }, data.emoji.name), data.label];
  if (data.style === 5 && !data.disabled) {
    const node = link(data.url, ...face, el("span", { "aria-hidden": "true", class: "out" }, "↗"));
    node.className = "button secondary";
    return node;
  }
  return el(
    "button",
    {
      type: "button",
      class: `button ${STYLES[data.style] ?? "secondary"}`,
      disabled: data.disabled || data.style === 5,
      onclick: (event) => busy(event.currentTarget, () => ctx.act("click", { custom_id: data.custom_id })),
    },
    ...face,
  );
}

/** Hold a control while its action runs, so that it is not pressed twice. */
async function busy(node, action) {
  node.disabled = true;
  node.classList.add("busy");
  try {
    await action();
  } finally {
    node.disabled = false;
    node.classList.remove("busy");
  }
}

function picker(data, ctx, options) {
  const many = (data.max_values ?? 1) > 1;
  const send = (values) => ctx.act("select", { custom_id: data.custom_id, values });
  const label = data.placeholder ?? word("choose");
  const node = chooser(options, { many, label, disabled: data.disabled });
  if (!many) {
    node.addEventListener("change", () => node.value && busy(node, () => send([node.value])));
    return node;
  }
  const go = el("button", { type: "button", class: "button primary", disabled: data.disabled }, word("ok"));
  go.addEventListener("click", () => busy(go, () => send([...node.selectedOptions].map((option) => option.value))));
  return el("div", { class: "pick" }, node, go);
}

/** A `<select>` of Discord's options; with `many`, a list of several; `labelled` if a `<label>` stands around it. */
export function chooser(options, { many = false, label = "", disabled = false, labelled = false } = {}) {
  const entries = (options ?? []).map((option) => {
    const text = [option.emoji?.name, option.label, option.description && `— ${option.description}`];
    return el("option", { value: option.value, selected: option.default }, text.filter(Boolean).join(" "));
  });
  const none = !many && el("option", { value: "", selected: !entries.some((entry) => entry.selected) }, label);
  const size = many ? Math.min(entries.length, 6) : null;
  return el("select", { multiple: many, size, disabled, "aria-label": labelled ? null : label }, none, ...entries);
}

/** The members as options. */
export function users() {
  return people().map((member) => ({ value: member.user.id, label: nameOf(member.user) }));
}

/** The roles as options. */
export function roles() {
  return state.world.roles.filter((role) => role.id !== state.world.guild.id).map((role) => ({ value: role.id, label: `@${role.name}` }));
}

/** The channels as options, of certain types if any are named. */
export function channels(types) {
  return state.world.channels
    .filter((channel) => channel.type !== 4 && (!types?.length || types.includes(channel.type)))
    .map((channel) => ({ value: channel.id, label: `#${channel.name}` }));
}

/** A picture with its description; a link instead if it lies on another host. */
export function picture(media, description, spoilt) {
  const own = ownFile(media.url);
  if (!own) return link(media.url, description || word("elsewhere"));
  const image = el("img", { src: own, alt: description ?? "", title: description, width: media.width, height: media.height });
  const node = el("a", { href: own, target: "_blank", rel: "noopener", class: "picture" }, image);
  return spoilt ? hidden(node) : node;
}

/** A file to download. */
export function fileNode(url, name, size) {
  const own = ownFile(url);
  const weight = size ? el("span", { class: "quiet" }, ` ${Math.ceil(size / 1024)} KiB`) : null;
  const face = own ? el("a", { href: own, download: name }, name) : link(url, name);
  return el("p", { class: "file" }, face, weight);
}

function fileName(url) {
  return decodeURIComponent(url.split("?")[0].split("/").at(-1));
}

function hidden(node) {
  const cover = el("button", { type: "button", class: "cover" }, word("spoiler"));
  cover.addEventListener("click", () => cover.replaceWith(node));
  return cover;
}

function colour(number) {
  return `#${number.toString(16).padStart(6, "0")}`;
}

/** An embed: title, description, fields, picture, footer. */
export function embed(data) {
  const title = data.title && inline(data.title);
  const node = el(
    "div",
    { class: "card embed" },
    data.author && el("p", { class: "small" }, data.author.name),
    title && el("h4", {}, ...(data.url ? [link(data.url, ...title)] : title)),
    data.description && el("div", { class: "text" }, ...blocks(data.description)),
    data.fields?.length &&
      el("dl", {}, ...data.fields.map((field) => el("div", {}, el("dt", {}, ...inline(field.name)), el("dd", {}, ...blocks(field.value))))),
    data.image && picture(data.image, data.image.description),
    data.footer && el("p", { class: "small" }, data.footer.text),
  );
  if (Number.isInteger(data.color)) node.style.setProperty("--accent", colour(data.color));
  return node;
}

/** A poll's question and answers, with their votes. */
export function poll(data) {
  const votes = new Map((data.results?.answer_counts ?? []).map((entry) => [entry.id, entry.count]));
  return el(
    "div",
    { class: "card" },
    el("h4", {}, `${word("poll")}: ${data.question.text}`),
    el("ul", {}, ...data.answers.map((answer) => el("li", {}, answer.poll_media.text, el("span", { class: "quiet" }, ` ${votes.get(answer.answer_id) ?? 0}`)))),
  );
}
