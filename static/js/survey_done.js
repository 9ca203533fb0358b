// The answers have arrived: the draft in this browser is no longer needed.
const done = document.querySelector("[data-survey-done]");
try {
  localStorage.removeItem(`survey-${done.dataset.surveyDone}`);
} catch {
  // a private window without storage kept no draft
}
