# right: all parameters in one long vector, so Adam and clipping see a single array
import numpy as np

def train(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    shapes = [p.shape for pair in layers for p in pair]
    ends = np.cumsum([int(np.prod(s)) for s in shapes])[:-1]

    def pack(pairs):
        return np.concatenate([p.ravel() for pair in pairs for p in pair])

    def unpack(vector):
        parts = [p.reshape(s) for p, s in zip(np.split(vector, ends), shapes)]
        return list(zip(parts[::2], parts[1::2]))

    theta = pack(layers)
    m, v, t = np.zeros_like(theta), np.zeros_like(theta), 0
    losses = []
    for epoch in range(n_epochs):
        total = 0.0
        for rows in minibatches(len(X), batch_size, rng):
            net = unpack(theta)
            zs, acts = forward(X[rows], net, relu)
            total += cross_entropy(zs[-1], labels[rows]) * len(rows)
            g = pack(backward(softmax_cross_entropy_grad(zs[-1], labels[rows]), zs, acts, net, relu_grad))
            (g,), _ = clip_by_global_norm([g], 1.0)
            t += 1
            theta, m, v = adam_step(theta, g, m, v, t, learning_rate)
        losses.append(total / len(X))
    return unpack(theta), losses
