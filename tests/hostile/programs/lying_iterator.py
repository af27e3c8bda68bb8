# What it tries: Return an iterator whose items change when they are looked at again.
class Liar:
    def __init__(self, n, size):
        self.n, self.size, self.looks = n, size, 0
    def __iter__(self):
        self.looks += 1
        order = list(range(self.n))
        if self.looks % 3 == 1:
            order.reverse()
        return iter([order[i:i + self.size] for i in range(0, self.n, self.size)])
    def __len__(self):
        return -1

def minibatches(n, batch_size, rng):
    return Liar(n, batch_size)
