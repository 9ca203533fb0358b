// The camera: the rear one unless another was chosen, about nine looks a second, and none while nobody watches.

import { ALL_WAYS, ready, textIn, wayOf } from "./reader.js";

const LOOK_MS = 110;
const PHOTO_SIDES = [1280, 2560];
const CHOSEN = "door-camera";

/** The text of a QR code in a photo (a file), or "". A phone's photo is reduced first: its fine grain only costs time. */
export async function textInPhoto(file) {
  await ready();
  const photo = await createImageBitmap(file);
  for (const longest of PHOTO_SIDES) {
    const scale = Math.min(1, longest / Math.max(photo.width, photo.height));
    for (let way = 0; way < ALL_WAYS; way += 1) {
      const text = await textIn(photo, photo.width * scale, photo.height * scale, way);
      if (text) return text;
    }
    if (scale === 1) return "";
  }
  return "";
}

export class Camera {
  /** read(text): called for every look that found a code. */
  constructor(video, read) {
    this.video = video;
    this.read = read;
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
    await ready();
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

  /** The cameras of this device: [{id, name, now}]; their names are known once one may be used. */
  async all() {
    const now = this.stream?.getVideoTracks()[0]?.getSettings().deviceId;
    return (await navigator.mediaDevices.enumerateDevices())
      .filter((one) => one.kind === "videoinput")
      .map((one) => ({ id: one.deviceId, name: one.label, now: one.deviceId === now }));
  }

  /** Take another camera, and remember it on this device. */
  async choose(id) {
    localStorage.setItem(CHOSEN, id);
    await this.start();
  }

  async look(stream) {
    for (let frame = 0; this.stream === stream; frame += 1) {
      const { videoWidth: width, videoHeight: height, offsetParent: shown } = this.video;
      const text = width && shown ? await textIn(this.video, width, height, wayOf(frame)) : "";
      if (text) this.read(text);
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  }
}
