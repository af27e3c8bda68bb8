# What it tries: Raise exceptions whose text, type and traceback raise exceptions.
class Meta(type):
    @property
    def __name__(cls):
        raise KeyboardInterrupt
    def __mro_entries__(cls, bases):
        raise SystemExit

class Evil(BaseException, metaclass=Meta):
    def __str__(self):
        raise GeneratorExit
    __repr__ = __str__
    @property
    def __traceback__(self):
        raise MemoryError

def mse(y_pred, y_true):
    raise Evil
