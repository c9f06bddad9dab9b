// A virtual list: only the rows in sight, and a few around them, are in the page. Rows may be of any height.

import { keepFocus } from "./patch.js";

const OVER = 500;

/** Rows of `items` ({id, guess}) in `list` within `scroller`.
 *
 * `make(item, row)` gives an item's node, or the row's present node if nothing in it changed; `near` is called when the
 * oldest items come near, `moved(pinned)` after each scrolling. While the end is in sight it stays in sight.
 */
export class VirtualList {
  #items = [];
  #rows = new Map();
  #heights = new Map();
  #waiting = false;
  #held = null;
  #drawn = 0;
  pinned = true;

  constructor(scroller, list, { make, near, moved }) {
    Object.assign(this, { scroller, list, make, near, moved });
    this.observer = new ResizeObserver((entries) => this.#resized(entries));
    this.observer.observe(scroller);
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** Show these items; unchanged items in the page keep their node, with focus and selection. */
  set(items) {
    const held = this.pinned ? null : this.#anchor();
    this.#items = items;
    const index = held ? items.findIndex((item) => item.id === held.node.dataset.id) : -1;
    if (index < 0) return this.draw();
    // When older items are added above, the items in sight move down in the list: draw around their new place.
    return this.draw(held, this.#tops()[index] + this.scroller.getBoundingClientRect().top - held.top);
  }

  /** Forget all measured heights, for another list. */
  clear() {
    this.#heights.clear();
    this.pinned = true;
    this.set([]);
  }

  /** Scroll to the end, and stay there. */
  toEnd() {
    this.pinned = true;
    this.draw();
  }

  /** Scroll an item into the middle; returns its node, or undefined if it is not among the items. */
  show(id) {
    const index = this.#items.findIndex((item) => item.id === id);
    if (index < 0) return undefined;
    this.pinned = false;
    for (let round = 0; round < 3; round += 1) {
      this.scroller.scrollTop = this.#tops()[index] - this.scroller.clientHeight / 3;
      this.draw();
    }
    return this.#rows.get(id)?.node;
  }

  /** Put the rows in sight into the page. */
  draw(held = null, scrollTop = this.scroller.scrollTop) {
    const tops = this.#tops();
    const total = tops.at(-1);
    const { clientHeight } = this.scroller;
    const low = (this.pinned ? total - clientHeight : scrollTop) - OVER;
    const high = (this.pinned ? total : scrollTop + clientHeight) + OVER;
    let first = 0;
    while (first < this.#items.length && tops[first + 1] < low) first += 1;
    let last = first;
    while (last < this.#items.length && tops[last] < high) last += 1;
    const anchor = this.pinned ? null : (held ?? this.#anchor());
    this.#place(first, last);
    this.#pad(tops, first, last);
    this.#measure();
    this.#pad(this.#tops(), first, last);
    if (this.pinned) this.scroller.scrollTop = this.scroller.scrollHeight;
    else if (anchor) this.#keep(anchor);
    this.#held = this.pinned ? null : this.#anchor();
    this.#watch();
    if (first < 15 && this.#items.length) this.near();
    this.moved(this.pinned);
  }

  /** Put the item of the anchor back to its place, even in a new node, as when it is no longer the first of its day. */
  #keep({ node, top }) {
    const row = this.#rows.get(node.dataset.id);
    if (row) this.scroller.scrollTop += row.node.getBoundingClientRect().top - top;
  }

  /** Scrolling back in the same frame in which rows were moved fires no event: the browser sees no change. */
  #watch() {
    const drawn = this.scroller.scrollTop;
    this.#drawn = drawn;
    requestAnimationFrame(() => {
      if (this.scroller.scrollTop !== drawn) this.#scrolled();
    });
  }

  #tops() {
    const tops = new Float64Array(this.#items.length + 1);
    this.#items.forEach((item, index) => {
      tops[index + 1] = tops[index] + (this.#heights.get(item.id) ?? item.guess);
    });
    return tops;
  }

  /** The anchor: the first row in sight and its place, which must not move while rows above it change. */
  #anchor() {
    const edge = this.scroller.getBoundingClientRect().top;
    for (const node of this.list.children) {
      const { top, bottom } = node.getBoundingClientRect();
      if (bottom > edge) return { node, top };
    }
    return null;
  }

  #place(first, last) {
    const next = new Map();
    for (const item of this.#items.slice(first, last)) {
      const row = this.#rows.get(item.id) ?? { item: null, node: null };
      const node = this.make(item, row);
      next.set(item.id, { item, node });
      if (node !== row.node) this.observer.observe(node);
    }
    const [id, held] = [...this.#rows].find(([, { node }]) => node.contains(document.activeElement)) ?? [];
    if (!held) this.#swap(next);
    else keepFocus(held.node, () => this.#swap(next), next.get(id)?.node ?? this.scroller);
  }

  #swap(next) {
    const wanted = new Set([...next.values()].map((row) => row.node));
    for (const { node } of this.#rows.values()) {
      if (wanted.has(node)) continue;
      this.observer.unobserve(node);
      node.remove();
    }
    let at = this.list.firstElementChild;
    for (const node of wanted) {
      if (node === at) at = at.nextElementSibling;
      else this.list.insertBefore(node, at);
    }
    this.#rows = next;
  }

  #pad(tops, first, last) {
    this.list.style.paddingTop = `${tops[first]}px`;
    this.list.style.paddingBottom = `${tops.at(-1) - tops[last]}px`;
  }

  #measure() {
    for (const [id, { node }] of this.#rows) this.#heights.set(id, node.getBoundingClientRect().height);
  }

  /** Only who scrolls up leaves the end: a row that grew since we scrolled there has moved the end away, not the reader. */
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const atEnd = scrollHeight - scrollTop - clientHeight < 60;
    this.pinned = atEnd || (this.pinned && scrollTop >= this.#drawn);
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.draw();
    });
  }

  /** Keep the rows in sight in place after a picture loaded or the window changed. */
  #resized(entries) {
    const changed = entries.some(({ target }) => {
      if (target === this.scroller) return true;
      return Math.abs((this.#heights.get(target.dataset.id) ?? 0) - target.getBoundingClientRect().height) > 0.5;
    });
    if (changed && this.#items.length) this.draw(this.#held);
  }
}
