// The possible values of an option, and the value of a text on the command line.

import { post } from "./api.js";
import { nameOf, people, state } from "./state.js";
import { locale, localised, word } from "./words.js";

const [TEXT, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE] = [3, 4, 5, 6, 7, 8, 9, 10, 11];
const MOST = 25;

/** Labels of the kinds of option. */
export const KINDS = {
  3: "kindText",
  4: "kindWhole",
  5: "kindYes",
  6: "kindMember",
  7: "kindChannel",
  8: "kindRole",
  9: "kindMention",
  10: "kindNumber",
  11: "kindFile",
};

/** The values picked from a list, so that a name on the line keeps its value. */
export class Picked {
  #values = new Map();

  /** Remember the value of a text. */
  note(command, option, text, value) {
    this.#values.set(key(command, option, text), value);
  }

  /** Whether the text of an option was picked. */
  has(command, { option, text }) {
    return this.#values.has(key(command, option, text));
  }

  /** The value of an option's text. */
  value(command, { option, text }) {
    const at = key(command, option, text);
    return this.#values.has(at) ? this.#values.get(at) : plain(option, text);
  }
}

function key(command, option, text) {
  return [command.path, option.name, text].join("\n");
}

function plain(option, text) {
  const choice = option.choices?.find((one) => [one.name, localised(one)].includes(text));
  if (choice) return choice.value;
  if (option.type === INTEGER || option.type === NUMBER) return Number.isFinite(Number(text)) ? Number(text) : text;
  if (option.type === BOOLEAN) return /^(true|yes|1|是)$/i.test(text);
  if (option.type === CHANNEL) return text.replace(/^#/, "");
  return [USER, ROLE, MENTIONABLE].includes(option.type) ? text.replace(/^@/, "") : text;
}

/** The values to offer for the option being typed, [{label, value, more}]; null where any text or number is valid. */
export async function valuesFor(command, current, given, picked) {
  const { option, text } = current;
  if (option.autocomplete) return completed(command, current, given, picked);
  const sought = text.replace(/^[@#]/, "").toLowerCase();
  const like = (...names) => names.some((name) => name.toLowerCase().includes(sought));
  if (option.choices?.length) {
    return option.choices.map((one) => ({ label: localised(one), value: one.value })).filter((one) => like(one.label));
  }
  if ([TEXT, INTEGER, NUMBER].includes(option.type)) return null;
  return (LISTS[option.type]?.(option) ?? []).filter((one) => like(one.label, one.more ?? "")).slice(0, MOST);
}

async function completed(command, { option, text }, given, picked) {
  const options = Object.fromEntries(given.map((one) => [one.option.name, picked.value(command, one)]));
  options[option.name] = text;
  const { choices } = await post("autocomplete", {
    as: state.me,
    channel: state.channel,
    locale: locale(),
    command: command.path,
    options,
    focused: option.name,
  });
  return choices.map((choice) => ({ label: localised(choice), value: choice.value }));
}

const members = () => people().map(({ user }) => ({ label: `@${nameOf(user)}`, value: user.id, more: user.username }));
const roles = () =>
  state.world.roles
    .filter((role) => role.id !== state.world.guild.id)
    .map((role) => ({ label: `@${role.name}`, value: role.id }));
const channels = (option) =>
  state.world.channels
    .filter((channel) => !option.channel_types?.length || option.channel_types.includes(channel.type))
    .map((channel) => ({ label: `#${channel.name}`, value: channel.id }));

const LISTS = {
  [BOOLEAN]: () => [
    { label: word("yes"), value: true },
    { label: word("no"), value: false },
  ],
  [USER]: members,
  [CHANNEL]: channels,
  [ROLE]: roles,
  [MENTIONABLE]: () => [...members(), ...roles()],
  [FILE]: () => [{ label: word("file"), file: true }],
};
