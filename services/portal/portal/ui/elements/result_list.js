// Tells search which result was opened, so that editors learn which answers help. Says nothing about who.
customElements.define("result-list", class extends HTMLElement {
  connectedCallback() {
    const tell = (event) => {
      const hit = event.target.closest("a[href]")?.closest("[data-hit]");
      if (!hit || !this.dataset.q || event.button > 1) return;
      const click = { q: this.dataset.q, id: hit.dataset.hit, position: Number(hit.dataset.position) };
      navigator.sendBeacon("/api/search/clicks", new Blob([JSON.stringify(click)], { type: "application/json" }));
    };
    this.addEventListener("click", tell);
    this.addEventListener("auxclick", tell);
  }
});
