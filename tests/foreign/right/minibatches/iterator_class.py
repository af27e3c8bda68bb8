# right: a class with __iter__ that deals from a shuffled array
import numpy as np

class Deck:
    def __init__(self, n, hand, rng):
        self.cards = np.arange(n)
        rng.shuffle(self.cards)
        self.hand = hand

    def __iter__(self):
        rest = self.cards
        while rest.size:
            yield rest[:self.hand]
            rest = rest[self.hand:]

def minibatches(n, batch_size, rng):
    return iter(Deck(n, batch_size, rng))
