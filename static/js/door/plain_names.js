// Whether a name holds an address or a telephone number: the same rule as trainings/core/names.py (holds_address, holds_phone).
// One table of vectors (tests/unit/checkin/name_vectors.json) runs against both.

const LONGEST = 300;
const TITLES = ["dr", "st", "mr", "mrs", "ms", "jr", "no", "fr"];
const COMMON_ENDINGS = [
  "com", "net", "org", "jp", "info", "biz", "io", "co", "me", "tv", "cc", "xyz", "top", "site", "app", "dev", "link", "online", "shop", "club",
];
const ADDRESS = new RegExp(
  [
    "http|hxxp|www\\.|://|@",
    "\\p{Nd}{1,3}(?:\\.\\p{Nd}{1,3}){3}",
    "(?<![\\p{L}\\p{N}_-])[\\p{L}\\p{N}_-]+\\.(?:みんな|コム|ストア|セール)",
    "(?<![\\p{L}\\p{N}_-])(?<before>[\\p{L}\\p{N}_-]+)\\.(?<ending>[a-z]{2,})(?![a-z])",
  ].join("|"),
  "gu",
);
const HYPHENS = /[-‐‑‒–—―−ー－ｰ]/gu;
const PHONE = /\p{Nd}[\p{Nd}() -]{5,}\p{Nd}/u;

const narrow = (text) =>
  [...text]
    .slice(0, LONGEST)
    .join("")
    .replace(/[^\P{C}\n]/gu, (sign) => (/[\p{Cc}\p{Cf}]/u.test(sign) ? "" : sign))
    .normalize("NFKC");

export function holdsAddress(text) {
  const folded = narrow(text).toLowerCase().replace(/[。｡]/gu, ".");
  return [...folded.matchAll(ADDRESS)].some(
    ({ groups: { before, ending } }) => !TITLES.includes(before) || COMMON_ENDINGS.includes(ending),
  );
}

export const holdsPhone = (text) => PHONE.test(narrow(text).replace(HYPHENS, "-").replace(/\s/gu, ""));

/** Whether each of these is a name and nothing else. */
export const arePlain = (...names) => !names.some((name) => holdsAddress(name) || holdsPhone(name));
