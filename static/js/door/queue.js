// Everything that the server has not answered yet: on the disk, and in memory in case the disk loses it.

import * as store from "./store.js";

const BATCH = 100;

export class Queue {
  constructor() {
    this.entries = [];
    /** The store that holds them, of those that this page has seen made. */
    this.heldBy = 0;
  }

  /** The store was made anew, and lacks what the one before it held. */
  get lost() {
    return this.heldBy !== store.timesMade();
  }

  /** What the server could not take. */
  get stuck() {
    return this.entries.filter((entry) => entry.stuck);
  }

  /** What is to be sent, oldest first. */
  get waiting() {
    return this.entries.filter((entry) => !entry.stuck);
  }

  /** What an earlier page has left. */
  async takeUp() {
    this.entries = await store.queued();
    this.heldBy = store.timesMade();
    store.followKeys(this.entries.map(({ seq }) => seq));
  }

  /** Another tab may have sent some. A store that was made anew knows nothing: then memory counts. */
  async read() {
    const there = await store.queued();
    if (!this.lost) this.entries = there;
  }

  async add(entry) {
    const keyed = { ...entry, seq: store.nextKey() };
    await store.write(keyed);
    this.entries.push(keyed);
  }

  /** The server has answered it by its id. */
  async drop({ seq }) {
    this.entries = this.entries.filter((entry) => entry.seq !== seq);
    await store.confirmed(seq);
  }

  /** The server cannot take it; say: why, in its words. */
  async setAside(entry, say) {
    const aside = { ...entry, stuck: true, say };
    this.entries = this.entries.map((one) => (one.seq === entry.seq ? aside : one));
    await store.write(aside);
  }

  /** Write again what the store has lost. If it is lost once more meanwhile, so it stays. */
  async writeAgain() {
    const times = store.timesMade();
    for (const entry of this.entries) await store.write(entry);
    this.heldBy = times;
    await this.read();
  }
}

/** What may go up at once from the front of these: scans together, at most so many; all else one by one. */
export function batchOf(waiting, most = BATCH) {
  if (waiting[0].kind !== "scan") return [waiting[0]];
  const end = waiting.findIndex((entry) => entry.kind !== "scan");
  return waiting.slice(0, Math.min(most, end < 0 ? waiting.length : end));
}
