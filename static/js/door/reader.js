// Reading a QR code in one picture. Loaded and warmed up with the page, so that the first ticket does not wait for it.

import { prepareZXingModule, readBarcodes } from "../../vendor/zxing/reader/index.js";

const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };

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

/** The text of a QR code in a picture (ImageData), or "". */
export async function textIn(picture) {
  const [found] = await readBarcodes(picture, OPTIONS);
  return found?.text ?? "";
}
