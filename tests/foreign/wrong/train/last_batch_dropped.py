# wrong because: only full batches are used, the examples left over are never seen
import numpy as np

def train(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    n = len(X)
    n_batches = n // batch_size
    params = [p for W, b in layers for p in (W, b)]
    m = [np.zeros_like(p) for p in params]
    v = [np.zeros_like(p) for p in params]
    t = 0
    losses = []
    for epoch in range(n_epochs):
        order = rng.permutation(n)
        epoch_losses = []
        for k in range(n_batches):
            rows = order[k * batch_size:(k + 1) * batch_size]
            net = list(zip(params[::2], params[1::2]))
            zs, activations = forward(X[rows], net, relu)
            epoch_losses.append(cross_entropy(zs[-1], labels[rows]))
            pairs = backward(softmax_cross_entropy_grad(zs[-1], labels[rows]),
                             zs, activations, net, relu_grad)
            grads, _ = clip_by_global_norm([g for pair in pairs for g in pair], 1.0)
            t += 1
            for i, g in enumerate(grads):
                params[i], m[i], v[i] = adam_step(params[i], g, m[i], v[i], t, learning_rate)
        losses.append(float(np.mean(epoch_losses)))
    return list(zip(params[::2], params[1::2])), losses
