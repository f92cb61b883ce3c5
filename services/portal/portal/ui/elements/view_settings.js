// Theme, text size and density change at once; the server remembers them for the next page.
customElements.define("view-settings", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button) return;
      event.preventDefault();
      const body = new URLSearchParams(new FormData(event.target));
      body.set(button.name, button.value);
      fetch(event.target.action, { method: "POST", body, redirect: "manual" });
      this.apply(button);
      announce(button.textContent.trim());
    });
  }

  apply(button) {
    const root = document.documentElement;
    if (button.name === "theme") {
      root.dataset.theme = button.value;
      for (const other of this.querySelectorAll("[name=theme]")) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      return;
    }
    const [off, on] = button.name === "text" ? ["normal", "large"] : ["comfortable", "compact"];
    root.dataset[button.name] = button.value;
    button.setAttribute("aria-pressed", String(button.value === on));
    button.value = button.value === on ? off : on;
  }
});
