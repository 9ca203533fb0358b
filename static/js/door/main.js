// The desk's page: puts camera, keyboard, search, walk-ins and the queue together.

import { stayAwake } from "./awake.js";
import { badgeLink } from "./badge_link.js";
import { Camera, textInPhoto } from "./camera.js";
import { isCode, kindOf, numberIn, ticketIn } from "./codes.js";
import { deputies } from "./deputies.js";
import { saveQueue } from "./export.js";
import { header } from "./header.js";
import { listen } from "./keyboard.js";
import { leaving } from "./leaving.js";
import { Results, clockTime, fill, unlockSound } from "./results.js";
import { fees } from "./fees.js";
import { install } from "./install.js";
import { lock } from "./lock.js";
import { missing } from "./missing.js";
import { professions } from "./professions.js";
import { decideUndo, isPassage } from "./decision.js";
import { ticketState } from "./roster.js";
import { find, isPartOfNumber } from "./search.js";
import { Sightings } from "./sightings.js";
import { Desk } from "./sync.js";
import { walkIns } from "./walkin.js";

const RECENT = 6;
const NOBODY = { since: "", guest: null, undo: false };
const PANELS = ["scan", "search", "walkin", "state"];

const one = (selector, within = document) => within.querySelector(selector);
const door = one("#door");
const { person, since, sinceAt, wrongProfession, noProfession } = door.dataset;
const words = { person, since, sinceAt, wrongProfession, noProfession };
const sayings = (id) => ({ say: one(id).dataset.say, next: one(id).dataset.next });
const results = new Results(one("#result"), door, one("#spoken"), words);
const top = header(door);
const desk = new Desk(heard);
const bolt = lock(door, one("#pin"), one("[data-lock-part]"), { desk, results, changed: () => search() });
const absent = missing(one("[data-missing-part]"), desk);
/** How much of the roster was there at the last search: so many people, or whether all. */
let searched = false;
const sightings = new Sightings();

// -- scanning ------------------------------------------------------------------------------------------------

/** What was read, whatever it is: every look at a code is stored once, and answered. */
function read(text, method) {
  // Out after in is something else that hands want; a camera cannot know.
  const { look, goesOn } = sightings.see(method === "camera" ? text : `${text} ${one("[name=direction]:checked").value}`, method);
  const { scan_id } = look;
  if (goesOn) {
    // Who scans by hand once more waits for an answer; a camera only goes on looking.
    if (method !== "camera" && look.shown && results.answer?.scan_id !== scan_id) present(...look.shown);
    return;
  }
  if (!desk.token) {
    if (desk.awake) present({ ...NOBODY, scan_id, outcome: "refused", why: "", ...sayings("#words-no-device") });
    return;
  }
  const ticket = ticketIn(text);
  const number = ticket ? "" : numberIn(text);
  if (ticket || number) record({ scan_id, ticket: ticket || number }, method, desk.roster.find({ ticket, number }));
  else record({ scan_id, ticket: text.replaceAll("\0", "").slice(-100) }, method, null, { outcome: "refused", why: "unknown", isFinal: true, ...sayings(`#words-${kindOf(text)}`) });
}

/** One attempt: on the disk, then on the screen, then to the server. said: the answer, if it needs no roster. */
async function record(what, method, guest, said) {
  const direction = one("[name=direction]:checked").value;
  const attempt = { scan_id: crypto.randomUUID(), scanned_at: desk.now(), method, direction, ...what };
  let answer = said;
  let amber = false;
  let seen;
  if (!said && !desk.roster.loaded) [answer, amber] = [{ outcome: "refused", why: "", ...sayings("#words-no-roster") }, true];
  else if (!said) {
    answer = desk.roster.answer(attempt, guest);
    if (guest) seen = seenAs(attempt, guest.id, answer.session, answer);
    else if (desk.online && !desk.roster.loaded.partial) answer.local = true;
    else [answer, amber] = [{ ...answer, ...sayings("#words-saved") }, true];
  }
  answer = { ...NOBODY, ...answer, scan_id: attempt.scan_id };
  if (!(await kept({ kind: "scan", body: attempt, seen }))) return;
  present(answer, { amber });
  desk.round();
}

