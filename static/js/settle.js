// Settling by keyboard: the keys press the buttons of the question that has the focus, and move to the next or the one before.
// They do nothing outside of a question, nor while something is typed. Where a choice is still open, the first press makes the
// usual one, to be looked at; the second one sends.
const questions = [...document.querySelectorAll("[data-questions] article")];

function open(question) {
  return [...question.querySelectorAll("[data-usual]")].filter(
    (choice) => !question.querySelector(`input[name="${CSS.escape(choice.name)}"]:checked`),
  );
}

function move(from, by) {
  const next = questions[questions.indexOf(from) + by];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "start" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.target.matches("input[type=text], input[type=search], textarea, select")) return;
  if (event.key.normalize("NFKC").toLowerCase() !== "z") return;
  // What was decided by mistake is seen when the next question stands there, or none does.
  document.querySelector("[data-undo] button")?.click();
});

document.addEventListener("keydown", (event) => {
  const here = event.target.closest?.("[data-questions] article");
  if (!here || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.target.matches("input[type=text], input[type=search], textarea, select")) return;
  const key = event.key.normalize("NFKC").toLowerCase();
  if (key === "j") move(here, 1);
  else if (key === "k") move(here, -1);
  else {
    const button = here.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!button) return;
    const usual = key === "1" ? open(here) : [];
    if (usual.length) {
      for (const choice of usual) choice.checked = true;
      usual[0].focus();
    } else button.click();
  }
  event.preventDefault();
});

for (const keys of document.querySelectorAll("[data-keys], [data-keys-undo]")) keys.hidden = false;
// After a decision the page comes back with the next question on top; an error keeps the focus it has.
if (!document.querySelector(".error-summary") && questions.length) {
  questions[0].focus({ preventScroll: true });
  if (document.querySelector(".said")) document.querySelector("[data-keys]").scrollIntoView();
}
