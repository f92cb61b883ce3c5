// Swaps the results of a filter link or form without a reload: focus stays where it is, the count is said, and
// what was unfolded stays so.
customElements.define("filter-form", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.onClick(event));
    this.addEventListener("change", (event) => {
      const form = event.target.form;
      if (form && event.target.matches("select, input[type=checkbox]")) this.go(this.address(form), event.target.id);
    });
    this.addEventListener("submit", (event) => this.onSubmit(event));
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.back = () => this.load(location.href, "");
    window.addEventListener("popstate", this.back);
    this.reword();
  }

  disconnectedCallback() {
    window.removeEventListener("popstate", this.back);
  }

  onClick(event) {
    const link = event.target.closest("a[href]");
    const plain = link && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!plain || link.origin !== location.origin || link.pathname !== location.pathname) return;
    if (link.hash && link.search === location.search) return;
    event.preventDefault();
    this.go(link.href, link.id);
  }

  // On phones the button closes the sheet over results that are there already.
  onSubmit(event) {
    const form = event.target;
    const url = new URL(form.action);
    if (form.method !== "get" || url.pathname !== location.pathname) return;
    event.preventDefault();
    const sheet = form.closest("details");
    if (sheet) sheet.open = false;
    this.go(this.address(form), "");
  }

  // Escape closes the sheet where it can be opened, and gives the focus back to what opened it.
  onKey(event) {
    const opener = event.key === "Escape" && event.target.closest("details.facet-sheet[open]")?.querySelector("summary");
    if (!opener || !opener.checkVisibility()) return;
    opener.parentElement.open = false;
    opener.focus();
  }

  address(form) {
    const given = [...new FormData(form)].filter(([, value]) => value !== "");
    return `${location.pathname}?${new URLSearchParams(given)}`;
  }

  async go(url, focusId) {
    if (await this.load(url, focusId)) history.pushState(null, "", url);
    else location.assign(url);
  }

  async load(url, focusId) {
    this.running?.abort();
    this.running = new AbortController();
    const slow = setTimeout(() => announce(this.dataset.loading), 500);
    this.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { signal: this.running.signal });
      if (!answer.ok) return false;
      this.swap(new DOMParser().parseFromString(await answer.text(), "text/html"), focusId);
      return true;
    } catch (error) {
      return error.name === "AbortError";
    } finally {
      clearTimeout(slow);
      this.removeAttribute("aria-busy");
    }
  }

  swap(page, focusId) {
    const fresh = page.querySelector("filter-form");
    if (!fresh) return;
    const folds = [...this.querySelectorAll("details[id]")].map((each) => [each.id, each.open]);
    this.replaceChildren(...fresh.childNodes);
    for (const [id, open] of folds) document.getElementById(id)?.toggleAttribute("open", open);
    this.reword();
    this.follow(page);
    const again = focusId && document.getElementById(focusId);
    const target = again || this.querySelector("[data-results-heading]");
    target?.focus({ preventScroll: Boolean(again) });
    announce(this.querySelector("[data-announce]")?.textContent.trim() || "");
  }

  // What stands outside of the results but belongs to them.
  follow(page) {
    document.title = page.title;
    const field = document.querySelector("main [data-search-field]");
    const typed = page.querySelector("main [data-search-field]");
    if (field && typed) field.value = typed.value;
    const other = document.querySelector("[data-language]");
    if (other) other.href = page.querySelector("[data-language]").href;
    document.querySelectorAll("link[rel=alternate]").forEach((link) => link.remove());
    document.head.append(...page.querySelectorAll("link[rel=alternate]"));
  }

  // Buttons say what they do now that choices apply at once.
  reword() {
    for (const button of this.querySelectorAll("[data-scripted]")) button.textContent = button.dataset.scripted;
  }
});
