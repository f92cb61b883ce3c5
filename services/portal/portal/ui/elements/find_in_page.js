// Finds words in a long text and goes from place to place. Marks them without touching the text.
customElements.define("find-in-page", class extends HTMLElement {
  connectedCallback() {
    const text = document.getElementById(this.dataset.in);
    if (!text || !CSS.highlights) return;
    this.text = text;
    const form = this.querySelector("form");
    form.hidden = false;
    this.input = form.querySelector("input");
    this.said = form.querySelector("[data-found]");
    this.input.addEventListener("input", (event) => { if (!event.isComposing) this.later(); });
    this.input.addEventListener("compositionend", () => this.later());
    form.addEventListener("submit", (event) => { event.preventDefault(); this.go(1); });
    form.querySelector("[data-step]").addEventListener("click", () => this.go(-1));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(), 200);
  }

  // All text in one string, and where in it each node begins.
  read() {
    const walker = document.createTreeWalker(this.text, NodeFilter.SHOW_TEXT);
    this.nodes = [];
    let all = "";
    while (walker.nextNode()) {
      this.nodes.push({ node: walker.currentNode, start: all.length });
      all += walker.currentNode.data;
    }
    this.all = all.toLowerCase();
  }

  find() {
    clearTimeout(this.timer);
    if (!this.nodes) this.read();
    this.sought = this.input.value.trim().toLowerCase();
    this.places = [];
    this.at = -1;
    let from = this.sought ? this.all.indexOf(this.sought) : -1;
    while (from >= 0 && this.places.length < 2000) {
      this.places.push(this.range(from, from + this.sought.length));
      from = this.all.indexOf(this.sought, from + this.sought.length);
    }
    CSS.highlights.set("found", new Highlight(...this.places));
    CSS.highlights.delete("found-here");
    const { none, count } = this.dataset;
    this.say(this.sought ? (this.places.length ? count.replace("%d", this.places.length) : none) : "");
  }

  range(from, to) {
    const range = new Range();
    const [first, last] = [this.holding(from), this.holding(to - 1)];
    range.setStart(first.node, from - first.start);
    range.setEnd(last.node, to - last.start);
    return range;
  }

  holding(offset) {
    let [low, high] = [0, this.nodes.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.nodes[middle].start <= offset) low = middle;
      else high = middle - 1;
    }
    return this.nodes[low];
  }

  go(step) {
    if (this.sought !== this.input.value.trim().toLowerCase()) this.find();
    if (!this.places?.length) return;
    const from = this.at < 0 && step < 0 ? 0 : this.at;
    this.at = (from + step + this.places.length) % this.places.length;
    const here = this.places[this.at];
    CSS.highlights.set("found-here", new Highlight(here));
    here.startContainer.parentElement.scrollIntoView({ block: "center" });
    this.say(this.dataset.place.replace("%d", this.at + 1).replace("%d", this.places.length));
  }

  say(words) {
    this.said.textContent = words;
    if (words) announce(words);
  }
});
