// The desk and the server: loading the roster, hearing of other desks, sending the queue. Offline is never a mode that
// somebody chooses: every call finds out, and the queue goes up by itself.

import { Declined, Offline, call } from "./api.js";
import { Roster } from "./roster.js";
import * as store from "./store.js";

const ROUND_MS = 4000;
const SIGN_OF_LIFE_MS = 60_000;
/** Less than this is no sign that the device's clock has moved: an answer may be on its way for as long. */
const CLOCK_MS = 2000;
const BATCH = 100;
/** Whoever was shown a green screen so long ago sits in the hall by now. */
const INSIDE_MS = 10_000;

export class Desk {
  /** heard(desk, answers): called after every change; answers: those of the server to scans of this desk. */
  constructor(heard) {
    this.heard = heard;
    this.roster = new Roster();
    this.online = false;
    this.unsent = 0;
    this.ended = "";
    this.ahead = 0;
    this.toldAt = 0;
  }

  async begin() {
    this.token = await store.fact("token");
    this.ahead = (await store.fact("ahead")) ?? 0;
    store.settleIn();
    // What an earlier page has left here was never answered while its people stood at the door.
    await store.markAdmitted();
    this.take(await store.fact("roster"));
    await this.count();
    for (const entry of await store.queued()) if (entry.seen) this.roster.note(entry.seen);
    this.heard(this, []);
    if (!this.token) return;
    await this.round();
    setInterval(() => this.round(), ROUND_MS);
    addEventListener("online", () => this.round());
    document.addEventListener("visibilitychange", () => document.hidden || this.round());
  }

  /** The server's time as ISO; a tablet's clock may be wrong by hours. */
  now() {
    return new Date(Date.now() + this.ahead).toISOString();
  }

  take(loaded) {
    if (!loaded) return;
    const mine = [...this.roster.scans.values()].filter((scan) => scan.mine);
    this.roster = new Roster(loaded);
    this.groups = loaded.groups;
    for (const scan of mine) if (!this.roster.scans.has(scan.scan_id)) this.roster.note(scan);
  }

  async count() {
    const queue = await store.queued();
    this.unsent = queue.length;
    this.stuck = queue.filter((entry) => entry.stuck);
  }

  /** Put a scan or walk-in on the disk; nothing is shown before this is done. seen: how it counts at this desk. */
  async record(entry) {
    const seq = await store.enqueue(entry);
    if (entry.seen) this.roster.note(entry.seen);
    this.unsent += 1;
    return seq;
  }

  /** Take what is newer about a guest, here and on the disk; the guest. */
  async replace(guest) {
    this.roster.renew(guest);
    await this.keepRoster();
    return this.roster.byId.get(guest.id);
  }

