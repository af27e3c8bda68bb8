// The cards of a page that has no kernel. `course` (notebook.js) draws and answers them, as in a notebook; here is what
// keeps the answers, in this browser, and looks up what the page can tell of one.
(() => {
  const KEY = "course-answers";
  const OTHER = "987654321.5"; // stands for a number that no entry knows: cards.py
  const WORDS = {
    written: "noted",
    saved: " in this browser",
    unsaved: ". <strong>This browser keeps nothing of this page: it is gone when you leave</strong>",
  };

  // ---------------------------------------------------------------- what was answered, one event after the other

  // A browser that keeps nothing may refuse even the name. The theme then gets a store that lasts as long as the page.
  let store = null;
  try {
    store = localStorage;
  } catch {
    const kept = new Map();
    const value = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text),
      removeItem: (key) => kept.delete(key) };
    for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { value, configurable: true });
  }

  let unkept = []; // where the browser keeps nothing

  function events() {
    try {
      const found = JSON.parse(store.getItem(KEY) ?? "[]");
      return Array.isArray(found) ? found : [];
    } catch {
      return unkept;
    }
  }

  let shown = []; // the events that the page shows

  /** Keep the events; whether that worked. */
  function keep(list) {
    unkept = shown = list;
    try {
      store.setItem(KEY, JSON.stringify(list));
      return true;
    } catch {
      return false;
    }
  }

  const eventsOf = (kind, id) => events().filter((event) => event.kind === kind && event.id === id);
  const changes = (list) => list.filter((event, k) => k === 0 || event.answer !== list[k - 1].answer);

  // ---------------------------------------------------------------- a card's model, in place of the notebook's widget

  class Model {
    constructor(root, facts) {
      this.facts = facts;
      this.kind = facts.kind === "quiz" ? "question" : "prediction";
      this.listeners = [];
      this.kept = true;
      this.keeper = { write: () => true, save: async () => this.kept, words: WORDS };
      const last = eventsOf(this.kind, facts.id).at(-1);
      const { keyword, form, invitation, after } = facts;
      this.values = { function: facts.kind, card_id: facts.id, slot: root.dataset.slot, keyword, form, invitation, after };
      this.set({ answer: last?.answer ?? "", sure: last?.sure ?? "" });
    }

    get(name) {
      return this.values[name];
    }

    set(values) {
      Object.assign(this.values, values);
    }

    on(name, listener) {
      this.listeners.push(listener);
    }

    send(message) {
      if (message.type === "ask") this.tell();
    }

    save_changes() {
      const [answer, sure] = [this.get("answer"), this.get("sure") || null];
      const before = eventsOf(this.kind, this.facts.id).at(-1);
      if (!answer || (before?.answer === answer && (before?.sure ?? null) === sure)) return;
      const changed = before?.answer !== answer;
      const right = changed ? (this.found(answer, 1)?.right ?? null) : before.right;
      const event = { kind: this.kind, id: this.facts.id, topic: this.facts.topic, answer, sure, right };
      this.kept = keep([...events(), { ...event, at: Math.round(Date.now() / 100) / 10 }]);
      if (changed) this.tell();
      saySaid();
      sayProgress();
    }

    /** What the page tells of the answer: nothing in a class. */
    tell() {
      const tries = changes(eventsOf(this.kind, this.facts.id)).length;
      const found = this.found(this.get("answer"), tries);
      if (found) for (const listener of this.listeners) listener(found);
    }

    found(answer, tries) {
      const { told, form } = this.facts;
      if (!told) return null;
      const row = form === "number" ? ofNumber(told, answer) : told[answer];
      const found = row?.[Math.min(tries, row.length) - 1];
      return found ? { ...found, answer } : null;
    }
  }

  /** As course/answers.py: the same number where they differ by the tolerance or less. */
  function ofNumber({ tolerance, known, other }, answer) {
    const a = Number(answer);
    const near = (b) => Math.abs(a - b) <= tolerance * (1 + 1e-9) + 1e-12 * Math.max(Math.abs(a), Math.abs(b));
    const [, ...row] = known.find(([number]) => near(Number(number))) ?? other;
    return JSON.parse(JSON.stringify(row).replaceAll(OTHER, answer));
  }

  // ---------------------------------------------------------------- a question in parts: a field for all of them

  const MOST_PARTS = 50; // as course/answers.py, which reads what is taken along
  const word = (text) => (/^\d+$/.test(text) ? String(Number(text)) : text);

  /** {item: answer} of a text, in the spelling and order of course/answers.py; null where it means none. */
  function partsOf(text) {
    const found = new Map();
    for (const piece of text.replace(/[{}"'“”]/g, "").split(/[,;\n]/).filter((one) => one.trim())) {
      const [, named, answer] = piece.match(/^\s*([a-z0-9][\w-]{0,14})\s*[:=]\s*\(?([a-z0-9]\w{0,14})\)?\s*$/i) ?? [];
      const item = named && word(named).toLowerCase();
      if (!item || found.has(item) || found.size === MOST_PARTS) return null;
      found.set(item, word(answer).toUpperCase());
    }
    const inOrder = [...found].sort(([a], [b]) => Number(a) - Number(b) || a.localeCompare(b));
    return found.size ? new Map(inOrder) : null;
  }

  const spelt = (parts) => [...parts].map(([item, answer]) => `${item}: ${answer}`).join(", ");

  function beginParts(root, facts) {
    const [rows, status, feedback] = [".course-parts-rows", ".course-status", ".course-feedback"].map((name) =>
      root.querySelector(name));
    const field = Object.assign(document.createElement("input"), { type: "text", className: "course-field", autocomplete: "off" });
    field.setAttribute("aria-label", "Your items, each with its answer");
    const box = Object.assign(document.createElement("div"), { className: "course-commit" });
    const press = Object.assign(document.createElement("button"), {
      type: "button", className: "course-small course-main", textContent: "This is my answer" });
    box.append(press);
    rows.before(field);
    rows.after(box);
    field.style.width = "min(28rem, 100%)";

    function show(parts, kept) {
      const { told } = facts;
      const isRight = (item) => told?.key[item] === parts.get(item);
      rows.replaceChildren(...[...parts].map(([item, answer]) => {
        const row = element("div", "");
        row.className = `course-option course-chosen${told ? (isRight(item) ? " course-right" : " course-wrong") : ""}`;
        row.setAttribute("role", "listitem");
        for (const [name, text] of [["letter", item], ["text", answer], ["tag", told ? (isRight(item) ? "right" : "not right") : ""]]) {
          row.append(Object.assign(document.createElement("span"), { className: `course-${name}`, textContent: text }));
        }
        return row;
      }));
      status.textContent = `Your answer: ${spelt(parts)} · noted${kept ? " in this browser" : ". This browser keeps nothing of this page"}. ${facts.after}`;
      if (!told) return;
      const asked = Object.keys(told.key).length;
      const right = [...parts.keys()].filter(isRight).length;
      const whole = right === asked && parts.size === asked;
      const more = parts.size > asked ? ` There are ${asked} in all, and you name ${parts.size}.` : "";
      const known = told.wrong.filter(([items]) => Object.entries(items).every(([item, answer]) => parts.get(item) === answer));
      feedback.innerHTML = whole ? told.why : `<p>${right} of ${asked} right.${more}</p>${known.map(([, html]) => html).join("")}`;
    }

    function commit() {
      const parts = partsOf(field.value);
      if (!parts) {
        status.textContent = facts.invitation;
        return;
      }
      const [answer, before] = [spelt(parts), eventsOf("question", facts.id).at(-1)];
      const right = facts.told ? answer === spelt(new Map(Object.entries(facts.told.key))) : null;
      const event = { kind: "question", id: facts.id, topic: facts.topic, answer, sure: null, right };
      const kept = before?.answer === answer || keep([...events(), { ...event, at: Math.round(Date.now() / 100) / 10 }]);
      show(parts, kept);
      sayProgress();
    }

    press.addEventListener("click", commit);
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      commit();
    });
    const last = eventsOf("question", facts.id).at(-1);
    if (last) {
      field.value = last.answer;
      show(partsOf(last.answer), true);
    }
  }

  // ---------------------------------------------------------------- the page

  const element = (name, content) => Object.assign(document.createElement(name), { innerHTML: content });

  /** What was predicted, beside what came. */
  function saySaid() {
    for (const place of document.querySelectorAll("[data-said]")) {
      const answer = eventsOf("prediction", place.dataset.said).at(-1)?.answer;
      place.unsaid ??= place.innerHTML;
      if (!answer) place.innerHTML = place.unsaid;
      if (!answer) continue;
      const option = document.getElementById(`course-${place.dataset.said}-${answer}`);
      place.replaceChildren(element("p", `<strong>You predicted ${answer}${option ? ":" : "."}</strong>`));
      if (option) place.append(element("div", option.innerHTML));
    }
  }

  /** How much of each lesson is answered. */
  function sayProgress() {
    const lessons = document.querySelector(".site-lessons");
    if (!lessons) return;
    for (const { topic, questions } of JSON.parse(lessons.textContent)) {
      const last = questions.map((id) => eventsOf("question", id).at(-1)).filter(Boolean);
      const [answered, right] = document.querySelectorAll(`.site-progress tr[data-topic="${topic}"] td`);
      answered.textContent = `${last.length} of ${questions.length}`;
      if (right) right.textContent = last.length ? String(last.filter((event) => event.right).length) : "";
    }
  }

  function take() {
    const cards = new Set(events().map(({ kind, id }) => `${kind} ${id}`)).size;
    if (!cards) return "Nothing is answered yet, so there is nothing to take along.";
    const text = JSON.stringify({ answers: 1, events: events() }, null, 1);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "course-answers.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    return `What you answered on ${cards} card${cards === 1 ? "" : "s"} is in the file course-answers.json.`;
  }

  function forget(button) {
    if (button.dataset.asked !== "yes") {
      button.dataset.asked = "yes";
      return "Press it once more, and the answers are gone. To keep them, take them along first.";
    }
    delete button.dataset.asked;
    keep([]);
    sayProgress();
    return "They are gone.";
  }

  const places = []; // {place, facts, asleep: its HTML as the page came}

  function beginCard({ place, facts }) {
    const root = place.querySelector(".course-card");
    if (facts.form === "parts") beginParts(root, facts);
    else course.initialize({ model: new Model(root, facts) });
  }

  /** What was answered in another tab meanwhile, or forgotten there, the cards of this one show too. */
  function follow() {
    const before = shown;
    shown = events();
    const last = (list, facts) => {
      const kind = facts.kind === "quiz" ? "question" : "prediction";
      return JSON.stringify(list.filter((event) => event.kind === kind && event.id === facts.id).at(-1) ?? null);
    };
    for (const one of places) {
      if (last(before, one.facts) === last(shown, one.facts)) continue;
      one.place.innerHTML = one.asleep;
      beginCard(one);
    }
    saySaid();
    sayProgress();
  }

  /** Found pages once each, with their lesson beside them: two of them may bear one name. */
  function sayWhere() {
    const found = document.getElementById("search-results");
    if (!found) return;
    const folder = (link) => new URL(".", link.href).href;
    const lessons = new Map([...document.querySelectorAll(".bd-links a[href$='/index.html']")].map((link) =>
      [folder(link), link.textContent.trim()]));
    const seen = new Set();
    new MutationObserver(() => {
      for (const link of found.querySelectorAll("li > a:not([data-seen])")) {
        link.dataset.seen = "";
        const page = link.pathname + link.textContent;
        if (seen.has(page)) link.parentElement.remove();
        seen.add(page);
        const where = lessons.get(folder(link));
        if (!where || link.textContent.includes(where)) continue;
        link.after(Object.assign(document.createElement("div"), { className: "site-where", textContent: where }));
      }
    }).observe(found, { childList: true, subtree: true });
  }

  function begin() {
    shown = events();
    for (const place of document.querySelectorAll(".course-place")) {
      const facts = JSON.parse(place.querySelector(".course-facts").textContent);
      places.push({ place, facts, asleep: place.innerHTML });
      beginCard(places.at(-1));
    }
    window.addEventListener("storage", ({ key }) => (key === KEY || key === null) && follow());
    window.addEventListener("pageshow", ({ persisted }) => persisted && follow());
    sayWhere();
    for (const button of document.querySelectorAll(".site-button")) {
      button.addEventListener("click", () => {
        const other = document.querySelector(".site-button[data-asked]");
        if (other && other !== button) delete other.dataset.asked;
        const said = button.dataset.do === "take" ? take() : forget(button);
        document.querySelector(".site-progress .course-status").textContent = said;
      });
    }
    for (const fold of document.querySelectorAll(".bd-sidebar summary")) fold.ariaLabel = "its pages"; // an arrow alone
    saySaid();
    sayProgress();
  }

  // Printed is the light page.
  const page = document.documentElement;
  matchMedia("print").addEventListener("change", ({ matches }) => {
    if (matches) page.dataset.onScreen = page.dataset.theme;
    page.dataset.theme = matches ? "light" : (page.dataset.onScreen ?? page.dataset.theme);
  });

  // From the disk a page cannot read others: the search then shows where a word is, without the lines around it.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }
  document.addEventListener("DOMContentLoaded", begin);
})();
