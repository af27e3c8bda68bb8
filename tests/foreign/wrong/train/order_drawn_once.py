# wrong because: the batches are drawn before the epochs, each epoch has the same ones in the same order
import numpy as np

def train(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    parameters = []
    for W, b in layers:
        parameters += [W, b]
    m = [np.zeros(p.shape) for p in parameters]
    v = [np.zeros(p.shape) for p in parameters]
    batches = list(minibatches(len(X), batch_size, rng))
    t = 0
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows in batches:
            current = list(zip(parameters[0::2], parameters[1::2]))
            zs, activations = forward(X[rows], current, relu)
            total += len(rows) * cross_entropy(zs[-1], labels[rows])
            dlogits = softmax_cross_entropy_grad(zs[-1], labels[rows])
            flat = []
            for dW, db in backward(dlogits, zs, activations, current, relu_grad):
                flat += [dW, db]
            flat, _ = clip_by_global_norm(flat, 1.0)
            t += 1
            steps = [adam_step(*state, t, learning_rate) for state in zip(parameters, flat, m, v)]
            parameters, m, v = [list(part) for part in zip(*steps)]
        losses.append(total / len(X))
    return list(zip(parameters[0::2], parameters[1::2])), losses
