// The one decision at the door: the same function as trainings/checkin/decision.py, where its contract is written.
// One table of test vectors (tests/unit/checkin/vectors.json) runs against both.

const WITHOUT_A_SEAT = ["unknown", "other_event", "not_selected", "waiting", "cancelled"];

/** earlier: [{direction, at}], oldest first; rules: {open, exits}. Gives {outcome, why, since}. */
export function decide(ticket, earlier, direction, rules) {
  if (WITHOUT_A_SEAT.includes(ticket)) return refused(ticket);
  if (!rules.open) return refused("not_open_yet");
  const last = earlier.at(-1);
  if (direction === "out") {
    if (!last) return refused("not_inside");
    return last.direction === "out" ? repeated(last.at) : admitted();
  }
  if (!last) return admitted();
  if (last.direction === "in") return repeated(last.at);
  return rules.exits ? admitted() : refused("left_already");
}

/** undone: outcome of the scan to take back, null when there is none; only an entry that stands can be taken back. */
export function decideUndo(undone, takenBack) {
  return undone === "admitted" && !takenBack ? admitted() : refused("nothing_to_undo");
}

const admitted = () => ({ outcome: "admitted", why: "", since: "" });
const repeated = (since) => ({ outcome: "repeated", why: "", since });
const refused = (why) => ({ outcome: "refused", why, since: "" });
