// The right column: the members by their hoisted role, and the profile of a member.

import { el } from "./dom.js";
import { onMenu } from "./menu.js";
import { avatar, tint } from "./messages.js";
import { patch } from "./patch.js";
import { nameOf, roleColour, rolesOf, state } from "./state.js";
import { written } from "./time.js";
import { language, word } from "./words.js";

const MOST = 100; // at most, in a group; the search field above finds the others

let sought = "";

/** Draw the column, if it is open. `actions` is {who}. */
export function drawPeople(actions) {
  const column = document.getElementById("people");
  if (column.hidden) return;
  if (!column.firstChild) {
    const field = el("input", {
      type: "search",
      id: "find-member",
      placeholder: word("findMember"),
      "aria-label": word("findMember"),
    });
    field.addEventListener("input", () => {
      sought = field.value.trim().toLowerCase();
      drawPeople(actions);
    });
    column.append(field, el("div", { id: "members" }));
  }
  document.getElementById("find-member").placeholder = word("findMember");
  patch(document.getElementById("members"), ...groups().flatMap(([name, members]) => group(name, members, actions)));
}

function group(name, members, actions) {
  const more = members.length - MOST;
  return [
    el("h2", {}, `${name} — ${members.length}`),
    el("ul", {}, ...members.slice(0, MOST).map((member) => el("li", {}, row(member, actions)))),
    more > 0 && el("p", { class: "quiet pad" }, word("more", { n: more })),
  ];
}

function row({ user }, actions) {
  const node = el(
    "button",
    { type: "button", class: "member", "data-member": user.id, onclick: () => actions.who(user) },
    avatar(user),
    el("span", { class: "name" }, nameOf(user)),
    user.bot && el("span", { class: "badge" }, word("bot")),
    user.id === state.world.guild.owner_id &&
      el("span", { class: "crown", title: word("owner"), role: "img", "aria-label": word("owner") }, "♛"),
  );
  tint(node, user.id);
  onMenu(node, () => actions.menuOfWho(user));
  return node;
}

/** Members under their highest hoisted role; the others last. */
function groups() {
  const order = new Intl.Collator(language());
  const found = new Map();
  for (const member of state.world.members) {
    if (sought && !`${nameOf(member.user)} ${member.user.username}`.toLowerCase().includes(sought)) continue;
    const role = rolesOf(member.user.id).find((one) => one.hoist) ?? null;
    if (!found.has(role)) found.set(role, []);
    found.get(role).push(member);
  }
  return [...found]
    .sort(([a], [b]) => (b?.position ?? -1) - (a?.position ?? -1))
    .map(([role, members]) => [
      role?.name ?? word("members"),
      members.sort((a, b) => order.compare(nameOf(a.user), nameOf(b.user))),
    ]);
}

/** The profile of a person for a dialog: name, roles and time of joining. */
export function profile(user) {
  const member = state.members.get(user.id);
  const pills = rolesOf(user.id).map((role) => {
    const pill = el("li", { class: "pill" }, el("span", { class: "disc", "aria-hidden": "true" }), role.name);
    pill.style.setProperty("--role", roleColour(role) ?? "var(--quiet)");
    return pill;
  });
  const name = el("strong", { class: "name" }, nameOf(user));
  tint(name, user.id);
  return [
    el("div", { class: "profile" }, avatar(user), el("div", {}, name, el("p", { class: "quiet" }, user.username))),
    pills.length > 0 && el("h3", {}, word("roles")),
    pills.length > 0 && el("ul", { class: "pills" }, ...pills),
    member && el("h3", {}, word("since")),
    member && el("p", {}, written(Date.parse(member.joined_at), "D")),
  ].filter(Boolean);
}