/** Whether an entry is on the disk. Where the device cannot keep it, nobody may believe that it was recorded. */
async function kept(entry) {
  try {
    await desk.record(entry);
    return true;
  } catch (error) {
    reportError(error);
    // Nothing was recorded: whoever scans it once more is not looking at the same answer.
    sightings.forget();
    const why = error.full ? "#words-no-disk" : "#words-unkept";
    present({ ...NOBODY, scan_id: entry.body.scan_id, outcome: "refused", why: "", ...sayings(why) });
    return false;
  }
}

const seenAs = ({ scan_id, direction = "in", scanned_at }, application, session, { outcome, why }) => ({
  scan_id, application, session, outcome, why, undoes: null, direction, at: scanned_at, mine: true,
});

/** The answer first; what stands behind it can wait until it is on the screen. */
function present(answer, how) {
  sightings.answered(answer, [answer, how]);
  // A scan wins over any question.
  for (const question of document.querySelectorAll("dialog[open]")) question.close();
  top.show(desk);
  results.show(answer, how);
  setTimeout(paint);
}

/** undone: {scan_id, guest} of an entry. */
async function takeBack(undone) {
  const attempt = { scan_id: crypto.randomUUID(), scanned_at: desk.now(), method: "search", undoes: undone.scan_id };
  const { roster } = desk;
  const known = roster.scans.get(undone.scan_id);
  const decision = decideUndo(Boolean(known && isPassage(known)), Boolean(known && roster.takenBack(known)));
  const taken = decision.outcome === "admitted";
  const seen = { ...seenAs(attempt, undone.guest.id, null, decision), undoes: undone.scan_id };
  if (!(await kept({ kind: "scan", body: attempt, seen }))) return;
  sightings.forget();
  const entry = taken ? roster.entry(undone.guest) : undefined;
  const { texts, desks } = roster.loaded;
  const [say, next] = taken ? [texts.undone, entry ? texts.still_in : ""] : texts.whys[decision.why];
  present({ ...decision, scan_id: attempt.scan_id, say, next, since: entry?.at ?? "", desk: desks[entry?.device] ?? "", guest: undone.guest, undo: taken });
  desk.round();
}

/** The desk heard from the server. Where its answer differs from what is on the screen, the server's is shown. */
function heard(_desk, answers) {
  for (const answer of answers) {
    const shown = results.answer?.scan_id === answer.scan_id ? results.answer : undefined;
    if (!shown || answer.undo || shown.isFinal) continue;
    if (shown.outcome !== answer.outcome || shown.why !== answer.why || shown.say !== answer.say) present(answer);
    else if (answer.desk) results.show(answer, { quiet: true });
  }
  // Not in the roster is no proof of a bad ticket while nobody can be asked: the roster may be older than the ticket.
  const asked = results.answer;
  if (!desk.online && asked?.why === "unknown" && asked.local) present({ ...asked, ...sayings("#words-saved"), local: false }, { amber: true });
  paint();
}

// -- the page ------------------------------------------------------------------------------------------------

function rows(list, template, items, write) {
  list.replaceChildren(
    ...items.map((item) => {
      const row = one(template).content.firstElementChild.cloneNode(true);
      write(row, item);
      return row;
    }),
  );
}

