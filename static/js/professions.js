// Only the professions of the chosen group are shown, the field for another profession only to who chose that one, and that
// for a licence number, under the name that it has there, to professions that have one.
// Without this script all of them are listed, group by group.
const list = document.querySelector("[data-professions]");
const groups = document.querySelectorAll('input[name="group"]');
const licence = document.getElementById("licence_number");
const called = licence?.closest(".field").querySelector(".label");
const words = called?.firstChild.data;
const note = document.getElementById("profession_note").closest(".field");

function show() {
  const chosen = document.querySelector('input[name="group"]:checked');
  list.hidden = chosen === null;
  for (const part of list.querySelectorAll("[data-group]")) {
    const its = chosen !== null && part.dataset.group === chosen.value;
    part.hidden = !its;
    part.querySelector(".professions__group").hidden = true;
    const radios = part.querySelectorAll("input");
    if (!its) for (const radio of radios) radio.checked = false;
    else if (radios.length === 1) radios[0].checked = true;
  }
  note.hidden = list.querySelector("input[data-other]:checked") === null;
  if (!licence) return;
  const profession = list.querySelector("input:checked");
  const name = profession?.dataset.licence;
  // Nothing that was typed goes out of sight.
  licence.closest(".field").hidden = profession !== null && !name && licence.value === "";
  called.firstChild.data = name ?? words;
}

for (const radio of groups) radio.addEventListener("change", show);
list.addEventListener("change", show);
show();
