// What a scanner typed or a camera read: the code stands at its end, and whatever comes before it does not matter
// (a keyboard layout may have changed the signs of the address).

const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const TICKET = /TS[0-9A-HJKMNP-TV-Z]{20}[0-9A-Z]$/;
const NUMBER = /(?:^|[^A-Z0-9])([A-Z][A-Z0-9]{0,7}-\d{4,10})$/;

/** The check character of a ticket by ISO/IEC 7064 MOD 37,36 (core/codes.py). */
export function ticketCheck(body) {
  let product = 36;
  for (const sign of body) {
    const total = (product + SIGNS.indexOf(sign)) % 36 || 36;
    product = (total * 2) % 37;
  }
  return SIGNS[(37 - product) % 36];
}

/** The ticket at the end of a text, or "". */
export function ticketIn(text) {
  const found = TICKET.exec(text.trim().normalize("NFKC").toUpperCase())?.[0] ?? "";
  return found && ticketCheck(found.slice(0, -1)) === found.at(-1) ? found : "";
}

/** The application number (K12-04783) at the end of a text, or "". */
export function numberIn(text) {
  return NUMBER.exec(text.trim().normalize("NFKC").toUpperCase())?.[1] ?? "";
}
