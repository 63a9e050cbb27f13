// Draws the SVG it gets and lets it be walked through: arrows from mark to mark, + - 0 to zoom.
// The kernel may be busy with the very burst that is looked at, so nothing here waits for it.

const HELP = "Arrow keys walk from event to event; plus and minus zoom, 0 shows all.";
const ZOOM = 1.6;

function make(name, parent, attributes = {}, text = "") {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  parent.append(node);
  return node;
}

function niceStep(span) {
  const rough = span / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= rough);
}

function inWords(value, span) {
  return span >= 1 ? `${+value.toFixed(4)} s` : `${+(value * 1000).toFixed(3)} ms`;
}

class View {
  constructor(model, el) {
    this.model = model;
    this.window = null; // seconds [from, to] while zoomed, null while all is shown
    this.key = null; // data-mark of the active mark
    el.classList.add("coldstart-live");
    keepKeys(el);
    this.menus = make("div", el, { class: "menus" });
    this.heading = make("h3", el);
    this.body = make("div", el, { class: "body" });
    this.plot = make("div", this.body, { class: "plot", tabindex: "0", role: "application" });
    this.facts = make("dl", this.body);
    this.said = make("p", el, { class: "said", role: "status" });
    this.toolbar = make("div", el, { class: "bar", role: "group", "aria-label": "View" });
    this.state = make("p", el, { class: "state" });
    this.twin = make("details", el);
    make("summary", this.twin, {}, "As text");
    this.text = make("pre", this.twin);
    this.plot.addEventListener("keydown", (event) => this.onKey(event));
    this.plot.addEventListener("click", (event) => this.onPoint(event, true));
    this.plot.addEventListener("mouseover", (event) => this.onPoint(event, false));
    this.redraw();
    this.drawTexts();
    this.drawMenus();
    this.drawToolbar();
  }

  redraw() {
    this.plot.innerHTML = this.model.get("drawing");
    this.svg = this.plot.querySelector("svg");
    const heading = this.model.get("heading");
    this.heading.textContent = heading;
    this.heading.hidden = !heading;
    this.plot.hidden = !this.svg;
    this.plot.setAttribute("aria-label", `${heading}. ${HELP}`);
    this.marks = [...this.plot.querySelectorAll("[data-mark]")];
    this.marks.sort((one, other) => one.dataset.mark - other.dataset.mark); // numbers tell the order
    this.span = Number(this.svg?.dataset.span ?? 0);
    if (this.window) this.place();
    this.activate(this.marks.findIndex((mark) => mark.dataset.mark === this.key), false);
  }

  drawTexts() {
    this.text.textContent = this.model.get("text");
    this.twin.hidden = !this.model.get("text");
    this.state.textContent = this.model.get("status");
    this.facts.replaceChildren();
    for (const [name, value] of this.model.get("facts")) {
      make("dt", this.facts, {}, name);
      make("dd", this.facts, {}, value);
    }
  }

  drawMenus() {
    const focused = [...this.menus.querySelectorAll("select")].indexOf(document.activeElement);
    this.menus.replaceChildren();
    for (const { label, options, chosen } of this.model.get("menus")) {
      const select = make("select", make("label", this.menus, {}, label), { "aria-label": label });
      for (const words of options) make("option", select, {}, words);
      select.selectedIndex = chosen;
      select.disabled = options.length === 0;
      select.addEventListener("change", () => this.model.send({ menu: label, to: select.selectedIndex }));
    }
    this.menus.querySelectorAll("select")[focused]?.focus();
  }

  drawToolbar() {
    const focused = this.toolbar.contains(document.activeElement);
    this.toolbar.replaceChildren();
    if (this.span > 0) {
      this.button("Zoom in", () => this.zoom(1 / ZOOM));
      this.button("Zoom out", () => this.zoom(ZOOM));
      this.button("Show all", () => this.showAll());
    }
    for (const action of this.model.get("actions")) {
      this.button(action, () => this.model.send({ do: action }));
    }
    this.zoomable = this.span > 0;
    if (focused) this.toolbar.lastElementChild?.focus();
  }

  button(words, handler) {
    make("button", this.toolbar, { type: "button" }, words).addEventListener("click", handler);
  }

  at(mark) {
    return this.marks.indexOf(mark);
  }

  activate(index, speak) {
    this.plot.querySelector(".active")?.classList.remove("active");
    const mark = this.marks[index];
    if (!mark) return;
    this.key = mark.dataset.mark;
    mark.classList.add("active");
    if (speak) {
      this.say(mark);
      this.bringIntoWindow(mark);
    }
  }

  say(mark) {
    this.said.textContent = mark.querySelector("title")?.textContent ?? "";
  }

