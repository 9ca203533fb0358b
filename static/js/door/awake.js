// The screen stays on while a desk is at work, with a camera or without. A tablet that goes dark between two guests costs more
// time than anything else.

let lock;
let asking = false;

/** Ask again at every occasion: the browser takes the lock away when the page is hidden or the battery low. */
export async function stayAwake() {
  if (asking || document.hidden || !("wakeLock" in navigator) || (lock && !lock.released)) return;
  asking = true;
  lock = await navigator.wakeLock.request("screen").catch(() => undefined);
  asking = false;
}
