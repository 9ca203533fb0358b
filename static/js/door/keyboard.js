// A scanner that types. Keys are read by their place (event.code): a Japanese input method hides event.key.
// Whoever types, and however fast: a ticket before Enter is a scan, wherever the focus is.

const PLACES = { Minus: "-", Slash: "/", Period: ".", NumpadSubtract: "-" };
const LONGEST = 300;

function sign(event) {
  const place = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(event.code);
  if (place) return place[1] ?? place[2];
  if (PLACES[event.code]) return PLACES[event.code];
  return event.key.length === 1 ? event.key : "";
}

const isField = (element) => element?.matches?.("input, textarea, select") ?? false;

/** read(text, inField) is asked at every Enter; true: it was a code, and the page must not hear of it. */
export function listen(read) {
  let typed = "";
  let before = null;
  const begin = () => {
    typed = "";
    before = null;
  };
  addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.code === "Enter" || event.code === "NumpadEnter" || event.key === "Enter") {
        const field = isField(document.activeElement) ? document.activeElement : null;
        if (typed && read(typed, field !== null)) {
          event.preventDefault();
          event.stopPropagation();
          if (before && before.field === field) {
            // Leaving the field ends what an input method has not yet made into characters.
            field.blur();
            field.value = before.value;
            field.dispatchEvent(new Event("input", { bubbles: true }));
          }
        }
        begin();
        return;
      }
      const next = sign(event);
      if (!next) return;
      if (!before && isField(document.activeElement)) {
        before = { field: document.activeElement, value: document.activeElement.value };
      }
      typed = (typed + next).slice(-LONGEST);
    },
    { capture: true },
  );
}
