// A message's components and embeds as DOM nodes. Their controls call `act(verb, body)`.

import { channels, chooser, defaults, many, roles, users } from "./choose.js";
import { el, link, ownFile } from "./dom.js";
import { icon } from "./icons.js";
import { blocks, inline } from "./markdown.js";
import { timeNode } from "./time.js";
import { word } from "./words.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 6: "premium" };

/** The nodes of a list of components. `ctx` is {message, act}. */
export function draw(components, ctx) {
  return (components ?? []).map((component) => (DRAW[component.type] ?? unknown)(component, ctx));
}

const DRAW = {
  1: (row, ctx) => el("div", { class: "row" }, ...draw(row.components, ctx)),
  2: button,
  3: (select, ctx) => picker(select, ctx, select.options),
  5: (select, ctx) => picker(select, ctx, defaults(select, users())),
  6: (select, ctx) => picker(select, ctx, defaults(select, roles())),
  7: (select, ctx) => picker(select, ctx, defaults(select, [...users(), ...roles()])),
  8: (select, ctx) => picker(select, ctx, defaults(select, channels(select.channel_types))),
  9: (section, ctx) =>
    el(
      "div",
      { class: "section" },
      el("div", { class: "grow" }, ...draw(section.components, ctx)),
      ...draw([section.accessory].filter(Boolean), ctx),
    ),
  10: (text) => el("div", { class: "text" }, ...blocks(text.content)),
  11: (thumbnail) =>
    el("div", { class: "thumbnail" }, picture(thumbnail.media, thumbnail.description, thumbnail.spoiler)),
  12: (gallery) =>
    el(
      "div",
      { class: `gallery of-${Math.min(gallery.items.length, 5)}` },
      ...gallery.items.map((item) => picture(item.media, item.description, item.spoiler)),
    ),
  13: (file) => covered(fileNode(file.file.url, file.name ?? fileName(file.file.url), file.size), file.spoiler),
  14: (separator) =>
    el(separator.divider === false ? "div" : "hr", { class: `separator ${separator.spacing === 2 ? "wide" : ""}` }),
  17: container,
};

function unknown(component) {
  return el("p", { class: "small" }, `[component ${component.type}]`);
}

function container(box, ctx) {
  const node = el("div", { class: "card" }, ...draw(box.components, ctx));
  if (Number.isInteger(box.accent_color)) {
    node.classList.add("accented");
    node.style.setProperty("--accent", colour(box.accent_color));
  }
  return covered(node, box.spoiler);
}

function button(data, ctx) {
  const emoji = data.emoji?.id ? `:${data.emoji.name}:` : data.emoji?.name;
  const face = [
    emoji && el("span", { class: "emoji-of-button", "aria-hidden": data.label ? "true" : null }, emoji),
    data.label,
  ];
  if (data.style === 5 && !data.disabled) {
    const node = link(data.url, ...face, icon("out"));
    node.className = "button secondary";
    return node;
  }
  const premium = data.style === 6;
  return el(
    "button",
    {
      type: "button",
      class: `button ${STYLES[data.style] ?? "secondary"}`,
      disabled: data.disabled || data.style === 5,
      title: premium ? word("premium") : null,
      onclick: (event) => !premium && busy(event.currentTarget, () => ctx.act("click", { custom_id: data.custom_id })),
    },
    premium ? [icon("gem"), word("premium")] : face,
  );
}

/** Disable a control while its action runs, so that it is not pressed twice; it keeps the focus. */
async function busy(node, action) {
  if (node.classList.contains("busy")) return;
  node.setAttribute("aria-disabled", "true");
  node.classList.add("busy");
  try {
    await action();
  } finally {
    node.removeAttribute("aria-disabled");
    node.classList.remove("busy");
  }
}

function picker(data, ctx, options) {
  const send = (values) => ctx.act("select", { custom_id: data.custom_id, values });
  const label = data.placeholder ?? word("choose");
  if ((data.max_values ?? 1) > 1)
    return many(options, { ...data, placeholder: label }, (values, node) => busy(node, () => send(values))).node;
  const node = chooser(options, { label, disabled: data.disabled });
  const empty = node.options[0];
  empty.disabled = data.min_values !== 0;
  node.addEventListener(
    "change",
    () => (node.value || data.min_values === 0) && busy(node, () => send(node.value ? [node.value] : [])),
  );
  return node;
}

