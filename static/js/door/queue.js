// Everything that the server has not answered yet: on the disk, and in memory in case the disk loses it.

import * as store from "./store.js";

const BATCH = 100;

/** What an entry is about; the same one written twice has it twice, and the server knows it by its id. */
const sign = ({ body }) => body.scan_id ?? JSON.stringify(body);

export class Queue {
  constructor() {
    this.entries = [];
  }

  /** What the server could not take. */
  get stuck() {
    return this.entries.filter((entry) => entry.stuck);
  }

  /** What is to be sent, oldest first. */
  get waiting() {
    return this.entries.filter((entry) => !entry.stuck);
  }

  async read() {
    this.entries = await store.queued();
  }

  async add(entry) {
    const seq = await store.enqueue(entry);
    this.entries.push({ ...entry, seq });
    return seq;
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
    await store.rewrite(aside);
  }

  /** Write again what the store has lost. A number that it has given anew meanwhile is not taken from it. */
  async writeAgain() {
    const there = new Set((await store.queued()).map(sign));
    for (const { seq, ...entry } of this.entries) if (!there.has(sign(entry))) await store.enqueue(entry);
    await this.read();
  }
}

/** What may go up at once from the front of these: scans together, at most so many; all else one by one. */
export function batchOf(waiting, most = BATCH) {
  if (waiting[0].kind !== "scan") return [waiting[0]];
  const end = waiting.findIndex((entry) => entry.kind !== "scan");
  return waiting.slice(0, Math.min(most, end < 0 ? waiting.length : end));
}
