# What it tries: Throw away all loaded modules, the judge's own among them.
import sys

sys.modules.clear()
sys.path.clear()
sys.meta_path.clear()
