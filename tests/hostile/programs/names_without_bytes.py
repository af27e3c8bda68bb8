# What it tries: Fill the table of names: files with nothing in them, links, folders (60,000).
import os

gained = made = 0
try:
    while made < 60_000:
        os.close(os.open(f"e{made}", os.O_CREAT | os.O_WRONLY))
        os.link(f"e{made}", f"l{made}")
        os.symlink("x" * 100, f"s{made}")
        os.mkdir(f"d{made}")
        made += 4
        gained = made if made > 40_000 else 0
except OSError:
    pass
