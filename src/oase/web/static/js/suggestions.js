// What can be chosen while writing: snippets after "/", colleagues after "@" in a note.
const TRIGGER = /(^|\s)([/@])([^\s/@]{0,40})$/;

export class Suggestions {
  constructor(composer, text, list) {
    this.composer = composer;
    this.text = text;
    this.list = list;
    this.turn = 0;
    text.addEventListener("input", () => this.look());
    text.addEventListener("keydown", (event) => this.pressed(event), true);
    text.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== text) this.hide(); }, 150)); // back by then: stays
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.choose(event.target.closest('[role="option"]'));
    });
  }

  async look() {
    const match = TRIGGER.exec(this.text.value.slice(0, this.text.selectionStart));
    const sign = match?.[2];
    if (!sign || (sign === "@") !== (this.composer.tab === "note") && sign === "@") { this.hide(); return; }
    const turn = ++this.turn;
    const from = this.text.selectionStart - match[3].length - 1; // before waiting: one may type on meanwhile
    const address = sign === "/" ? `${this.composer.path}/snippets` : "/colleagues";
    const response = await fetch(`${address}?q=${encodeURIComponent(match[3])}`).catch(() => null);
    const found = response?.ok ? await response.json() : null;
    if (!found || turn !== this.turn) return;
    this.from = from;
    this.show(found.map((one) => (sign === "/" ? { title: one.name, key: `/${one.shortcut}`, hint: one.text, put: one.text } : { title: one.name, hint: "", put: `@${one.name} ` })));
  }

  show(choices) {
    this.list.replaceChildren(...choices.slice(0, 8).map((choice, index) => {
      const option = document.createElement("li");
      option.id = `suggestion-${index}`;
      option.className = "menu-item";
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(index === 0));
      const words = document.createElement("span");
      words.className = "grow";
      words.textContent = choice.title;
      const hint = document.createElement("small");
      hint.className = "cut";
      hint.textContent = choice.hint.slice(0, 90);
      words.append(hint);
      option.append(words);
      if (choice.key) option.append(Object.assign(document.createElement("kbd"), { textContent: choice.key }));
      option.put = choice.put;
      return option;
    }));
    this.list.hidden = choices.length === 0;
    this.text.setAttribute("aria-controls", "suggestions");
    this.text.setAttribute("aria-activedescendant", choices.length ? "suggestion-0" : "");
  }

  hide() {
    this.turn += 1;
    this.list.hidden = true;
    this.text.removeAttribute("aria-activedescendant");
  }

  pressed(event) {
    if (this.list.hidden) return;
    const options = [...this.list.children];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const to = (at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
      options.forEach((option, index) => option.setAttribute("aria-selected", String(index === to)));
      this.text.setAttribute("aria-activedescendant", options[to].id);
      options[to].scrollIntoView({ block: "nearest" });
    } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
      event.preventDefault();
      this.choose(options[at]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      this.hide();
    }
  }

  choose(option) {
    if (!option) return;
    this.text.setRangeText(option.put, this.from, this.text.selectionStart, "end");
    this.hide();
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.text.focus();
  }
}
