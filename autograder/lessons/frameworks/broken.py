"""The broken script of the lesson, in each framework: five silent faults, on the same lines in both.

A fault is a line and a letter of the question's list; REPAIRS holds what the line should be. No line raises or warns.
"""

KEY = {2: "B", 7: "C", 9: "G", 14: "E", 22: "F"}

SCRIPTS = {"torch": '''\
def fine_tune(layers, X, y, X_test, y_test, n_epochs, rng):
    X, y = X[rng.permutation(len(X))], y[rng.permutation(len(X))]
    X, y, X_test = torch.tensor(X), torch.tensor(y), torch.tensor(X_test)
    model = nn.Sequential(
        nn.Linear(64, 64, dtype=torch.float64), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(64, 64, dtype=torch.float64), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(64, 10, dtype=torch.float64), nn.Softmax(dim=1))
    for layer, (W, b) in zip([model[0], model[3]], layers):
        layer.weight.data = torch.tensor(W)
        layer.bias.data = torch.tensor(b)
    optimizer, losses, accuracies = torch.optim.SGD(model.parameters(), lr=0.1), [], []
    for epoch in range(n_epochs):
        model.train()
        optimizer.zero_grad()
        for start in range(0, len(X), 64):
            rows = slice(start, start + 64)
            logits = model(X[rows])
            loss = nn.functional.cross_entropy(logits, y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        logits = model(X_test).detach().numpy()
        accuracies.append(np.mean(logits.argmax(axis=1) == y_test))
    return losses, accuracies
''', "keras": '''\
def fine_tune(layers, X, y, X_test, y_test, n_epochs, rng):
    X, y = X[rng.permutation(len(X))], y[rng.permutation(len(X))]
    cost = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = keras.Sequential([keras.Input((64,), dtype="float64"),
        Dense(64, "relu", dtype="float64"), Dropout(0.5, dtype="float64"),
        Dense(64, "relu", dtype="float64"), Dropout(0.5, dtype="float64"),
        Dense(10, "softmax", dtype="float64")])
    for layer, (W, b) in zip([model.layers[0], model.layers[2]], layers):
        layer.kernel.assign(W.T)
        layer.bias.assign(b)
    optimizer, losses, accuracies = keras.optimizers.SGD(learning_rate=0.1), [], []
    for epoch in range(n_epochs):
        weights = model.trainable_weights
        summed = [tf.zeros_like(w) for w in weights]
        for start in range(0, len(X), 64):
            rows = slice(start, start + 64)
            with tf.GradientTape() as tape:
                loss = cost(y[rows], model(X[rows], training=True))
            summed = [s + g for s, g in zip(summed, tape.gradient(loss, weights))]
            optimizer.apply(summed, weights)
            losses.append(float(loss))
        logits = model(X_test, training=True).numpy()
        accuracies.append(np.mean(logits.argmax(axis=1) == y_test))
    return losses, accuracies
'''}

# {line: what stands there instead}, by the line of the fault; a repair may reach into another line
ORDER = "    order = rng.permutation(len(X)); X, y = X[order], y[order]"
REPAIRS = {
    "torch": {
        2: {2: ORDER},
        7: {7: "        nn.Linear(64, 10, dtype=torch.float64))"},
        9: {9: "        layer.weight.data = torch.tensor(W.T.copy())"},
        14: {14: "        pass", 16: "            rows = slice(start, start + 64); optimizer.zero_grad()"},
        22: {22: "        model.eval(); logits = model(X_test).detach().numpy()"},
    },
    "keras": {
        2: {2: ORDER},
        7: {7: '        Dense(10, dtype="float64")])'},
        9: {9: "        layer.kernel.assign(W)"},
        14: {14: "        pass",
             16: "            rows = slice(start, start + 64); summed = [tf.zeros_like(w) for w in weights]"},
        22: {22: "        logits = model(X_test, training=False).numpy()"},
    },
}


def script(framework: str, *faults: int) -> str:
    """The script with the faults on these lines and no other."""
    lines = SCRIPTS[framework].split("\n")
    for fault, repair in REPAIRS[framework].items():
        for line, text in repair.items() if fault not in faults else ():
            lines[line - 1] = text
    return "\n".join(lines)
