/* An office found as you type: turns a plain text field into a combobox with a list of offices (ARIA 1.2).

   Markup (without this file it is a plain text field, and the server looks the typed name up):

     <div class="field office-search" data-office-search data-url="/api/offices"
          data-found="{n}件の候補があります。" data-more="{total}件のうち、はじめの{n}件です。続きを入力すると、しぼりこめます。"
          data-none="一覧にありません。そのまま入力できます。">
       <label class="label" for="office">…</label>
       <p class="hint" id="office-hint">…</p>
       <input class="input" id="office" name="organisation_name" value="…" aria-describedby="office-hint">
       <input type="hidden" name="organisation_id" value="…">
     </div>

   The text field keeps whatever a person writes: a free entry is always possible. Choosing an office writes its name
   into the text field and its id into the hidden field; changing the text afterwards empties the hidden field again.
   The words in data-found, data-more (there are more than are shown) and data-none are shown, and read out, after each search.
   On choosing, the text field sends a bubbling "office-chosen" event with {id, name, district} as its detail.

   Keys: down and up move, Enter chooses the marked office (or closes the list), Escape closes, Tab leaves the text as it is. Nothing happens while an input method is composing. */

const PAUSE_MS = 150;
const SHORTEST = 1;
let count = 0;

class OfficeSearch {
  constructor(place) {
    this.place = place;
    this.text = place.querySelector('input:not([type="hidden"])');
    this.id = place.querySelector('input[type="hidden"]');
    this.offices = [];
    this.active = -1;
    this.asked = "";
    this.build();
    this.listen();
  }

  build() {
    const number = ++count;
    this.list = document.createElement("ul");
    this.list.id = `offices-${number}`;
    this.list.className = "suggest";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.label());
    this.list.hidden = true;
    this.said = document.createElement("p");
    this.said.className = "hint suggest__said";
    this.said.setAttribute("role", "status");
    this.text.after(this.said, this.list);
    this.text.setAttribute("role", "combobox");
    this.text.setAttribute("aria-autocomplete", "list");
    this.text.setAttribute("aria-controls", this.list.id);
    this.text.setAttribute("aria-expanded", "false");
    this.text.autocomplete = "off";
  }

  label() {
    const label = this.place.querySelector("label");
    return label ? label.firstChild.textContent.trim() : "";
  }

  listen() {
    this.text.addEventListener("input", (event) => {
      this.id.value = "";
      if (!event.isComposing) this.later();
    });
    this.text.addEventListener("compositionend", () => this.later());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("blur", () => this.close());
    // Before "blur", or the list would be gone when the press ends.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest('[role="option"]');
      if (option) this.choose(Number(option.dataset.place));
    });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), PAUSE_MS);
  }

  async search() {
    const typed = this.text.value.trim();
    this.asked = typed;
    if (typed.length < SHORTEST) return this.close();
    if (this.request) this.request.abort();
    this.request = new AbortController();
    try {
      const wanted = new URLSearchParams({ q: typed, group: this.group() });
      const answer = await fetch(`${this.place.dataset.url}?${wanted}`, {
        signal: this.request.signal,
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) return this.close();
      const found = await answer.json();
      if (this.asked === typed && document.activeElement === this.text) this.show(found.offices, found.total);
    } catch {
      // No network, or a newer search: the field is still a plain text field.
    }
  }

  /* The colour of the profession group that is chosen in the same form: its kinds of offices come first. */
  group() {
    const form = this.text.form;
    const chosen = form && form.querySelector('input[name="group"]:checked');
    const mark = chosen && chosen.closest("label") && chosen.closest("label").querySelector(".mark");
    return mark ? [...mark.classList].find((name) => name.startsWith("g-")) || "" : "";
  }

  show(offices, total) {
    this.offices = offices;
    this.active = -1;
    this.list.replaceChildren(...offices.map((office, place) => this.option(office, place)));
    this.list.hidden = offices.length === 0;
    this.text.setAttribute("aria-expanded", String(offices.length > 0));
    this.text.removeAttribute("aria-activedescendant");
    const { found, more, none } = this.place.dataset;
    const words = total > offices.length && more ? more : found;
    this.said.textContent = offices.length
      ? words.replace("{n}", offices.length).replace("{total}", total)
      : none;
  }

  option(office, place) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.className = "suggest__option";
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.place = place;
    const name = document.createElement("span");
    name.textContent = office.name;
    const district = document.createElement("small");
    district.textContent = office.district;
    option.append(name, district);
    return option;
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      event.preventDefault();
      if (this.list.hidden) this.search();
      else this.move(moves[event.key]);
    } else if (event.key === "Enter" && !this.list.hidden) {
      event.preventDefault(); // a form that is half filled in is not sent from within the list
      if (this.active >= 0) this.choose(this.active);
      else this.close();
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    }
  }

  move(step) {
    const options = this.list.children;
    if (this.active >= 0) options[this.active].setAttribute("aria-selected", "false");
    // One place more than there are options: between last and first the text field itself is active.
    this.active = ((this.active + 1 + step + options.length + 1) % (options.length + 1)) - 1;
    if (this.active < 0) return this.text.removeAttribute("aria-activedescendant");
    options[this.active].setAttribute("aria-selected", "true");
    options[this.active].scrollIntoView({ block: "nearest" });
    this.text.setAttribute("aria-activedescendant", options[this.active].id);
  }

  choose(place) {
    const office = this.offices[place];
    this.text.value = office.name;
    this.id.value = office.id;
    this.close();
    this.text.focus();
    this.text.dispatchEvent(new CustomEvent("office-chosen", { bubbles: true, detail: office }));
  }

  close() {
    clearTimeout(this.timer);
    this.asked = "";
    this.list.hidden = true;
    this.active = -1;
    this.text.setAttribute("aria-expanded", "false");
    this.text.removeAttribute("aria-activedescendant");
  }
}

for (const place of document.querySelectorAll("[data-office-search]")) new OfficeSearch(place);
