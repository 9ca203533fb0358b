// The last button shows that it was pressed. A second tap does no harm: the server knows the form's key.
for (const form of document.querySelectorAll("[data-send-once]")) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !button.classList.contains("button")) return;
    setTimeout(() => { button.textContent = form.dataset.sendOnce; }, 0);
  });
}
