// What a key means, whatever the keyboard, layout or input method makes of it.

const PLACES = { Minus: "-", Slash: "/", Period: ".", NumpadSubtract: "-", Space: " " };
/** Of keys without a place: keyCode → sign. Built-in scanners of Android devices send such ones. */
const OLD = { 32: " ", 109: "-", 189: "-", 190: ".", 191: "/" };
const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock", "KanaMode", "HankakuZenkaku"]);
/** Kinds of <input> that hold text. */
const TEXT = new Set(["text", "search", "tel", "url", "email", "password", "number"]);

const isKey = (name, code) => (event) => event.code === name || event.key === name || (!event.code && event.keyCode === code);

export const isEnter = (event) => isKey("Enter", 13)(event) || event.code === "NumpadEnter";
export const isTab = isKey("Tab", 9);
export const isSpace = (event) => isKey("Space", 32)(event) || event.key === " ";
export const isBackspace = isKey("Backspace", 8);
export const isModifier = (event) => MODIFIERS.has(event.key);

/** A sign that is typed by its number, as scanners do that know no layout. */
const isByNumber = (event) => event.altKey && /^Numpad[0-9]$/.test(event.code);

/** Held together with another key: a command, not a sign. */
export const isCommand = (event) =>
  (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph") && !isByNumber(event);

/** The sign of a key, by its place where it has one: a Japanese input method hides event.key. "" when nobody can tell which
    ("Process"); undefined for a key that types nothing. */
export function sign(event) {
  const place = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(event.code);
  if (place) return place[1] ?? place[2];
  if (PLACES[event.code]) return PLACES[event.code];
  if (Array.from(event.key).length === 1) return event.key;
  if (!event.code) {
    const { keyCode } = event;
    if (OLD[keyCode]) return OLD[keyCode];
    if (keyCode >= 96 && keyCode <= 105) return String(keyCode - 96);
    if ((keyCode >= 48 && keyCode <= 57) || (keyCode >= 65 && keyCode <= 90)) return String.fromCharCode(keyCode);
  }
  return event.keyCode === 229 || event.key === "Process" || event.key === "Dead" ? "" : undefined;
}

/** Whether an element is a field that text is typed into. */
export const isText = (element) =>
  Boolean(element?.matches?.("textarea") || (element?.matches?.("input") && TEXT.has(element.type)));

/** Whether a key presses an element: Enter a button or a link, a blank a button or a choice. */
export function presses(event, element) {
  if (!element?.matches || isText(element)) return false;
  if (isEnter(event)) return element.matches("button, summary, a[href], input:not([type=radio], [type=checkbox])");
  return isSpace(event) && (element.matches("button, summary, input") || opens(element));
}

/** A list that a script can open; other browsers open it themselves. */
const opens = (element) => element.matches("select") && "showPicker" in element;

/** Do what the key would have done. */
export const press = (element) => (opens(element) ? element.showPicker() : element.click());
