// A scanner is a keyboard. Whatever it types is answered, and none of it presses a button.
//
// - A ticket, or outside the fields a 受付番号, is a scan whoever types it and however fast: at Enter or Tab, a ticket also when
//   nothing follows.
// - Anything else is a scan if it came faster than hands type, or if it was typed where there is nothing to type into.
// - A button is pressed by Enter or a blank only if nothing is typed around it: a scanner's first key may be a blank. So the press
//   waits for a moment. Fields hear every key at once, and get back what stood in them when it turns out to have been a scan.

import { isBackspace, isCommand, isEnter, isModifier, isSpace, isTab, isText, press, presses, sign } from "./keys.js";

/** Keys of one scan follow each other within this time (ms of the events' own clock). */
const TOGETHER_MS = 150;
/** A scan without Enter or Tab at its end is over after so long without a key. */
const SILENCE_MS = 250;
/** Whoever pauses for so long outside the fields has begun anew. */
const PAUSE_MS = 1500;
/** Hands stay above these means (ms a key), scanners below: with an end and without one, in a field. */
const HANDS_MS = 50;
const HANDS_WITHOUT_END_MS = 40;
const FEWEST = 4;
const FEWEST_WITHOUT_END = 6;
/** How long a press waits for a second key. */
const PRESS_MS = 110;
/** A second end after a scan (CR and LF, or a late one) belongs to it. */
const TAIL_MS = 700;
const LONGEST = 400;

