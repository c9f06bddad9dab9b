// The page's state, and queries on it.

import { language } from "./words.js";

/** The world as last read, the acting person, the open channel (`@bot` for the direct messages), and its history. */
export const state = {
  world: null,
  me: null,
  channel: null,
  shown: null,
  commands: [],
  clock: null,
  newest: new Map(),
  mentioned: new Map(),
};

export const BOT = "@bot";

/** Store a new world and index it. */
export function take(world) {
  state.world = world;
  state.members = new Map(world.members.map((member) => [member.user.id, member]));
  state.roles = new Map(world.roles.map((role) => [role.id, role]));
  state.channels = new Map(world.channels.map((channel) => [channel.id, channel]));
  takeClock(world.clock);
}

/** Store the clock as the sandbox sent it, with the time of receipt. */
export function takeClock(clock) {
  state.clock = { now: Date.parse(clock.now), speed: clock.speed, at: Date.now() };
}

/** The community's present moment in milliseconds. */
export function now() {
  const { now: then, speed, at } = state.clock;
  return then + (Date.now() - at) * speed;
}

/** The display name of a user in this server. */
export function nameOf(user) {
  const member = state.members.get(user.id);
  return member?.nick ?? user.global_name ?? user.username;
}

/** A role's colour, or null. */
export function roleColour(role) {
  return role?.color ? `#${role.color.toString(16).padStart(6, "0")}` : null;
}

/** A member's roles, the highest first. */
export function rolesOf(userId) {
  const roles = (state.members.get(userId)?.roles ?? []).map((id) => state.roles.get(id)).filter(Boolean);
  return roles.sort((a, b) => b.position - a.position || (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

/** The colour of the highest role that has one, or null. */
export const colourOf = (userId) => roleColour(rolesOf(userId).find((role) => role.color));

/** The member that acts. */
export const myself = () => state.members.get(state.me);

/** The bot's application, if one has signed in. */
export const application = () => state.world.applications[0];

const ADMINISTRATOR = 1n << 3n;
const VIEW = 1n << 10n;

/** Whether the acting member sees a channel: Discord's rule of roles and overwrites; a thread is visible like its parent. */
export function sees(channel) {
  const { guild } = state.world;
  const shown = state.channels.get(channel.parent_id);
  const place = channel.type >= 10 && channel.type <= 12 && shown ? shown : channel;
  const mine = [guild.id, ...(myself()?.roles ?? [])];
  let bits = mine.reduce((sum, id) => sum | BigInt(state.roles.get(id)?.permissions ?? 0), 0n);
  if (state.me === guild.owner_id || bits & ADMINISTRATOR) return true;
  const overwrites = place.permission_overwrites ?? [];
  const apply = (some) => {
    const deny = some.reduce((sum, one) => sum | BigInt(one.deny), 0n);
    const allow = some.reduce((sum, one) => sum | BigInt(one.allow), 0n);
    bits = (bits & ~deny) | allow;
  };
  apply(overwrites.filter((one) => one.id === guild.id));
  apply(overwrites.filter((one) => one.id !== guild.id && mine.includes(one.id)));
  apply(overwrites.filter((one) => one.id === state.me));
  return Boolean(bits & VIEW);
}

/** The name of an open channel as people write it. */
export function channelName(id) {
  if (id === BOT) return application()?.name ?? BOT;
  return state.channels.get(id)?.name ?? id;
}

/** The people to act as: the owner, then members with roles, then all others by name. */
export function people() {
  const rank = (member) => (member.user.id === state.world.guild.owner_id ? 0 : member.roles.length ? 1 : 2);
  const order = new Intl.Collator(language());
  return state.world.members
    .filter((member) => !member.user.bot)
    .sort((a, b) => rank(a) - rank(b) || order.compare(nameOf(a.user), nameOf(b.user)));
}
