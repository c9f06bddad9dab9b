// Mentions of people, roles and channels in a message being written: "@Bob Miller" stands for <@id>.

import { nameOf, people, sees, state } from "./state.js";

const MOST = 10;
const BEING_TYPED = /(?:^|[\s(])([@#])([^\s@#][^@#\n]{0,30})?$/u;

/** The names that were picked, so that they become mentions when the message is sent. */
export class Mentions {
  #picked = new Map();

  /** The suggestions at the caret: [{label, more, code, from}], or null if no name is being typed there. */
  offer(line, caret) {
    const found = line.slice(0, caret).match(BEING_TYPED);
    if (!found) return null;
    const [, sign, sought = ""] = found;
    const like = (...names) =>
      names.some(
        (name) =>
          name.toLowerCase().startsWith(sought.toLowerCase()) ||
          name.toLowerCase().includes(` ${sought.toLowerCase()}`),
      );
    const from = caret - sought.length - 1;
    const all = (sign === "@" ? named() : rooms()).filter((one) => like(one.label.slice(1), one.more ?? ""));
    const offered = all.slice(0, MOST).map((one) => ({ ...one, from }));
    return offered.length ? offered : null;
  }

  /** The line with the picked name in place of the typed text, and the new place of the caret. */
  take(line, caret, { label, code, from }) {
    this.#picked.set(label, code);
    const head = `${line.slice(0, from)}${label} `;
    return { line: head + line.slice(caret), caret: head.length };
  }

  /** The text to send, with the picked names as Discord's codes. */
  coded(text) {
    const labels = [...this.#picked.keys()].sort((a, b) => b.length - a.length);
    return labels.reduce((so, label) => so.replaceAll(label, this.#picked.get(label)), text);
  }

  /** Note a person as picked; returns the text to put into the line. */
  name(user) {
    const label = `@${nameOf(user)}`;
    this.#picked.set(label, `<@${user.id}>`);
    return `${label} `;
  }
}

function named() {
  const roles = state.world.roles
    .filter((role) => role.mentionable && role.id !== state.world.guild.id)
    .map((role) => ({ label: `@${role.name}`, code: `<@&${role.id}>` }));
  const members = people().map(({ user }) => ({
    label: `@${nameOf(user)}`,
    more: user.username,
    code: `<@${user.id}>`,
  }));
  return [...members, ...roles];
}

const rooms = () =>
  state.world.channels
    .filter((channel) => channel.type !== 4 && sees(channel))
    .map((channel) => ({ label: `#${channel.name}`, code: `<#${channel.id}>` }));
