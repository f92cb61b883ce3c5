// Suggestions under a search field, by arrow keys or pointer; quiet while an input method composes. It stays
// a search field to assistive technology, which hears how many suggestions there are.
customElements.define("suggest-box", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=search]");
    this.list = document.createElement("ul");
    this.list.className = "suggestions";
    this.list.id = `${this.input.id}-suggestions`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.querySelector("label").textContent);
    this.querySelector(".search-row").append(this.list);
    for (const [name, value] of [["aria-autocomplete", "list"], ["aria-haspopup", "listbox"], ["aria-controls", this.list.id]]) {
      this.input.setAttribute(name, value);
    }
    this.input.addEventListener("input", (event) => { if (!event.isComposing) this.later(); });
    this.input.addEventListener("compositionend", () => this.later());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("focusout", (event) => { if (!this.contains(event.relatedTarget)) this.close(); });
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), 150);
  }

  async ask() {
    const text = this.input.value.trim();
    if (!text) return this.close();
    try {
      const answer = await fetch(`/suggest?${new URLSearchParams({ q: text })}`);
      const { items } = answer.ok ? await answer.json() : { items: [] };
      if (text === this.input.value.trim()) this.show(items);
    } catch {
      this.close();
    }
  }

  show(items) {
    this.list.replaceChildren(...items.map((item, index) => this.option(item, index)));
    const any = items.length > 0 && document.activeElement === this.input;
    this.list.hidden = !any;
    if (any) announce(this.dataset.found.replace("%d", items.length));
    this.input.removeAttribute("aria-activedescendant");
  }

  option(item, index) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${index}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.textContent = item.text;
    option.dataset.url = item.url || "";
    return option;
  }

  onKey(event) {
    if (event.isComposing || this.list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.move(step);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter" && this.current()) {
      event.preventDefault();
      this.choose(this.current());
    }
  }

  current() {
    return this.list.querySelector("[aria-selected=true]");
  }

  move(step) {
    const options = [...this.list.children];
    const from = options.indexOf(this.current());
    const to = from < 0 && step < 0 ? options.length - 1 : (from + step + options.length) % options.length;
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === to)));
    this.input.setAttribute("aria-activedescendant", options[to].id);
  }

  choose(option) {
    if (!option) return;
    if (option.dataset.url.startsWith("/") && !option.dataset.url.startsWith("//")) {
      location.assign(option.dataset.url);
      return;
    }
    this.input.value = option.textContent;
    this.close();
    this.input.form.requestSubmit();
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.input.removeAttribute("aria-activedescendant");
  }
});
