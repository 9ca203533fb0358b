// Who is still missing at which table: from the roster on the device, so that it needs no network.

import { fill } from "./results.js";

/** Tables by number, those without one last: [{table, expected, missing}]; missing: guests in the order of the roster. */
export function missingByTable(roster) {
  const tables = new Map();
  for (const guest of roster.guests) {
    if (guest.state !== "confirmed") continue;
    const at = tables.get(guest.table) ?? { table: guest.table, expected: 0, missing: [] };
    at.expected += 1;
    if (!roster.entry(guest)) at.missing.push(guest);
    tables.set(guest.table, at);
  }
  return [...tables.values()].sort((one, other) => (one.table ?? Infinity) - (other.table ?? Infinity));
}

/** Ties the list to the desk; paint() brings it up to date. */
export function missing(part, desk) {
  const list = part.querySelector("[data-missing]");
  const words = part.querySelector("[data-missing-words]");
  const copy = (name) => document.querySelector(name).content.firstElementChild.cloneNode(true);
  let shown = "";

  const row = ({ table, expected, missing: guests }) => {
    const line = copy("#missing-row");
    line.querySelector("[data-at]").textContent = table ? part.dataset.table.replace("{n}", table) : part.dataset.noTable;
    line.querySelector("[data-come]").textContent = part.dataset.come
      .replace("{n}", expected - guests.length)
      .replace("{all}", expected);
    line.querySelector("[data-names]").replaceChildren(
      ...guests.map((guest) => {
        const one = copy("#missing-guest");
        fill(one, guest);
        return one;
      }),
    );
    return line;
  };

  const paint = () => {
    const tables = desk.roster.loaded ? missingByTable(desk.roster) : [];
    const incomplete = tables.filter((one) => one.missing.length);
    // What has not changed stays as it is: somebody may be reading it with a finger on the line.
    const now = JSON.stringify(incomplete.map((one) => [one.table, one.expected, one.missing.map((guest) => [guest.name, guest.css])]));
    words.hidden = !tables.length || incomplete.length > 0;
    if (now === shown) return;
    shown = now;
    list.replaceChildren(...incomplete.map(row));
    list.hidden = !incomplete.length;
  };
  return { paint };
}
