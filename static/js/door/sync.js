// The desk and the server: loading the roster, hearing of other desks, sending the queue. Offline is never a mode that
// somebody chooses: every call finds out, and the queue goes up by itself.
//
// Server, line and store fail apart from each other: a round does what it can, and the next one tries the rest again.

import { Declined, Late, Offline, call } from "./api.js";
import { Loading } from "./loading.js";
import { Pace } from "./pace.js";
import { Queue, batchOf } from "./queue.js";
import { Roster } from "./roster.js";
import * as store from "./store.js";

const ROUND_MS = 4000;
const SIGN_OF_LIFE_MS = 60_000;
/** Less than this is no sign that the device's clock has moved: an answer may be on its way for as long. */
const CLOCK_MS = 2000;
const BATCH = 100;
/** More than these are not sent before it is known that somebody is there, and the page shows how far they are. */
const FEW = 10;
/** Whoever was shown a green screen so long ago sits in the hall by now. */
const INSIDE_MS = 10_000;
/** A tab that the system has put to sleep may hold the lock for ever. Two that send at once change nothing: ids are ids. */
const LOCK_MS = 60_000;

export class Desk {
  /** heard(desk, answers): called after every change; answers: those of the server to scans of this desk. */
  constructor(heard) {
    this.heard = heard;
    this.roster = new Roster();
    this.loading = new Loading(this);
    this.queue = new Queue();
    this.pace = new Pace(BATCH);
    /** The server answers. */
    this.online = false;
    /** What the store cannot do: "", "broken", or "full". */
    this.trouble = "";
    /** The browser has thrown the store away: "", "rewritten" from this page's memory, or "forgotten" with an earlier page. */
    this.vanished = "";
    /** What was not stored since somebody else had corrected it, in words; until somebody has read them. */
    this.clashes = [];
    this.ended = "";
    this.ahead = 0;
    this.toldAt = 0;
    /** What else a desk hears of after every round, and how it sends what is no scan: kind → send(entry). */
    this.hears = [];
    /** What others of this page write again after the store was lost. */
    this.rewrites = [];
    this.takers = new Map();
  }

  /** So many entries wait here. */
  get unsent() {
    return this.queue.entries.length;
  }

  get stuck() {
    return this.queue.stuck;
  }

  /** Take up what an earlier page has left, and speak to the server from now on. */
  async begin() {
    setInterval(() => this.round(), ROUND_MS);
    addEventListener("online", () => this.round());
    document.addEventListener("visibilitychange", () => document.hidden || this.round());
    store.settleIn();
    await this.tend(() => this.wake());
    this.progressed();
  }

  async wake() {
    if (this.awake) return;
    const token = await store.fact("token");
    this.ahead = (await store.fact("ahead")) ?? 0;
    this.clashes = (await store.fact("clashes")) ?? [];
    // What an earlier page has left here was never answered while its people stood at the door.
    await store.markAdmitted();
    const [loaded, loading] = [await store.fact("roster"), await store.fact("loading")];
    await this.queue.takeUp();
    if (loaded) this.take(new Roster(loaded));
    if (loading) this.loading.resume(loading);
    for (const entry of this.queue.entries) if (entry.seen) this.roster.note(entry.seen);
    if (token) store.noteEnrolled(true);
    else if (store.wasEnrolled()) this.vanished = "forgotten";
    Object.assign(this, { token, awake: true });
  }

  /** The server's time as ISO; a tablet's clock may be wrong by hours. */
  now() {
    return new Date(Date.now() + this.ahead).toISOString();
  }

  take(roster) {
    const mine = [...this.roster.scans.values()].filter((scan) => scan.mine);
    this.roster = roster;
    this.groups = roster.loaded.groups;
    for (const scan of mine) if (!roster.scans.has(scan.scan_id)) roster.note(scan);
  }

  // -- the store -----------------------------------------------------------------------------------------------