  onPoint(event, choose) {
    const mark = event.target.closest?.("[data-mark]");
    if (!mark) return;
    if (choose) this.activate(this.at(mark), true);
    else this.say(mark);
  }

  onKey(event) {
    const now = this.marks.findIndex((mark) => mark.dataset.mark === this.key);
    const last = this.marks.length - 1;
    const moves = {
      ArrowRight: () => this.activate(Math.min(now + 1, last), true),
      ArrowLeft: () => this.activate(Math.max(now - 1, 0), true),
      ArrowDown: () => this.activate(this.inLane(now, 1), true),
      ArrowUp: () => this.activate(this.inLane(now, -1), true),
      Home: () => this.activate(0, true),
      End: () => this.activate(last, true),
      "+": () => this.zoom(1 / ZOOM),
      "=": () => this.zoom(1 / ZOOM),
      "-": () => this.zoom(ZOOM),
      0: () => this.showAll(),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  }

  inLane(now, step) {
    // the nearest mark of the next lane that has any
    const here = this.marks[Math.max(now, 0)]?.dataset;
    if (!here || here.lane === undefined) return Math.min(Math.max(now + step, 0), this.marks.length - 1);
    const beyond = this.marks.map((m) => Number(m.dataset.lane)).filter((lane) => (lane - here.lane) * step > 0);
    if (!beyond.length) return Math.max(now, 0);
    const lane = step > 0 ? Math.min(...beyond) : Math.max(...beyond);
    let best = now;
    let nearest = Infinity;
    this.marks.forEach((mark, index) => {
      const distance = Math.abs(mark.dataset.x - here.x);
      if (Number(mark.dataset.lane) === lane && distance < nearest) [best, nearest] = [index, distance];
    });
    return best;
  }

  zoom(factor) {
    if (!(this.span > 0)) return;
    const [from, to] = this.window ?? [0, this.span];
    const active = this.marks.find((mark) => mark.dataset.mark === this.key);
    const middle = active ? Number(active.dataset.x) * this.span : (from + to) / 2;
    const width = Math.min((to - from) * factor, this.span);
    const start = Math.min(Math.max(middle - width / 2, 0), this.span - width);
    this.window = width >= this.span ? null : [start, start + width];
    this.place();
  }

  showAll() {
    this.window = null;
    this.place();
  }

  bringIntoWindow(mark) {
    if (!this.window) return;
    const [from, to] = this.window;
    const moment = Number(mark.dataset.x) * this.span;
    if (moment >= from && moment <= to) return;
    const start = Math.min(Math.max(moment - (to - from) / 2, 0), this.span - (to - from));
    this.window = [start, start + to - from];
    this.place();
  }

  place() {
    if (!(this.span > 0)) return;
    const [from, to] = this.window ?? [0, this.span];
    const left = Number(this.svg.dataset.left);
    const width = Number(this.svg.dataset.width);
    const x = (fraction) => left + ((fraction * this.span - from) / (to - from)) * width;
    for (const node of this.svg.querySelectorAll("[data-x]")) {
      const start = x(Number(node.dataset.x));
      if (node.tagName === "rect") {
        node.setAttribute("x", start);
        node.setAttribute("width", Math.max(x(Number(node.dataset.x2)) - start, 1));
      } else if (node.dataset.y !== undefined) {
        node.setAttribute("transform", `translate(${start} ${node.dataset.y})`);
      }
    }
    this.drawTicks(from, to, x);
  }

  drawTicks(from, to, x) {
    const axis = this.svg.querySelector("[data-axis]");
    if (!axis) return;
    const pattern = axis.querySelector("[data-tick]").cloneNode(true);
    axis.replaceChildren();
    const step = niceStep(to - from);
    for (let value = Math.ceil(from / step) * step; value <= to + step / 1e6; value += step) {
      const tick = pattern.cloneNode(true);
      tick.setAttribute("transform", `translate(${x(value / this.span)} 0)`);
      tick.querySelector("text").textContent = inWords(value, this.span);
      axis.append(tick);
    }
  }
}

function render({ model, el }) {
  const view = new View(model, el);
  const listen = {
    "change:drawing": () => {
      view.redraw();
      if (view.zoomable !== view.span > 0) view.drawToolbar();
    },
    "change:text": () => view.drawTexts(),
    "change:facts": () => view.drawTexts(),
    "change:status": () => view.drawTexts(),
    "change:actions": () => view.drawToolbar(),
    "change:menus": () => view.drawMenus(),
  };
  for (const [event, handler] of Object.entries(listen)) model.on(event, handler);
  return () => {
    model.send({ do: "gone" });
    for (const [event, handler] of Object.entries(listen)) model.off(event, handler);
  };
}

export default { render };
