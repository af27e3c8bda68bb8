"""What learners write in the lesson `frameworks`, in PyTorch."""

import torch

from autograder.lessons.loss.solutions import minibatches


def make_model(layers):
    """Build a PyTorch model of your layers: ReLU between them, none after the last.

    Parameters
    ----------
    layers : list of (W, b)
        NumPy arrays, W of shape (fan_in, fan_out), b of shape (fan_out,).

    Returns
    -------
    model : torch.nn.Module
        Takes a float64 tensor of shape (n, fan_in), gives the logits in float64, of
        shape (n, fan_out) of the last layer. All W and b are in its parameters();
        changing those leaves `layers` as they are.
    """
    ### BEGIN SOLUTION
    modules = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape, dtype=torch.float64)
        with torch.no_grad():    # a start is set: nothing to take gradients of
            linear.weight.copy_(torch.tensor(W.T))    # kept as (fan_out, fan_in)
            linear.bias.copy_(torch.tensor(b))
        modules += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*modules[:-1])    # the last layer gives logits
    ### END SOLUTION


def model_loss(model, X, labels):
    """Mean cross-entropy of a model's logits, as a tensor that knows its origin.

    Parameters
    ----------
    model : torch.nn.Module
        Gives logits, in float64.
    X : ndarray, shape (n, fan_in)
    labels : ndarray of int, shape (n,)

    Returns
    -------
    loss : torch.Tensor, float64, without axes
        Its backward() reaches every parameter of the model.
    """
    ### BEGIN SOLUTION
    logits = model(torch.tensor(X))     # float64, as X
    # the softmax is in this loss
    return torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
    ### END SOLUTION


def model_step(model, optimizer, X, labels, max_norm):
    """One update of a model on one batch, with all its gradients clipped together.

    Parameters
    ----------
    model : torch.nn.Module
        Gives logits. Its parameters are updated in place.
    optimizer : torch.optim.Optimizer
        Made for the model's parameters, with a learning rate of its own.
    X : ndarray, shape (n, fan_in)
    labels : ndarray of int, shape (n,)
    max_norm : float, > 0
        The norm of all gradients together is at most this.

    Returns
    -------
    loss : number
        Mean cross-entropy of the batch, before the update.
    """
    ### BEGIN SOLUTION
    optimizer.zero_grad()               # backward adds to what is there
    loss = model_loss(model, X, labels)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()
    ### END SOLUTION


def train_model(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Train a PyTorch model as your `train` does.

    Adam, mini-batches, gradients clipped to a norm of 1.

    Parameters
    ----------
    layers : list of (W, b)
        Where training starts. Stays as it is.
    X : ndarray, shape (n, fan_in)
    labels : ndarray of int, shape (n,)
    n_epochs, batch_size : int
        The last batch of an epoch may be smaller.
    learning_rate : float
        Adam's; its other settings keep PyTorch's defaults.
    rng : np.random.Generator
        Deals the batches, anew in each epoch:
        `minibatches(len(X), batch_size, rng)`.

    Returns
    -------
    model : torch.nn.Module
        Trained.
    losses : list of n_epochs numbers
        Mean loss of each epoch: over its examples, each batch measured before its
        own update.
    """
    ### BEGIN SOLUTION
    model = make_model(layers)
    # made once: Adam has a memory
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows in minibatches(len(X), batch_size, rng):
            loss = model_step(model, optimizer, X[rows], labels[rows], 1.0)
            total += len(rows) * loss       # a smaller last batch weighs less
        losses.append(total / len(X))
    return model, losses
    ### END SOLUTION


def init_he(model, rng):
    """Start a model anew in He's way, in the parameters that it has.

    Every weight is drawn from N(0, 2 / fan_in), every bias is 0.

    Parameters
    ----------
    model : torch.nn.Sequential
        Linear layers in float64 with ReLU between them. An optimizer may hold its
        parameters already, so they are changed in place.
    rng : np.random.Generator
        The only source of randomness.

    Returns
    -------
    None
    """
    ### BEGIN SOLUTION
    for layer in model:
        if isinstance(layer, torch.nn.Linear):
            spread = (2 / layer.in_features) ** 0.5    # the root of the variance
            with torch.no_grad():
                drawn = rng.normal(0, spread, layer.weight.shape)
                layer.weight.copy_(torch.tensor(drawn))
                layer.bias.zero_()
    ### END SOLUTION


def evaluate(model, X, labels):
    """Loss and accuracy of a model as it is in use.

    Dropout is off and batch normalisation takes its running statistics. The model
    comes back unchanged, and in the mode, training or evaluation, that it was in.
    Nothing is recorded for gradients.

    Parameters
    ----------
    model : torch.nn.Module
        Gives logits, in float64; it may hold Dropout and BatchNorm1d.
    X : ndarray, shape (n, fan_in)
    labels : ndarray of int, shape (n,)

    Returns
    -------
    loss : number
        Mean cross-entropy.
    accuracy : number in 0 … 1
        The share of rows whose largest logit is the label's.
    """
    ### BEGIN SOLUTION
    found_in_training = model.training
    model.eval()
    with torch.no_grad():
        logits, y = model(torch.tensor(X)), torch.tensor(labels)
        loss = torch.nn.functional.cross_entropy(logits, y).item()
        accuracy = (logits.argmax(dim=1) == y).double().mean().item()
    model.train(found_in_training)    # as it was found
    return loss, accuracy
    ### END SOLUTION


def pick_device():
    """Name of the device to compute on.

    The first CUDA GPU if there is one, else the processor.

    Returns
    -------
    device : str or torch.device
        "cuda" or "cpu".
    """
    ### BEGIN SOLUTION
    # it may be asked on any machine
    return "cuda" if torch.cuda.is_available() else "cpu"
    ### END SOLUTION
