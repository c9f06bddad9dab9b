// The entries of the context menus of a message and of a person.

import { el, toast } from "./dom.js";
import { EPHEMERAL } from "./messages.js";
import { application, nameOf, state } from "./state.js";
import { localised, word } from "./words.js";

/** The bot's commands in the menus of members (2) or messages (3), as menu entries. */
function apps(type, target, actions) {
  const commands = state.commands.filter((command) => command.type === type);
  const entries = commands.map((command) => ({
    label: localised(command),
    run: () => actions.act("menu", { command: command.name, target }),
  }));
  return entries.length ? [`${word("apps")} · ${application()?.name ?? ""}`, ...entries] : [];
}

const copied = (what, text, actions) => ({
  label: word(what),
  sign: "copy",
  run: () => actions.trying(() => navigator.clipboard.writeText(text).then(() => toast(word("copied")))),
});

/** The menu of a message: {label, entries}. `row` is its row, beside which dialogs open. */
export function menuOfMessage(message, row, actions) {
  if (message.local) return null;
  const own = Boolean(message.flags & EPHEMERAL);
  const mine = message.author.id === state.me;
  const entries = [
    !own && { label: word("react"), sign: "smile", run: () => actions.pick(message, row) },
    !own && { label: word("reply"), sign: "reply", run: () => actions.reply(message) },
    !own &&
      state.channels.get(state.channel)?.type === 0 && {
        label: word("thread"),
        sign: "thread",
        run: () => actions.thread(message),
      },
    mine && { label: word("edit"), sign: "pen", run: () => actions.edit(message) },
    message.content && copied("copyText", message.content, actions),
    copied("copyId", message.id, actions),
    ...apps(3, message.id, actions),
    mine && { label: word("remove"), sign: "bin", grave: true, run: () => actions.remove(message) },
    own && { label: word("dismiss"), sign: "close", run: () => actions.dismiss(message) },
  ];
  return { label: word("tools"), entries: entries.filter(Boolean) };
}

/** The menu of a person: {label, entries}. */
export function menuOfPerson(user, actions) {
  const entries = [
    { label: word("profile"), sign: "people", run: () => actions.who(user) },
    { label: word("mention"), sign: "at", run: () => actions.mention(user) },
    !user.bot &&
      user.id !== state.me &&
      state.members.has(user.id) && {
        label: word("actAs", { who: nameOf(user) }),
        sign: "tour",
        run: () => actions.trying(() => actions.become(user.id)),
      },
    copied("copyId", user.id, actions),
    ...apps(2, user.id, actions),
  ];
  return { label: nameOf(user), entries: entries.filter(Boolean) };
}

/** The same commands as buttons, for the profile. */
export function menuButtons(user, actions) {
  const run = (entry) => (event) => {
    event.currentTarget.closest("dialog").close();
    entry.run();
  };
  return apps(2, user.id, actions).map((entry) =>
    typeof entry === "string"
      ? el("h3", {}, entry)
      : el("button", { type: "button", class: "menu-item", onclick: run(entry) }, entry.label),
  );
}
