// Only the professions of the chosen group are shown, and the field for another profession only to who chose that one.
// Without this script all of them are listed, group by group.
const list = document.querySelector("[data-professions]");
const groups = document.querySelectorAll('input[name="group"]');
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
}

for (const radio of groups) radio.addEventListener("change", show);
list.addEventListener("change", show);
show();
