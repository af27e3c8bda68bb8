# wrong because: m = v = [...] is one list with two names, v overwrites m
import numpy as np

def train(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    parameters = [p for pair in layers for p in pair]
    m = v = [np.zeros_like(p) for p in parameters]
    t, losses = 0, []
    for epoch in range(n_epochs):
        total = 0.0
        for rows in minibatches(len(X), batch_size, rng):
            layers = list(zip(parameters[::2], parameters[1::2]))
            zs, activations = forward(X[rows], layers, relu)
            total += cross_entropy(zs[-1], labels[rows]) * len(rows)
            dlogits = softmax_cross_entropy_grad(zs[-1], labels[rows])
            pairs = backward(dlogits, zs, activations, layers, relu_grad)
            grads, _ = clip_by_global_norm([g for pair in pairs for g in pair], 1.0)
            t += 1
            for i in range(len(parameters)):
                parameters[i], m[i], v[i] = adam_step(parameters[i], grads[i], m[i], v[i], t, learning_rate)
        losses.append(total / len(X))
    return list(zip(parameters[::2], parameters[1::2])), losses
