// What a desk takes for フリガナ, so that nobody is let in offline under what the server would ask about.

const KANA = /^[ァ-ヺー・ヽヾ゠＝=ㇰ-ㇿ\s]*$/u;
const LATIN = /^[\p{Script=Latin}\p{Mn} .,'’\-‐・]+$/u;

/** The folded form of core/names.py kana, as far as it decides. */
function folded(kana) {
  return kana
    .normalize("NFKC")
    .replace(/[ぁ-ゖゝゞ]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0x60))
    .replace(/([ァ-ヺ])[-‐‑‒–—―−](?=\s|$)/g, "$1ー");
}

/** "missing", "strange", or "" for what can be taken. A name in Latin letters needs none. */
export function wrongKana(name, kana) {
  const wide = name.normalize("NFKC").trim();
  if (!kana.trim()) return LATIN.test(wide) && /\p{Script=Latin}/u.test(wide) ? "" : "missing";
  return KANA.test(folded(kana)) ? "" : "strange";
}
