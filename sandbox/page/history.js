// The loaded messages of one channel, without a gap up to the newest.

const PAGE = 100;

/** Compare two ids by age: negative if the first is older. */
export const byId = (a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/** `load({before, after, limit})` asks for messages, oldest first. */
export class History {
  messages = [];
  complete = false; // no messages are older than the loaded ones
  #loading = false;
  #begun = false;

  constructor(load) {
    this.load = load;
  }

  /** Read the newest page again; unchanged messages stay the same objects. Returns whether it is the first page. */
  async newest() {
    const page = await this.load({ limit: PAGE });
    const first = !this.#begun;
    this.#begun = true;
    const kept = new Map(this.messages.map((message) => [message.id, message]));
    const fresh = page.map((message) => same(kept.get(message.id), message));
    const joins = !page.length || kept.has(page[0].id) || page.length < PAGE;
    const older = joins && page.length === PAGE ? this.messages.filter((one) => byId(one.id, page[0].id) < 0) : [];
    if (page.length < PAGE) this.complete = true;
    else if (!joins) this.complete = false;
    this.messages = [...older, ...fresh];
    return first;
  }

  /** Read a page of older messages; false if there is none, or one is on its way. */
  async older() {
    if (this.complete || this.#loading || !this.messages.length) return false;
    this.#loading = true;
    try {
      const before = this.messages[0].id;
      const page = await this.load({ limit: PAGE, before });
      this.complete = page.length < PAGE;
      if (this.messages[0]?.id !== before) return false; // the newest page was read again and left a gap
      this.messages = [...page, ...this.messages];
      return page.length > 0;
    } finally {
      this.#loading = false;
    }
  }

  /** Read one message again, if it is loaded and older than the newest page. */
  async again(id) {
    const index = this.messages.findIndex((message) => message.id === id);
    if (index < 0 || index >= this.messages.length - PAGE) return;
    const [found] = await this.load({ limit: 1, after: String(BigInt(id) - 1n) });
    this.messages = this.messages.flatMap((message) =>
      message.id !== id ? [message] : found?.id === id ? [found] : [],
    );
  }
}

function same(old, message) {
  return old && JSON.stringify(old) === JSON.stringify(message) ? old : message;
}
