# two faults: each array is clipped by its own norm; t counts epochs and not updates
import numpy as np

def train(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    parameters = [p for pair in layers for p in pair]
    m = [np.zeros_like(p) for p in parameters]
    v = [np.zeros_like(p) for p in parameters]
    losses = []
    for t in range(1, n_epochs + 1):
        total = 0.0
        for rows in minibatches(len(X), batch_size, rng):
            layers = list(zip(parameters[::2], parameters[1::2]))
            zs, activations = forward(X[rows], layers, relu)
            total += cross_entropy(zs[-1], labels[rows]) * len(rows)
            dlogits = softmax_cross_entropy_grad(zs[-1], labels[rows])
            grads = [g for pair in backward(dlogits, zs, activations, layers, relu_grad) for g in pair]
            for i, g in enumerate(grads):
                [g], _ = clip_by_global_norm([g], 1.0)
                parameters[i], m[i], v[i] = adam_step(parameters[i], g, m[i], v[i], t, learning_rate)
        losses.append(total / len(X))
    return list(zip(parameters[::2], parameters[1::2])), losses
