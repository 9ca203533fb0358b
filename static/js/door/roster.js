// The roster in memory: whom a ticket belongs to, who has come in, and the local answer to a scan.

import { sha256, hex, utf8 } from "../sha256.js";
import { decide, isPassage } from "./decision.js";

const STATES = {
  confirmed: "confirmed",
  applied: "waiting",
  waiting: "waiting",
  offered: "waiting",
  not_selected: "not_selected",
};

/** The state of a ticket as the decision asks for it (checkin/passages/scanning.py). */
export const ticketState = (guest) => (guest ? (STATES[guest.state] ?? "cancelled") : "unknown");

export class Roster {
  /** loaded: the answer of /roster, or nothing yet. */
  constructor(loaded) {
    this.loaded = loaded;
    this.guests = [];
    this.byId = new Map();
    this.byTicket = new Map();
    this.byCode = new Map();
    this.scans = new Map();
    this.byGuest = new Map();
    this.undone = new Map();
    this.corrected = new Map();
    for (const guest of loaded?.roster ?? []) this.add(guest);
    for (const scan of loaded?.scans ?? []) this.note(scan);
  }

  add(guest) {
    if (this.byId.has(guest.id)) return;
    this.guests.push(guest);
    this.byId.set(guest.id, guest);
    this.byTicket.set(guest.ticket, guest);
    this.byCode.set(guest.code, guest);
  }

  /** Take what is newer about a guest; whether anything was. */
  renew(guest) {
    const known = this.byId.get(guest.id);
    if (!known) this.add(guest);
    else if (Object.entries(guest).every(([name, value]) => known[name] === value)) return false;
    else {
      // A ticket that was renewed must not open the door any more.
      this.byTicket.delete(known.ticket);
      Object.assign(known, guest);
      this.byTicket.set(known.ticket, known);
    }
    return true;
  }

  /** Remember a scan of any desk: {scan_id, application, session, outcome, why, undoes, corrects, again_of, direction, at,
      device}. What takes a scan back or gives it another time may come before it. */
  note(scan) {
    if (this.scans.has(scan.scan_id)) return;
    this.scans.set(scan.scan_id, scan);
    if (scan.undoes) this.undone.set(this.saidOnce(scan.undoes), scan.scan_id);
    else if (scan.corrects) this.corrected.set(scan.corrects, scan);
    else if (scan.application) {
      this.byGuest.set(scan.application, [...(this.byGuest.get(scan.application) ?? []), scan.scan_id]);
    }
  }

  /** Forget a scan, for the server's word takes its place. */
  drop(id) {
    const scan = this.scans.get(id);
    this.scans.delete(id);
    const undone = this.saidOnce(scan?.undoes);
    if (scan && this.undone.get(undone) === id) this.undone.delete(undone);
    const known = this.byGuest.get(scan?.application);
    if (known) this.byGuest.set(scan.application, known.filter((one) => one !== id));
  }

  find({ ticket, number, application }) {
    if (application) return this.byId.get(application);
    if (ticket) return this.byTicket.get(hex(sha256(utf8(ticket))));
    return this.byCode.get(number);
  }

  /** The id that a desk gave: what says the same again is taken back and corrected with it. */
  saidOnce(id) {
    return this.scans.get(id)?.again_of ?? id;
  }

  /** Whether a scan was taken back. */
  takenBack({ scan_id }) {
    return this.undone.has(this.saidOnce(scan_id));
  }

  /** The passages of a guest that stand, oldest first, with the time and session that staff gave them last. */
  standing(guest) {
    return (this.byGuest.get(guest.id) ?? [])
      .map((id) => this.scans.get(id))
      .filter((scan) => isPassage(scan) && !this.takenBack(scan))
      .map((scan) => {
        const { at, session } = this.corrected.get(this.saidOnce(scan.scan_id)) ?? scan;
        return { ...scan, at, session };
      })
      .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  }

  /** The first entry of a guest that stands. */
  entry(guest) {
    return this.standing(guest).find((scan) => scan.direction === "in");
  }

  /** What an answer goes by: the passages in one session that changed where a guest is; a refused one turns no next one
      into a repetition. */
  turns(guest, session) {
    return this.standing(guest)
      .filter((scan) => scan.outcome !== "refused" && scan.session === session)
      .filter((scan, at, all) => scan.direction !== all[at - 1]?.direction);
  }

  /** The session that an instant (ms) belongs to: the first that is not over, else the last. */
  sessionAt(instant) {
    const sessions = this.loaded?.event.sessions ?? [];
    return (sessions.find((one) => instant < Date.parse(one.ends_at)) ?? sessions.at(-1))?.id ?? null;
  }

  /** The newest passages of a device that stand and were not refused, with their guests: [{scan, guest}]. */
  recent(device, most) {
    const found = [...this.scans.values()]
      .filter((scan) => (scan.mine || scan.device === device) && scan.outcome !== "refused")
      .filter((scan) => !scan.undoes && !scan.corrects && !this.takenBack(scan) && this.byId.has(scan.application));
    return [...new Map(found.map((scan) => [this.saidOnce(scan.scan_id), scan])).values()]
      .sort((one, other) => Date.parse(other.at) - Date.parse(one.at))
      .slice(0, most)
      .map((scan) => ({ scan, guest: this.byId.get(scan.application) }));
  }

  /** The local answer to a scan, in the form of the server's. */
  answer(attempt, guest) {
    const { event, texts, desks } = this.loaded;
    const { direction = "in" } = attempt;
    const instant = Date.parse(attempt.scanned_at);
    const session = this.sessionAt(instant);
    const earlier = guest ? this.turns(guest, session) : [];
    const { held, exits } = event;
    const rules = { held, exits, open: instant >= Date.parse(event.doors_open_at) };
    let decision = decide(ticketState(guest), earlier, direction, rules);
    if (attempt.forced && decision.outcome === "refused" && guest) decision = { outcome: "admitted", why: "", since: "" };
    let [say, next] = [texts.says[decision.outcome], ""];
    if (decision.outcome === "refused") [say, next] = texts.whys[decision.why];
    else if (decision.outcome === "admitted" && direction === "out") say = texts.out;
    const desk = decision.since ? (desks[earlier.at(-1).device] ?? "") : "";
    return { ...decision, scan_id: attempt.scan_id, session, say, next, desk, guest: guest ?? null, undo: false };
  }

  /** Participants with a seat and whoever was let in without one, and those of them who came: as the server counts. */
  counts() {
    const participants = this.guests.filter((one) => one.role === "participant");
    const arrived = participants.filter((one) => this.byGuest.has(one.id) && this.entry(one));
    const came = new Set(arrived);
    const expected = participants.filter((one) => one.state === "confirmed" || came.has(one));
    return { expected, arrived };
  }
}
