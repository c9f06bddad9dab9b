// What is said to who does not see the screen.

import { nameOf } from "./state.js";

/** Say a text, after what is being said now. */
export function speak(text) {
  const node = document.getElementById("spoken");
  const told = text.slice(0, 500);
  node.textContent = node.textContent === told ? `${told}\u00a0` : told; // the same words again are news too
}

/** Who wrote what, without its form. */
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
