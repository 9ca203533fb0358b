// What a scanner typed or a camera read: the code stands at its end, and whatever comes before it does not matter
// (a keyboard layout may have changed the signs of the address).

const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const TICKET = /TS[0-9A-HJKMNP-TV-Z]{20}[0-9A-Z]$/;
/** At least four digits and their check digit (core/codes.py): a number without its last two signs is none. */
const NUMBER = /(?:^|[^A-Z0-9])([A-Z][A-Z0-9]{0,7}-\d{5,11})$/;
const WHOLE_NUMBER = /^([A-Z][A-Z0-9]{0,7}-\d{5,11})$/;
/** The beginning of a ticket, or its address: what is left of one that was not read to its end, or read wrongly. */
const PART = /(?:^|[^A-Z0-9])(?:T.TS[0-9A-Z]*|TS[0-9A-Z]{8,})$/;
const ENROLMENT = /DOOR.ENROL.[0-9A-Z]+$/;
const HYPHENS = /[‐‑‒–—―−ー]/g;

/** One form for all ways of writing the same signs: width, case, hyphens (core/names.py, code). */
export const plain = (text) => text.normalize("NFKC").toUpperCase().replace(HYPHENS, "-").trim();
const joined = (text) => plain(text).replace(/\s/g, "");

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
  const found = TICKET.exec(joined(text))?.[0] ?? "";
  return found && ticketCheck(found.slice(0, -1)) === found.at(-1) ? found : "";
}

/** Whether the last digit is the check digit of those before it (Luhn's rule; core/codes.py). Large events have longer
 * numbers: one that was not typed to its end may look like somebody else's. */
function isChecked(number) {
  const digits = number.slice(number.indexOf("-") + 1);
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** The application number (K12-04788) at the end of a text, or "". */
export function numberIn(text) {
  const number = (NUMBER.exec(plain(text)) ?? WHOLE_NUMBER.exec(joined(text)))?.[1] ?? "";
  return number && isChecked(number) ? number : "";
}

/** What a text is that holds neither: "part" of a ticket, a link that registers devices ("enrolment"), or "foreign". */
export function kindOf(text) {
  const signs = joined(text);
  if (ENROLMENT.test(signs)) return "enrolment";
  return PART.test(signs) ? "part" : "foreign";
}

/** Whether a typed text is rather a code than a name: signs of a keyboard without blanks, with a digit or a colon. */
export const isCode = (text) => /^(?=.*[\d:])[!-~]{8,}$/.test(plain(text));
