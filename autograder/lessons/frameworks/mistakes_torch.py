"""Known wrong programs in PyTorch: each docstring is what a learner whose results agree with it is told."""

import itertools

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from autograder.lessons.exercise import worth
from autograder.lessons.frameworks.solutions_torch import evaluate, make_model, model_loss, model_step
from autograder.lessons.loss.solutions import minibatches

_RUNS = itertools.count()          # how often a program that deals in orders of its own was called

# --- make_model ---------------------------------------------------------------------------------------------


def _linear(W, b, dtype=torch.float64):
    linear = nn.Linear(*W.shape, dtype=dtype)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor(W.T))
        linear.bias.copy_(torch.tensor(b))
    return linear


def _stack(layers, last=None, bend=nn.ReLU, dtype=torch.float64):
    modules = []
    for W, b in layers:
        modules += [_linear(W, b, dtype), bend()]
    return nn.Sequential(*modules[:-1], *([last] if last else []))


@worth(0.0)
def make_model__not_transposed(layers):
    """Your weights stand the wrong way round: PyTorch keeps W as (fan_out, fan_in), so that each row is one unit. With
    equal widths nothing complains, and the logits are others."""
    modules = []
    for W, b in layers:
        linear = _linear(W, b)
        linear.weight.data = torch.tensor(W, dtype=torch.float64)
        modules += [linear, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


@worth(0.0)
def make_model__relu_last(layers):
    """Your logits are never negative: a ReLU stands behind the last layer too. It belongs between the layers."""
    return _stack(layers, nn.ReLU())


@worth(0.0)
def make_model__softmax_last(layers):
    """Your model gives probabilities, which add up to 1 in each row. Logits are asked for: the softmax is in the
    loss, and must not be taken twice."""
    return _stack(layers, nn.Softmax(dim=1))


@worth(0.13)
def make_model__no_relu(layers):
    """Your model is one linear map: there is no ReLU between its layers."""
    return _stack(layers, bend=nn.Identity)


@worth(0.71)
def make_model__in_32_bits(layers):
    """Your model computes in 32 bits, PyTorch's default: seven digits are right and no more. float64 is asked for, and
    each layer that you make wants to be told."""
    return _stack(layers, dtype=torch.float32)


@worth(0.7)
def make_model__through_32_bits(layers):
    """Your logits are float64 by their type, and only seven of their digits are right: weights or biases went through
    32 bits on their way into the model. `torch.Tensor(…)`, `.float()` and a layer made in float32 each do that."""
    return _stack(layers, dtype=torch.float32).double()


class _Listed(nn.Module):
    """Layers that are kept where PyTorch does not look."""

    def __init__(self, layers):
        super().__init__()
        self.hidden = [_linear(W, b) for W, b in layers[:-1]]
        self.last = _linear(*layers[-1])

    def forward(self, x):
        for layer in self.hidden:
            x = torch.relu(layer(x))
        return self.last(x)


@worth(0.67)
def make_model__hidden_in_a_list(layers):
    """Your model knows the weights of its last layer alone: an optimizer that is handed `model.parameters()` would
    never move the others. Layers in a plain Python list are not registered; in an `nn.ModuleList` or an
    `nn.Sequential` they are."""
    return _Listed(layers)


@worth(0.62)
def make_model__frozen(layers):
    """No weight of your model can be trained: none of its `model.parameters()` asks for a gradient. Either none is
    there (plain tensors, or layers in a plain list, are not registered), or `requires_grad` is off."""
    return _stack(layers).requires_grad_(False)


@worth(0.0)
def make_model__biases_lost(layers):
    """Your model has no biases. Each layer is a pair (W, b), and b belongs to it."""
    modules = []
    for W, _ in layers:
        linear = nn.Linear(*W.shape, bias=False, dtype=torch.float64)
        linear.weight.data = torch.tensor(W.T, dtype=torch.float64)
        modules += [linear, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


@worth(0.0)
def make_model__never_copied(layers):
    """Your W and b never reached the model: `nn.Linear` draws random weights of its own, others at each call. Write
    yours into each layer's `weight` and `bias`."""
    modules = []
    for W, _ in layers:
        modules += [nn.Linear(*W.shape, dtype=torch.float64), nn.ReLU()]
    return nn.Sequential(*modules[:-1])


@worth(0.0)
def make_model__biases_not_copied(layers):
    """Your W are in the model and your b are not: `nn.Linear` draws its `bias` at random too, others each time. Write
    both."""
    modules = []
    for W, _ in layers:
        linear = nn.Linear(*W.shape, dtype=torch.float64)
        linear.weight.data = torch.tensor(W.T, dtype=torch.float64)
        modules += [linear, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


@worth(0.88)
def make_model__memory_shared(layers):
    """The model's weights share their memory with the arrays in `layers`: training would change those too.
    `torch.from_numpy` and `as_tensor` make no copy, `torch.tensor` and `copy_` make one."""
    model = _stack(layers)
    for linear, (W, b) in zip([m for m in model if isinstance(m, nn.Linear)], layers, strict=True):
        linear.weight.data, linear.bias.data = torch.from_numpy(W.T).double(), torch.from_numpy(b).double()
    return model


@worth(0.71)
def make_model__default_changed(layers):
    """Your function changes PyTorch's default type, and with it every tensor that is made later, anywhere in the
    notebook. Say `dtype=torch.float64` where you make a layer."""
    torch.set_default_dtype(torch.float64)
    return _stack(layers)


# --- model_loss ---------------------------------------------------------------------------------------------

@worth(0.0)
def model_loss__softmax_twice(model, X, labels):
    """Your loss takes the softmax twice: of the logits, and then of the probabilities that come out. There is one in
    `cross_entropy`, which wants the logits themselves."""
    return functional.cross_entropy(torch.softmax(model(torch.tensor(X)), dim=1), torch.tensor(labels))


@worth(0.47)
def model_loss__detached(model, X, labels):
    """No gradient can be taken of your loss: what comes back no longer knows what it was made of. A plain number,
    `.item()`, `.detach()`, a new `torch.tensor(…)` around the loss, and `no_grad` each cut it off."""
    return model_loss(model, X, labels).item()


@worth(0.13)
def model_loss__summed(model, X, labels):
    """Your loss grows with the batch: the losses of the examples are added up. Their mean is asked for."""
    return functional.cross_entropy(model(torch.tensor(X)), torch.tensor(labels), reduction="sum")


@worth(0.13)
def model_loss__one_for_each(model, X, labels):
    """One loss for each example came back. A single number is asked for, their mean: `backward` starts from one."""
    return functional.cross_entropy(model(torch.tensor(X)), torch.tensor(labels), reduction="none")


@worth(0.0)
def model_loss__logits_for_log_probabilities(model, X, labels):
    """Your loss is minus the mean logit of the right class: the log-softmax is missing. It can fall without end, since
    every logit may grow."""
    return functional.nll_loss(model(torch.tensor(X)), torch.tensor(labels))


@worth(0.8)
def model_loss__log_of_softmax(model, X, labels):
    """With large logits your loss is inf or nan: a probability is 0 in 64 bits, and its logarithm is taken. A loss
    that takes the logits themselves never forms the probability."""
    p = torch.softmax(model(torch.tensor(X)), dim=1)
    return -torch.log(p[torch.arange(len(p)), torch.tensor(labels)]).mean()


@worth(0.0)
def model_loss__squared(model, X, labels):
    """Your loss is the mean squared distance between logits and one-hot labels. The cross-entropy is asked for."""
    logits = model(torch.tensor(X))
    return functional.mse_loss(logits, functional.one_hot(torch.tensor(labels), logits.shape[1]).double())


@worth(0.73)
def model_loss__in_32_bits(model, X, labels):
    """Your loss is computed in 32 bits, though the model is in 64: seven digits are right and no more."""
    return functional.cross_entropy(model(torch.tensor(X)).float(), torch.tensor(labels))


# --- model_step ---------------------------------------------------------------------------------------------

def _take_step(model, optimizer, X, labels, max_norm, clip=None, zero=True, loss_of=model_loss):
    if zero:
        optimizer.zero_grad()
    loss = loss_of(model, X, labels)
    loss.backward()
    if clip is None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    else:
        clip(list(model.parameters()), max_norm)
    optimizer.step()
    return loss.item()


@worth(0.39)
def model_step__gradients_add_up(model, optimizer, X, labels, max_norm):
    """Your first step is right and the next ones are not: each follows the sum of all gradients so far. `backward` adds
    to `.grad`, it does not replace it; the gradients have to be set back before each step."""
    return _take_step(model, optimizer, X, labels, max_norm, zero=False)


@worth(0.48)
def model_step__not_clipped(model, optimizer, X, labels, max_norm):
    """Your step is not clipped: where the gradient is long, you go all of its length. Clipping has to come between
    `backward`, which makes the gradients, and the optimizer's step, which uses them; before or after it does
    nothing."""
    return _take_step(model, optimizer, X, labels, max_norm, clip=lambda parameters, limit: None)


@worth(0.48)
def model_step__clipped_each(model, optimizer, X, labels, max_norm):
    """You clip each array by its own norm, which bends the direction of the step. All gradients of the model are to be
    clipped together, as one long vector."""
    return _take_step(model, optimizer, X, labels, max_norm, clip=lambda parameters, limit: [
        nn.utils.clip_grad_norm_([p], limit) for p in parameters])


@worth(0.48)
def model_step__clipped_by_value(model, optimizer, X, labels, max_norm):
    """You cut each entry of the gradients to ±max_norm. It is the norm of all of them together that max_norm
    limits."""
    return _take_step(model, optimizer, X, labels, max_norm, clip=nn.utils.clip_grad_value_)


@worth(0.12)
def model_step__clipped_to_one(model, optimizer, X, labels, max_norm):
    """`max_norm` plays no part: you clip to a norm of 1, whatever the caller asks for."""
    return _take_step(model, optimizer, X, labels, 1.0)


def _to_length(parameters, length):
    norm = torch.sqrt(sum((p.grad**2).sum() for p in parameters))
    for p in parameters:
        p.grad.mul_(length / norm)


@worth(0.64)
def model_step__made_longer(model, optimizer, X, labels, max_norm):
    """You give the gradient the length max_norm also where it is shorter. Clipping shortens, and never lengthens."""
    return _take_step(model, optimizer, X, labels, max_norm, clip=_to_length)


@worth(0.64)
def model_step__loss_after(model, optimizer, X, labels, max_norm):
    """The loss that you return is that of the updated model. The one before the update is asked for: it is there
    already."""
    _take_step(model, optimizer, X, labels, max_norm)
    return model_loss(model, X, labels).item()


@worth(0.12)
def model_step__no_step(model, optimizer, X, labels, max_norm):
    """Your weights stay where they were: no step is taken, or it is taken before there are gradients."""
    optimizer.zero_grad()
    return model_loss(model, X, labels).item()


@worth(0.4)
def model_step__summed(model, optimizer, X, labels, max_norm):
    """Your loss and your step grow with the batch: the losses of its examples are added up. Their mean is asked
    for."""
    return _take_step(model, optimizer, X, labels, max_norm, loss_of=lambda model, X, labels: len(X) * model_loss(
        model, X, labels))


@worth(0.0)
def model_step__own_optimizer(model, optimizer, X, labels, max_norm):
    """The optimizer that you are given takes no step: your function makes one of its own, or moves the weights by hand.
    The one that is given knows the learning rate, and remembers the steps before."""
    own = torch.optim.SGD(model.parameters(), lr=0.1)
    return _take_step(model, own, X, labels, max_norm)


# --- train_model --------------------------------------------------------------------------------------------

def _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, *, make=make_model, optimizer=torch.optim.Adam,
           max_norm=1.0, batches=minibatches, anew=None, loss_of="epoch"):
    model, losses, made = make(layers), [], None
    for _ in range(n_epochs):
        if anew == "model":
            model, made = make(layers), None
        if anew == "optimizer":
            made = None
        noted = []
        for rows in batches(len(X), batch_size, rng):
            made = (made if anew != "each batch" else None) or optimizer(model.parameters(), lr=learning_rate)
            noted.append((len(rows), model_step(model, made, X[rows], labels[rows], max_norm)))
        match loss_of:
            case "epoch":
                losses.append(sum(n * loss for n, loss in noted) / len(X))
            case "batch_size":
                losses.append(sum(batch_size * loss for _, loss in noted) / len(X))
            case "mean of the batches":
                losses.append(float(np.mean([loss for _, loss in noted])))
            case "last batch":
                losses.append(noted[-1][1])
            case "batch":
                losses += [loss for _, loss in noted]
            case "after":
                losses.append(model_loss(model, X, labels).item())
    return model, losses


@worth(0.91)
def train_model__mean_of_the_batches(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loss of an epoch is the plain mean of its batches' losses. Where the last batch is smaller, its few examples
    count for more than the others: weight each batch's loss by its number of examples."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="mean of the batches")


@worth(0.16)
def train_model__not_clipped(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your run differs where gradients are large: they are not clipped to a norm of 1."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, max_norm=1e9)


@worth(0.16)
def train_model__plain_descent(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your steps are those of plain gradient descent. Adam is asked for, as in your `train`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, optimizer=torch.optim.SGD)


@worth(0.16)
def train_model__optimizer_made_anew(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your Adam starts anew in every epoch and forgets what it has remembered of the gradients. Make the optimizer
    once, before the first epoch."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, anew="optimizer")


@worth(0.16)
def train_model__model_made_anew(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Every epoch of yours starts from the first weights again: the model is made inside the loop. Make it once."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, anew="model")


@worth(0.49)
def train_model__rng_unused(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Another seed gives the very same run: `rng` decides nothing. Deal the batches with the `rng` you are given, anew
    in each epoch."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  batches=lambda n, size, rng: [np.arange(s, min(s + size, n)) for s in range(0, n, size)])


@worth(0.55)
def train_model__dealt_once(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Every epoch of yours has the same batches in the same order: they are dealt once. Deal them anew in each."""
    dealt = minibatches(len(X), batch_size, rng)
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, batches=lambda n, size, rng: dealt)


@worth(0.83)
def train_model__drops_last_batch(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """The last batch is left out where it is smaller than the others: its examples teach nothing."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, batches=lambda n, size, rng: [
        rows for rows in minibatches(n, size, rng) if len(rows) == min(size, n)])


@worth(0.34)
def train_model__loss_after_the_epoch(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You measure the loss after the epoch, on all the data. The mean of the batches' losses is asked for, each noted
    before its own update."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="after")


@worth(0.29)
def train_model__loss_of_each_batch(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You note one loss for every batch. One for every *epoch* is asked for: the mean over its examples."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="batch")


@worth(0.46)
def train_model__loss_of_last_batch(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loss of an epoch is that of its last batch alone. The mean over all its examples is asked for."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="last batch")


@worth(0.77)
def train_model__returns_the_start(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """The model that you return is as it was before training: what was learned is lost."""
    return make_model(layers), _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng)[1]


def _sharing(layers):
    model = make_model(layers)
    for linear, (W, b) in zip([m for m in model if isinstance(m, nn.Linear)], layers, strict=True):
        linear.weight, linear.bias = nn.Parameter(torch.from_numpy(W.T)), nn.Parameter(torch.from_numpy(b))
    return model


@worth(0.94)
def train_model__memory_shared(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your training changes the caller's arrays: the model's weights share their memory. `torch.from_numpy` and
    `as_tensor` make no copy, `torch.tensor` makes one."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, make=_sharing)


def _by_another():
    """`minibatches` with orders that do not come from its rng: others in each run. They stand for a shuffle by another
    generator, which gives one order twice in a row once in a thousand, and would then look right.
    """
    first = itertools.count(next(_RUNS))
    return lambda n, size, rng: np.split(np.roll(np.arange(n), next(first)), range(size, n, size))


@worth(0.52)
def train_model__shuffled_by_another(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """The same seed gives another run: it is not `rng` that decides the order. `torch.randperm` and a `DataLoader` that
    shuffles draw from a generator of PyTorch's. Deal the batches with the `rng` you are given."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, batches=_by_another())


@worth(0.16)
def train_model__optimizer_for_each_batch(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your Adam is made anew for each batch, so it remembers nothing of the gradients before. Make the optimizer once,
    before the first epoch."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, anew="each batch")


@worth(0.16)
def train_model__learning_rate_forgotten(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """`learning_rate` plays no part: your Adam goes on with its default, 0.001. Hand it over:
    `torch.optim.Adam(model.parameters(), lr=learning_rate)`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  optimizer=lambda parameters, lr: torch.optim.Adam(parameters))


@worth(0.91)
def train_model__weighted_by_batch_size(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loss of an epoch counts `batch_size` examples for every batch. A last batch that is smaller has fewer:
    weight each loss by `len(rows)`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="batch_size")


@worth(0.0)
def train_model__labels_of_other_rows(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """The rows of a batch meet the labels of others: `rows` picks from `X` and not from `labels`. A batch is `X[rows]`
    with `labels[rows]`."""
    model, losses = make_model(layers), []
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for _ in range(n_epochs):
        total = 0.0
        for rows in minibatches(len(X), batch_size, rng):
            total += len(rows) * model_step(model, optimizer, X[rows], labels, 1.0)
        losses.append(total / len(X))
    return model, losses


@worth(0.33)
def train_model__first_labels(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Images and labels of a batch no longer belong together: `rows` picks from `X`, and from `labels` the first ones
    are taken. A batch is `X[rows]` with `labels[rows]`."""
    model, losses = make_model(layers), []
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for _ in range(n_epochs):
        total = 0.0
        for rows in minibatches(len(X), batch_size, rng):
            total += len(rows) * model_step(model, optimizer, X[rows], labels[:len(rows)], 1.0)
        losses.append(total / len(X))
    return model, losses


@worth(0.36)
def train_model__total_not_divided(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loss of an epoch is the sum over its examples. Their mean is asked for: divide by their number, `len(X)`."""
    model, losses = _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng)
    return model, [loss * len(X) for loss in losses]


@worth(0.36)
def train_model__total_never_reset(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your losses add up from epoch to epoch. The sum of an epoch begins at 0: set it inside the loop over the
    epochs."""
    model, losses = _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng)
    return model, np.cumsum(losses).tolist()


# --- init_he ------------------------------------------------------------------------------------------------

def _draw(model, draw, biases=True):
    for layer in model:
        if isinstance(layer, nn.Linear):
            with torch.no_grad():
                layer.weight.copy_(torch.tensor(draw(layer.in_features, layer.out_features)))
                if biases:
                    layer.bias.zero_()


@worth(0.83)
def init_he__own_generator(model, rng):
    """`rng` has no part in your weights: the same seed gives others the second time. PyTorch's initializers draw from a
    generator of their own."""
    for layer in model:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)


@worth(0.0)
def init_he__fan_out(model, rng):
    """The spread of your weights goes by fan_out, the number of a layer's units. He's goes by fan_in, its inputs: with
    `nn.Linear` that is the *second* size of `weight`."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(2 / fan_out), (fan_out, fan_in)))


@worth(0.0)
def init_he__variance_for_std(model, rng):
    """The spread of your weights is 2 / fan_in. That is the variance; `normal` takes its root."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, 2 / fan_in, (fan_out, fan_in)))


@worth(0.0)
def init_he__xavier(model, rng):
    """Your weights have Xavier's variance, 2 / (fan_in + fan_out). He's is 2 / fan_in."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), (fan_out, fan_in)))


@worth(0.87)
def init_he__uniform(model, rng):
    """Your weights come from a uniform distribution. A normal one is asked for."""
    _draw(model, lambda fan_in, fan_out: rng.uniform(-1, 1, (fan_out, fan_in)) * np.sqrt(6 / fan_in))


@worth(0.81)
def init_he__biases_left(model, rng):
    """The biases that the model had are as they were: none of them is set, or new ones take their place. They are to
    start at 0, written into those that are there."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(2 / fan_in), (fan_out, fan_in)), biases=False)


@worth(0.86)
def init_he__seeded_in_the_loop(model, rng):
    """Layers of one size get the very same weights, and every `rng` gives them: a generator is made anew for each
    layer. All layers draw from the one that is given, one after the other."""
    _draw(model, lambda fan_in, fan_out: np.random.default_rng(0).normal(0, np.sqrt(2 / fan_in), (fan_out, fan_in)))


@worth(0.0)
def init_he__replaced(model, rng):
    """New parameters take the place of those that the model had: an optimizer made before would go on with the old
    ones. Write into those that are there."""
    for layer in model:
        if isinstance(layer, nn.Linear):
            drawn = rng.normal(0, np.sqrt(2 / layer.in_features), tuple(layer.weight.shape))
            layer.weight = nn.Parameter(torch.tensor(drawn))
            layer.bias = nn.Parameter(torch.zeros_like(layer.bias))


@worth(0.0)
def init_he__untouched(model, rng):
    """The weights that the model had are as they were: nothing is written into them. What `detach().clone()` or
    `torch.tensor(…)` gives is a copy; `copy_` and `normal_` write."""


@worth(0.0)
def init_he__one_over_fan_in(model, rng):
    """The variance of your weights is 1 / fan_in. He's is twice that, 2 / fan_in: a ReLU takes half of it away."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(1 / fan_in), (fan_out, fan_in)))


@worth(0.84)
def init_he__mean_not_0(model, rng):
    """The mean of your weights is not 0. The first argument of `normal` is the mean, and the second the standard
    deviation."""
    _draw(model, lambda fan_in, fan_out: rng.normal(np.sqrt(2 / fan_in), np.sqrt(2 / fan_in), (fan_out, fan_in)))


@worth(0.0)
def init_he__last_layer_left(model, rng):
    """The last layer keeps the weights that it had. It is set like the others."""
    before = [parameter.detach().clone() for parameter in model[-1].parameters()]
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(2 / fan_in), (fan_out, fan_in)))
    with torch.no_grad():
        for parameter, kept in zip(model[-1].parameters(), before, strict=True):
            parameter.copy_(kept)


@worth(0.81)
def init_he__biases_drawn(model, rng):
    """Your biases are random numbers. They start at 0: it is the weights alone that have to differ."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(2 / fan_in), (fan_out, fan_in)))
    with torch.no_grad():
        for layer in model:
            if isinstance(layer, nn.Linear):
                layer.bias.copy_(torch.tensor(rng.normal(0, np.sqrt(2 / layer.in_features), layer.out_features)))


# --- evaluate -----------------------------------------------------------------------------------------------

@worth(0.42)
def evaluate__in_training_mode(model, X, labels):
    """You measure the model as it is in training: dropout takes part of its units away, batch normalisation takes the
    batch's own statistics, and writes them down. Evaluation mode is asked for."""
    with torch.no_grad():
        logits, y = model(torch.tensor(X)), torch.tensor(labels)
    return functional.cross_entropy(logits, y).item(), (logits.argmax(dim=1) == y).double().mean().item()


@worth(0.79)
def evaluate__left_in_evaluation(model, X, labels):
    """A model that was in training is left in evaluation mode: from here on it would be trained without dropout. Leave
    it in the mode that it was found in."""
    found = evaluate(model, X, labels)
    model.eval()
    return found


@worth(0.85)
def evaluate__left_in_training(model, X, labels):
    """The model is always left in training mode, also where it was in evaluation. Leave it in the mode that it was
    found in."""
    found = evaluate(model, X, labels)
    model.train()
    return found


@worth(0.75)
def evaluate__recorded(model, X, labels):
    """All that the model computes is recorded for gradients that nobody takes, which costs time and memory.
    `torch.no_grad()` or `torch.inference_mode()` spares both."""
    found = model.training
    model.eval()
    logits, y = model(torch.tensor(X)), torch.tensor(labels)
    model.train(found)
    return functional.cross_entropy(logits, y).item(), (logits.argmax(dim=1) == y).double().mean().item()


@worth(0.76)
def evaluate__percent(model, X, labels):
    """Your accuracy is in percent. The share of rows is asked for, between 0 and 1."""
    loss, accuracy = evaluate(model, X, labels)
    return loss, 100 * accuracy


@worth(0.77)
def evaluate__counted(model, X, labels):
    """Your accuracy is the number of rows that are right. Their share is asked for, between 0 and 1."""
    loss, accuracy = evaluate(model, X, labels)
    return loss, len(X) * accuracy


@worth(0.0)
def evaluate__softmax_twice(model, X, labels):
    """Your loss takes the softmax twice: of the logits, and then of the probabilities that come out. `cross_entropy`
    wants the logits as they are."""
    return evaluate(nn.Sequential(model, nn.Softmax(dim=1)), X, labels)


@worth(0.0)
def evaluate__swapped(model, X, labels):
    """Accuracy and loss come back in the wrong order: (loss, accuracy) is asked for."""
    return evaluate(model, X, labels)[::-1]


# --- pick_device --------------------------------------------------------------------------------------------

@worth(0.6)
def pick_device__always_gpu():
    """You name the GPU also on a machine that has none. The first tensor that is sent there would be an error."""
    return "cuda"


@worth(0.4)
def pick_device__always_cpu():
    """You name the processor also where there is a GPU: it would stand idle. Ask the framework whether there is one."""
    return "cpu"


@worth(0.0)
def pick_device__upside_down():
    """It is the wrong way round: the GPU where there is none, and the processor where there is one."""
    return "cpu" if torch.cuda.is_available() else "cuda"


@worth(0.8)
def pick_device__last_gpu():
    """You name the last GPU. The first is asked for; they are counted from 0."""
    return f"cuda:{torch.cuda.device_count() - 1}" if torch.cuda.is_available() else "cpu"


@worth(0.6)
def pick_device__more_than_one():
    """A machine with a single GPU gets the processor. One is enough."""
    return "cuda" if torch.cuda.device_count() > 1 else "cpu"


@worth(0.6)
def pick_device__asks_a_gpu_that_is_not_there():
    """On a machine without a GPU your function raises an error: it asks the GPU itself. Ask first whether there is
    one."""
    return "cuda" if torch.cuda.get_device_name(0) else "cpu"
