// Finding people in the roster: by the beginning of kana, name, office or number, and after those by any part.

import { plain } from "./codes.js";

/** The folded form of core/names.py search_key. variants: {rare kanji: common kanji}. */
export function fold(text, variants = {}) {
  const joined = (words) => Array.from(words, (sign) => variants[sign] ?? sign).join("");
  return joined(
    joined(text)
      .normalize("NFKC")
      .replace(/[ぁ-ゖゝゞ]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0x60))
      .toLowerCase()
      .replace(/[\s・･]/g, ""),
  );
}

/** Guests who fit what was typed, best first. guests: roster lines with `search`, its folded words parted by blanks. */
export function find(guests, typed, variants, most = 16) {
  const words = typed.trim().split(/\s+/).map((word) => fold(word, variants)).filter(Boolean);
  if (!words.length) return [];
  const whole = words.join("");
  const inner = ` ${whole}`;
  const number = plain(typed);
  const beginning = [];
  const within = [];
  for (const guest of guests) {
    const key = guest.search;
    if (key.startsWith(whole) || key.includes(inner) || guest.code.startsWith(number)) beginning.push(guest);
    else if (within.length < most && words.every((word) => key.includes(word))) within.push(guest);
    if (beginning.length >= most) break;
  }
  return beginning.concat(within).slice(0, most);
}

/** Whether what was typed is only a part of this guest's 受付番号. It may fit one person today and two tomorrow. */
export function isPartOfNumber(typed, { code }) {
  const part = plain(typed);
  return code.includes(part) && part !== code && part !== code.split("-").at(-1);
}
