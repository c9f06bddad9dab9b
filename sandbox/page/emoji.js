// A small choice of emoji. It closes on a choice, on Escape, and when the focus leaves it.

import { el } from "./dom.js";
import { word } from "./words.js";

const EMOJI = [..."👍👎😀😂😍🤔😮😢😡🎉🔥✨👀🙏👏💪✅❌💡📚🎓🏆🚀☕🐛💜💯👋🤝"];
const ACROSS = 8;

/** Open the choice beside a button; `taken` gets the chosen emoji. */
export function pickEmoji(button, taken) {
  document.querySelector(".emoji")?.remove();
  const close = () => {
    box.remove();
    button.focus();
  };
  const take = (emoji) => {
    close();
    taken(emoji);
  };
  const box = el(
    "div",
    { class: "emoji", role: "group", "aria-label": word("react") },
    ...["❤️", ...EMOJI].map((emoji) =>
      el("button", { type: "button", "aria-label": emoji, onclick: () => take(emoji) }, emoji),
    ),
  );
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -ACROSS, ArrowDown: ACROSS }[event.key];
    if (event.key === "Escape") close();
    else if (step)
      [...box.children].at(([...box.children].indexOf(document.activeElement) + step) % box.children.length).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  box.addEventListener(
    "focusout",
    (event) => event.relatedTarget && !box.contains(event.relatedTarget) && box.remove(),
  );
  document.body.append(box);
  const { left, top, bottom } = button.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(left - 200, innerWidth - box.offsetWidth - 8))}px`;
  box.style.top = `${bottom + box.offsetHeight + 8 > innerHeight ? top - box.offsetHeight - 4 : bottom + 4}px`;
  box.firstElementChild.focus();
}
