// Ending a device's work at this door. It asks first, for afterwards only the organiser's QR code makes it a desk again.

/** desk: what it has not sent, or a broken store may still hold, stays. */
export function leaving(panel, dialog, desk) {
  const words = panel.querySelector("[data-leave-words]");
  const says = (name) => (words.textContent = panel.querySelector(`[data-leave-${name}]`).textContent);
  const holds = async () => {
    await desk.count();
    return desk.unsent > 0 || Boolean(desk.trouble);
  };

  panel.querySelector("[data-leave]").addEventListener("click", async () => {
    words.textContent = "";
    if (await holds()) says("refused");
    else dialog.showModal();
  });
  dialog.querySelector("[data-stay]").addEventListener("click", () => dialog.close());
  dialog.querySelector("[data-go]").addEventListener("click", async () => {
    dialog.close();
    // A scan may have come in while the question stood there.
    const gone = !(await holds()) && (await desk.leave());
    says(gone ? "done" : "refused");
    if (gone) location.reload();
  });
}
