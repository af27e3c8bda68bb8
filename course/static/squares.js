// The field of 64 squares of the first page's lab. Press and move the mouse (a pen, a finger) to draw; a stroke that
// begins on ink rubs out. By keyboard: Tab or the arrows go from square to square, the space bar inks.

const SIDE = 8;
const WAIT = 120;               // ms between two messages to the kernel while a stroke goes on: each makes a picture

export default {
  render({ model, el }) {
    const field = document.createElement("div");
    field.className = "hnl-squares";
    field.setAttribute("role", "group");
    field.setAttribute("aria-label", "field to draw on, 8 rows of 8 squares");
    const inked = [...model.get("value")];
    const squares = inked.map((_, k) => {
      const square = document.createElement("button");
      square.type = "button";
      square.setAttribute("aria-label", `row ${Math.floor(k / SIDE) + 1}, column ${(k % SIDE) + 1}`);
      square.addEventListener("click", (event) => {
        if (event.detail === 0) set(k, !inked[k]);                // by keyboard: a pointer has drawn already
      });
      field.append(square);
      return square;
    });
    const clear = document.createElement("button");
    clear.type = "button";
    clear.className = "hnl-clear";
    clear.textContent = "clear";
    clear.title = "Rub the whole drawing out";
    clear.addEventListener("click", () => {
      inked.fill(false);
      shown();
      send();
    });
    el.dataset.lmSuppressShortcuts = "true";    // B is no new cell, also in Notebook 7, which takes keys on their way down
    el.append(field, clear);

    let timer = null;
    const send = () => {
      clearTimeout(timer);
      timer = null;
      model.set("value", [...inked]);
      model.save_changes();
    };
    const shown = () => squares.forEach((square, k) => square.setAttribute("aria-pressed", String(inked[k])));
    const set = (k, ink) => {
      if (inked[k] === ink) return;
      inked[k] = ink;
      squares[k].setAttribute("aria-pressed", String(ink));
      timer ??= setTimeout(send, WAIT);
    };

    let stroke = null;          // while a button is pressed: {ink, x, y}
    const at = (x, y) => squares.indexOf(document.elementFromPoint(x, y));
    field.addEventListener("pointerdown", (event) => {
      const k = at(event.clientX, event.clientY);
      if (event.button !== 0 || k < 0) return;
      stroke = { ink: !inked[k], x: event.clientX, y: event.clientY };
      field.setPointerCapture(event.pointerId);
      squares[k].focus();
      event.preventDefault();
      set(k, stroke.ink);
    });
    field.addEventListener("pointermove", (event) => {
      if (!stroke) return;
      const [dx, dy] = [event.clientX - stroke.x, event.clientY - stroke.y];
      const steps = Math.ceil(Math.hypot(dx, dy) / 5);            // a quick stroke has no gaps
      for (let i = 1; i <= steps; i += 1) {
        const k = at(stroke.x + (dx * i) / steps, stroke.y + (dy * i) / steps);
        if (k >= 0) set(k, stroke.ink);
      }
      Object.assign(stroke, { x: event.clientX, y: event.clientY });
    });
    for (const end of ["pointerup", "pointercancel"]) {
      field.addEventListener(end, () => {
        if (stroke) send();
        stroke = null;
      });
    }
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -SIDE, ArrowDown: SIDE };
    el.addEventListener("keydown", (event) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (plain && event.key.length === 1) event.stopPropagation();     // B would make a cell, the space bar scroll
      const k = squares.indexOf(document.activeElement);
      if (k < 0 || !(event.key in moves)) return;
      event.preventDefault();
      event.stopPropagation();
      const by = moves[event.key];
      const sameRow = Math.floor((k + by) / SIDE) === Math.floor(k / SIDE);
      if (Math.abs(by) === SIDE || sameRow) squares[k + by]?.focus();
    });
    model.on("change:value", () => {
      if (stroke || timer !== null) return;
      model.get("value").forEach((ink, k) => { inked[k] = ink; });
      shown();
    });
    shown();
  },
};
