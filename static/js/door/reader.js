// Reading a QR code in one picture. Loaded and warmed up with the page, so that the first ticket does not wait for it.

import { prepareZXingModule, readBarcodes } from "../../vendor/zxing/reader/index.js";

const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };
/** Ways to look at a picture: its scale; only the levels from `from` on, spread `times` over; options of the reader. Each reads
    what the others do not, and a camera has a new frame for each of them. */
const WAYS = [
  { scale: 1 },
  // Cracked glass: fine bright lines are closed.
  { scale: 0.5, options: { tryDenoise: true } },
  // A hard shadow, a dark foyer, one that is nearly dark: what is dim fills the whole range.
  { scale: 0.5, from: 0, times: 8 },
  { scale: 1 / 3, from: 0, times: 16 },
  // A lamp mirrored on the ticket, weaker and stronger: what is left in the bright fills it.
  { scale: 0.5, from: 200, times: 4.6 },
  { scale: 0.5, from: 240, times: 17 },
];
/** How many there are; a picture that stays is looked at in each of them. */
export const ALL_WAYS = WAYS.length;

/** The way to look at a camera's frame by its number: every other frame as it is, since most tickets are read so at once. */
export const wayOf = (frame) => (frame % 2 ? 1 + (((frame - 1) / 2) % (ALL_WAYS - 1)) : 0);

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

/** The text of a QR code in a frame (whatever a canvas can draw) of that size in pixels, or "". way: which of them. */
export async function textIn(frame, width, height, way = 0) {
  const { scale, from, times, options } = WAYS[way];
  const picture = drawn(frame, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  if (times) spread(picture.data, from, times);
  const [found] = await readBarcodes(picture, { ...OPTIONS, ...options });
  return found?.text ?? "";
}

function drawn(frame, width, height) {
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(frame, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function spread(data, from, times) {
  const levels = Uint8ClampedArray.from({ length: 256 }, (_, level) => (level - from) * times);
  for (let at = 0; at < data.length; at += 4) {
    data[at] = levels[data[at]];
    data[at + 1] = levels[data[at + 1]];
    data[at + 2] = levels[data[at + 2]];
  }
}
