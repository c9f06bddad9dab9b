// Read marks: the newest message seen in each channel by each person, kept in the browser.

import { byId } from "./history.js";
import { BOT, state } from "./state.js";

const KEPT = "sandbox.read";

function all() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

const key = (channel) => `${state.world.guild?.id}/${state.me}/${channel}`;

/** The direct channel of the acting person with the bot. */
export const direct = () => (state.world.directs ?? []).find((one) => one.people.includes(state.me));

/** The newest known message of a channel. */
function newest(channel) {
  const told = channel === BOT ? direct()?.last_message_id : state.channels.get(channel)?.last_message_id;
  const heard = state.newest.get(channel === BOT ? direct()?.id : channel);
  return [told, heard].filter(Boolean).sort(byId).at(-1) ?? null;
}

/** Mark everything as read for a person who acts for the first time. */
export function firstVisit() {
  const read = all();
  if (key("") in read) return;
  read[key("")] = "1";
  for (const channel of [...state.channels.keys(), BOT]) read[key(channel)] = newest(channel) ?? "0";
  localStorage.setItem(KEPT, JSON.stringify(read));
}

/** The last read message of a channel. */
export const readUpTo = (channel) => all()[key(channel)] ?? null;

/** Mark a channel as read. */
export function markRead(channel) {
  const at = newest(channel);
  state.mentioned.delete(key(channel));
  if (!at || readUpTo(channel) === at) return;
  localStorage.setItem(KEPT, JSON.stringify({ ...all(), [key(channel)]: at }));
}

/** Count a message that mentions the acting person. */
export function countMention(channel) {
  state.mentioned.set(key(channel), (state.mentioned.get(key(channel)) ?? 0) + 1);
}

/** {unread, mentions} for every channel at once: the store is read a single time. */
export function marks() {
  const read = all();
  return (channel) => {
    const at = newest(channel);
    const upTo = read[key(channel)] ?? "0";
    const unread = Boolean(at) && byId(at, upTo) > 0;
    return { unread, mentions: unread ? (state.mentioned.get(key(channel)) ?? 0) : 0 };
  };
}
