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

/** The edit that makes keyword="letter" in that call: {start, end, text}, or null where the call is not found. A number
 * stands without quotes. */
export function answerEdit(source, functionName, id, keyword, answer, form = "letter") {
  return valueEdit(source, functionName, id, keyword, form === "number" ? answer : `"${answer}"`);
}

function valueEdit(source, functionName, id, keyword, text) {
  const call = findCall(source, functionName, id, keyword);
  if (!call) return null;
  if (call.value) return { start: call.value.start, end: call.value.end, text };
  const comma = call.last.text === "," || call.last.end === call.open ? "" : ",";
  const space = comma || call.last.text === "," ? " " : "";
  return { start: call.last.end, end: call.last.end, text: `${comma}${space}${keyword}=${text}` };
}

/** The answer that the call's keyword holds now: null where it holds none, undefined where there is no such call. */
export function writtenAnswer(source, functionName, id, keyword, form = "letter") {
  const call = findCall(source, functionName, id, keyword);
  if (!call) return undefined;
  if (!call.value) return null;
  const literal = source.slice(call.value.start, call.value.end);
  if (form === "number") return readNumber(literal);
  if (form !== "letter") return lettersIn(literal, form);
  return letterIn(literal.replace(/^[(\s]+|[)\s]+$/g, ""));
}

