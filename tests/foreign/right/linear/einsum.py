# right: einsum and np.add
import numpy as np

def linear(X, W, b):
    return np.add(np.einsum("ni,ij->nj", X, W), b[np.newaxis, :])
