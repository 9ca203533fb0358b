// The camera: the rear one unless another was chosen, about nine looks a second, and none while nobody watches.

import { prepareZXingModule, readBarcodes } from "../../vendor/zxing/reader/index.js";

const LOOK_MS = 110;
const CHOSEN = "door-camera";
const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };

/** The reader is loaded and warmed up with the page, so that the first ticket does not wait for it. */
const ready = prepareZXingModule({
  overrides: { locateFile: (name) => new URL(`../../vendor/zxing/${name}`, import.meta.url).href },
  fireImmediately: true,
}).then(() => readBarcodes(new ImageData(64, 64), OPTIONS));
ready.catch(() => {});

/** The text of a QR code in a picture (File, Blob or ImageData), or "". */
export async function textIn(picture) {
  const [found] = await readBarcodes(picture, OPTIONS);
  return found?.text ?? "";
}

export class Camera {
  /** read(text): called for every look that found a code. */
  constructor(video, read) {
    this.video = video;
    this.read = read;
    this.canvas = document.createElement("canvas");
    this.wanted = false;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.release();
      else if (this.wanted) this.start().catch(() => {});
    });
  }

  /** Rejects when there is no camera, or none that may be used. */
  async start() {
    this.wanted = true;
    this.release();
    await ready;
    const chosen = localStorage.getItem(CHOSEN);
    const size = { width: { ideal: 1280, max: 1280 }, height: { ideal: 720, max: 720 } };
    const which = chosen ? { deviceId: { ideal: chosen } } : { facingMode: { ideal: "environment" } };
    this.stream = await navigator.mediaDevices.getUserMedia({ video: { ...size, ...which } });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.look(this.stream);
  }

  release() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = undefined;
  }

  async hasOthers() {
    return (await cameras()).length > 1;
  }

  /** Take the next camera of this device, and remember it. */
  async change() {
    const all = await cameras();
    const now = this.stream?.getVideoTracks()[0]?.getSettings().deviceId;
    const next = all[(all.findIndex((one) => one.deviceId === now) + 1) % all.length];
    if (next) localStorage.setItem(CHOSEN, next.deviceId);
    await this.start();
  }

  async look(stream) {
    while (this.stream === stream) {
      if (this.video.videoWidth && this.video.offsetParent) {
        const { videoWidth: width, videoHeight: height } = this.video;
        Object.assign(this.canvas, { width, height });
        const context = this.canvas.getContext("2d", { willReadFrequently: true });
        context.drawImage(this.video, 0, 0);
        const text = await textIn(context.getImageData(0, 0, width, height));
        if (text) this.read(text);
      }
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  }
}

async function cameras() {
  return (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
}
