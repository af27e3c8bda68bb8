# right: a class for Adam's memory, own shuffling with rng.permutation, weighted mean of the batch losses
import numpy as np

class Adam:
    def __init__(self, params, learning_rate):
        self.params = list(params)
        self.m = [np.zeros(p.shape) for p in self.params]
        self.v = [np.zeros(p.shape) for p in self.params]
        self.t = 0
        self.learning_rate = learning_rate

    def layers(self):
        return [(self.params[i], self.params[i + 1]) for i in range(0, len(self.params), 2)]

    def step(self, grads):
        self.t += 1
        for i, g in enumerate(grads):
            self.params[i], self.m[i], self.v[i] = adam_step(
                self.params[i], g, self.m[i], self.v[i], self.t, learning_rate=self.learning_rate)

def train(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    optimiser = Adam([p for pair in layers for p in pair], learning_rate)
    losses = []
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        batch_losses, sizes = [], []
        for start in range(0, len(X), batch_size):
            rows = order[start:start + batch_size]
            net = optimiser.layers()
            zs, activations = forward(X[rows], net, relu)
            batch_losses.append(cross_entropy(zs[-1], labels[rows]))
            sizes.append(len(rows))
            dlogits = softmax_cross_entropy_grad(zs[-1], labels[rows])
            grads = []
            for dW, db in backward(dlogits, zs, activations, net, relu_grad):
                grads.extend([dW, db])
            grads, _ = clip_by_global_norm(grads, 1.0)
            optimiser.step(grads)
        losses.append(float(np.average(batch_losses, weights=sizes)))
    return optimiser.layers(), losses