function paint() {
  const recent = desk.roster.recent(desk.roster.loaded?.device.id, RECENT);
  const { expected, arrived } = desk.roster.counts();
  const { loaded } = desk.roster;
  top.show(desk);
  one("[data-held]").textContent = desk.unsent;
  one("[data-held-part]").hidden = !desk.unsent;
  one("[data-held-none]").hidden = desk.unsent > 0;
  one("[data-arrived]").textContent = arrived.length;
  one("[data-expected]").textContent = expected.length;
  one("[data-arrived-big]").textContent = arrived.length;
  one("[data-expected-big]").textContent = expected.length;
  // What was typed is looked for again as the roster comes, and must not stay on the screen when it has left the device.
  const extent = desk.loading.progress?.have ?? Boolean(loaded);
  if (extent !== searched) search();
  searched = extent;
  one("[data-ways]").hidden = !loaded?.event.exits;
  rows(one("[data-recent]"), "#recent-row", recent, (row, { scan, guest }) => {
    fill(row, guest);
    one("[data-out]", row).hidden = scan.direction !== "out";
    one("[data-time]", row).textContent = clockTime(scan.at);
  });
  one("[data-recent-none]").hidden = recent.length > 0;
  one("[data-undo]").hidden = !recent.length;
  const [ofArrived, ofExpected] = [arrived, expected].map(byGroup);
  rows(one("[data-groups]"), "#group-row", desk.groups ?? [], (row, item) => {
    fill(row, item);
    const [came, all] = [ofArrived, ofExpected].map((counted) => counted.get(item.name) ?? 0);
    one("[data-arrived]", row).textContent = came;
    one("[data-expected]", row).textContent = all;
    one("[data-share]", row).setAttribute("width", `${all ? (100 * came) / all : 0}%`);
  });
  walkIn.refresh();
  absent.paint();
  fee.paint();
  one("[data-stuck-part]").hidden = !desk.stuck.length;
  one("[data-stuck]").replaceChildren(
    ...desk.stuck.map((entry) => {
      const line = document.createElement("li");
      const at = entry.body.scanned_at ? clockTime(entry.body.scanned_at) : "";
      line.textContent = [at, entry.body.name ?? entry.about, entry.say || door.dataset.untaken].filter(Boolean).join(" ");
      return line;
    }),
  );
}

/** Group → how many of these guests. */
function byGroup(guests) {
  const counted = new Map();
  for (const { group } of guests) counted.set(group, (counted.get(group) ?? 0) + 1);
  return counted;
}

function search() {
  const typed = one("#s").value;
  const shown = bolt.holdsBack(typed) ? "" : typed;
  const found = bolt.narrowed(find(desk.roster.guests, shown, desk.roster.loaded?.texts.variants));
  rows(one("[data-found]"), "#found-row", found, showGuest);
  one("[data-found]").hidden = !found.length;
  one("[data-recent-part]").hidden = Boolean(typed.trim());
  const { notFound, notYet } = door.dataset;
  one("[data-found-words]").textContent = shown.trim() && !found.length ? (desk.loading.progress ? notYet : notFound) : "";
  return found;
}

/** A guest as a row that one tap lets in. */
function showGuest(row, guest) {
  fill(row, guest);
  const entry = desk.roster.entry(guest);
  one("[data-came-part]", row).hidden = !entry;
  one("[data-came]", row).textContent = entry ? clockTime(entry.at) : "";
  const state = ticketState(guest);
  one("[data-care]", row).hidden = !guest.care;
  one("[data-state]", row).hidden = state === "confirmed";
  one("[data-state]", row).textContent = state === "confirmed" ? "" : desk.roster.loaded.texts.whys[state][0];
  one("button", row).addEventListener("click", () => choose(guest));
}

function choose(guest) {
  one("#s").value = "";
  search();
  walkIn.clear();
  record({ application: guest.id }, "search", guest);
}

