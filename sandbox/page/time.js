// Times in the viewer's language and zone; relative ones are by the community's clock.

import { el } from "./dom.js";
import { now } from "./state.js";
import { language, word } from "./words.js";

const FORMS = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
  "long+": { dateStyle: "long", timeStyle: "medium" },
  short: { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" },
  "short+": { month: "short", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" },
  exact: { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" },
};
const made = new Map(); // a formatter costs more to make than to use
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** A moment (milliseconds) in one of Discord's forms t T d D f F s S R, or one of the page. */
export function written(moment, form = "f") {
  if (form === "R") return relative(moment);
  const key = language() + form;
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(language(), FORMS[form] ?? FORMS.f));
  return made.get(key).format(moment);
}

function relative(moment) {
  const seconds = Math.round((moment - now()) / 1000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** A `<time>` with the moment in that form, and in full as its tooltip. */
export function timeNode(moment, form) {
  const iso = new Date(moment).toISOString();
  const node = el("time", { datetime: iso, title: written(moment, "F"), class: "moment" }, written(moment, form));
  if (form === "R") node.dataset.relative = moment;
  return node;
}

/** The day of a moment in the viewer's zone, as a text to compare. */
export const dayOf = (moment) => new Date(moment).toDateString();

/** The time of a message, without the date if it is of today. */
export function messageTime(moment) {
  const same = new Date(moment).toDateString() === new Date(now()).toDateString();
  return same ? word("today", { time: written(moment, "t") }) : `${written(moment, "d")} ${written(moment, "t")}`;
}

/** Update every "in 3 minutes" on the page. */
export function refreshRelative() {
  for (const node of document.querySelectorAll("time[data-relative]")) {
    node.textContent = relative(Number(node.dataset.relative));
  }
}
