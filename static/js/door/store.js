// What a desk keeps on the device: its token, the roster, and every scan that the server has not confirmed.
// A scan is on the disk (strict durability) before anybody is shown an answer.
//
// The store may fail: iOS loses its connection, a browser throws a store away, a disk is full. A connection that was lost is
// opened again at once; what fails even so is `Broken`, and the next call tries anew.

const FACTS = "facts";
const QUEUE = "queue";
const ENROLLED = "door-enrolled";
/** What has not been done in this time never will be: WebKit forgets calls. */
const PATIENCE_MS = 8000;
let opening;
let made = 0;
let lastKey = 0;

/** The store did not do it. full: because space is missing. */
export class Broken extends Error {
  constructor(cause) {
    super(cause?.message ?? "the store gave no reason", { cause });
    this.full = cause?.name === "QuotaExceededError";
  }
}

const inTime = (act) =>
  new Promise((done, fail) => {
    const bell = setTimeout(() => fail(new DOMException("no answer in time", "TimeoutError")), PATIENCE_MS);
    const ending = (end) => (value) => {
      clearTimeout(bell);
      end(value);
    };
    act(ending(done), ending(fail));
  });

function open() {
  if (opening) return opening;
  const connection = inTime((done, fail) => {
    const request = indexedDB.open("tsudoi-door", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(FACTS);
      request.result.createObjectStore(QUEUE, { keyPath: "seq", autoIncrement: true });
      made += 1;
    };
    request.onsuccess = () => {
      // The browser has closed it, or somebody deletes the store: whoever calls next opens it anew.
      request.result.onclose = () => lose(connection);
      request.result.onversionchange = () => lose(connection);
      done(request.result);
    };
    request.onerror = () => fail(request.error);
  });
  opening = connection;
  return connection;
}

function lose(connection) {
  if (opening === connection) opening = undefined;
  connection.then((database) => database.close()).catch(() => {});
}

/** One transaction. It may be written twice, if the connection is lost before the end of it is heard. */
async function run(name, mode, act) {
  for (let again = false; ; again = true) {
    const connection = open();
    try {
      const database = await connection;
      return await inTime((done, fail) => {
        const transaction = database.transaction(name, mode, { durability: "strict" });
        const request = act(transaction.objectStore(name));
        transaction.oncomplete = () => done(request?.result);
        transaction.onabort = () => fail(transaction.error);
      });
    } catch (error) {
      const broken = new Broken(error);
      if (broken.full) throw broken;
      lose(connection);
      if (again) throw broken;
    }
  }
}

export const fact = (name) => run(FACTS, "readonly", (facts) => facts.get(name));
export const keep = (name, value) => run(FACTS, "readwrite", (facts) => facts.put(value, name));
export const forget = (name) => run(FACTS, "readwrite", (facts) => facts.delete(name));
export const forgetAll = () => run(FACTS, "readwrite", (facts) => facts.clear());

/** How often this page has seen the store made anew: what was in it before is gone. */
export const timesMade = () => made;

/** That this browser is a desk, beside the store: so that a store which was thrown away is noticed. */
export function noteEnrolled(is) {
  try {
    if (is) localStorage.setItem(ENROLLED, "1");
    else localStorage.removeItem(ENROLLED);
  } catch {
    // Then nobody notices.
  }
}

export function wasEnrolled() {
  try {
    return localStorage.getItem(ENROLLED) !== null;
  } catch {
    return false;
  }
}

/** The queue, oldest first: [{seq, kind: "scan" | "walk_in" | "correction" | "deputy" | "fee", body, seen?, about?, stuck?, say?}]. stuck: the
    server cannot take it; say: why, in its words. */
export const queued = () => run(QUEUE, "readonly", (queue) => queue.getAll());
/** Ask the browser not to throw the queue away when the disk is full. */
export const settleIn = () => navigator.storage?.persist?.().catch(() => false);

/** A key after all that this page has given. No store that is made anew gives it once more: an answer to what was lost must
    not take away what came since. */
export function nextKey() {
  lastKey = Math.max(lastKey + 1, Date.now());
  return `${lastKey} ${crypto.randomUUID()}`;
}

/** Go on after the keys that an earlier page has given, also if the device's clock was put back since. */
export function followKeys(keys) {
  for (const key of keys) lastKey = Math.max(lastKey, Number.parseInt(key, 10) || 0);
}

/** Write an entry under its key, the same one as often as need be. */
export const write = (entry) => run(QUEUE, "readwrite", (queue) => queue.put(entry));
/** Everybody in the queue whom this desk has let in was let in on its word alone. One transaction, so that an entry which
    the server answers meanwhile is not written back. */
export const markAdmitted = () =>
  run(QUEUE, "readwrite", (queue) => {
    queue.openCursor().onsuccess = ({ target: { result: at } }) => {
      if (!at) return;
      if (letsIn(at.value) && !at.value.body.offline) at.update({ ...at.value, body: { ...at.value.body, offline: true } });
      at.continue();
    };
  });
/** Whether an entry is a scan that this desk answered with a green screen. */
export const letsIn = (entry) => entry.kind === "scan" && entry.seen?.outcome === "admitted";
/** Only for what the server has answered by its id. */
export const confirmed = (seq) => run(QUEUE, "readwrite", (queue) => queue.delete(seq));
