// Announcements for screen readers.

import { nameOf } from "./state.js";

/** Announce a text, after the one being read out now. */
export function speak(text) {
  const node = document.getElementById("spoken");
  const told = text.slice(0, 500);
  node.textContent = node.textContent === told ? `${told}\u00a0` : told; // a repeated text is announced, too
}

/** A message as plain text: author and content. */
export const spokenMessage = (message) => `${nameOf(message.author)}: ${plain(message)}`;

function plain(message) {
  const inside = (components) =>
    (components ?? []).flatMap((one) => [
      one.content,
      one.label,
      ...inside(one.components),
      ...inside(one.accessory && [one.accessory]),
    ]);
  return [message.content, ...(message.embeds ?? []).map((embed) => embed.title), ...inside(message.components)]
    .filter(Boolean)
    .join(" ")
    .slice(0, 160);
}
