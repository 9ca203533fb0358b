/* What a browser forgets of a form when somebody comes back to it: fields with autocomplete="off", such as the office that is
   searched for, and hidden ones: the key that tells the same form sent again from another one, and the edition that a page
   was made from, since the browser fills in again what was typed there then. Each field with data-kept is kept in the entry
   of the browser's history, and nowhere else; a page with several forms of one kind is left alone. */

const all = [...document.querySelectorAll("[data-kept]")];
const fields = all.filter((field) => all.filter((other) => other.name === field.name).length === 1);
const kept = history.state?.kept ?? {};
for (const field of fields) if (field.name in kept) field.value = kept[field.name];

function keep() {
  const values = Object.fromEntries(fields.map((field) => [field.name, field.value]));
  history.replaceState({ ...history.state, kept: values }, "");
}

if (fields.length > 0) {
  addEventListener("change", keep);
  addEventListener("submit", keep);
}