  async keepRoster() {
    const { loaded, guests } = this.roster;
    if (!loaded) return;
    loaded.roster = guests;
    await store.keep("roster", loaded);
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

  /** A round that begins after this call: the queue first, then what is new. Only one tab at a time. */
  round() {
    if (!this.token) return Promise.resolve();
    // A scan made while a round is under way goes up right after it, not at the next tick.
    this.next ??= (this.rounding ?? Promise.resolve()).then(() => {
      this.next = undefined;
      this.rounding = navigator.locks.request("tsudoi-door", () => this.speak());
      return this.rounding;
    });
    return this.next;
  }

  async speak() {
    let answers = [];
    try {
      answers = await this.send();
      await this.refresh();
      this.online = true;
      this.ended = "";
    } catch (error) {
      // Whatever waits has had no answer in time, wherever in the queue it stands.
      await store.markAdmitted().catch(reportError);
      if (error instanceof Offline) this.online = false;
      else if (error instanceof Declined) await this.declined(error);
      else {
        // A fault of ours must not stop the rounds to come.
        this.online = false;
        reportError(error);
      }
    }
    await this.count();
    this.heard(this, answers);
    return answers;
  }

  async declined({ status, body }) {
    this.online = true;
    this.ended = body.error;
    if (status === 401 || status === 410) {
      // Names leave the device when the door has closed or the device is revoked; scans stay until they are sent.
      await store.forget("roster");
      this.roster = new Roster();
    }
  }

  async refresh() {
    if (Date.now() - this.toldAt > SIGN_OF_LIFE_MS) await this.tell([]);
    let more = this.roster.loaded?.roster_at !== undefined;
    if (!more) await this.load();
    while (more) more = await this.hear();
  }

  /** Everything, once: afterwards only what is new. */
  async load() {
    const loaded = await call(this.token, "roster");
    await this.setClock(loaded);
    this.take(loaded);
    await store.keep("device", loaded.device);
    await store.keep("roster", loaded);
  }

  /** What is new since the last answer; whether there is more. */
  async hear() {
    const { loaded } = this.roster;
    const since = encodeURIComponent(loaded.roster_at);
    const news = await call(this.token, `changes?cursor=${loaded.cursor}&roster_at=${since}`);
    if (news.edition !== loaded.edition) {
      // The event itself was changed: its times, professions or words.
      await this.load();
      return false;
    }
    await this.setClock(news);
    const renewed = news.roster.filter((guest) => this.roster.renew(guest));
    for (const scan of news.scans) this.roster.note(scan);
    const { now, cursor, roster_at, groups, free, desks } = news;
    Object.assign(this, { groups });
    Object.assign(loaded, { now, cursor, roster_at, groups, free, desks });
    loaded.scans.push(...news.scans);
    if (renewed.length || news.scans.length) await this.keepRoster();
    return news.more;
  }

  /** The server's clock is the one that counts; written down only when ours has moved against it. */
  async setClock({ now, received }) {
    const ahead = Date.parse(now) - received;
    if (Math.abs(ahead - this.ahead) < CLOCK_MS) return;
    this.ahead = ahead;
    await store.keep("ahead", ahead);
  }

  /** Send the queue in its order; the answers. An entry leaves it only when the server has answered it by its id. */
  async send() {
    const answers = [];
    const waiting = (await store.queued()).filter((entry) => !entry.stuck);
    while (waiting.length) {
      const batch = waiting[0].kind === "scan" ? run(waiting) : [waiting[0]];
      waiting.splice(0, batch.length);
      answers.push(...(await this.sendBatch(batch)));
    }
    return answers;
  }

  async sendBatch(batch) {
    try {
      if (batch[0].kind === "correction") {
        const { guest } = await call(this.token, "corrections", batch[0].body);
        if (guest) await this.replace(guest);
        await store.confirmed(batch[0].seq);
        return [];
      }
      const { answers } =
        batch[0].kind === "scan"
          ? await this.tell(batch)
          : await call(this.token, "walk-ins", batch[0].body);
      for (const answer of answers) {
        const entry = batch.find((one) => one.body.scan_id === answer.scan_id);
        if (!entry) continue;
        this.settle(entry, answer);
        await store.confirmed(entry.seq);
      }
      return answers;
    } catch (error) {
      if (!(error instanceof Declined) || ![400, 413, 422].includes(error.status)) throw error;
      // One that the server cannot take must not hold up the others: it is set aside, and stays on the device.
      if (batch.length === 1) {
        await store.rewrite({ ...batch[0], stuck: true, say: error.body.say ?? "" });
        return [];
      }
      const answers = [];
      for (const entry of batch) answers.push(...(await this.sendBatch([entry])));
      return answers;
    }
  }

  /** Send scans, or none as a sign of life, and say how many will still wait here. */
  async tell(batch) {
    const unsent = Math.max(0, this.unsent - batch.length);
    const told = await call(this.token, "scans", { now: this.now(), scans: batch.map((one) => this.bodyOf(one)), unsent });
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

function run(waiting) {
  const end = waiting.findIndex((entry) => entry.kind !== "scan");
  return waiting.slice(0, Math.min(BATCH, end < 0 ? waiting.length : end));
}
