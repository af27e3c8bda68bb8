# right: first all deltas, then all pairs with einsum
import numpy as np

def backward(dlogits, zs, activations, layers, activation_grad):
    L = len(layers)
    delta = [None] * L
    delta[L - 1] = dlogits
    for l in range(L - 2, -1, -1):
        W_next = layers[l + 1][0]
        delta[l] = np.einsum("nj,ij->ni", delta[l + 1], W_next) * activation_grad(zs[l])
    return [(np.einsum("ni,nj->ij", a, d), np.einsum("nj->j", d))
            for a, d in zip(activations, delta)]
