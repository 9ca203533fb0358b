// A PIN that locks the desk to scanning and searching. The device keeps a salted hash and checks it even offline; who has
// forgotten the PIN has it taken away by the organiser, whose word this desk hears of with the next rounds.

import { Declined } from "./api.js";
import { hex, unhex } from "../sha256.js";
import * as store from "./store.js";

const HEAR_MS = 12_000;
const TRIES = 5;
const PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 900_000;
const ROUNDS = 300_000;
/** While locked, so much has to be typed before names are shown, and no more of them than this. */
const TYPED = 2;
const FOUND = 5;
const OPEN_PANELS = ["#scan", "#search"];

/** What is kept of a PIN (checkin/desk/locks.py). salt: hexadecimal. */
async function hashOf(pin, salt, rounds) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  return hex(new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: unhex(salt), iterations: rounds }, key, 256)));
}

const digits = (typed) => typed.normalize("NFKC").trim();

/** door: the page; dialog: asks for the PIN; part: where it is set. changed(): called when it is locked or free. */
export function lock(door, dialog, part, { desk, results, changed }) {
  const slot = (name) => part.querySelector(`[data-lock-${name}]`);
  const said = dialog.querySelector("[data-pin-problem]");
  const typed = dialog.querySelector("input");
  let known = null;
  let locked = false;
  // wrong: in a row; unheard: of these without the server; until: when the next one may be typed.
  let tries = { wrong: 0, until: 0, unheard: 0 };
  let trying = false;
  let heardAt = 0;
  let begun = false;

  const show = () => {
    door.toggleAttribute("data-locked", locked);
    results.panel.toggleAttribute("data-locked", locked);
    slot("again").hidden = !known;
    slot("end").hidden = !known;
    if (locked) {
      // Leaving is nothing that a locked desk records.
      door.querySelector("[name=direction][value=in]").checked = true;
      if (location.hash && !OPEN_PANELS.includes(location.hash)) location.hash = "scan";
    }
    changed();
  };

  const take = async (newest, isLocked) => {
    known = newest;
    locked = isLocked && known !== null;
    await store.keep("lock", { known, locked });
    show();
  };

  const begin = async () => {
    const saved = await store.fact("lock");
    tries = { ...tries, ...(await store.fact("lock_tries")) };
    known = saved?.known ?? null;
    locked = Boolean(saved?.locked);
    begun = true;
    show();
  };

  // A store that was thrown away takes neither the lock with it nor what was guessed.
  desk.rewrites.push(async () => {
    if (!begun) return;
    await store.keep("lock", { known, locked });
    await store.keep("lock_tries", tries);
  });

  desk.hears.push(async () => {
    if (Date.now() - heardAt < HEAR_MS) return;
    const { lock: told } = await desk.ask("lock");
    heardAt = Date.now();
    if (told?.set_at !== known?.set_at) {
      await store.keep("lock_tries", (tries = { wrong: 0, until: 0, unheard: 0 }));
      return await take(told, true);
    }
    if (told && tries.unheard && !trying) await tellUnheard();
    else if (told && told.held !== known.held) await take(told, locked);
  });

  /** The server counts too: what it has heard stays counted, whatever becomes of this device's store. */
  const tryAtServer = (hash, wrong) => desk.ask("lock/try", { hash, wrong });

  const tellUnheard = async () => {
    trying = true;
    try {
      await hear(await tryAtServer(null, tries.unheard));
    } finally {
      trying = false;
    }
  };

  const hear = async (answer) => {
    await store.keep("lock_tries", (tries = { ...tries, unheard: 0 }));
    if (answer.lock?.held !== known?.held) await take(answer.lock, locked);
  };

  /** Tell the server first: only what it keeps can be taken away by it. */
  const tell = async (body) => {
    try {
      return await desk.ask("lock", body);
    } catch (error) {
      slot("problem").textContent = error instanceof Declined ? part.dataset.refused : part.dataset.offline;
      return null;
    }
  };

  part.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const pin = digits(slot("pin").value);
    slot("problem").textContent = /^\d{4,8}$/.test(pin) ? "" : part.dataset.bad;
    if (slot("problem").textContent) return slot("pin").focus();
    const salt = hex(crypto.getRandomValues(new Uint8Array(16)));
    const answer = await tell({ salt, hash: await hashOf(pin, salt, ROUNDS) });
    if (!answer) return;
    slot("pin").value = "";
    await store.keep("lock_tries", (tries = { wrong: 0, until: 0, unheard: 0 }));
    await take(answer.lock, true);
  });
  slot("again").addEventListener("click", () => take(known, true));
  slot("end").addEventListener("click", async () => {
    if (await tell({ hash: null })) await take(null, false);
  });

  // -- opening -------------------------------------------------------------------------------------------------

  const wait = () => Math.max(0, tries.until - Date.now());
  const tellWait = () => {
    said.textContent = dialog.dataset.wait.replace("{n}", Math.ceil(wait() / 60_000));
  };

  door.querySelector("[data-lock-open]").addEventListener("click", () => {
    typed.value = "";
    said.textContent = "";
    if (known?.held) said.textContent = dialog.dataset.held;
    else if (wait()) tellWait();
    dialog.showModal();
  });
  dialog.querySelector("[data-pin-close]").addEventListener("click", () => dialog.close());
  // A scan wins over any dialog.
  results.follow(() => dialog.close());

  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    // One after the other: two at once would tell the server of the same wrong ones twice.
    if (trying) return;
    if (known?.held) return (said.textContent = dialog.dataset.held);
    if (wait()) return tellWait();
    said.textContent = "";
    const pin = digits(typed.value);
    typed.value = "";
    // Written before the answer is known: a reload gives no try back.
    const wrong = tries.wrong + 1;
    const pause = wrong % TRIES ? 0 : Math.min(PAUSE_MS * 2 ** (wrong / TRIES - 1), LONGEST_PAUSE_MS);
    const until = pause ? Date.now() + pause : 0;
    const { unheard } = tries;
    trying = true;
    await store.keep("lock_tries", (tries = { wrong, until, unheard: unheard + 1 }));
    const opens = known !== null && (await isRight(await hashOf(pin, known.salt, known.rounds), unheard));
    trying = false;
    if (opens) {
      await store.keep("lock_tries", (tries = { wrong: 0, until: 0, unheard: 0 }));
      dialog.close();
      await take(known, false);
      return;
    }
    if (known?.held) said.textContent = dialog.dataset.held;
    else if (wait()) tellWait();
    else said.textContent = dialog.dataset.wrong;
    typed.focus();
  });

  /** As the server says; without it, as this device knows. */
  async function isRight(hash, unheard) {
    try {
      const answer = await tryAtServer(hash, unheard);
      await hear(answer);
      return answer.opens;
    } catch {
      return hash === known.hash;
    }
  }

  addEventListener("hashchange", () => locked && show());

  return {
    begin,
    /** Whether so little was typed that it would be browsing. */
    holdsBack: (text) => locked && Array.from(text.trim()).length < TYPED,
    narrowed: (found) => (locked ? found.slice(0, FOUND) : found),
  };
}
