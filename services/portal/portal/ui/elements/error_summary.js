// Focus the summary on load; its links bring the label into view before the field takes focus.
customElements.define("error-summary", class extends HTMLElement {
  connectedCallback() {
    const box = this.firstElementChild;
    if (!box) return;
    box.focus({ preventScroll: false });
    this.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      const legend = field.closest("fieldset")?.querySelector("legend");
      (legend || document.querySelector(`label[for="${field.id}"]`) || field).scrollIntoView();
      field.focus({ preventScroll: true });
    });
  }
});
