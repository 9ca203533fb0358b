// The one decision at the door: the same function as trainings/checkin/passages/decision.py, where its contract is written.
// One table of test vectors (tests/unit/checkin/vectors.json) runs against both.

const WITHOUT_A_SEAT = ["unknown", "other_event", "not_selected", "waiting", "cancelled"];
const BY_OTHER_SCANS = ["left_already", "not_inside"];

/** earlier: [{direction, at}], oldest first; rules: {open, exits, held}. Gives {outcome, why, since}. */
export function decide(ticket, earlier, direction, rules) {
  if (WITHOUT_A_SEAT.includes(ticket)) return refused(ticket);
  if (rules.held === false) return refused("not_held");
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

/** Whether a scan says that its person passed the door: not where the ticket itself was turned away. */
export const isPassage = ({ outcome, why }) => outcome !== "refused" || BY_OTHER_SCANS.includes(why);

/** passage: whether the scan to take back is known and is one; takenBack: whether it was taken back before. */
export function decideUndo(passage, takenBack) {
  return passage && !takenBack ? admitted() : refused("nothing_to_undo");
}

const admitted = () => ({ outcome: "admitted", why: "", since: "" });
const repeated = (since) => ({ outcome: "repeated", why: "", since });
const refused = (why) => ({ outcome: "refused", why, since: "" });