/** ticketIn(text), numberIn(text): the code in a text or "". read(text): it was a scan. */
export function listen({ ticketIn, numberIn, read }) {
  /** Keys since the last scan or end: [{sign, at, field, value}]; value: what stood in the field before. */
  let keys = [];
  let tailUntil = 0;
  let waiting;
  let silence;
  let composing = false;

  /** The last keys with no longer pause between them than this. */
  const run = (pause) => {
    let from = keys.length - 1;
    while (from > 0 && keys[from].at - keys[from - 1].at <= pause) from -= 1;
    return keys.slice(Math.max(0, from));
  };
  const textOf = (some) => some.map((key) => key.sign).join("");
  /** Mean time of a key. end: instant of the key after them. */
  const pace = (some, end) => (end - some[0].at) / (some.length - (end === some.at(-1).at ? 1 : 0));

  const stop = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };

  /** Give the fields back what stood in them before these keys. */
  const restore = (some) => {
    const before = new Map();
    for (const { field, value } of some) if (field && !before.has(field)) before.set(field, value);
    for (const [field, value] of before) put(field, value);
  };
  const put = (field, value) => {
    // Leaving the field ends what an input method has not yet made into characters.
    if (composing) field.blur();
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  /** These keys were a scan. */
  const take = (some, at) => {
    clearTimeout(silence);
    // What came before a ticket may be its address, after a moment of a busy machine.
    const recent = run(PAUSE_MS);
    const before = ticketIn(textOf(some)) && recent.length > some.length ? recent : some;
    keys = [];
    tailUntil = at + TAIL_MS;
    restore(before);
    // A scanner that hands over what it has stored sends scan after scan: only the last of them can be a ticket.
    const lines = textOf(some).split("\n").filter(Boolean);
    const last = lines.at(-1) ?? "";
    if (lines.length > 1 && ticketIn(last)) {
      read(lines.slice(0, -1).join("\n"));
      read(last);
    } else read(lines.join("\n"));
  };

  /** The keys that make a code: those typed together, or all of them. */
  const code = (within) => [TOGETHER_MS, PAUSE_MS, Infinity].map(run).find((some) => within(textOf(some)));

  const onSilence = (at) => {
    const together = run(TOGETHER_MS);
    if (!together.length) return;
    const ticket = code(ticketIn);
    if (ticket) return take(ticket, at);
    const inField = Boolean(together.at(-1).field);
    const ended = together.some((key) => key.sign === "\n");
    const fast = together.length > 1 && pace(together, together.at(-1).at) <= (inField ? HANDS_WITHOUT_END_MS : HANDS_MS);
    if (ended) take(run(inField ? TOGETHER_MS : PAUSE_MS), at);
    else if (fast && together.length >= (inField ? FEWEST_WITHOUT_END : FEWEST)) take(together, at);
  };
  const awaitSilence = () => {
    clearTimeout(silence);
    silence = setTimeout(() => onSilence(keys.at(-1)?.at ?? 0), SILENCE_MS);
  };

  const push = (typed, { timeStamp: at, target }) => {
    const field = isText(target) ? target : null;
    keys.push({ sign: typed, at, field, value: field?.value ?? "" });
    if (keys.length > LONGEST) {
      // The end matters, and what stood in the field at the beginning.
      const [first, second, ...rest] = keys;
      keys = [{ ...first, sign: "", at: second.at }, ...rest];
    }
    awaitSilence();
  };

  /** Enter or Tab: whether it ends a scan. */
  const ends = (event) => {
    const { timeStamp: at, target } = event;
    const field = isText(target) ? target : null;
    const ticket = code(ticketIn);
    if (ticket) return take(ticket, at) ?? true;
    if (field && ticketIn(field.value)) return takeValue(field, at) ?? true;
    if (!keys.length) return false;
    const number = field ? undefined : code(numberIn);
    if (number) return take(number, at) ?? true;
    const together = run(TOGETHER_MS);
    const isFast = at - together.at(-1).at <= TOGETHER_MS && pace(together, at) <= HANDS_MS;
    const isMany = !field && at - keys.at(-1).at <= PAUSE_MS && run(PAUSE_MS).length >= FEWEST;
    if (!(isFast && (!field || together.length >= FEWEST)) && !isMany) return false;
    // There may be more of it: a business card has many lines.
    push("\n", event);
    return true;
  };

  /** A ticket came into a field without keys: pasted, or by an input method. */
  const takeValue = (field, at) => {
    const text = field.value;
    keys = [];
    clearTimeout(silence);
    tailUntil = at + TAIL_MS;
    put(field, text.replace(/[!-~！-～]+\s*$/u, ""));
    read(text);
  };

  /** Press what waited: nothing came after it. */
  const release = () => {
    clearTimeout(waiting?.timer);
    const element = waiting?.element;
    waiting = undefined;
    if (element?.isConnected && element === document.activeElement) press(element);
  };

  const onKeyDown = (event) => {
    const { timeStamp: at, target } = event;
    if (isModifier(event)) return;
    const since = at - (keys.at(-1)?.at ?? -Infinity);
    if (isCommand(event)) {
      // Control characters of a scan are commands to a browser: downloads, history, print.
      if (since <= TOGETHER_MS && run(TOGETHER_MS).length > 1) stop(event);
      return;
    }
    const isEnd = isEnter(event) || (isTab(event) && !event.shiftKey);
    if (event.repeat) {
      if (presses(event, target)) stop(event);
      return;
    }
    if (isEnd) {
      if (at <= tailUntil && !keys.length) stop(event);
      else if (ends(event)) stop(event);
      else {
        keys = [];
        if (isTab(event)) release();
        else if (presses(event, target)) hold(event);
      }
      return;
    }
    const typed = isBackspace(event) ? undefined : sign(event);
    if (typed === undefined) {
      if (isBackspace(event)) keys.pop();
      release();
      return;
    }
    const isAlone = isSpace(event) && since > PAUSE_MS && !waiting;
    if (isAlone && presses(event, target)) {
      hold(event);
      return;
    }
    if (waiting) {
      // Not a press after all: a scan begins with it.
      clearTimeout(waiting.timer);
      keys.push({ sign: waiting.sign, at: waiting.at, field: null, value: "" });
      waiting = undefined;
    }
    // Outside the fields a sign has no use, and may choose another option of a list or open a browser's search.
    if (!isText(target) && !isAlone) stop(event);
    push(typed, event);
  };

  const hold = (event) => {
    stop(event);
    if (waiting) return;
    const { target: element, timeStamp: at } = event;
    waiting = { element, at, sign: isSpace(event) ? " " : "", timer: setTimeout(release, PRESS_MS) };
  };

  addEventListener("keydown", onKeyDown, { capture: true });
  addEventListener(
    "keyup",
    (event) => {
      // Some browsers press at the release of the blank, whatever became of the key.
      if (isSpace(event) && presses(event, event.target)) event.preventDefault();
    },
    { capture: true },
  );

  const look = ({ target: field, timeStamp: at }) => {
    if (!isText(field) || !ticketIn(field.value)) return;
    clearTimeout(silence);
    silence = setTimeout(() => {
      if (code(ticketIn)) onSilence(at);
      else if (ticketIn(field.value)) takeValue(field, at);
    }, SILENCE_MS);
  };
  addEventListener("compositionstart", () => (composing = true), { capture: true });
  addEventListener(
    "compositionend",
    (event) => {
      composing = false;
      look(event);
    },
    { capture: true },
  );
  addEventListener("input", (event) => event.isComposing || look(event), { capture: true });
}
