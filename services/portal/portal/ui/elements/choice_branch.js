// Shows its fields only while the radio they belong to is chosen; without the script all are shown, labelled.
customElements.define("choice-branch", class extends HTMLElement {
  connectedCallback() {
    const form = this.closest("form");
    const update = () => {
      const chosen = new FormData(form).get(this.dataset.field);
      this.hidden = Boolean(chosen) && chosen !== this.dataset.value;
    };
    form.addEventListener("change", update);
    update();
  }
});
