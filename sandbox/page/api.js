// The control side of the sandbox, as docs describe it: JSON over HTTP, same origin.

/** The sandbox said no: its sentence, and what to do. */
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

/** POST /sandbox/<path>. Fields that are undefined are left out. */
export function post(path, body) {
  return call(`/sandbox/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Hear of every change. `changed` gets each event, and null after a new connection: then anything may be new. */
export function listen(changed, connected) {
  let wait = 250;
  const open = () => {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/sandbox/events`);
    socket.onopen = () => {
      wait = 250;
      connected(true);
      changed(null);
    };
    socket.onmessage = (message) => changed(JSON.parse(message.data));
    socket.onclose = () => {
      connected(false);
      setTimeout(open, wait);
      wait = Math.min(wait * 2, 5000);
    };
  };
  open();
}

/** A chosen file as the control side takes it. */
export function upload(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done({ filename: file.name, base64: reader.result.slice(reader.result.indexOf(",") + 1) });
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}