/** A picture with its description; a link instead if it is on another host. */
export function picture(media, description, spoilt) {
  const own = ownFile(media.url);
  if (!own) return link(media.url, description || word("elsewhere"));
  const image = el("img", {
    src: own,
    alt: description ?? "",
    title: description,
    width: media.width,
    height: media.height,
  });
  const node = el(
    "a",
    {
      href: own,
      target: "_blank",
      rel: "noopener",
      class: "picture",
      "aria-label": description ? null : word("picture"),
    },
    image,
  );
  return covered(node, spoilt);
}

/** A file to download. */
export function fileNode(url, name, size) {
  const own = ownFile(url);
  const weight = size ? el("span", { class: "quiet" }, weightOf(size)) : null;
  const face = own ? el("a", { href: own, download: name }, name) : link(url, name);
  return el("p", { class: "file" }, icon("file"), el("span", {}, face, weight));
}

function weightOf(bytes) {
  return bytes < 1024
    ? `${bytes} B`
    : bytes < 2 ** 20
      ? `${Math.ceil(bytes / 1024)} KiB`
      : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function fileName(url) {
  return decodeURIComponent(url.split("?")[0].split("/").at(-1));
}

/** The node, covered if it is a spoiler. */
function covered(node, spoilt) {
  if (!spoilt) return node;
  const cover = el("button", { type: "button", class: "cover" }, word("spoiler"));
  cover.addEventListener("click", () => cover.replaceWith(node));
  return cover;
}

function colour(number) {
  return `#${number.toString(16).padStart(6, "0")}`;
}

/** An embed: author, title, description, fields, pictures, footer. */
export function embed(data) {
  const title = data.title && inline(data.title);
  const small = (entry) =>
    entry?.icon_url &&
    ownFile(entry.icon_url) &&
    el("img", { src: ownFile(entry.icon_url), alt: "", class: "embed-icon" });
  const author = data.author && [
    small(data.author),
    data.author.url ? link(data.author.url, data.author.name) : data.author.name,
  ];
  const footer = (data.footer || data.timestamp) && [
    small(data.footer),
    data.footer?.text,
    data.footer && data.timestamp && " • ",
    data.timestamp && timeNode(Date.parse(data.timestamp), "f"),
  ];
  const node = el(
    "div",
    { class: "card embed accented" },
    data.provider?.name && el("p", { class: "small" }, data.provider.name),
    author && el("p", { class: "embed-author" }, author),
    title && el("h4", {}, ...(data.url ? [link(data.url, ...title)] : title)),
    data.description && el("div", { class: "text" }, ...blocks(data.description)),
    data.fields?.length &&
      el(
        "dl",
        {},
        ...data.fields.map((field) =>
          el(
            "div",
            { class: field.inline ? "inline" : "" },
            el("dt", {}, ...inline(field.name)),
            el("dd", {}, ...blocks(field.value)),
          ),
        ),
      ),
    data.image && picture(data.image, data.image.description),
    footer && el("p", { class: "small embed-footer" }, footer),
    data.thumbnail &&
      el("div", { class: "thumbnail embed-thumbnail" }, picture(data.thumbnail, data.thumbnail.description)),
  );
  if (Number.isInteger(data.color)) node.style.setProperty("--accent", colour(data.color));
  return node;
}

/** A poll: its question, and answers to vote for, with their votes. */
export function poll(data, actions, message) {
  const votes = new Map((data.results?.answer_counts ?? []).map((entry) => [entry.id, entry]));
  const mine = data.answers.filter((answer) => votes.get(answer.answer_id)?.me_voted).map((answer) => answer.answer_id);
  const most = Math.max(1, ...[...votes.values()].map((entry) => entry.count));
  const vote = (answer, on) => {
    const others = data.allow_multiselect ? mine.filter((id) => id !== answer.answer_id) : [];
    actions.vote(message, on ? others : [...others, answer.answer_id]);
  };
  const entry = (answer) => {
    const on = mine.includes(answer.answer_id);
    const count = votes.get(answer.answer_id)?.count ?? 0;
    const node = el(
      "button",
      {
        type: "button",
        class: "answer",
        "aria-pressed": String(on),
        disabled: data.results?.is_finalized,
        onclick: () => vote(answer, on),
      },
      answer.poll_media.emoji?.name && el("span", { "aria-hidden": "true" }, answer.poll_media.emoji.name),
      el("span", { class: "words" }, answer.poll_media.text),
      el("span", { class: "quiet" }, String(count)),
    );
    node.style.setProperty("--share", `${(100 * count) / most}%`);
    return el("li", {}, node);
  };
  return el(
    "div",
    { class: "card poll" },
    el("h4", {}, data.question.text),
    el("p", { class: "small" }, word("poll")),
    el("ul", {}, ...data.answers.map(entry)),
  );
}
