// F6 moves from one part of the page to the next and Shift+F6 back, as in Discord, so nobody has to tab through messages.

const PARTS = ["side", "head", "log", "bottom", "tour", "people", "drawer"];
const CONTROLS =
  "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea, summary, [tabindex='0']";

/** The element of a part that gets the focus: open channel, newest message, message box, else its first control. */
const ENTRANCES = {
  side: (node) => node.querySelector("[aria-current]"),
  log: (node) => node.querySelector(".row-of-log:last-child"),
  bottom: (node) => node.querySelector("#composer"),
};

/** Listen for the key. */
export function goRound() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F6" || event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
    const shown = PARTS.map((id) => document.getElementById(id)).filter((node) =>
      node.checkVisibility({ visibilityProperty: true }),
    );
    const here = shown.findIndex((node) => node.contains(document.activeElement));
    const next = shown.at((here + (event.shiftKey ? (here < 0 ? 0 : -1) : 1)) % shown.length);
    (
      ENTRANCES[next.id]?.(next) ??
      [...next.querySelectorAll(CONTROLS)].find((one) => one.checkVisibility()) ??
      next
    ).focus();
    event.preventDefault();
  });
}
