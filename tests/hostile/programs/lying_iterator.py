# What it tries: Return an iterator whose items change when they are looked at again.
class Liar:
    def __iter__(self):
        return self
    def __next__(self):
        raise MemoryError
    def __len__(self):
        return -1

def minibatches(n, batch_size, rng):
    return Liar()
