// The roster in memory: whom a ticket belongs to, who has come in, and the local answer to a scan.

import { sha256, hex, utf8 } from "../sha256.js";
import { decide } from "./decision.js";

const STATES = {
  confirmed: "confirmed",
  applied: "waiting",
  waiting: "waiting",
  offered: "waiting",
  not_selected: "not_selected",
};

/** The state of a ticket as the decision asks for it (checkin/scanning.py). */
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

  /** Remember a scan of any desk: {scan_id, application, session, outcome, undoes, direction, at, device}. */
  note(scan) {
    if (this.scans.has(scan.scan_id)) return;
    this.scans.set(scan.scan_id, scan);
    if (scan.undoes) {
      if (scan.outcome === "admitted") this.undone.set(scan.undoes, scan.scan_id);
    } else if (scan.application) {
      this.byGuest.set(scan.application, [...(this.byGuest.get(scan.application) ?? []), scan.scan_id]);
    }
  }

  /** Forget a scan, for the server's word takes its place. */
  drop(id) {
    const scan = this.scans.get(id);
    this.scans.delete(id);
    if (scan && this.undone.get(scan.undoes) === id) this.undone.delete(scan.undoes);
    const known = this.byGuest.get(scan?.application);
    if (known) this.byGuest.set(scan.application, known.filter((one) => one !== id));
  }

  find({ ticket, number, application }) {
    if (application) return this.byId.get(application);
    if (ticket) return this.byTicket.get(hex(sha256(utf8(ticket))));
    return this.byCode.get(number);
  }

  /** The admitted scans of a guest that stand, oldest first; in one session where it is given. */
  standing(guest, session) {
    return (this.byGuest.get(guest.id) ?? [])
      .filter((id) => !this.undone.has(id))
      .map((id) => this.scans.get(id))
      .filter((scan) => scan.outcome === "admitted" && (session === undefined || scan.session === session))
      .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  }

  /** The session that an instant (ms) belongs to: the first that is not over, else the last. */
  sessionAt(instant) {
    const sessions = this.loaded?.event.sessions ?? [];
    return (sessions.find((one) => instant < Date.parse(one.ends_at)) ?? sessions.at(-1))?.id ?? null;
  }

  /** The newest entries of a device that stand, with their guests: [{scan, guest}]. */
  recent(device, most) {
    return [...this.scans.values()]
      .filter((scan) => (scan.mine || scan.device === device) && scan.outcome === "admitted" && !scan.undoes)
      .filter((scan) => !this.undone.has(scan.scan_id) && this.byId.has(scan.application))
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
    const earlier = guest ? this.standing(guest, session) : [];
    const rules = { open: instant >= Date.parse(event.doors_open_at), exits: event.exits };
    let decision = decide(ticketState(guest), earlier, direction, rules);
    if (attempt.forced && decision.outcome === "refused" && guest) decision = { outcome: "admitted", why: "", since: "" };
    let [say, next] = [texts.says[decision.outcome], ""];
    if (decision.outcome === "refused") [say, next] = texts.whys[decision.why];
    else if (decision.outcome === "admitted" && direction === "out") say = texts.out;
    const desk = decision.since ? (desks[earlier.at(-1).device] ?? "") : "";
    return { ...decision, scan_id: attempt.scan_id, session, say, next, desk, guest: guest ?? null, undo: false };
  }

  counts() {
    const expected = this.guests.filter((one) => one.state === "confirmed" && one.role === "participant");
    const arrived = expected.filter((one) => this.byGuest.has(one.id) && this.standing(one).length > 0);
    return { expected, arrived };
  }
}
