// What a desk keeps on the device: its token, the roster, and every scan that the server has not confirmed.
// A scan is on the disk (strict durability) before anybody is shown an answer.

const FACTS = "facts";
const QUEUE = "queue";
let opening;

function open() {
  opening ??= new Promise((done, fail) => {
    const request = indexedDB.open("tsudoi-door", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(FACTS);
      request.result.createObjectStore(QUEUE, { keyPath: "seq", autoIncrement: true });
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  return opening;
}

async function run(name, mode, act) {
  const database = await open();
  return new Promise((done, fail) => {
    const transaction = database.transaction(name, mode, { durability: "strict" });
    const request = act(transaction.objectStore(name));
    transaction.oncomplete = () => done(request?.result);
    transaction.onabort = transaction.onerror = () => fail(transaction.error);
  });
}

export const fact = (name) => run(FACTS, "readonly", (facts) => facts.get(name));
export const keep = (name, value) => run(FACTS, "readwrite", (facts) => facts.put(value, name));
export const forget = (name) => run(FACTS, "readwrite", (facts) => facts.delete(name));
export const forgetAll = () => run(FACTS, "readwrite", (facts) => facts.clear());

/** The queue, oldest first: [{seq, kind: "scan" | "walk_in" | "correction", body, seen?, about?, stuck?, say?}]. stuck: the
    server cannot take it; say: why, in its words. */
export const queued = () => run(QUEUE, "readonly", (queue) => queue.getAll());
/** Ask the browser not to throw the queue away when the disk is full. */
export const settleIn = () => navigator.storage?.persist?.().catch(() => false);

export const enqueue = (entry) => run(QUEUE, "readwrite", (queue) => queue.add(entry));
export const rewrite = (entry) => run(QUEUE, "readwrite", (queue) => queue.put(entry));
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
