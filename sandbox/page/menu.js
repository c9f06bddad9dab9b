// A context menu for a message or a person, under the pointer or beside the focused element.

import { el, on } from "./dom.js";
import { icon } from "./icons.js";

let open = null;

/** Show entries ({label, sign, run, grave}, or a text as a heading) at a point or under an element; `label` names the menu. */
export function showMenu(where, label, entries) {
  open?.close();
  const back = document.activeElement;
  const close = () => {
    menu.remove();
    open = null;
    removeEventListener("pointerdown", elsewhere, true);
    removeEventListener("resize", close);
    removeEventListener("blur", close);
    if (document.activeElement === document.body && back?.isConnected) back.focus({ preventScroll: true });
  };
  const elsewhere = (event) => menu.contains(event.target) || close();
  const run = (one) => {
    close();
    one.run();
  };
  const entry = (one) =>
    typeof one === "string"
      ? el("li", { role: "presentation", class: "menu-heading" }, one)
      : el(
          "li",
          { role: "none" },
          el(
            "button",
            {
              type: "button",
              role: "menuitem",
              tabindex: -1,
              class: one.grave ? "menu-item grave" : "menu-item",
              onclick: () => run(one),
            },
            el("span", { class: "grow" }, one.label),
            one.sign && icon(one.sign),
          ),
        );
  const menu = el(
    "ul",
    { class: "menu", role: "menu", "aria-label": label, onkeydown: (event) => key(event, menu, close) },
    ...entries.filter(Boolean).map(entry),
  );
  menu.addEventListener("contextmenu", (event) => event.preventDefault());
  document.body.append(menu);
  place(menu, where);
  open = { close };
  addEventListener("pointerdown", elsewhere, true);
  addEventListener("resize", close);
  addEventListener("blur", close);
  menu.querySelector("button")?.focus({ preventScroll: true });
}

/** Let a node open a menu by the right button, by the menu key or by Shift+F10. `entries` gives {label, entries}, or null. */
export function onMenu(node, make) {
  const show = (event, where) => {
    const made = make();
    if (!made) return;
    event.preventDefault();
    event.stopPropagation();
    showMenu(where, made.label, made.entries);
  };
  on(node, "contextmenu", (event) => {
    if (event.target.closest("a, img, input, textarea, select") || !getSelection().isCollapsed) return; // leave the browser's own menu there
    show(event, { x: event.clientX, y: event.clientY });
  });
  on(node, "keydown", (event) => {
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) show(event, event.target);
  });
}

function place(menu, where) {
  const box = where instanceof Element ? where.getBoundingClientRect() : null;
  const { x, y } = box ? { x: Math.max(box.left, 8), y: Math.max(box.bottom + 2, 8) } : where;
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, innerHeight - menu.offsetHeight - 8))}px`;
}

function key(event, menu, close) {
  const items = [...menu.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (next !== undefined) items.at(next % items.length).focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else if (event.key.length === 1 && event.key !== " ") {
    const letter = event.key.toLocaleLowerCase();
    [...items.slice(at + 1), ...items].find((one) => one.textContent.toLocaleLowerCase().startsWith(letter))?.focus();
    return;
  } else return;
  event.preventDefault();
  event.stopPropagation();
}
