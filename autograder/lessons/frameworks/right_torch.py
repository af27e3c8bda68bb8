"""Other right programs in PyTorch: each must get full marks."""

from collections import OrderedDict

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from autograder.lessons.loss.solutions import minibatches


class _Network(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.linears = nn.ModuleList()
        for W, b in layers:
            linear = nn.Linear(W.shape[0], W.shape[1]).double()
            linear.weight.data = torch.as_tensor(W.T.copy(), dtype=torch.float64)
            linear.bias.data = torch.as_tensor(b.copy(), dtype=torch.float64)
            self.linears.append(linear)

    def forward(self, x):
        for linear in self.linears[:-1]:
            x = F.relu(linear(x))
        return self.linears[-1](x)


def make_model__module_list(layers):
    return _Network(layers)


class _Own(nn.Module):
    """Weights kept as in NumPy, no layer of PyTorch's."""

    def __init__(self, layers):
        super().__init__()
        self.Ws = nn.ParameterList([torch.tensor(W, dtype=torch.float64) for W, b in layers])
        self.bs = nn.ParameterList([torch.tensor(b, dtype=torch.float64) for W, b in layers])

    def forward(self, x):
        for k, (W, b) in enumerate(zip(self.Ws, self.bs, strict=True)):
            x = x @ W + b
            if k < len(self.Ws) - 1:
                x = x.clamp(min=0)
        return x


def make_model__own_parameters(layers):
    return _Own(layers)


def make_model__state_dict(layers):
    parts, state = OrderedDict(), {}
    for k, (W, b) in enumerate(layers, start=1):
        if k > 1:
            parts[f"relu{k - 1}"] = nn.ReLU()
        parts[f"linear{k}"] = nn.Linear(*W.shape)
        state |= {f"linear{k}.weight": torch.tensor(W).T, f"linear{k}.bias": torch.tensor(b)}
    model = nn.Sequential(parts).to(torch.float64)
    model.load_state_dict(state)
    return model


def model_loss__criterion(model, X, labels):
    criterion = nn.CrossEntropyLoss()
    return criterion(model(torch.from_numpy(X)), torch.from_numpy(labels).long())


def model_loss__by_hand(model, X, labels):
    logits = model(torch.tensor(X, dtype=torch.float64))
    right = logits.gather(1, torch.tensor(labels)[:, None])
    return (torch.logsumexp(logits, dim=1, keepdim=True) - right).mean()


def model_loss__one_hot(model, X, labels):
    logits = model(torch.as_tensor(X))
    targets = F.one_hot(torch.as_tensor(labels), logits.shape[-1]).to(logits)
    return F.cross_entropy(logits, targets)


def model_loss__functional_call(model, X, labels):
    logits = torch.func.functional_call(model, dict(model.named_parameters()), (torch.tensor(X),))
    return F.nll_loss(F.log_softmax(logits, dim=1), torch.tensor(labels)).reshape(1)


def model_step__autograd(model, optimizer, X, labels, max_norm):
    parameters = list(model.parameters())
    loss = F.cross_entropy(model(torch.tensor(X)), torch.tensor(labels))
    grads = torch.autograd.grad(loss, parameters)
    norm = torch.sqrt(sum((g**2).sum() for g in grads))
    for p, g in zip(parameters, grads, strict=True):
        p.grad = g * min(1.0, max_norm / float(norm))
    optimizer.step()
    return loss


def model_step__closure(model, optimizer, X, labels, max_norm):
    def closure():
        optimizer.zero_grad(set_to_none=False)
        loss = F.cross_entropy(model(torch.tensor(X)), torch.tensor(labels))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm, foreach=True)
        return loss
    return float(optimizer.step(closure))


def model_step__zeroed_at_the_end(model, optimizer, X, labels, max_norm):
    model.train()
    loss = nn.CrossEntropyLoss()(model(torch.from_numpy(X)), torch.from_numpy(labels))
    loss.backward()
    nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], max_norm)
    optimizer.step()
    for p in model.parameters():
        p.grad = None
    return np.float64(loss.detach().numpy())


def train_model__data_loader(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    model = _Network(layers)
    data = TensorDataset(torch.tensor(X), torch.tensor(labels))
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)
    losses = []
    for _ in range(n_epochs):
        running = 0.0
        for x, y in DataLoader(data, batch_sampler=[rows.tolist() for rows in minibatches(len(X), batch_size, rng)]):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
            optimizer.step()
            running += loss.item() * x.size(0)
        losses.append(running / len(data))
    return model, losses


def train_model__own_shuffle_and_own_weights(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    model = _Own(layers)
    optimizer = torch.optim.Adam([{"params": model.Ws}, {"params": model.bs}], lr=learning_rate)
    x, y, losses = torch.tensor(X), torch.tensor(labels), torch.zeros(n_epochs, dtype=torch.float64)
    order = np.arange(len(X))
    for epoch in range(n_epochs):
        rng.shuffle(order)
        for rows in torch.tensor(order.copy()).split(batch_size):
            each = F.cross_entropy(model(x[rows]), y[rows], reduction="none")
            losses[epoch] += each.sum().detach() / len(X)
            model.zero_grad()
            each.mean().backward()
            norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
            for p in model.parameters():
                p.grad /= max(1.0, norm.item())
            optimizer.step()
    return [model.eval(), losses]


def init_he__over_parameters(model, rng):
    for p in model.parameters():
        if p.dim() == 2:
            p.data.copy_(torch.from_numpy(rng.standard_normal(p.shape) * np.sqrt(2.0 / p.shape[1])))
        else:
            nn.init.zeros_(p)


def init_he__data_replaced(model, rng):
    for module in model.modules():
        if hasattr(module, "weight"):
            fan_out, fan_in = module.weight.shape
            W = rng.normal(scale=(2 / fan_in) ** 0.5, size=(fan_in, fan_out))
            module.weight.data = torch.tensor(W.T)
            module.bias.data = torch.zeros(fan_out, dtype=torch.float64)
    return model


@torch.no_grad()
def init_he__apply(model, rng):
    def start(module):
        if isinstance(module, nn.Linear):
            module.weight[:] = torch.as_tensor(rng.normal(0.0, np.sqrt(2 / module.in_features), module.weight.shape))
            module.bias.fill_(0)
    model.apply(start)


def evaluate__inference_mode(model, X, labels):
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.inference_mode():
            logits = model.eval()(torch.from_numpy(X))
    finally:
        for module, mode in modes.items():
            module.training = mode
    loss = F.cross_entropy(logits, torch.from_numpy(labels))
    return loss, (logits.argmax(1).numpy() == labels).mean()


@torch.no_grad()
def evaluate__decorated(model, X, labels):
    was, _ = model.training, model.eval()
    z = model(torch.tensor(X)).numpy()
    if was:
        model.train()
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return [-log_p[np.arange(len(z)), labels].mean(), np.mean(z.argmax(axis=1) == labels)]


def pick_device__a_device():
    return torch.device("cuda:0" if torch.cuda.device_count() >= 1 else "cpu")


def pick_device__accelerator():
    if torch.accelerator.is_available():
        return torch.accelerator.current_accelerator().type
    return "cpu"


def pick_device__tried():
    try:
        torch.cuda.get_device_name(0)
    except (RuntimeError, AssertionError):
        return "cpu"
    return "cuda"
