// The page's labels in the viewer's language. The words of people and bots are shown as written.

import { ENGLISH } from "./words_en.js";
import { CHINESE } from "./words_zh.js";

const WORDS = { en: ENGLISH, "zh-CN": CHINESE };

const KEPT = "sandbox.language";
let current = localStorage.getItem(KEPT) ?? (navigator.language.startsWith("zh") ? "zh-CN" : "en");
if (!(current in WORDS)) current = "en";

/** The languages to choose from: tag and name in the language itself. */
export const LANGUAGES = [
  ["en", "English"],
  ["zh-CN", "简体中文"],
];

/** The viewer's language as a tag for `lang` and Intl. */
export const language = () => current;

/** The viewer's language as Discord names it, for calls of the control side. */
export const locale = () => (current === "en" ? "en-US" : current);

export const THEMES = ["auto", "dark", "light"];
const PAINTED = "sandbox.theme";
let painted = localStorage.getItem(PAINTED) ?? "auto";

/** The colour themes: that of the system, dark or light. */
export const theme = () => painted;

/** Choose the theme, and remember it. */
export function paint(name) {
  painted = name;
  localStorage.setItem(PAINTED, name);
}

/** Choose the language, and remember it. */
export function speak(tag) {
  current = tag;
  localStorage.setItem(KEPT, tag);
}

/** A label; {name} is replaced by its value. */
export function word(key, values = {}) {
  return WORDS[current][key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A name in the viewer's language where its owner gave one. */
export function localised(thing, field = "name") {
  return thing[`${field}_localizations`]?.[locale()] ?? thing[field] ?? "";
}
