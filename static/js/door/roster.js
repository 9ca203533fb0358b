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
    this.undone = new Set();
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

  /** Remember a scan of any desk: {scan_id, application, session, outcome, undoes, direction, at, device}. */
  note(scan) {
    if (scan.undoes && scan.outcome === "admitted") this.undone.add(scan.undoes);
    if (!scan.undoes && scan.application && !this.scans.has(scan.scan_id)) {
      const known = this.byGuest.get(scan.application) ?? [];
      this.byGuest.set(scan.application, [...known, scan.scan_id]);
    }
    this.scans.set(scan.scan_id, scan);
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

  /** The local answer to a scan, in the form of the server's. */
  answer(attempt, guest) {
    const instant = Date.parse(attempt.scanned_at);
    const session = this.sessionAt(instant);
    const earlier = guest ? this.standing(guest, session) : [];
    const open = instant >= Date.parse(this.loaded.event.doors_open_at);
    let decision = decide(ticketState(guest), earlier, "in", { open, exits: this.loaded.event.exits });
    if (attempt.forced && decision.outcome === "refused" && guest) decision = { outcome: "admitted", why: "", since: "" };
    const { says, whys } = this.loaded.texts;
    const [say, next] = decision.outcome === "refused" ? whys[decision.why] : [says[decision.outcome], ""];
    return { ...decision, scan_id: attempt.scan_id, session, say, next, guest: guest ?? null, undo: false };
  }

  counts() {
    const expected = this.guests.filter((one) => one.state === "confirmed" && one.role === "participant");
    const arrived = expected.filter((one) => this.standing(one).length > 0);
    return { expected, arrived };
  }
}
