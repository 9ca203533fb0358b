// The full-screen answer: colour, shape, words, sound and vibration say the same thing. The next scan replaces it.

const KINDS = { admitted: "ok", repeated: "again", refused: "no" };
const SOUNDS = { ok: [[880, 0.09], [1320, 0.14]], again: [[520, 0.16], [520, 0.16]], no: [[200, 0.5]], undone: [[660, 0.12], [440, 0.16]] };
/** How long an answer covers the page; a refusal stays until somebody has done something about it. */
const STAYS_MS = { ok: 5000, again: 8000, undone: 5000 };
const SHAKES = { ok: [80], again: [80, 60, 80], no: [400], undone: [60, 40, 60] };

/** A sound that comes later than this belongs to nothing that is on the screen. */
const LATE_MS = 400;

let audio;

/** Browsers let a page sound only after a tap, and silence it when something else needs the loudspeaker. */
export function unlockSound() {
  if (!audio && navigator.userActivation?.hasBeenActive === false) return;
  if (!audio || audio.state === "closed") audio = new AudioContext();
  if (audio.state !== "running") audio.resume().catch(() => {});
}

async function sound(kind) {
  if (!audio) return;
  const shown = performance.now();
  // The key that scanned may be the touch that gives the sound back.
  if (audio.state !== "running") await audio.resume().catch(() => {});
  if (audio.state === "running" && performance.now() - shown < LATE_MS) play(kind);
}

function play(kind) {
  let at = audio.currentTime;
  for (const [pitch, seconds] of SOUNDS[kind]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.3, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + seconds);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop((at += seconds));
  }
}

/** 13:08, in the time of the city whatever the tablet is set to. */
export const clockTime = (instant) =>
  new Intl.DateTimeFormat("ja-JP", { hour: "numeric", minute: "2-digit", timeZone: "Asia/Tokyo" }).format(new Date(instant));

/** Write a guest into the slots of an element. */
export function fill(element, guest) {
  const slot = (name) => element.querySelector(`[data-${name}]`);
  for (const name of ["name", "kana", "office", "profession", "code", "table"]) {
    if (slot(name)) slot(name).textContent = guest?.[name] ?? "";
  }
  const mark = slot("mark");
  mark.textContent = guest?.mark ?? "";
  mark.hidden = !guest;
  mark.className = mark.className.replace(/ g-\w+/g, "") + (guest ? ` ${guest.css}` : "");
  if (slot("table-part")) slot("table-part").hidden = !guest?.table;
}

export class Results {
  constructor(panel, behind, spoken, words) {
    Object.assign(this, { panel, behind, spoken, words });
    const close = () => this.close();
    this.slot("close").addEventListener("click", close);
    this.watchers = [];
    addEventListener("keydown", (event) => event.key === "Escape" && close());
  }

  slot(name) {
    return this.panel.querySelector(`[data-${name}]`);
  }

  /** told(guest): called at every result, with nobody where it is about nobody. */
  follow(told) {
    this.watchers.push(told);
  }

  /** Stay until somebody closes it: there is something to be chosen. */
  stay() {
    clearTimeout(this.ending);
  }

  /** Go by itself when its time is over. */
  end(kind) {
    clearTimeout(this.ending);
    if (STAYS_MS[kind]) this.ending = setTimeout(() => this.close(), STAYS_MS[kind]);
  }

  /** answer: {outcome, say, next, since, guest, undo}; amber: said in yellow though not repeated. */
  show(answer, { amber = false, quiet = false } = {}) {
    const kind = answer.undo && answer.outcome === "admitted" ? "undone" : amber ? "again" : KINDS[answer.outcome];
    this.answer = answer;
    // Whoever works by keyboard goes on where they were.
    if (this.panel.hidden) this.before = document.activeElement?.matches(":focus-visible") ? document.activeElement : undefined;
    this.panel.className = `result result--${kind}`;
    for (const shape of this.panel.querySelectorAll("[data-shape]")) shape.toggleAttribute("hidden", shape.dataset.shape !== kind);
    fill(this.panel, answer.guest);
    this.slot("say").textContent = answer.say;
    this.slot("next").textContent = answer.next;
    const since = answer.since
      ? (answer.desk ? this.words.sinceAt : this.words.since)
          .replace("{time}", clockTime(answer.since))
          .replace("{desk}", answer.desk)
      : "";
    this.slot("since-part").textContent = since;
    this.slot("care").hidden = !(answer.guest?.care && answer.outcome === "admitted" && !answer.undo);
    for (const go of this.panel.querySelectorAll("[data-go]")) go.hidden = kind !== go.dataset.go || Boolean(answer.next);
    this.slot("take-back").hidden = !(kind === "ok" || answer.outcome === "repeated");
    this.slot("by-name").hidden = Boolean(answer.guest);
    this.slot("force").hidden = !(kind === "no" && answer.guest && answer.why !== "nothing_to_undo");
    const { guest } = answer;
    this.slot("profession-part").hidden = !guest?.id || answer.outcome === "refused" || answer.undo;
    this.slot("profession-line").hidden = !guest?.profession;
    this.slot("correct").textContent = guest?.profession ? this.words.wrongProfession : this.words.noProfession;
    this.panel.hidden = false;
    this.behind.inert = true;
    if (!quiet) for (const told of this.watchers) told(answer.undo || answer.outcome === "refused" ? undefined : answer.guest);
    const person = answer.guest ? this.words.person.replace("{name}", answer.guest.name) : "";
    const care = this.slot("care").hidden ? "" : this.slot("care").textContent;
    this.spoken.textContent = [answer.say, person, since, answer.next, care].filter(Boolean).join(" ");
    if (quiet) return;
    this.end(kind);
    this.slot("close").focus({ preventScroll: true });
    sound(kind);
    navigator.vibrate?.(SHAKES[kind]);
  }

  close() {
    clearTimeout(this.ending);
    this.panel.hidden = true;
    this.behind.inert = false;
    this.answer = undefined;
    if (this.before?.isConnected) this.before.focus({ preventScroll: true });
    this.before = undefined;
  }
}
