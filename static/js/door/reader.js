// Reading a QR code in one picture. Loaded and warmed up with the page, so that the first ticket does not wait for it.

import { prepareZXingModule, readBarcodes } from "../../vendor/zxing/reader/index.js";

const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };
/** Ways to look at a picture. A camera takes another one at each frame, which costs nothing and reads what a single one
    never would: scale of the picture; only the levels from `from` on, spread `times` over; options of the reader. */
const LOOKS = [
  { scale: 1 },
  // Cracked glass: fine bright lines are closed.
  { scale: 0.5, options: { tryDenoise: true } },
  // A dark foyer, a hard shadow: what is dim fills the whole range.
  { scale: 0.5, from: 0, times: 8 },
  // A lamp mirrored on the ticket: what is bright fills it.
  { scale: 0.5, from: 125, times: 2 },
];
/** So many frames, and every way of looking had its turn. */
export const TURNS = LOOKS.length;

const canvas = document.createElement("canvas");

let reading;

/** Resolves when pictures can be read. What did not come on a bad line is asked for again by whoever needs it next. */
export function ready() {
  reading ??= prepareZXingModule({
    overrides: { locateFile: (name) => new URL(`../../vendor/zxing/${name}`, import.meta.url).href },
    fireImmediately: true,
  })
    .then(() => readBarcodes(new ImageData(64, 64), OPTIONS))
    .catch((error) => {
      reading = undefined;
      throw error;
    });
  return reading;
}
ready().catch(() => {});

/** The text of a QR code in a frame (whatever a canvas can draw) of that size in pixels, or "". turn: which look. */
export async function textIn(frame, width, height, turn = 0) {
  const look = LOOKS[turn % TURNS];
  const picture = drawn(frame, Math.max(1, Math.round(width * look.scale)), Math.max(1, Math.round(height * look.scale)));
  if (look.times) spread(picture.data, look);
  const [found] = await readBarcodes(picture, { ...OPTIONS, ...look.options });
  return found?.text ?? "";
}

function drawn(frame, width, height) {
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(frame, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function spread(data, { from, times }) {
  const levels = Uint8ClampedArray.from({ length: 256 }, (_, level) => (level - from) * times);
  for (let at = 0; at < data.length; at += 4) {
    data[at] = levels[data[at]];
    data[at + 1] = levels[data[at + 1]];
    data[at + 2] = levels[data[at + 2]];
  }
}
