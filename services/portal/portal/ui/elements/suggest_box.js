// A search field with suggestions: the combobox of the ARIA practices, with grouped options. The field keeps the
// focus, `aria-activedescendant` moves. Nothing happens while an input method composes, not even asking.
customElements.define("suggest-box", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("[data-search-field]");
    this.list = document.createElement("div");
    this.list.className = "suggestions";
    this.list.id = `${this.input.id}-suggestions`;
    this.list.hidden = true;
    this.list.tabIndex = -1; // a box that scrolls would be a stop of the Tab key
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.querySelector("label").textContent);
    this.querySelector(".search-row").append(this.list);
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-controls": this.list.id, "aria-expanded": "false" };
    for (const [name, value] of Object.entries(roles)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", (event) => { if (!event.isComposing) this.later(); });
    this.input.addEventListener("compositionstart", () => this.stop());
    this.input.addEventListener("compositionend", () => this.later());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.form.addEventListener("submit", () => this.close());
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  later() {
    this.stop();
    this.timer = setTimeout(() => this.ask(), 150);
  }

  stop() {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  async ask() {
    const text = this.input.value.trim();
    if (!text) return this.close();
    this.asking = new AbortController();
    try {
      const answer = await fetch(`/suggest?${new URLSearchParams({ q: text, lang: document.documentElement.lang })}`, { signal: this.asking.signal });
      this.show(answer.ok ? (await answer.json()).groups : [], text);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(groups, text) {
    this.list.replaceChildren(...groups.map((group, index) => this.group(group, index, text)));
    this.options = [...this.list.querySelectorAll("[role=option]")];
    this.options.forEach((option, index) => { option.id = `${this.list.id}-${index}`; });
    this.open(this.options.length > 0 && document.activeElement === this.input);
    if (!this.list.hidden) announce(this.dataset.found.replace("%d", this.options.length));
  }

  group({ label, items }, index, text) {
    const group = document.createElement("div");
    const title = document.createElement("div");
    title.className = "suggestion-group";
    title.id = `${this.list.id}-group-${index}`;
    title.textContent = label;
    title.setAttribute("role", "presentation");
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", title.id);
    group.append(title, ...items.map((item) => this.option(item, text)));
    return group;
  }

  option(item, text) {
    const option = document.createElement("div");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.lang = "zh-CN"; // titles and names are, whatever the page is in
    option.dataset.url = item.url || "";
    const at = item.text.toLowerCase().indexOf(text.toLowerCase());
    if (at < 0) {
      option.textContent = item.text;
    } else {
      const typed = document.createElement("b");
      typed.textContent = item.text.slice(at, at + text.length);
      option.append(item.text.slice(0, at), typed, item.text.slice(at + text.length));
    }
    return option;
  }

  onKey(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.options?.length) {
      event.preventDefault();
      if (this.list.hidden) this.open(true);
      this.move(step);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter" && !this.list.hidden && this.current()) {
      event.preventDefault();
      this.choose(this.current());
    }
  }

  current() {
    return this.list.querySelector("[aria-selected=true]");
  }

  move(step) {
    const from = this.options.indexOf(this.current());
    const to = from < 0 && step < 0 ? this.options.length - 1 : (from + step + this.options.length) % this.options.length;
    this.options.forEach((option, index) => option.setAttribute("aria-selected", String(index === to)));
    this.input.setAttribute("aria-activedescendant", this.options[to].id);
    this.options[to].scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    if (!option) return;
    if (option.dataset.url) {
      location.assign(option.dataset.url);
      return;
    }
    this.input.value = option.textContent;
    this.close();
    this.input.form.requestSubmit();
  }

  open(shown) {
    this.list.hidden = !shown;
    this.input.setAttribute("aria-expanded", String(shown));
    this.input.removeAttribute("aria-activedescendant");
    for (const option of this.options || []) option.setAttribute("aria-selected", "false");
  }

  close() {
    this.stop();
    this.open(false);
  }
});
