// The survey, one question a screenful. Without this script the page is one long form that works as well.
// The personal secret comes in the fragment of the address, which no server or log ever sees; a draft stays in this
// browser only, until the answers have been sent.

const form = document.getElementById("survey");
const key = `survey-${form.dataset.survey}`;
const token = form.elements.token;
const fragment = decodeURIComponent(location.hash.slice(1)).toUpperCase();
const who = form.querySelector("[data-part=who]");

if (/^[A-Z2-7]{26}$/.test(fragment)) token.value = fragment;
const refused = document.querySelector(".late, .error-summary") !== null;

// -- draft ---------------------------------------------------------------------------------------------------

function readDraft() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {}; // a private window without storage: the page works without a draft
  }
}

function writeDraft() {
  const answers = {};
  for (const [name, value] of new FormData(form)) {
    if (name !== "csrf_token" && name !== "token") (answers[name] ??= []).push(value);
  }
  try {
    localStorage.setItem(key, JSON.stringify(answers));
  } catch {
    // see readDraft
  }
}

function restore(draft) {
  for (const element of form.elements) {
    const kept = draft[element.name];
    if (!kept || element.name === "token") continue;
    if (element.type === "radio" || element.type === "checkbox") element.checked = kept.includes(element.value);
    else element.value = kept[0];
  }
}

if (!refused) restore(readDraft());
form.addEventListener("input", writeDraft);

// -- one question at a time ------------------------------------------------------------------------------------

const parts = [...form.querySelectorAll("[data-question]")];
if (!token.value || refused) parts.unshift(who);
else who.hidden = true;
const sections = [...form.querySelectorAll("section")];
const submit = form.querySelector(".submit");
const place = `${key}-at`;
let at = 0;

const progress = document.createElement("div");
progress.className = "progress";
progress.innerHTML =
  '<p class="small soft" aria-live="polite"></p>' +
  '<svg class="progress__bar" width="100%" height="8" aria-hidden="true"><rect class="c-track" width="100%" height="8"/><rect class="c-brand" width="0" height="8"/></svg>';
form.prepend(progress);

const steps = document.createElement("div");
steps.className = "ask__go mt6";
steps.innerHTML =
  '<button type="button" class="button button--wide">次へ</button>' +
  '<button type="button" class="textlink">前の質問へもどる</button>';
submit.before(steps);
const [next, back] = steps.children;

function isAsked(part) {
  const condition = part.dataset.showIf;
  if (!condition) return true;
  const chosen = form.querySelector(`[name="q-${condition}"]:checked`);
  return chosen !== null && part.dataset.showCodes.split(" ").includes(chosen.value);
}

function show(index, focus) {
  at = index;
  const asked = parts.filter(isAsked);
  const nth = asked.indexOf(parts[at]) + 1;
  for (const part of parts) part.hidden = part !== parts[at];
  for (const section of sections) section.hidden = !section.contains(parts[at]);
  progress.querySelector("p").textContent = `${asked.length}問中 ${nth}問`;
  progress.querySelector(".c-brand").setAttribute("width", `${(100 * nth) / asked.length}%`);
  const last = following(1) === null;
  submit.hidden = !last;
  next.hidden = last;
  back.hidden = following(-1) === null;
  next.textContent = isAnswered(parts[at]) ? "次へ" : "無回答で次へ";
  if (!focus) return;
  remember(at);
  form.scrollIntoView(); // the progress and the question, on the smallest screen too
  (parts[at].querySelector("input, textarea") ?? next).focus({ preventScroll: true });
}

function remember(index) {
  try {
    sessionStorage.setItem(place, String(index));
  } catch {
    // see readDraft
  }
}

function remembered() {
  try {
    const index = Number(sessionStorage.getItem(place) ?? 0);
    return parts[index] && isAsked(parts[index]) ? index : 0;
  } catch {
    return 0;
  }
}

function isAnswered(part) {
  if (part === who) return true;
  return [...part.querySelectorAll("input, textarea")].some((element) =>
    element.type === "radio" || element.type === "checkbox" ? element.checked : element.value.trim() !== "",
  );
}

function following(step) {
  for (let index = at + step; index >= 0 && index < parts.length; index += step) {
    if (isAsked(parts[index])) return index;
  }
  return null;
}

next.addEventListener("click", () => show(following(1), true));
back.addEventListener("click", () => show(following(-1), true));
form.addEventListener("input", () => show(at, false));
form.addEventListener("submit", (event) => {
  if (!refused && following(1) !== null) {
    // Enter presses a form's button even where it is hidden: questions that nobody has seen are not answered by that.
    event.preventDefault();
    event.stopImmediatePropagation();
    show(following(1), true);
    return;
  }
  remember(0);
  const button = submit.querySelector("button");
  setTimeout(() => { button.textContent = "送っています"; }, 0);
});

if (refused) {
  // Everything is shown at once, so that no mistake hides behind a "next".
  progress.hidden = true;
  steps.hidden = true;
} else {
  show(remembered(), false);
}