  /** Do something with the store. If it fails, the page says so and a later round mends it; nothing else is held up. */
  async tend(act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof store.Broken)) throw error;
      this.trouble = error.full ? "full" : "broken";
    }
  }

  /** Write again what memory holds, after the store has failed or was thrown away. */
  async mend() {
    await this.wake();
    // A store that was thrown away is noticed by opening it.
    await store.fact("token");
    const lost = this.queue.lost && this.token;
    if (!lost && !this.trouble) return;
    if (this.token) await store.keep("token", this.token);
    await store.keep("ahead", this.ahead);
    if (lost) this.vanished = "rewritten";
    for (const rewrite of this.rewrites) await rewrite();
    await this.queue.writeAgain();
    this.trouble = "";
    if (this.roster.loaded) await store.keep("device", this.roster.loaded.device);
    await this.keepRoster();
  }

  async count() {
    await this.tend(() => this.queue.read());
  }

  /** Put a scan or walk-in on the disk; nothing is shown before this is done. seen: how it counts at this desk. */
  async record(entry) {
    try {
      await this.queue.add(entry);
    } catch (error) {
      if (error instanceof store.Broken) this.trouble = error.full ? "full" : "broken";
      throw error;
    }
    if (entry.seen) this.roster.note(entry.seen);
  }

  /** Take what is newer about a guest, here and on the disk; the guest. */
  async replace(guest) {
    this.roster.renew(guest);
    await this.keepRoster();
    return this.roster.byId.get(guest.id);
  }

  keepRoster() {
    return this.loading.keep(this.roster);
  }

  /** Nothing of this desk stays on the device; whether it is so. */
  async leave() {
    const { token } = this;
    // No round writes it again meanwhile.
    this.token = undefined;
    await this.tend(() => store.forgetAll());
    if (this.trouble) this.token = token;
    else store.noteEnrolled(false);
    return !this.trouble;
  }

  /** Somebody whom the server does not know of yet takes a seat of this group; its next answer counts anew. */
  takeSeat(group) {
    for (const counted of [this.roster.loaded, group]) if (counted?.free) counted.free -= 1;
  }

  /** An entry of this desk that the server has already answered. */
  see(scan_id, application, at) {
    const session = this.roster.sessionAt(Date.parse(at));
    this.roster.note({ scan_id, application, session, outcome: "admitted", undoes: null, direction: "in", at, mine: true });
  }

  // -- rounds --------------------------------------------------------------------------------------------------

  /** A round that begins after this call: the queue first, then what is new. Only one tab at a time. Never rejects. */
  round() {
    if (this.awake && !this.token) return Promise.resolve();
    // A scan made while a round is under way goes up right after it, not at the next tick.
    this.next ??= Promise.resolve(this.rounding).then(() => {
      this.next = undefined;
      this.rounding = alone(() => this.speak()).catch(reportError);
      return this.rounding;
    });
    return this.next;
  }

  async speak() {
    try {
      await this.tend(() => this.mend());
      if (!this.token) return;
      await this.send();
      await this.loading.refresh();
      for (const hear of this.hears) await hear();
      this.ended = "";
    } catch (error) {
      // Whatever waits has had no answer in time, wherever in the queue it stands.
      await this.tend(() => store.markAdmitted());
      if (error instanceof Declined) await this.declined(error);
      else if (!(error instanceof Offline)) reportError(error);
    } finally {
      this.sending = undefined;
      await this.count();
      this.progressed();
    }
  }

  /** The page is told how far things are, and of answers to scans of this desk. */
  progressed(answers = []) {
    this.heard(this, answers);
  }

  async declined({ status, body }) {
    this.ended = body.error;
    if (status === 401 || status === 410) {
      // Names leave the device when the door has closed or the device is revoked; scans stay until they are sent.
      this.roster = new Roster();
      await this.loading.forget();
    }
    if (body.error === "revoked" && this.unsent !== this.heldTold) {
      // It may not send any more, but organisers have to know what it holds. The answer is a no again.
      this.heldTold = this.unsent;
      await this.tell([]).catch(() => {});
    }
  }

  /** One call. It tells whether the server is there; not what it answers, and not how long a long answer takes. */
  async ask(path, body, patience) {
    try {
      const answer = await call(this.token, path, body, patience);
      this.online = true;
      return answer;
    } catch (error) {
      if (error instanceof Declined) this.online = true;
      else if (!(error instanceof Late)) this.online = false;
      throw error;
    }
  }

  /** Is anybody there? Rejects within three seconds if not. */
  async ping() {
    try {
      await this.tell([]);
    } catch (error) {
      if (!(error instanceof Late)) throw error;
      this.online = false;
      throw new Offline("nobody");
    }
  }

  /** act() in portions as this pace says them: smaller whenever one does not come through though somebody is there. */
  async bear(pace, act) {
    for (;;) {
      try {
        const done = await act();
        pace.grow();
        return done;
      } catch (error) {
        if (!(error instanceof Late)) throw error;
        const less = pace.ease();
        await this.ping();
        if (!less) throw error;
      }
    }
  }

  /** The server's clock is the one that counts; written down only when ours has moved against it. */
  async setClock({ now, received }) {
    const ahead = Date.parse(now) - received;
    if (Math.abs(ahead - this.ahead) < CLOCK_MS) return;
    this.ahead = ahead;
    await this.tend(() => store.keep("ahead", ahead));
  }

  // -- sending -------------------------------------------------------------------------------------------------

  /** Send the queue in its order. An entry leaves it only when the server has answered it by its id. */
  async send() {
    await this.count();
    const { waiting } = this.queue;
    const all = waiting.length;
    if (!this.online || all > FEW || Date.now() - this.toldAt > SIGN_OF_LIFE_MS) await this.ping();
    while (waiting.length) {
      if (all > FEW) this.sending = { done: all - waiting.length, all };
      this.progressed();
      const [batch, answers] = await this.bear(this.pace, async () => {
        const next = batchOf(waiting, this.pace.now);
        return [next, await this.sendBatch(next)];
      });
      waiting.splice(0, batch.length);
      this.progressed(answers);
    }
  }

  async sendBatch(batch) {
    const { patience } = this.pace;
    try {
      const take = this.takers.get(batch[0].kind);
      if (take) {
        await take(batch[0]);
        await this.drop(batch[0]);
        return [];
      }
      if (batch[0].kind === "correction") {
        const { guest } = await this.ask("corrections", batch[0].body, patience);
        if (guest) await this.replace(guest);
        await this.drop(batch[0]);
        return [];
      }
      const { answers } =
        batch[0].kind === "scan" ? await this.tell(batch, patience) : await this.ask("walk-ins", batch[0].body, patience);
      for (const answer of answers) {
        for (const entry of batch.filter((one) => one.body.scan_id === answer.scan_id)) {
          this.settle(entry, answer);
          await this.drop(entry);
        }
      }
      return answers;
    } catch (error) {
      if (!(error instanceof Declined) || ![400, 413, 422].includes(error.status)) throw error;
      // One that the server cannot take must not hold up the others: it is set aside, and stays on the device.
      if (batch.length === 1 && error.body.error === "corrected_meanwhile") {
        // What stands is shown again, and whoever is at this desk decides anew.
        await this.replace(error.body.guest);
        await this.tend(() => this.queue.drop(batch[0]));
        await this.keepClashes([...this.clashes, error.body.say]);
        return [];
      }
      if (batch.length === 1) {
        await this.tend(() => this.queue.setAside(batch[0], error.body.say ?? ""));
        return [];
      }
      const answers = [];
      for (const entry of batch) answers.push(...(await this.sendBatch([entry])));
      return answers;
    }
  }

  async keepClashes(clashes) {
    this.clashes = clashes;
    await this.tend(() => store.keep("clashes", clashes));
  }

  drop(entry) {
    return this.tend(() => this.queue.drop(entry));
  }

  /** Send scans, or none as a sign of life, and say how many will still wait here. */
  async tell(batch, patience) {
    const unsent = Math.max(0, this.unsent - batch.length);
    const said = { now: this.now(), scans: batch.map((one) => this.bodyOf(one)), unsent };
    const told = await this.ask("scans", said, patience);
    this.toldAt = Date.now();
    return told;
  }

  /** A scan as it is sent. Somebody was let in on this desk's word alone if no answer came while they stood there: the
      server keeps that as a fact, and flags it if it would have said otherwise or another desk did so too. */
  bodyOf(entry) {
    const age = Math.abs(Date.parse(this.now()) - Date.parse(entry.body.scanned_at));
    return store.letsIn(entry) && age > INSIDE_MS ? { ...entry.body, offline: true } : entry.body;
  }

  settle(entry, answer) {
    if (answer.guest) this.roster.add(answer.guest);
    if (!entry.seen) {
      if (answer.outcome === "admitted" && answer.guest) this.see(answer.scan_id, answer.guest.id, entry.body.scanned_at);
      return;
    }
    const { outcome, why, session } = answer;
    this.roster.drop(entry.seen.scan_id);
    this.roster.note({ ...entry.seen, outcome, why, session, application: answer.guest?.id ?? null });
  }
}

/** Do this while no other tab does; after a while, anyway. */
async function alone(act) {
  let begun = false;
  try {
    return await navigator.locks.request("tsudoi-door", { signal: AbortSignal.timeout(LOCK_MS) }, () => {
      begun = true;
      return act();
    });
  } catch (error) {
    if (begun) throw error;
    return act();
  }
}
