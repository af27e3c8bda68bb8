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

/** The letter that the call's keyword holds now: null where it holds none, undefined where there is no such call. */
export function writtenAnswer(source, functionName, id, keyword) {
  const call = findCall(source, functionName, id, keyword);
  if (!call) return undefined;
  if (!call.value) return null;
  const value = source.slice(call.value.start, call.value.end).replace(/^[(\s]+|[)\s]+$/g, "");
  const written = /^[rRuU]?("""|'''|"|')\s*([A-Da-d])\s*\1$/.exec(value);
  return written ? written[2].toUpperCase() : null;
}

// ---------------------------------------------------------------- the notebook around the card

const contextOf = (model) => model.widget_manager?.context ?? null;

/** Code cells of the notebook this widget belongs to; null where the notebook is out of reach. */
function codeCells(model) {
  const cells = contextOf(model)?.model?.cells;
  if (!cells || typeof cells.get !== "function") return null;
  const found = [];
  for (let i = 0; i < cells.length; i += 1) {
    const cell = cells.get(i);
    if (cell?.type === "code" && typeof cell.sharedModel?.getSource === "function") found.push(cell);
  }
  const own = model.get("cell_id"); // the cell that was run comes first; a copy of it elsewhere comes later
  return found.sort((a, b) => Number(b.id === own) - Number(a.id === own));
}

/** Whether a cell of this notebook runs, or waits for its turn, as far as the page tells. */
function busy(model) {
  const status = contextOf(model)?.sessionContext?.session?.kernel?.status;
  const waiting = (codeCells(model) ?? []).some((cell) => cell.executionState === "running");
  return waiting || ["busy", "starting", "restarting", "autorestarting"].includes(status);
}

// What waits until nothing runs: model -> {what: action}. A message to the kernel in the middle of a cell would have
// IPython take that cell's figures for finished, half drawn as they are.
const waiting = new Map();
let waking = null;

function flush() {
  waking = null;
  for (const [model, actions] of [...waiting]) {
    if (busy(model)) continue;
    waiting.delete(model);
    for (const action of actions.values()) {
      try {
        action();
      } catch {
        // no kernel any more: what was written to the cell stands
      }
    }
  }
  if (waiting.size) waking = setTimeout(flush, 100);
}

/** Do it now, or as soon as no cell runs; of two for the same thing the later one counts. */
function whenIdle(model, what, action) {
  if (!waiting.has(model)) waiting.set(model, new Map());
  waiting.get(model).set(what, action);
  clearTimeout(waking);
  flush();
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

/** The answer as the notebook's source has it: null where it has none, undefined where the card stands in no cell. */
function readAnswer(model) {
  if (!model.get("function")) return undefined;
  const [name, id, keyword] = [model.get("function"), model.get("card_id"), model.get("keyword")];
  for (const cell of codeCells(model) ?? []) {
    const letter = writtenAnswer(cell.sharedModel.getSource(), name, id, keyword);
    if (letter !== undefined) return letter;
  }
  return undefined;
}

/** {running: a save goes on, next: the one to come, for all cards that ask} of a notebook. */
function savesOf(context) {
  // Each card has its own copy of this module, and they have one page: a symbol of the page holds what they share.
  const saves = (globalThis[Symbol.for("course.saves")] ??= new WeakMap());
  if (!saves.has(context)) {
    const state = { running: false, next: null };
    // The notebook's own saves too: of two at once the later one would find "the file has changed on disk".
    context.saveState?.connect((_, phase) => {
      state.running = phase === "started";
    });
    saves.set(context, state);
  }
  return saves.get(context);
}

async function saveNow(context, state) {
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  await pause(100);
  for (let i = 0; state.running && i < 60; i += 1) await pause(50);
  state.next = null;
  if (state.running) return false; // it waits for somebody's answer in a dialog
  try {
    state.running = true;
    await context.save();
    return true;
  } catch {
    return false;
  } finally {
    state.running = false;
  }
}

/** Save the notebook; whether that worked. */
function save(model) {
  const context = contextOf(model);
  if (typeof context?.save !== "function" || context.contentsModel?.writable === false) return Promise.resolve(false);
  const state = savesOf(context);
  state.next ??= saveNow(context, state);
  return state.next;
}

/** Whether the function was made from what its cell says now; null where that cannot be told. */
function isFresh(model) {
  const [name, text] = [model.get("function"), model.get("text").trimEnd()];
  const cells = codeCells(model);
  if (cells === null) return null;
  const source = (cell) => cell.sharedModel.getSource().trimEnd();
  const id = (cell) => cell.sharedModel.getMetadata?.("nbgrader")?.grade_id;
  const defines = new RegExp(`^[ \\t]*(def[ \\t]+${name}\\b|${name}[ \\t]*=)`, "m");
  const own = cells.find((cell) => id(cell) === `${name}-solution`);
  if (own && source(own) === text) return true;
  const elsewhere = cells.some((cell) => cell !== own && source(cell) === text);
  // Written in another cell: that is what counts, as long as the exercise's own cell is the stub, or has no such function.
  if (elsewhere) return !own || !defines.test(source(own)) || source(own).includes("raise NotImplementedError");
  return own || cells.some((cell) => defines.test(source(cell))) ? false : null;
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
    this.written = undefined; // whether the answer stands in the cell, once this page knows
    this.saved = undefined; // whether it stands in the file
    this.open = !this.chosen; // whether its letters may be pressed from the cell below
    this.records = model.get("function") !== ""; // a review's answers stand in no cell
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
      // Every click counts, one on the letter that is chosen too: the source may lack it by now.
      radio.addEventListener("click", () => this.choose(radio.value));
      option.prepend(radio);
    }
    this.mark();
    this.say();
    this.follow();
    if (this.chosen && this.written === undefined && contextOf(this.model)?.model?.dirty) {
      whenIdle(this.model, "save", () => {
        this.written = true; // typed before the card was there, and not in the file yet
        this.save();
      });
    }
    // When the learner has moved on, the kernel renews the saved HTML, so that it shows the answer without a kernel too.
    root.addEventListener("focusout", () => setTimeout(() => this.settle(), 250));
    if (this.chosen && !this.verdict && (root.dataset.answer ?? "") !== this.chosen) this.send("ask");
  }

  send(type) {
    whenIdle(this.model, type, () => this.model.send({ type }));
  }

  settle() {
    if (!this.stale) return;
    whenIdle(this.model, "settle", () => {
      if ([...this.roots].some((root) => root.contains(document.activeElement))) return; // back again: not yet
      this.stale = false;
      this.model.send({ type: "settle" });
    });
  }

  key(event, root) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.shiftKey) {
      if (event.key === "Enter") this.goOn(event, root);
      return;
    }
    const radios = [...root.querySelectorAll("input.course-radio")];
    const here = radios.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const named = radios.find((radio) => radio.value === letterOf(event));
    let taken = true;
    if (step && here >= 0) radios[(here + step + radios.length) % radios.length].focus();
    else if ((event.key === " " || event.key === "Enter") && here >= 0) this.choose(radios[here].value);
    else if (named) {
      named.focus();
      this.choose(named.value);
    } else taken = false;
    if (taken) event.preventDefault();
    // JupyterLab has meanings of its own for plain letters, digits and arrows (A adds a cell): not while the card has focus.
    if (taken || /^[a-z0-9]$/i.test(event.key)) event.stopPropagation();
  }

  /** Shift+Enter in the card: on to the next cell, as below any other cell; the card's own cell is not run again. */
  goOn(event, root) {
    const cell = root.closest(".jp-Cell");
    if (!cell) return;
    const next = cell.nextElementSibling?.matches(".jp-Cell") ? cell.nextElementSibling : cell;
    if (!next.hasAttribute("tabindex")) next.tabIndex = -1;
    next.focus(); // the notebook makes the cell that has the focus its active one
    event.preventDefault();
    event.stopPropagation();
  }

  /** A key pressed on the cell below, after Shift+Enter on the card's own cell. */
  keyBelow(event, root) {
    const letter = letterOf(event);
    if (!letter) return;
    event.preventDefault(); // D pressed twice would delete that cell
    event.stopPropagation();
    if (event.repeat) return;
    if (root.querySelector(`.course-option[data-letter="${letter}"]`)) this.choose(letter);
    else this.status(`There is no option ${letter} here.`);
  }

  /** A choice by click or key: into the source, and the source into the file. */
  choose(letter) {
    this.open = false;
    this.saved = undefined;
    this.become(letter, !this.records || writeAnswer(this.model, letter));
    this.tell();
    if (this.records && this.written) this.save();
    this.settle();
  }

  /** The source decides: whatever was typed or undone there is the answer now. */
  follow() {
    const seen = readAnswer(this.model);
    if (seen === undefined) return;
    if (seen === this.chosen) {
      if (this.written === false) this.become(seen, true); // typed, as the card had asked
      return;
    }
    if (seen) this.open = false;
    this.saved = undefined;
    this.become(seen, seen !== null);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      this.tell();
      this.save();
      this.settle();
    }, 500); // half a word is no answer yet
  }

  become(letter, written) {
    const changed = letter !== this.chosen;
    this.chosen = letter;
    this.written = written;
    this.stale = this.stale || changed;
    if (changed) this.verdict = null;
    this.mark();
    for (const card of this.roots) {
      if (changed) for (const old of card.querySelectorAll(".course-problem")) old.remove();
      if (changed) card.querySelector(".course-feedback")?.replaceChildren();
    }
    this.say();
  }

  /** The line below the options: what became of the answer. */
  say() {
    const [letter, keyword] = [this.chosen, this.model.get("keyword")];
    if (!letter) {
      if (codeCells(this.model) !== null) this.status(this.model.get("invitation"));
      return;
    }
    if (this.written === undefined) return; // as the kernel put it
    let after = this.model.get("after");
    let said = `Your answer: <strong>${letter}</strong>`;
    if (this.records && !this.written) {
      after = "";
      said = `<strong>${letter}</strong> · to keep it, type <code>${keyword}="${letter}"</code> in the cell above and run it`;
    } else if (this.records) {
      said = `<strong>${letter}</strong> · answer written to the cell`;
      if (this.saved === true) said += " and saved";
      if (this.saved === false) said += ". <strong>This notebook could not be saved: save it yourself</strong>";
      if (!this.saved && keyword === "answer") after = ""; // what is not in the file is not handed in
    }
    this.status(after ? `${said}. ${after}` : said);
  }

  status(text) {
    for (const root of this.roots) {
      const status = root.querySelector(".course-status");
      if (status && status.innerHTML !== text) status.innerHTML = text;
    }
  }

  async save() {
    const letter = this.chosen;
    const saved = await save(this.model);
    if (letter !== this.chosen) return; // another choice by now, and another save
    this.saved = saved;
    this.say();
  }

  /** Let the kernel know, once nothing runs. */
  tell() {
    whenIdle(this.model, "answer", () => {
      this.model.set("answer", this.chosen ?? "");
      this.model.save_changes();
    });
  }

  mark(verdict = this.verdict) {
    for (const root of this.roots) {
      // The kernel's own marks stand as long as nothing was marked here.
      const asRendered = !root.courseMarked && !verdict && (root.dataset.answer ?? "") === (this.chosen ?? "");
      if (!asRendered) root.courseMarked = true;
      for (const option of root.querySelectorAll(".course-option")) {
        const letter = option.dataset.letter;
        const chosen = letter === this.chosen;
        const radio = option.querySelector("input.course-radio");
        if (radio) radio.checked = chosen;
        if (asRendered) continue;
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

/** The letter that a key means: A to D, and 1 to 4 for them; "" for any other key. */
function letterOf(event) {
  if (/^[1-4]$/.test(event.key)) return "ABCD"[event.key - 1];
  return /^[a-d]$/i.test(event.key) ? event.key.toUpperCase() : "";
}

/** What `check` found, of a function whose cell may have been changed since it was run. */
class Verdict {
  constructor(model) {
    this.model = model;
    this.found = model.get("answer"); // told before, when the page is loaded again
    if (this.found) return;
    this.found = isFresh(model) === false ? "stale" : "fresh"; // as things are now: the check has just been run
    whenIdle(model, "answer", () => {
      model.set("answer", this.found);
      model.save_changes();
    });
  }

  mount(root) {
    root.courseCard = this;
    if (this.found === "stale") root.innerHTML = this.model.get("invitation");
  }

  key() {}
}

/** The first unanswered card in the cell above the active one, while the notebook is in command mode and nothing runs. */
function cardAbove(target) {
  const book = target?.closest?.(".jp-Notebook.jp-mod-commandMode");
  if (!book || target.closest("input, textarea, select, button, [contenteditable='true'], .jp-OutputArea")) return [];
  const above = book.querySelector(".jp-Cell.jp-mod-active")?.previousElementSibling;
  const roots = [...(above?.querySelectorAll(".course-card.course-live") ?? [])];
  return roots.filter((root) => root.courseCard?.open && !busy(root.courseCard.model));
}

/** One watcher a page: whenever a card's HTML appears, its model takes it; whenever a source changes, its card follows. */
function pageRegistry() {
  const slot = Symbol.for("course.cards");
  if (!globalThis[slot]) {
    const cards = new Map();
    const look = () => {
      for (const root of document.querySelectorAll(".course-card, .course-verdict")) {
        if (!root.courseCard && root.dataset.slot) cards.get(root.dataset.slot)?.mount(root);
      }
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    // At the window, before the page's own shortcuts: Notebook 7 takes keys on their way down, JupyterLab on their way up.
    const key = (event) => {
      const root = event.target?.closest?.(".course-card");
      if (root?.courseCard) {
        root.courseCard.key(event, root);
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const open = event.key === "Escape" || letterOf(event) ? cardAbove(event.target) : [];
      if (event.key === "Escape") for (const one of open) one.courseCard.open = false;
      else open[0]?.courseCard.keyBelow(event, open[0]);
    };
    window.addEventListener("keydown", key, true);
    const watched = new WeakSet();
    const watch = (context) => {
      const changed = context?.model?.contentChanged;
      if (typeof changed?.connect !== "function" || watched.has(context)) return;
      watched.add(context);
      savesOf(context);
      let timer = null;
      changed.connect(() => {
        timer ??= setTimeout(() => {
          timer = null;
          for (const card of cards.values()) if (contextOf(card.model) === context) card.follow?.();
        }, 50);
      });
    };
    globalThis[slot] = { cards, look, watch };
  }
  return globalThis[slot];
}

export default {
  initialize({ model }) {
    const kind = model.get("kind");
    if (kind === "paste") {
      let done = false;
      try {
        done = pasteAbove(model);
      } catch (error) {
        console.warn("course: the functions could not be pasted into the cell", error);
      }
      whenIdle(model, "pasted", () => model.send({ type: "pasted", done }));
      return undefined;
    }
    if (kind === "hello") {
      if (codeCells(model) !== null) whenIdle(model, "here", () => model.send({ type: "here" }));
      return undefined;
    }
    if (typeof document === "undefined") return undefined;
    const { cards, look, watch } = pageRegistry();
    const slot = model.get("slot");
    cards.set(slot, kind === "check" ? new Verdict(model) : new Card(model));
    watch(contextOf(model));
    look();
    return () => cards.delete(slot);
  },
};
