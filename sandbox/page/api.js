// The control side of the sandbox, as README.md describes it: JSON over HTTP, same origin.

/** A refusal of the sandbox: what is wrong, and what to do. */
export class Refused extends Error {
  constructor(status, error, hint) {
    super(hint ? `${error} ${hint}` : error);
    this.status = status;
  }
}

async function call(path, options) {
  const answer = await fetch(path, options);
  const told = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, told?.error ?? told?.message ?? answer.statusText, told?.hint);
  return told;
}

/** GET /sandbox/<path> with a query. */
export function get(path, query = {}) {
  const search = new URLSearchParams(query).toString();
  return call(`/sandbox/${path}${search ? `?${search}` : ""}`);
}

/** DELETE /sandbox/<path>. */
export const remove = (path) => call(`/sandbox/${path}`, { method: "DELETE" });

/** POST /sandbox/<path>. Fields that are undefined are left out. */
export function post(path, body) {
  return call(`/sandbox/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Discord's own API, used as a person, for actions that the control side does not have. */
export async function asPerson(person, method, path, body) {
  const answer = await fetch(`/api/v10${path}`, {
    method,
    headers: { Authorization: `Person ${person}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const told = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, told?.message ?? answer.statusText);
  return told;
}

/** Listen to all changes. `changed` gets each event, and null after a new connection, when anything may have changed.
 *
 * Returns a function that switches the gateway's dispatches on or off.
 */
export function listen(changed, connected) {
  let wait = 250;
  let curious = false;
  let socket = null;
  const open = () => {
    const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/sandbox/events`;
    const mine = new WebSocket(curious ? `${address}?dispatches=1` : address);
    socket = mine;
    mine.onopen = () => {
      wait = 250;
      connected(true);
      changed(null);
    };
    mine.onmessage = (message) => changed(JSON.parse(message.data));
    mine.onclose = () => {
      if (mine !== socket) return; // a newer socket replaced it
      connected(false);
      setTimeout(open, wait);
      wait = Math.min(wait * 2, 5000);
    };
  };
  open();
  return (wanted) => {
    if (wanted === curious) return;
    curious = wanted;
    const old = socket;
    open();
    old.close();
  };
}

/** A chosen file in the form that the control side takes. */
export function upload(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done({ filename: file.name, base64: reader.result.slice(reader.result.indexOf(",") + 1) });
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}