const QUOTES = "[\"'“”„‟«»‹›‘’‚‛″′`´]+";
const QUOTED = new RegExp(`^[rRuUfF]?${QUOTES}(.*?)${QUOTES}$`, "su");
const ALONE =
  /^[\s([{<*_#.-]*(?:(?:OPTION|ANSWER|CHOICE|LETTER|ANTWORT)\b[\s:=.-]*)?[\s([{<*_#.-]*([A-D])[\s)\]}>*_.:,;!-]*$/;
const TWINS = { А: "A", В: "B", С: "C", Α: "A", Β: "B" }; // Cyrillic and Greek letters that look like these

/** The letter that a literal obviously means, as the grader reads it (course/answers.py): "C", "c)", “C”, "(C)". */
function letterIn(literal) {
  const text = QUOTED.exec(literal)?.[1].normalize("NFKC").trim().toUpperCase() ?? "";
  return ALONE.exec(text.replace(/[АВСΑΒ]/g, (sign) => TWINS[sign]))?.[1] ?? null;
}

const NUMBER = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?";
const QUOTIENT = new RegExp(`^(${NUMBER}) ?/ ?(${NUMBER})$`);
const POWER = new RegExp(`^(${NUMBER}) ?[x*×·] ?10 ?(?:\\^|\\*\\*) ?\\(?([+-]?\\d{1,3})\\)?$`);

/** The number that a literal obviously means, in one spelling, as the grader reads it; null where it means none. */
export function readNumber(literal) {
  const bare = literal.trim().replace(/^\(([^()]*)\)$/, "$1").trim();
  let text = (QUOTED.exec(bare)?.[1] ?? bare.replace(/_/g, "")).normalize("NFKC").replace(/[−–‒]/g, "-");
  text = text.replace(/^["'“”„‟«»‹›‘’‚‛″′`´\s=≈~]+|["'“”„‟«»‹›‘’‚‛″′`´\s=≈~]+$/g, "").toLowerCase().replace(/\s+/g, " ");
  text = text.replace(/(\d)[ _](?=\d{3}(?!\d))/g, "$1");
  if (text.includes(",")) {
    if (text.includes(".")) text = text.replaceAll(text.lastIndexOf(".") > text.lastIndexOf(",") ? "," : ".", "");
    else if (text.split(",").length > 2 || /[1-9]\d*,\d{3}(?!\d)/.test(text)) return null; // a thousand, or a fraction?
    text = text.replaceAll(",", ".");
  }
  let found = new RegExp(`^${NUMBER}$`).test(text) ? Number(text) : NaN;
  const power = POWER.exec(text);
  const quotient = QUOTIENT.exec(text);
  if (power) found = Number(power[1]) * 10 ** Number(power[2]);
  else if (quotient) found = Number(quotient[1]) / Number(quotient[2]);
  return Number.isFinite(found) ? String(found === 0 ? 0 : found) : null;
}

const JOINED = new Set(["AND", "THEN", "UND", "DANN", "ET", "PUIS"]);
const PREFIX = /^[^\p{L}\p{N}]*(?:OPTION|ANSWER|CHOICE|LETTER|ANTWORT|LÖSUNG)(?:S|EN)?(?![\p{L}\p{N}])/u;

/** The options that a literal obviously names, as a set by the alphabet or in their order; null where it names none. */
export function lettersIn(literal, form) {
  const strings = tokens(literal).filter((token) => token.type === "string");
  const list = /^\(*\s*[[{]/.test(literal.trim()) || tokens(literal).some((token) => token.text === "," && token.type === "sign");
  if (form === "order" && literal.trim().startsWith("{")) return null; // a set of Python has no order
  let found = null;
  if (list) {
    const each = strings.map((token) => letterIn(literal.slice(token.start, token.end)));
    found = each.includes(null) ? null : each.join("");
  } else {
    const inner = QUOTED.exec(literal.trim().replace(/^[(\s]+|[)\s]+$/g, ""))?.[1];
    let text = (inner ?? "").normalize("NFKC").toUpperCase().replace(/[АВСΑΒ]/g, (sign) => TWINS[sign]);
    text = text.replace(/["'“”‘’]/g, " ").replace(/–/g, "-").replace(PREFIX, "");
    const words = (text.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !JOINED.has(word));
    const signs = text.replace(/[\p{L}\p{N}]+/gu, "");
    found = /^[\s,;.:+&<>→⇒()[\]{}*=-]*$/.test(signs) && words.every((word) => /^[A-D]+$/.test(word)) ? words.join("") : null;
  }
  if (!found) return null;
  const sorted = [...new Set(found)].sort().join("");
  if (form === "set") return sorted;
  return sorted === "ABCD" && found.length === 4 ? found : null;
}

/** "sure" or "unsure", as the call's keyword says it; null where it says neither. */
export function writtenSure(source, functionName, id) {
  const call = findCall(source, functionName, id, "sure");
  if (!call?.value) return null;
  const said = QUOTED.exec(source.slice(call.value.start, call.value.end).trim())?.[1].trim().toLowerCase();
  return { sure: "sure", unsure: "unsure", "not sure": "unsure" }[said] ?? null;
}

/** The edit that says how sure one is, null where there is nothing to change. */
export function sureEdit(source, functionName, id, sure) {
  const call = findCall(source, functionName, id, "sure");
  if (!call || (!call.value && !sure) || (call.value && writtenSure(source, functionName, id) === (sure ?? null))) return null;
  return valueEdit(source, functionName, id, "sure", sure ? `"${sure}"` : "None");
}

// ---------------------------------------------------------------- the notebook around the card
// A page that is no notebook (the course's site) gives its models a `keeper` in its place: write(answer, sure) and save()
// keep an answer, and `words` says where.

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

/** Write the answer, and how sure one is of it; true when the cell's source then says so. */
function writeAnswer(model, answer, sure) {
  if (model.keeper) return model.keeper.write(answer, sure);
  const [name, id, keyword, form] = ["function", "card_id", "keyword", "form"].map((key) => model.get(key));
  for (const cell of codeCells(model) ?? []) {
    const source = cell.sharedModel.getSource();
    const edit = answerEdit(source, name, id, keyword, answer, form);
    if (!edit) continue;
    if (writtenAnswer(source, name, id, keyword, form) !== answer) applyEdit(cell, edit);
    const second = sureEdit(cell.sharedModel.getSource(), name, id, sure);
    if (second) applyEdit(cell, second);
    return writtenAnswer(cell.sharedModel.getSource(), name, id, keyword, form) === answer;
  }
  return false;
}

/** {answer, sure} as the notebook's source has it, each null where it has none; null where the card stands in no cell. */
function readAnswer(model) {
  if (!model.get("function") || model.keeper) return null;
  const [name, id, keyword, form] = ["function", "card_id", "keyword", "form"].map((key) => model.get(key));
  for (const cell of codeCells(model) ?? []) {
    const source = cell.sharedModel.getSource();
    const answer = writtenAnswer(source, name, id, keyword, form);
    if (answer !== undefined) return { answer, sure: writtenSure(source, name, id) };
  }
  return null;
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
  if (model.keeper) return model.keeper.save();
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

/** Paste the carried functions above the carry(…) line of its own cell, once, in place of older copies, and fold it. */
function pasteAbove(model) {
  const text = model.get("text");
  const older = JSON.parse(model.get("answer") || "[]");
  for (const cell of codeCells(model) ?? []) {
    if (model.get("cell_id") && cell.id !== model.get("cell_id")) continue;
    if (cell.sharedModel.getSource().includes(text.trim())) return true;
    if (!findCall(cell.sharedModel.getSource(), "carry", null, "")) continue;
    for (const copy of older) {
      const start = cell.sharedModel.getSource().indexOf(copy);
      if (start >= 0) applyEdit(cell, { start, end: start + copy.length, text: "" });
    }
    const source = cell.sharedModel.getSource();
    const call = findCall(source, "carry", null, "");
    const line = source.lastIndexOf("\n", call.start - 1) + 1;
    applyEdit(cell, { start: line, end: line, text });
    fold(cell);
    return cell.sharedModel.getSource().includes(text.trim());
  }
  return false;
}

/** Fold the card's own cell again after a run: to click on a folded cell, so as to run it, is to unfold it. */
function foldAgain(model) {
  const cell = (codeCells(model) ?? []).find((one) => one.id === model.get("cell_id"));
  const tags = cell?.sharedModel.getMetadata?.("tags") ?? [];
  if (tags.some((tag) => ["question", "predict", "review"].includes(tag))) fold(cell); // as the lesson came
}

/** Fold the source of a cell: three dots stand for it, and a click on them unfolds it. */
function fold(cell) {
  const jupyter = cell.sharedModel.getMetadata?.("jupyter") ?? {};
  cell.sharedModel.setMetadata?.("jupyter", { ...jupyter, source_hidden: true });
}

// ---------------------------------------------------------------- the card in the page

function typeset(model, node) {
  try {
    model.widget_manager?.rendermime?.latexTypesetter?.typeset(node);
  } catch {
    // the formula stays readable as its source
  }
}

/** A small button. What a screen reader says of it is its `label`. */
function button(text, className, label, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.className = className;
  if (label) made.setAttribute("aria-label", label);
  made.addEventListener("click", (event) => {
    event.preventDefault();
    action(made);
  });
  return made;
}

const SURE = { sure: "I am sure", unsure: "I am not sure" };
const WRITTEN = {
  written: "answer written to the cell",
  saved: " and saved",
  unsaved: ". <strong>This notebook could not be saved: save it yourself</strong>",
};
const NOT_YET = "Not your answer yet: press <strong>This is my answer</strong>.";

class Card {
  constructor(model) {
    this.model = model;
    this.roots = new Set();
    this.form = model.get("form") || "letter";
    this.chosen = this.spelt(model.get("answer"));
    this.sure = model.get("sure") || null;
    this.draft = this.chosen ?? ""; // what is put together, of a number, a set or an order, before it is the answer
    this.written = model.keeper ? true : undefined; // whether the answer stands in the cell, once this page knows
    this.saved = model.keeper ? true : undefined; // whether it stands in the file
    this.open = !this.chosen; // whether its letters may be pressed from the cell below
    this.records = model.get("function") !== ""; // a review's answers stand in no cell
    model.on("msg:custom", (message) => this.feedback(message));
  }

  /** An answer of the kernel's in the spelling of this page. */
  spelt(answer) {
    return (this.form === "number" && answer ? readNumber(answer) : answer) || null;
  }

  mount(root) {
    if (root.courseCard === this) return;
    root.courseCard = this;
    if (this.roots.size === 0) foldAgain(this.model);
    this.roots.add(root);
    let at = null; // what had the focus in HTML that this root stands in for
    for (const old of this.roots) {
      if (old.isConnected) continue;
      this.roots.delete(old);
      at ??= old.courseFocus;
    }
    root.classList.add("course-live");
    if (this.form === "number") this.addField(root);
    else if (this.form === "order") this.addArrows(root);
    else this.addChoices(root);
    if (this.form !== "letter") root.querySelector("fieldset").append(this.commitRow());
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
    root.addEventListener("focusin", (event) => {
      root.courseFocus = placeOf(root, event.target);
    });
    root.addEventListener("focusout", () => {
      setTimeout(() => {
        if (root.isConnected && !root.contains(document.activeElement)) root.courseFocus = null;
        this.settle();
      }, 250);
    });
    if (Number.isInteger(at) && [null, document.body].includes(document.activeElement)) refocus(root, at); // typing goes on
    if (this.chosen && !this.verdict && this.spelt(root.dataset.answer) !== this.chosen) this.send("ask");
  }

  /** Radio buttons, or check boxes where several options may hold, over the options; and beside each how sure one is. */
  addChoices(root) {
    const name = `course-${this.model.get("slot")}-${Math.random().toString(36).slice(2)}`;
    for (const option of root.querySelectorAll(".course-option")) {
      const input = document.createElement("input");
      input.type = this.form === "set" ? "checkbox" : "radio";
      input.className = "course-radio";
      input.name = name;
      input.value = option.dataset.letter;
      input.setAttribute("aria-labelledby", option.querySelector(".course-text").id);
      // Every click counts, one on the letter that is chosen too: the source may lack it by now.
      input.addEventListener("click", () => this.pick(input.value));
      option.prepend(input);
      if (this.form === "letter" && this.records) option.append(this.sureButtons(input.value, input));
    }
  }

  /** Two small targets: the option, and how sure one is of it, by one click. The keys S and N do the same. */
  sureButtons(letter, input) {
    const box = document.createElement("span");
    box.className = "course-sure";
    for (const [word, said] of Object.entries(SURE)) {
      const one = button(word, "course-small", `${letter}, and ${said}`, () => {
        input.focus();
        this.choose(letter, word);
      });
      one.dataset.sure = word;
      one.title = `${said} (key ${word === "sure" ? "S" : "N"})`;
      one.tabIndex = -1;
      box.append(one);
    }
    return box;
  }

  addField(root) {
    const field = document.createElement("input");
    field.type = "text";
    field.inputMode = "decimal";
    field.autocomplete = "off";
    field.className = "course-field";
    field.setAttribute("aria-label", "Your number");
    field.value = this.draft;
    field.addEventListener("input", () => this.redraft(field.value, root));
    root.querySelector(".course-number-rows").append(field);
  }

  addArrows(root) {
    const rows = root.querySelector(".course-order-rows");
    if (!this.draft) this.draft = [...rows.children].map((row) => row.dataset.letter).join("");
    for (const row of rows.children) {
      const { letter } = row.dataset;
      const box = document.createElement("span");
      box.className = "course-moves";
      for (const [sign, step, word] of [["↑", -1, "up"], ["↓", 1, "down"]]) {
        const one = button(sign, "course-small", `${letter} ${word}`, () => this.move(letter, step, root, one));
        one.setAttribute("aria-describedby", row.querySelector(".course-text").id);
        box.append(one);
      }
      row.append(box);
    }
  }

  /** What makes a number, a set or an order the answer; with how sure one is, where it is kept. */
  commitRow() {
    const box = document.createElement("div");
    box.className = "course-commit";
    box.append(button("This is my answer", "course-small course-main", "", () => this.commit(null)));
    for (const [word, said] of Object.entries(this.records ? SURE : {})) {
      const text = word === "sure" ? "and I am sure" : "but I am not sure";
      const one = button(text, "course-small", `This is my answer, and ${said}`, () => this.commit(word));
      one.dataset.sure = word;
      box.append(one);
    }
    return box;
  }

  commit(sure) {
    const answer = this.form === "number" ? readNumber(this.draft) : this.draft;
    if (answer) this.choose(answer, sure);
    else this.status(this.form === "number" ? "Write a number, like 0.25." : "Choose at least one option.");
  }

  /** A click on an option, or its letter: the answer, or one more part of a set. */
  pick(letter) {
    if (this.form === "letter") {
      this.choose(letter);
      return;
    }
    const parts = new Set(this.draft);
    if (!parts.delete(letter)) parts.add(letter);
    this.redraft([...parts].sort().join(""));
  }

  /** A row of an order one up or down; the focus goes with it. */
  move(letter, step, root, focus) {
    const letters = [...this.draft];
    const at = letters.indexOf(letter);
    const to = at + step;
    if (to < 0 || to >= letters.length) {
      this.status(`<strong>${letter}</strong> is ${step < 0 ? "first" : "last"} already.`);
      return;
    }
    [letters[at], letters[to]] = [letters[to], letters[at]];
    this.redraft(letters.join(""), root, `<strong>${letter}</strong> is now number ${to + 1} of ${letters.length}. `);
    focus?.focus();
  }

  redraft(draft, typedIn = null, said = "") {
    this.draft = draft;
    this.open = false;
    this.mark(this.verdict, typedIn);
    const same = (this.form === "number" ? readNumber(draft) : draft) === this.chosen;
    if (same && !said) this.say();
    else this.status(said + (same ? "" : NOT_YET));
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
    const taken = this.form === "number" ? this.keyOfField(event) : this.keyOfRows(event, root);
    if (taken) event.preventDefault();
    // JupyterLab has meanings of its own for plain letters, digits and arrows (A adds a cell): not while the card has focus.
    const pressing = event.target.matches?.("button, .course-field") && !["Tab", "Escape"].includes(event.key);
    if (taken || pressing || /^[a-z0-9]$/i.test(event.key)) event.stopPropagation();
  }

  keyOfField(event) {
    if (event.key !== "Enter" || !event.target.matches(".course-field")) return false;
    this.commit(null);
    return true;
  }

  keyOfRows(event, root) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const named = root.querySelector(`.course-option[data-letter="${letterOf(event)}"]`);
    const pressed = event.key === " " || event.key === "Enter";
    if (this.form === "order") {
      const row = document.activeElement?.closest(".course-option");
      if (named) named.querySelector("button").focus();
      else if (step && row) this.move(row.dataset.letter, step, root, document.activeElement);
      return Boolean(named || (step && row));
    }
    const inputs = [...root.querySelectorAll("input.course-radio")];
    const here = inputs.indexOf(document.activeElement);
    const sure = { s: "sure", n: "unsure" }[event.key.toLowerCase()];
    if (step && here >= 0) inputs[(here + step + inputs.length) % inputs.length].focus();
    else if (pressed && here >= 0) this.pick(inputs[here].value);
    else if (named) {
      named.querySelector("input.course-radio").focus();
      this.pick(named.dataset.letter);
    } else if (sure && here >= 0 && this.form === "letter" && this.records) this.choose(inputs[here].value, sure);
    else return false;
    return true;
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
    if (!letter || this.form === "number") return;
    event.preventDefault(); // D pressed twice would delete that cell
    event.stopPropagation();
    if (event.repeat) return;
    const row = root.querySelector(`.course-option[data-letter="${letter}"]`);
    if (!row) this.status(`There is no option ${letter} here.`);
    else if (this.form === "letter") this.choose(letter);
    else {
      row.querySelector("input, button").focus(); // the keys that follow are the card's
      if (this.form === "set") this.pick(letter);
    }
  }

  /** A choice by click or key: into the source, and the source into the file. */
  choose(answer, sure = null) {
    this.open = false;
    this.saved = undefined;
    this.become(answer, sure, !this.records || writeAnswer(this.model, answer, sure));
    this.tell();
    if (this.records && this.written) this.save();
    this.settle();
  }

  /** The source decides: whatever was typed or undone there is the answer now. */
  follow() {
    const seen = readAnswer(this.model);
    if (seen === null) return;
    if (seen.answer === this.chosen && seen.sure === this.sure) {
      if (this.written === false) this.become(seen.answer, seen.sure, true); // typed, as the card had asked
      return;
    }
    if (seen.answer) this.open = false;
    this.saved = undefined;
    this.become(seen.answer, seen.sure, seen.answer !== null);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      this.tell();
      this.save();
      this.settle();
    }, 500); // half a word is no answer yet
  }

  become(answer, sure, written) {
    const changed = answer !== this.chosen;
    this.stale = this.stale || changed || sure !== this.sure;
    this.chosen = answer;
    this.sure = sure;
    this.written = written;
    if (answer) this.draft = answer;
    else if (changed && this.form !== "order") this.draft = "";
    if (changed) this.verdict = null;
    this.mark();
    for (const card of this.roots) {
      if (changed) for (const old of card.querySelectorAll(".course-problem")) old.remove();
      if (changed) card.querySelector(".course-feedback")?.replaceChildren();
    }
    this.say();
  }

  /** An answer as a sentence has it: "A and C", "B, D, A, C". */
  spoken(answer) {
    if (this.form === "order") return [...answer].join(", ");
    if (this.form !== "set" || answer.length < 2) return answer;
    return `${[...answer.slice(0, -1)].join(", ")} and ${answer.at(-1)}`;
  }

  /** The line below the options: what became of the answer. */
  say() {
    const [answer, keyword] = [this.chosen, this.model.get("keyword")];
    if (!answer) {
      if (codeCells(this.model) !== null) this.status(this.model.get("invitation"));
      return;
    }
    if (this.written === undefined) return; // as the kernel put it
    let after = this.model.get("after");
    const sure = { sure: ", and you are sure", unsure: ", and you are not sure" }[this.sure] ?? "";
    const said_ = `<strong>${this.spoken(answer)}</strong>${sure}`;
    let said = `Your answer: ${said_}`;
    if (this.records && !this.written) {
      after = "";
      const literal = this.form === "number" ? answer : `"${answer}"`;
      const more = this.sure ? `, sure="${this.sure}"` : "";
      said = `${said_} · to keep it, type <code>${keyword}=${literal}${more}</code> in the cell above and run it`;
    } else if (this.records) {
      const words = this.model.keeper?.words ?? WRITTEN;
      said = `${said_} · ${words.written}`;
      if (this.saved === true) said += words.saved;
      if (this.saved === false) said += words.unsaved;
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
      const [answer, sure] = [this.chosen ?? "", this.sure ?? ""];
      // There and back before the kernel heard of it: for the kernel nothing has changed, and the card lacks its words.
      const back = answer && !this.verdict && this.model.get("answer") === answer;
      this.model.set({ answer, sure });
      this.model.save_changes();
      if (back) this.model.send({ type: "ask" });
    });
  }

  /** Show what is chosen, what was found of it, and what is being put together. */
  mark(verdict = this.verdict, typedIn = null) {
    for (const root of this.roots) {
      const told = Boolean(verdict) || (root.querySelector(".course-feedback")?.childElementCount ?? 0) > 0;
      const leaving = told && document.activeElement?.closest(".course-commit") && document.activeElement.dataset.sure;
      root.classList.toggle("course-told", told); // after that nobody is sure of what was not told
      // A button that is gone now had the focus: it stays in the card, and is not lost to the page's start.
      if (leaving && root.contains(document.activeElement)) root.querySelector(".course-commit .course-main").focus();
      for (const one of root.querySelectorAll("button[data-sure]")) {
        const row = one.closest(".course-option");
        const its = (!row || row.dataset.letter === this.chosen) && this.chosen !== null && one.dataset.sure === this.sure;
        one.setAttribute("aria-pressed", String(its));
      }
      const field = root.querySelector(".course-field");
      if (field && root !== typedIn && readNumber(field.value) !== readNumber(this.draft)) field.value = this.draft;
      const rows = root.querySelector(".course-order-rows");
      const byLetter = (letter) => rows.querySelector(`[data-letter="${letter}"]`);
      if (rows && [...rows.children].map((row) => row.dataset.letter).join("") !== this.draft) {
        for (const letter of this.draft) rows.append(byLetter(letter));
      }
    }
    if (this.form === "letter" || this.form === "set") this.markOptions(verdict);
  }

  markOptions(verdict) {
    for (const root of this.roots) {
      // The kernel's own marks stand as long as nothing was marked here.
      const now = this.form === "letter" ? (this.chosen ?? "") : this.draft;
      const asRendered = !root.courseMarked && !verdict && (root.dataset.answer ?? "") === now;
      if (!asRendered) root.courseMarked = true;
      for (const option of root.querySelectorAll(".course-option")) {
        const letter = option.dataset.letter;
        const chosen = now.includes(letter);
        const radio = option.querySelector("input.course-radio");
        if (radio) radio.checked = chosen;
        if (asRendered) continue;
        const known = verdict && verdict.answer === now;
        const right = Boolean(known && (verdict.key ?? "").includes(letter));
        option.classList.toggle("course-chosen", chosen);
        option.classList.toggle("course-right", right);
        option.classList.toggle("course-wrong", Boolean(known && chosen && !right && (verdict.key || this.form === "letter")));
        const tag = option.querySelector(".course-tag");
        if (tag) tag.textContent = known ? (verdict.tags[letter] ?? "") : "";
      }
    }
  }

  feedback(message) {
    if (message?.type !== "feedback" || this.spelt(message.answer) !== this.chosen) return;
    this.verdict = message;
    for (const root of this.roots) {
      const place = root.querySelector(".course-feedback");
      if (!place) continue;
      place.innerHTML = message.html;
      typeset(this.model, place);
    }
    this.mark();
  }
}

const FOCUSABLE = "input, button, summary, a[href], [tabindex]";

/** Where in a card an element stands, to find its like in the HTML that stands in for it. */
function placeOf(root, element) {
  return [...root.querySelectorAll(FOCUSABLE)].indexOf(element);
}

function refocus(root, at) {
  const element = root.querySelectorAll(FOCUSABLE)[at];
  element?.focus({ preventScroll: true });
  if (element?.type === "text") element.setSelectionRange(element.value.length, element.value.length);
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

/** On a phone: close the panel at the left, which would leave the notebook a fifth of the width. */
function makeRoom() {
  const panel = document.querySelector("#jp-left-stack:not(.lm-mod-hidden)");
  const tab = document.querySelector(".jp-SideBar.jp-mod-left .lm-TabBar-tab.lm-mod-current");
  if (window.innerWidth > 600 || !panel || !tab) return;
  const { x, y } = tab.getBoundingClientRect();
  const at = { bubbles: true, cancelable: true, button: 0, clientX: x + 5, clientY: y + 5, pointerId: 1 };
  tab.dispatchEvent(new PointerEvent("pointerdown", at));
  document.dispatchEvent(new PointerEvent("pointerup", at));
}

/** The course's style of the page, once. */
function pageStyle(css) {
  const id = "course-page-style";
  if (!document.getElementById(id)) makeRoom();
  const style = document.getElementById(id) ?? document.head.appendChild(document.createElement("style"));
  style.id = id;
  style.textContent = css;
}

/** A figure's words, which came beside it, as the alternative text of its picture: the page itself drops them. */
function sayFigures(contexts) {
  const images = [...document.querySelectorAll(".jp-RenderedImage img:not([alt])")].filter((image) => image.src);
  if (images.length === 0) return;
  const words = new Map();
  for (const context of contexts) {
    const cells = context?.model?.cells;
    for (let i = 0; i < (cells?.length ?? 0); i += 1) {
      for (let k = 0; k < (cells.get(i).outputs?.length ?? 0); k += 1) {
        const { data, metadata } = cells.get(i).outputs.get(k);
        const alt = metadata?.["image/png"]?.alt;
        if (alt && data["image/png"]) words.set(String(data["image/png"]).trim(), alt);
      }
    }
  }
  for (const image of images) {
    const alt = words.get(image.src.replace(/^data:[^,]*,/, "").trim());
    image.alt = alt ?? "A figure.";
    if (alt) image.setAttribute("role", "img");
  }
}

// The buttons of a moving picture, by their icons.
const PLAY_BUTTONS = [["play", "play"], ["pause", "pause"], ["stop", "back to the start"], ["retweet", "again and again"],
  ["undo", "again and again"]];

/** What the page leaves without a name, for screen readers: its cells, its editors, and the controls of a lab, with the
 * values that stand beside them. */
function nameParts() {
  for (const cell of document.querySelectorAll(".jp-WindowedPanel-viewport > .jp-Cell:not([role])")) {
    cell.setAttribute("role", "article"); // the page calls their list a feed
  }
  for (const editor of document.querySelectorAll(".jp-Cell .cm-content:not([aria-label])")) {
    editor.setAttribute("aria-label", editor.closest(".jp-CodeCell") ? "Code" : "Text");
  }
  for (const button of document.querySelectorAll(".hnl-lab .widget-play button:not([aria-label])")) {
    const icon = PLAY_BUTTONS.find(([name]) => button.querySelector(`.fa-${name}`));
    if (icon) button.setAttribute("aria-label", icon[1]);
  }
  for (const handle of document.querySelectorAll(".hnl-lab .noUi-handle:not([aria-label])")) {
    const control = handle.closest(".widget-slider, .widget-inline-hbox");
    const label = control?.querySelector(".widget-label");
    const readout = control?.querySelector(".widget-readout");
    if (!label || !readout) continue;
    handle.dataset.lmSuppressShortcuts = "true"; // in Notebook 7 the arrows would move the cells' selection instead
    handle.setAttribute("aria-label", label.textContent.trim());
    readout.setAttribute("aria-label", label.textContent.trim());
    readout.setAttribute("role", "textbox");
    const say = () => {
      const shown = readout.textContent.trim();
      if (shown && handle.getAttribute("aria-valuetext") !== shown) handle.setAttribute("aria-valuetext", shown);
    };
    say();
    new MutationObserver(say).observe(handle, { attributes: true, attributeFilter: ["aria-valuetext"] });
    new MutationObserver(say).observe(readout, { childList: true, characterData: true, subtree: true });
  }
}

/** One watcher a page: whenever a card's HTML appears, its model takes it; whenever a source changes, its card follows. */
function pageRegistry() {
  const slot = Symbol.for("course.cards");
  if (!globalThis[slot]) {
    const cards = new Map();
    const contexts = new Set();
    const look = () => {
      sayFigures(contexts);
      nameParts();
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
      contexts.add(context);
      context.disposed?.connect(() => contexts.delete(context));
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
    if (kind === "save") {
      whenIdle(model, "saved", () => save(model).then((done) => model.send({ type: "saved", done })));
      return undefined;
    }
    if (kind === "hello") {
      if (typeof document !== "undefined") {
        pageStyle(model.get("text"));
        pageRegistry().watch(contextOf(model));
      }
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
