// Native form elements for what the kernel describes in `fields`; values go back with each press.
// A kernel that does not answer within a while is said, for a restarted one never will.

const PATIENCE_MS = 5000;
const SILENT =
  "The kernel does not answer: a cell is running, or it was restarted. Then run the setup cell and this cell again.";
let panels = 0;

function make(name, parent, attributes = {}, text = "") {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.textContent = text;
  parent.append(node);
  return node;
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

class Panel {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.id = `coldstart-controls-${(panels += 1)}`;
    el.classList.add("coldstart-controls");
    keepKeys(el);
    this.heading = make("h3", el, { id: this.id });
    this.form = make("form", el, { "aria-labelledby": this.id });
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.fields = make("div", this.form, { class: "fields" });
    this.bar = make("div", this.form, { class: "bar" });
    this.timer = make("p", this.form, { class: "timer", role: "timer", hidden: "" });
    this.progress = make("progress", this.form, { max: "1", "aria-label": "Progress", hidden: "" });
    this.words = make("p", this.form, { class: "words", role: "status" });
    this.result = make("div", el, { class: "result" });
    this.drawFields();
    this.drawBar();
    this.drawState();
    this.drawResult();
    this.drawTimer();
    this.clock = setInterval(() => this.drawTimer(), 500);
  }

  stop() {
    clearInterval(this.clock);
    clearTimeout(this.patience);
  }

  drawFields() {
    this.heading.textContent = this.model.get("heading");
    const values = this.model.get("values");
    this.values = { ...values };
    this.rows = [];
    const focused = document.activeElement?.dataset?.field;
    this.fields.replaceChildren();
    const groups = new Map();
    for (const field of this.model.get("fields")) {
      const name = field.group ?? "";
      if (!groups.has(name)) groups.set(name, this.group(name));
      const row = make("div", groups.get(name), { class: `row ${field.kind}${field.inline ? " inline" : ""}` });
      this.rows.push([field, row]);
      this[field.kind](field, row);
    }
    this.showOnlyFitting();
    if (focused) this.fields.querySelector(`[data-field="${CSS.escape(focused)}"]`)?.focus();
  }

  group(name) {
    const box = make("fieldset", this.fields, { class: name ? "" : "plain" });
    if (name) make("legend", box, {}, name);
    return box;
  }

  set(name, value) {
    this.values = { ...this.values, [name]: value };
    this.model.set("values", this.values);
    this.model.save_changes();
    this.showOnlyFitting();
  }

  showOnlyFitting() {
    for (const [field, row] of this.rows) {
      row.hidden = Object.entries(field.only ?? {}).some(
        ([name, wanted]) => !wanted.includes(this.values[name]),
      );
    }
  }

  idOf(field) {
    return `${this.id}-${field.name.replaceAll(" ", "-")}`;
  }

  slider(field, row) {
    const id = this.idOf(field);
    make("label", row, { for: id }, field.label);
    const start = Math.max(0, field.stops.findIndex((stop) => same(stop, this.values[field.name])));
    const input = make("input", row, {
      id, type: "range", min: "0", max: String(field.stops.length - 1), step: "1", "data-field": field.name,
    });
    const shown = make("span", row, { class: "value", "aria-hidden": "true" }); // read as valuetext
    const draw = () => {
      const words = field.shown[Number(input.value)];
      shown.textContent = words;
      input.setAttribute("aria-valuetext", words);
    };
    input.value = String(start);
    input.addEventListener("input", () => {
      draw();
      this.set(field.name, field.stops[Number(input.value)]);
    });
    draw();
  }

  choice(field, row) {
    const id = this.idOf(field);
    make("label", row, { for: id }, field.label);
    const select = make("select", row, { id, "data-field": field.name });
    for (const [value, words] of field.options) make("option", select, { value }, words);
    select.value = this.values[field.name];
    select.addEventListener("change", () => this.set(field.name, select.value));
  }

  text(field, row) {
    const id = this.idOf(field);
    make("label", row, { for: id }, field.label);
    const input = make("textarea", row, { id, rows: field.lines, spellcheck: "false", "data-field": field.name });
    input.value = this.values[field.name] ?? "";
    input.addEventListener("input", () => this.set(field.name, input.value));
  }

  switch(field, row) {
    const label = make("label", row);
    const input = make("input", label, { type: "checkbox", "data-field": field.name });
    input.checked = Boolean(this.values[field.name]);
    input.addEventListener("change", () => this.set(field.name, input.checked));
    label.append(field.label);
  }

  radios(field, row) {
    this.boxes(field, row, "radio");
  }

  checks(field, row) {
    this.boxes(field, row, "checkbox");
  }

  boxes(field, row, type) {
    const box = make("fieldset", row, { class: "options" });
    make("legend", box, {}, field.label);
    const chosen = new Set(this.values[field.name] ?? []);
    for (const [value, words] of field.options) {
      const label = make("label", box);
      const input = make("input", label, {
        type, name: `${this.id}-${field.name}`, value, "data-field": `${field.name}-${value}`,
      });
      input.checked = chosen.has(value);
      input.disabled = Boolean(field.locked);
      input.addEventListener("change", () => {
        const on = [...box.querySelectorAll("input:checked")].map((each) => each.value);
        this.set(field.name, on);
      });
      make("span", label, {}, words);
    }
  }

  drawBar() {
    const here = this.bar.contains(document.activeElement);
    const buttons = new Map();
    this.bar.replaceChildren();
    for (const action of this.model.get("actions")) {
      const button = make("button", this.bar, { type: "button" }, action.do);
      button.disabled = !action.on;
      button.addEventListener("click", () => this.press(action.do));
      if (action.on) buttons.set(action.main ? "main" : action.do, button).set(action.do, button);
    }
    // whoever pressed a key stays where they were, or goes where it goes on
    if (here) (buttons.get(this.pressed) ?? buttons.get("main"))?.focus();
  }

  press(action) {
    this.pressed = action;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => (this.words.textContent = SILENT), PATIENCE_MS);
    try {
      this.model.send({ do: action, values: this.values });
    } catch {
      this.words.textContent = SILENT; // its comm went with the kernel
    }
  }

  onHeard() {
    clearTimeout(this.patience);
  }

  drawState() {
    const share = this.model.get("share");
    this.progress.hidden = share < 0;
    this.progress.value = Math.max(0, share);
    this.progress.textContent = `${Math.round(100 * Math.max(0, share))} %`;
    const words = this.model.get("words");
    if (this.words.textContent !== words) this.words.textContent = words;
  }

  drawResult() {
    this.result.innerHTML = this.model.get("result");
  }

  drawTimer() {
    const ends = this.model.get("ends_at");
    this.timer.hidden = !ends;
    if (!ends) {
      this.over = false;
      return;
    }
    const left = Math.max(0, Math.ceil(ends - Date.now() / 1000));
    this.timer.textContent = `Time left: ${Math.floor(left / 60)} min ${left % 60} s`;
    if (left === 0 && !this.over) {
      this.over = true;
      this.model.send({ do: "Time is over", values: this.values });
    }
  }
}

function render({ model, el }) {
  const panel = new Panel(model, el);
  const listen = {
    "change:fields": () => panel.drawFields(),
    "change:heading": () => panel.drawFields(),
    "change:actions": () => panel.drawBar(),
    "change:share": () => panel.drawState(),
    "change:words": () => panel.drawState(),
    "change:result": () => panel.drawResult(),
    "change:ends_at": () => panel.drawTimer(),
    "change:heard": () => panel.onHeard(),
  };
  for (const [event, handler] of Object.entries(listen)) model.on(event, handler);
  return () => {
    panel.stop();
    for (const [event, handler] of Object.entries(listen)) model.off(event, handler);
  };
}

export default { render };
