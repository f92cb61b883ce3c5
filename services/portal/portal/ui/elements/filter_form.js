// Swaps the results of a filter link or form without a reload: focus stays where it is, the count is said.
customElements.define("filter-form", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      const plain = link && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
      if (!plain || link.origin !== location.origin || link.pathname !== location.pathname) return;
      if (link.hash && link.search === location.search) return;
      event.preventDefault();
      this.go(link.href, link.id);
    });
    this.addEventListener("change", (event) => {
      const form = event.target.form;
      if (event.target.matches("select") && form) {
        this.go(`${location.pathname}?${new URLSearchParams(new FormData(form))}`, event.target.id);
      }
    });
    this.back = () => this.load(location.href, "");
    window.addEventListener("popstate", this.back);
  }

  disconnectedCallback() {
    window.removeEventListener("popstate", this.back);
  }

  async go(url, focusId) {
    if (await this.load(url, focusId)) history.pushState(null, "", url);
    else location.assign(url);
  }

  async load(url, focusId) {
    this.running?.abort();
    this.running = new AbortController();
    const slow = setTimeout(() => announce(this.dataset.loading), 500);
    try {
      const answer = await fetch(url, { signal: this.running.signal });
      if (!answer.ok) return false;
      this.swap(new DOMParser().parseFromString(await answer.text(), "text/html"), focusId);
      return true;
    } catch (error) {
      return error.name === "AbortError";
    } finally {
      clearTimeout(slow);
    }
  }

  swap(page, focusId) {
    const fresh = page.querySelector("filter-form");
    if (!fresh) return;
    this.replaceChildren(...fresh.childNodes);
    document.title = page.title;
    const again = focusId && document.getElementById(focusId);
    const target = again || this.querySelector("[data-results-heading]");
    target?.focus({ preventScroll: Boolean(again) });
    announce(this.querySelector("[data-announce]")?.textContent.trim() || "");
  }
});
