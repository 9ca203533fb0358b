// The queue as a file, for the case that this device never gets a network again. The organiser's page reads it
// (checkin/paper/keying.py): the ids are the same, so it does not matter if the desk sends its queue later after all.

import { fact } from "./store.js";

const FORMAT = "tsudoi-door-queue-1";

/** Offer the file for saving: what this desk has not sent, from its memory where the store is broken. How many entries it
    holds. */
export async function saveQueue(desk) {
  await desk.count();
  const device = desk.roster.loaded?.device ?? (await fact("device").catch(() => null)) ?? null;
  const savedAt = desk.now();
  const entries = desk.queue.entries.map(({ kind, body, seen }) => ({
    kind,
    // Whom this desk let in came in, whatever the server would have said.
    body: kind === "scan" && seen?.outcome === "admitted" ? { ...body, offline: true } : body,
  }));
  const told = { format: FORMAT, device, saved_at: savedAt, entries };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(told, null, 1)], { type: "application/json" }));
  link.download = `tsudoi-door-${savedAt.slice(0, 16).replaceAll(":", "")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return entries.length;
}
