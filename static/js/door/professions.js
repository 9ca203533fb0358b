// The profession of whoever has just come in: read out, confirmed by a nod, or corrected with two taps. Offline it waits in
// the queue like a scan.

/** Ties the form within the result to the desk. corrected(guest): it was changed. kept(entry): whether it is on the disk. */
export function professions(panel, { desk, kept, corrected }) {
  const ask = panel.querySelector("[data-correct]");
  const form = panel.querySelector("[data-correct-form]");
  const choice = form.querySelector("select");
  /** Guest → the professions that this desk has seen them have: theirs, in use or not, and the way back to them. */
  const had = new Map();
  let about;

  const fold = (open) => {
    form.hidden = !open;
    ask.hidden = open || !about;
  };

  /** A result is shown: guest, or nobody. */
  const show = (guest) => {
    about = guest?.id && desk.roster.loaded?.event.professions?.length ? guest : undefined;
    if (about) had.set(about.id, (had.get(about.id) ?? new Set()).add(about.profession));
    fold(false);
  };

  ask.addEventListener("click", () => {
    const theirs = had.get(about.id);
    const all = desk.roster.loaded.event.professions.filter((one) => one.in_use !== false || theirs.has(one.name));
    choice.replaceChildren(
      ...[...new Set(all.map((one) => one.group))].map((name) => {
        const group = document.createElement("optgroup");
        group.label = name;
        const members = all.filter((one) => one.group === name);
        group.append(...members.map((one) => new Option(one.name, one.id, false, one.name === about.profession)));
        return group;
      }),
    );
    fold(true);
    choice.focus();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = desk.roster.loaded?.event.professions.find((one) => one.id === choice.value);
    if (!chosen) return;
    const group = desk.groups.find((one) => one.name === chosen.group);
    const body = { application: about.id, profession: chosen.id, shown: about.profession };
    if (!(await kept({ kind: "correction", body, about: about.name }))) return;
    const { mark, css } = group ?? about;
    const guest = await desk.replace({ ...about, profession: chosen.name, group: chosen.group, mark, css });
    fold(false);
    corrected(guest);
    desk.round();
  });
  return { show };
}
