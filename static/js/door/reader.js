// Reading a QR code in one picture. Loaded and warmed up with the page, so that the first ticket does not wait for it.

import { prepareZXingModule, readBarcodes } from "../../vendor/zxing/reader/index.js";

const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };
/** Ways to look at a picture: its scale; only the levels from `from` on, spread `times` over; options of the reader. Each reads
    what the others do not, and a camera has a new frame for each of them. */
/** A first, cheap look at every frame that is taken as it is: most tickets fill enough of it to be read at half its size. */
const GLANCE = { scale: 0.5, options: { tryHarder: false } };
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

/** A ticket of nobody, by rows: reading it once makes the browser compile all that the first real one needs. */
const NOBODYS = `
1fcb457f 10471841 17466c5d 17479a5d 174b075d 10533341 1fd5557f 000bb800 12dd5ca0 0facbb42 0756e6ba 1428937c 196565bb
0503f98e 1fdfccbb 011a2af7 03d386e5 0b28f0d7 154e75ac 06b34931 14f62ffd 00176b11 1fc51555 10566318 174b17f2 175d2b37
1747beb5 10489b43 1fdbe590`
  .trim()
  .split(/\s+/)
  .map((row) => Number.parseInt(row, 16));
const WARM_UPS = 3;

let reading;

/** Resolves when pictures can be read. What did not come on a bad line is asked for again by whoever needs it next. */
export function ready() {
  reading ??= prepareZXingModule({
    overrides: { locateFile: (name) => new URL(`../../vendor/zxing/${name}`, import.meta.url).href },
    fireImmediately: true,
  })
    .then(warmUp)
    .catch((error) => {
      reading = undefined;
      throw error;
    });
  return reading;
}
ready().catch(() => {});

/** Read nobody's ticket, in a picture of a camera's size: what a browser compiles at its first use, it has compiled then. */
async function warmUp() {
  const [width, height, size] = [1280, 720, 12];
  const picture = new OffscreenCanvas(width, height);
  const context = picture.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#000";
  NOBODYS.forEach((row, down) => {
    for (let along = 0; along < NOBODYS.length; along += 1) {
      if ((row >> (NOBODYS.length - 1 - along)) & 1) context.fillRect(300 + along * size, 150 + down * size, size, size);
    }
  });
  for (let round = 0; round < WARM_UPS; round += 1) {
    await look(picture, width, height, GLANCE);
    await look(picture, width, height, WAYS[0]);
    // Between two of them the page may answer to a tap.
    await new Promise((done) => setTimeout(done));
  }
}

/** The text of a QR code in a frame (whatever a canvas can draw) of that size in pixels, or "". way: which of them. */
export async function textIn(frame, width, height, way = 0) {
  return (way === 0 && (await look(frame, width, height, GLANCE))) || look(frame, width, height, WAYS[way]);
}

async function look(frame, width, height, { scale, from, times, options }) {
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
