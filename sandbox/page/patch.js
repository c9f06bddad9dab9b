// Redrawing with as few changes as possible: unchanged nodes stay, and the focus stays on its control.

import { adopt, nodesOf } from "./dom.js";

const CONTROLS = "button, a[href], input, select, textarea, summary, [tabindex]";
const BOXES = new Set(["DIV", "NAV", "UL", "OL", "LI", "ASIDE", "SECTION", "ARTICLE", "H1", "H2", "P", "SPAN"]);

/** Give a node these children. Present children that look the same are not touched.
 *
 * A node to which its maker keeps a reference is marked `kept`: its content is not moved into one that looks alike.
 */
export function patch(node, ...children) {
  keepFocus(node, () => settle(node, nodesOf(children)));
}

function settle(node, fresh) {
  const kept = new Set(fresh.filter((wanted) => wanted.parentNode === node)); // removing such a node would blur it
  fresh.forEach((wanted, index) => {
    if (kept.has(wanted)) while (node.childNodes[index] !== wanted) node.childNodes[index].remove();
    const there = node.childNodes[index] ?? null;
    if (there === wanted) return;
    if (!there || kept.has(there)) node.insertBefore(wanted, there);
    else if (there.isEqualNode(wanted)) adoptAll(there, wanted);
    else if (alike(there, wanted)) {
      adopt(there, wanted);
      settle(there, [...wanted.childNodes]);
    } else there.replaceWith(wanted);
  });
  while (node.childNodes.length > fresh.length) node.lastChild.remove();
}

/** Keep the nodes that look the same, with the listeners of the new ones, which may hold other data. */
function adoptAll(there, wanted) {
  adopt(there, wanted);
  for (const [index, child] of there.childNodes.entries()) adoptAll(child, wanted.childNodes[index]);
}

/** Whether two nodes differ in nothing but their children, so that comparing the children is enough. */
function alike(there, wanted) {
  return BOXES.has(there.nodeName) && !wanted.kept && there.cloneNode().isEqualNode(wanted.cloneNode());
}

/** Run `change`, which redraws `root` or puts `next` in its place; the focus stays on its control. */
export function keepFocus(root, change, next = root) {
  const focused = document.activeElement;
  if (!root.contains(focused)) return change();
  const before = [...root.querySelectorAll(CONTROLS)];
  const index = before.indexOf(focused);
  const nth = before.slice(0, index).filter((one) => sign(one) === sign(focused)).length;
  const result = change();
  if (document.activeElement === focused) return result;
  const after =
    focused === root
      ? []
      : [...next.querySelectorAll(CONTROLS)].filter((one) => !one.disabled && one.checkVisibility());
  const same = after.filter((one) => sign(one) === sign(focused));
  const control = same[nth] ?? same.at(-1) ?? after[Math.min(index, after.length - 1)] ?? next;
  control.focus({ preventScroll: true });
  return result;
}

/** The properties by which a control is recognised. */
function sign(node) {
  return node.id || `${node.nodeName} ${node.getAttribute("aria-label") ?? node.textContent}`;
}