function turn() {
  const wanted = PANELS.includes(location.hash.slice(1)) ? location.hash.slice(1) : PANELS[0];
  for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = !panel.dataset.panel.split(" ").includes(wanted);
  for (const tab of document.querySelectorAll(".tabs a")) {
    if (tab.hash === `#${wanted}`) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  results.close();
  if (wanted === "search") one("#s").focus();
}

const walkIn = walkIns(one("[data-walkin]"), {
  desk,
  kept,
  words: { saved: sayings("#words-walkin"), stays: sayings("#words-stays"), missing: one("[data-walkin-missing]").textContent, plain: door.dataset.plain },
  show: (list, guests) => rows(list, "#found-row", guests, showGuest),
  taken(answer, how) {
    present(answer, how);
    desk.round();
  },
});

deputies(results.slot("deputy-part"), {
  desk,
  results,
  kept,
  words: { saved: sayings("#words-walkin"), stays: sayings("#words-stays"), missing: one("[data-deputy-missing]").textContent, plain: door.dataset.plain },
  taken(answer, how) {
    present(answer, how);
    desk.round();
  },
});
badgeLink(results.slot("badge-part"), { desk, results });
const fee = fees(results.slot("fee-part"), one("[data-fee-sums]"), { desk, results, kept, changed: () => paint() });

// -- camera --------------------------------------------------------------------------------------------------

const video = one(".camera__video");
const camera = new Camera(video, (text) => read(text, "camera"));

async function watch(begin) {
  wake();
  try {
    await begin();
    video.hidden = false;
    one("[data-start]").hidden = true;
    one("[data-camera-words]").hidden = false;
    const all = await camera.all();
    one("[data-cameras]").hidden = all.length < 2;
    one("#camera").replaceChildren(
      ...all.map(({ id, name, now }, at) => new Option(name || one("#camera").dataset.nameless.replace("{n}", at + 1), id, now, now)),
    );
    one("[data-camera-problem]").textContent = "";
  } catch {
    one("[data-camera-problem]").textContent = door.dataset.cameraMissing;
  }
}

one("[data-start]").addEventListener("click", () => watch(() => camera.start()));
one("#camera").addEventListener("change", ({ target }) => watch(() => camera.choose(target.value)));
one("#photo").addEventListener("change", async ({ target }) => {
  const [photo] = target.files;
  target.value = "";
  if (!photo) return;
  wake();
  const text = await textInPhoto(photo).catch(() => "");
  one("[data-camera-problem]").textContent = text ? "" : door.dataset.photoNothing;
  if (text) read(text, "camera");
});

// Somebody who only has a scanner never taps 受付をはじめる. A telephone call takes sound and light away; the next touch, or coming
// back to the page, brings them again.
function wake() {
  unlockSound();
  if (desk.token) stayAwake();
}
for (const touch of ["pointerdown", "pointerup", "keydown"]) addEventListener(touch, wake, { capture: true });
document.addEventListener("visibilitychange", () => document.hidden || wake());

// -- buttons -------------------------------------------------------------------------------------------------

listen({ ticketIn, numberIn, read: (text) => read(text, "usb") });
one("#s").addEventListener("input", search);
one("[data-search]").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = one("#s").value;
  const found = search();
  const guest = desk.roster.find({ number: numberIn(typed) }) ?? (found.length === 1 && !isPartOfNumber(typed, found[0]) ? found[0] : null);
  if (guest) choose(guest);
  else if (ticketIn(typed) || (!found.length && (numberIn(typed) || isCode(typed)))) {
    one("#s").value = "";
    search();
    read(typed, "search");
  } else one("[data-found] button")?.focus();
});
one("[data-undo]").addEventListener("click", () => {
  const [{ scan, guest }] = desk.roster.recent(desk.roster.loaded.device.id, 1);
  takeBack({ scan_id: scan.scan_id, guest });
});
results.slot("take-back").addEventListener("click", () => takeBack(results.answer));
results.slot("by-name").addEventListener("click", () => {
  results.close();
  location.hash = "search";
});
results.slot("force").addEventListener("click", () => {
  const { guest } = results.answer;
  record({ application: guest.id, forced: true }, "search", guest);
});
one("[data-send]").addEventListener("click", () => desk.round());
one("[data-export]").addEventListener("click", async () => {
  const saved = await saveQueue(desk);
  one("[data-leave-words]").textContent = door.dataset.saved.replace("{n}", saved);
});
leaving(one("#state"), one("#leaving"), desk);
const correcting = professions(results.panel, {
  desk,
  kept,
  corrected(guest) {
    results.show({ ...results.answer, guest }, { quiet: true });
    results.end("ok");
    results.spoken.textContent = `${one("[data-correct-done]").textContent} ${guest.profession}`;
    paint();
  },
});
results.follow(correcting.show);
results.slot("correct").addEventListener("click", () => results.stay());
one("[data-in-app]").hidden = !new RegExp(door.dataset.inAppSigns).test(navigator.userAgent);
addEventListener("hashchange", turn);
turn();
await bolt.begin().catch(reportError);
await fee.begin().catch(reportError);
await desk.begin();
search();
if (desk.token) stayAwake();
await desk.round();
install(desk, () => results.answer || walkIn.begun() || one("#s").value.trim());
