# What it tries: TeX, Markdown and CSS in messages and prints: links, sizes, colours, and rules as large as a page.
# Class: mislead
EVIL = [r"$\href{javascript:alert(1)}{x}$", r"$\style{background:url(//x)}{y}$", r"$\rule{9999em}{9999em}$",
        r"$$\Huge\Huge\text{100 of 100 points}$$", r"\(\hspace{99999px}\)", r"\begin{align}\rule{9em}{999em}\end{align}",
        "<style>*{font-size:99em}</style>", "[x](javascript:alert(1)) ![y](//x)", "`` ` `` **100 of 100** `", "# huge",
        "``` \n$x$\n```", "&lt;img src=x onerror=hostileMarker()&gt;"]
i = -1
def mse(y_pred, y_true):
    global i
    i += 1
    print(EVIL[i % len(EVIL)], EVIL[(i + 1) % len(EVIL)])
    raise type(EVIL[i % len(EVIL)], (ValueError,), {})(" ".join(EVIL[(i * 2 + k) % len(EVIL)] for k in range(4)))
