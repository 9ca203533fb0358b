// One look at one ticket is one scan: a camera sees a code nine times a second, and two of them in turn.

/** The same code by the same way in is one look for so long after it was seen last. */
const SAME_MS = 2500;

export class Sightings {
  constructor() {
    this.seen = new Map();
  }

  /** See a code: this look at it, and whether it goes on from before. method: the way in. now: ms. */
  see(code, method, now = performance.now()) {
    for (const [key, { at }] of this.seen) if (now - at >= SAME_MS) this.seen.delete(key);
    const key = `${method} ${code}`;
    const known = this.seen.get(key);
    const look = known ?? { method, scan_id: crypto.randomUUID() };
    look.at = now;
    this.seen.set(key, look);
    return { look, goesOn: Boolean(known) };
  }

  /** What is on the screen for a scan. */
  answered({ scan_id }, shown) {
    for (const look of this.seen.values()) if (look.scan_id === scan_id) look.shown = shown;
  }

  /** Whoever was taken back may come again at once; a ticket that still lies before the camera does not by itself. */
  forget() {
    for (const [key, { method }] of this.seen) if (method !== "camera") this.seen.delete(key);
  }
}
