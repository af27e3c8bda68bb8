// The cards' side in the browser. The kernel shows a card as plain HTML, which reads well anywhere. In JupyterLab,
// Notebook 7 and JupyterLite this model (an anywidget without a view of its own) finds that HTML in the page, adds radio
// buttons to it, and writes what is chosen into the source of the card's own cell.

// ---------------------------------------------------------------- reading Python source, as far as needed

/** Tokens of Python source that matter here: strings, names, brackets and commas, with where they start and end. */
export function tokens(source) {
  const found = [];
  const string = /[rRbBuUfF]{0,2}("""|'''|"|')/y;
  const name = /[\p{L}_][\p{L}\p{N}_.]*/uy;
  let at = 0;
  while (at < source.length) {
    const char = source[at];
    if (char === "#") {
      const end = source.indexOf("\n", at);
      at = end < 0 ? source.length : end;
      continue;
    }
    string.lastIndex = at;
    const opened = string.exec(source);
    if (opened) {
      const quote = opened[1];
      let end = string.lastIndex;
      while (end < source.length && !source.startsWith(quote, end)) {
        if (quote.length === 1 && source[end] === "\n") break;
        end += source[end] === "\\" ? 2 : 1;
      }
      end = Math.min(end + quote.length, source.length);
      const inner = source.slice(string.lastIndex, Math.max(string.lastIndex, end - quote.length));
      found.push({ type: "string", start: at, end, text: inner });
      at = end;
      continue;
    }
    name.lastIndex = at;
    const word = name.exec(source);
    if (word) {
      found.push({ type: "name", start: at, end: name.lastIndex, text: word[0] });
      at = name.lastIndex;
      continue;
    }
    if (/\s/.test(char)) {
      at += 1;
      continue;
    }
    const number = /[\d.]+/y;
    number.lastIndex = at;
    const end = number.exec(source) ? number.lastIndex : at + 1;
    found.push({ type: "sign", start: at, end, text: source.slice(at, end) });
    at = end;
  }
  return found;
}

/** Where `name("id", …)` stands: {open, close, value} — value: where the keyword's value is, or null. Null: no such call. */
export function findCall(source, functionName, id, keyword) {
  const list = tokens(source);
  for (let i = 0; i + 2 < list.length; i += 1) {
    const called = list[i].type === "name" && list[i].text.split(".").pop() === functionName && list[i + 1].text === "(";
    if (!called || list[i - 1]?.text === "def") continue;
    let first = i + 2;
    if (list[first].text === "id" && list[first + 1]?.text === "=") first += 2;
    const hasId = list[first]?.type === "string" && list[first].text === id;
    if (id !== null && !hasId) continue;
    let depth = 0;
    let value = null;
    let last = list[i + 1];
    for (let k = i + 1; k < list.length; k += 1) {
      const token = list[k];
      const sign = token.type === "sign" ? token.text : "";
      if ("([{".includes(sign) && sign) depth += 1;
      if (")]}".includes(sign) && sign) depth -= 1;
      if (depth === 0) return { start: list[i].start, open: list[i + 1].end, last, close: token.start, value };
      const atKeyword = depth === 1 && token.type === "name" && token.text === keyword && list[k + 1]?.text === "=";
      if (atKeyword && list[k + 2]) {
        let end = k + 2;
        let inner = 0;
        for (; end < list.length; end += 1) {
          const text = list[end].type === "sign" ? list[end].text : "";
          if (text && "([{".includes(text)) inner += 1;
          if (inner === 0 && (text === "," || text === ")")) break;
          if (text && ")]}".includes(text)) inner -= 1;
        }
        const empty = end === k + 2;
        value = {
          start: empty ? list[k + 1].end : list[k + 2].start,
          end: empty ? list[k + 1].end : list[end - 1].end,
        };
      }
      last = token;
    }
    return null; // the call never closes: somebody is still typing
  }
  return null;
}

/** The edit that makes keyword="letter" in that call: {start, end, text}, or null where the call is not found. */
export function answerEdit(source, functionName, id, keyword, letter) {
  const call = findCall(source, functionName, id, keyword);
  if (!call) return null;
  const text = `"${letter}"`;
  if (call.value) return { start: call.value.start, end: call.value.end, text };
  const comma = call.last.text === "," || call.last.end === call.open ? "" : ",";
  const space = comma || call.last.text === "," ? " " : "";
  return { start: call.last.end, end: call.last.end, text: `${comma}${space}${keyword}=${text}` };
}

/** The letter that the call's keyword holds now, or null. */
export function writtenAnswer(source, functionName, id, keyword) {
  const call = findCall(source, functionName, id, keyword);
  if (!call?.value) return null;
  const written = /^["']\s*([A-Da-d])\s*["']$/.exec(source.slice(call.value.start, call.value.end));
  return written ? written[1].toUpperCase() : null;
}

// ---------------------------------------------------------------- the notebook around the card

/** Code cells of the notebook this widget belongs to; null where the notebook is out of reach. */
function codeCells(model) {
  const cells = model.widget_manager?.context?.model?.cells;
  if (!cells || typeof cells.get !== "function") return null;
  const found = [];
  for (let i = 0; i < cells.length; i += 1) {
    const cell = cells.get(i);
    if (cell?.type === "code" && typeof cell.sharedModel?.getSource === "function") found.push(cell);
  }
  const own = model.get("cell_id"); // the cell that was run comes first; a copy of it elsewhere comes later
  return found.sort((a, b) => Number(b.id === own) - Number(a.id === own));
}

function applyEdit(cell, edit) {
  const shared = cell.sharedModel;
  if (typeof shared.updateSource === "function") shared.updateSource(edit.start, edit.end, edit.text);
  else {
    const source = shared.getSource();
    shared.setSource(source.slice(0, edit.start) + edit.text + source.slice(edit.end));
  }
}

/** Write the answer; true when the cell's source then says so. */
function writeAnswer(model, letter) {
  const [name, id, keyword] = [model.get("function"), model.get("card_id"), model.get("keyword")];
  for (const cell of codeCells(model) ?? []) {
    const source = cell.sharedModel.getSource();
    const edit = answerEdit(source, name, id, keyword, letter);
    if (!edit) continue;
    if (writtenAnswer(source, name, id, keyword) !== letter) applyEdit(cell, edit);
    return writtenAnswer(cell.sharedModel.getSource(), name, id, keyword) === letter;
  }
  return false;
}

function readAnswer(model) {
  if (!model.get("function")) return null;
  const [name, id, keyword] = [model.get("function"), model.get("card_id"), model.get("keyword")];
  for (const cell of codeCells(model) ?? []) {
    const source = cell.sharedModel.getSource();
    if (findCall(source, name, id, keyword)) return writtenAnswer(source, name, id, keyword);
  }
  return null;
}

/** Paste the carried functions above the carry(…) line of its own cell, once. */
function pasteAbove(model) {
  const text = model.get("text");
  for (const cell of codeCells(model) ?? []) {
    if (model.get("cell_id") && cell.id !== model.get("cell_id")) continue;
    const source = cell.sharedModel.getSource();
    const call = findCall(source, "carry", null, "");
    if (!call) continue;
    if (source.includes(text.trim())) return true;
    const line = source.lastIndexOf("\n", call.start - 1) + 1;
    applyEdit(cell, { start: line, end: line, text });
    return cell.sharedModel.getSource().includes(text.trim());
  }
  return false;
}

// ---------------------------------------------------------------- the card in the page

function typeset(model, node) {
  try {
    model.widget_manager?.rendermime?.latexTypesetter?.typeset(node);
  } catch {
    // the formula stays readable as its source
  }
}

class Card {
  constructor(model) {
    this.model = model;
    this.roots = new Set();
    this.chosen = model.get("answer") || null;
    model.on("msg:custom", (message) => this.feedback(message));
  }

  mount(root) {
    if (root.courseCard === this) return;
    root.courseCard = this;
    this.roots.add(root);
    for (const old of this.roots) if (!old.isConnected) this.roots.delete(old);
    root.classList.add("course-live");
    const name = `course-${this.model.get("slot")}-${Math.random().toString(36).slice(2)}`;
    for (const option of root.querySelectorAll(".course-option")) {
      const radio = document.createElement("input");
      radio.type = "radio";
      radio.className = "course-radio";
      radio.name = name;
      radio.value = option.dataset.letter;
      radio.setAttribute("aria-labelledby", option.querySelector(".course-text").id);
      radio.addEventListener("change", () => this.choose(radio.value, root));
      option.prepend(radio);
    }
    const seen = readAnswer(this.model);
    if (seen && seen !== this.chosen) this.choose(seen, root, false);
    else {
      this.mark();
      const reach = codeCells(this.model) !== null;
      const status = root.querySelector(".course-status");
      if (!this.chosen && reach && status) status.textContent = this.model.get("invitation");
    }
    // When the learner has moved on, the kernel renews the saved HTML, so that it shows the answer without a kernel too.
    root.addEventListener("focusout", () => {
      setTimeout(() => {
        if (!this.stale || root.contains(document.activeElement)) return;
        this.stale = false;
        this.send({ type: "settle" });
      }, 250);
    });
    if (this.chosen && !this.verdict && (root.dataset.answer ?? "") !== this.chosen) this.send({ type: "ask" });
  }

  send(message) {
    try {
      this.model.send(message);
    } catch {
      // no kernel any more: what was written to the cell stands
    }
  }

  key(event, root) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const radios = [...root.querySelectorAll("input.course-radio")];
    const here = radios.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const letter = /^[1-4]$/.test(event.key) ? "ABCD"[event.key - 1] : event.key.toUpperCase();
    const named = letter.length === 1 ? radios.find((radio) => radio.value === letter) : undefined;
    let taken = true;
    if (step && here >= 0) radios[(here + step + radios.length) % radios.length].focus();
    else if ((event.key === " " || event.key === "Enter") && here >= 0) this.choose(radios[here].value, root);
    else if (named) {
      named.focus();
      this.choose(named.value, root);
    } else taken = false;
    if (taken) event.preventDefault();
    // JupyterLab has meanings of its own for plain letters, digits and arrows (A adds a cell): not while the card has focus.
    if (taken || /^[a-z0-9]$/i.test(event.key)) event.stopPropagation();
  }

  choose(letter, root, write = true) {
    const changed = letter !== this.chosen;
    this.chosen = letter;
    this.stale = this.stale || changed;
    const records = this.model.get("function") !== ""; // a review's answers stand in no cell
    const written = !records || !write || writeAnswer(this.model, letter);
    this.mark();
    const keyword = this.model.get("keyword");
    const said = !records
      ? `Your answer: <strong>${letter}</strong>`
      : written
        ? `<strong>${letter}</strong> · answer written to the cell`
        : `<strong>${letter}</strong> · to keep it, type <code>${keyword}="${letter}"</code> in the cell above and run it`;
    for (const card of this.roots) {
      if (changed) for (const old of card.querySelectorAll(".course-problem")) old.remove();
      if (changed) card.querySelector(".course-feedback")?.replaceChildren();
      const status = card.querySelector(".course-status");
      if (status) status.innerHTML = written && this.model.get("after") ? `${said}. ${this.model.get("after")}` : said;
    }
    if (changed) {
      try {
        this.model.set("answer", letter);
        this.model.save_changes();
      } catch {
        // no kernel any more: what was written to the cell stands
      }
    }
  }

  mark(verdict = this.verdict) {
    for (const root of this.roots) {
      const asRendered = !verdict && (root.dataset.answer ?? "") === (this.chosen ?? "");
      for (const option of root.querySelectorAll(".course-option")) {
        const letter = option.dataset.letter;
        const chosen = letter === this.chosen;
        const radio = option.querySelector("input.course-radio");
        if (radio) radio.checked = chosen;
        if (asRendered) continue; // the kernel's own marks stand
        const known = verdict && verdict.answer === this.chosen;
        option.classList.toggle("course-chosen", chosen);
        option.classList.toggle("course-right", Boolean(known && letter === verdict.key));
        option.classList.toggle("course-wrong", Boolean(known && chosen && letter !== verdict.key));
        const tag = option.querySelector(".course-tag");
        if (tag) tag.textContent = known ? (verdict.tags[letter] ?? "") : "";
      }
    }
  }

  feedback(message) {
    if (message?.type !== "feedback" || message.answer !== this.chosen) return;
    this.verdict = message;
    this.mark();
    for (const root of this.roots) {
      const place = root.querySelector(".course-feedback");
      if (!place) continue;
      place.innerHTML = message.html;
      typeset(this.model, place);
    }
  }
}

/** One watcher a page: whenever a card's HTML appears, its model takes it. */
function pageRegistry() {
  const slot = Symbol.for("course.cards");
  if (!globalThis[slot]) {
    const cards = new Map();
    const look = () => {
      for (const root of document.getElementsByClassName("course-card")) {
        if (!root.courseCard && root.dataset.slot) cards.get(root.dataset.slot)?.mount(root);
      }
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    // At the window, before the page's own shortcuts: Notebook 7 takes keys on their way down, JupyterLab on their way up.
    const key = (event) => {
      const root = event.target?.closest?.(".course-card");
      root?.courseCard?.key(event, root);
    };
    window.addEventListener("keydown", key, true);
    globalThis[slot] = { cards, look };
  }
  return globalThis[slot];
}

export default {
  initialize({ model }) {
    if (model.get("kind") === "paste") {
      let done = false;
      try {
        done = pasteAbove(model);
      } catch (error) {
        console.warn("course: the functions could not be pasted into the cell", error);
      }
      model.send({ type: "pasted", done });
      return undefined;
    }
    if (typeof document === "undefined") return undefined;
    const { cards, look } = pageRegistry();
    const slot = model.get("slot");
    cards.set(slot, new Card(model));
    look();
    return () => cards.delete(slot);
  },
};
