"""What a framework's adapters make of right, odd and wrong results, as JSON: `python tests/adapter_trial.py torch`.

A process of its own: the threads and the memory of a framework stay out of the tests.
"""

import functools
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ |= {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}

import numpy as np

from autograder.author.proof import result
from autograder.lessons import catalogue
from autograder.lessons.exercise import PUBLIC_SEED, Draws
from autograder.lessons.frameworks import solutions
from course.actions.check import failing_parts, specifications
from course.checking.adapters import adapted
from course.checking.codec import Rng, decode, encode
from course.checking.observe import build, observe

SEEDS = (PUBLIC_SEED, 5)
EXERCISES = catalogue.exercises("frameworks")


def gap(mine, other):
    """The largest difference, by the size of the largest entry; of what is no number, whether it is the same."""
    if isinstance(mine, (list, tuple)):
        return max((gap(a, b) for a, b in zip(mine, other, strict=True)), default=0.0)
    if isinstance(mine, (str, bool)):
        return 0.0 if mine == other else 1.0
    mine, other = np.asarray(mine, float), np.asarray(other, float)
    return float(np.max(np.abs(mine - other)) / (np.max(np.abs(other)) or 1.0))


def agreement(variant):
    """{exercise: {case: largest difference between what learners are to write and the oracle}}; draws left out."""
    found = {}
    for name in ("make_model", "model_loss", "model_step", "train_model", "evaluate", "pick_device"):
        function = adapted(variant, name, catalogue.variant_functions("frameworks", "solutions", variant)[name])
        for seed in SEEDS:
            for case in EXERCISES[name].cases(Draws(seed, name)):
                pairs = [[f(*(build(decode(a)) for a in call["args"])) for f in (function, getattr(solutions, name))]
                         for call in case.calls]
                gaps = [gap(mine, other) for mine, other in pairs]
                found.setdefault(name, {})[f"{case.name}, seed {seed}"] = max(gaps)
    return found


def said(variant, name, function, *arguments):
    """What a learner's function comes to: the message of an error, or what the adapter gives, as data."""
    call = {"of": name, "args": [encode(a) for a in arguments]}
    raw = observe({name: adapted(variant, name, function)}, call)
    return f"{raw['error']['type']}: {raw['error']['message']}" if "error" in raw else raw["result"]


LAYERS = [(np.array([[1.0, -2.0], [0.5, 0.25]]), np.array([0.1, 0.3])),
          (np.array([[1.0, 0.5], [-1.0, 2.0]]), np.ones(2))]
X, LABELS = np.array([[1.0, 2.0], [-1.0, 0.5], [0.25, -1.5]]), np.array([0, 1, 1])
MODEL, LOSS = (LAYERS, X), (LAYERS, X, LABELS)
STEP = (LAYERS, 0.5, 0.0, X, LABELS, 1.0, 1)
TRAIN = (LAYERS, X, LABELS, 2, 2, 0.1, 0)
EVALUATE = (LAYERS, [], 0.0, X, LABELS, False)


def words(variant):
    """{what comes back: what is said of it}."""
    ask = functools.partial(said, variant)
    own = catalogue.variant_functions("frameworks", "solutions", variant)
    given = {}

    def keep(model, X, labels):
        given["model"] = model
        return own["model_loss"](model, X, labels)

    ask("model_loss", keep, *LOSS)
    trained = own["make_model"](LAYERS)

    def training(result):
        return ask("train_model", lambda *_: result, *TRAIN)

    return {
        "make_model: nothing": ask("make_model", lambda layers: None, *MODEL),
        "make_model: a list": ask("make_model", lambda layers: [1, 2], *MODEL),
        "make_model: a function": ask("make_model", lambda layers: lambda x: x, *MODEL),
        "make_model: the checker's own": ask("make_model", lambda layers: given["model"], *MODEL),
        "model_loss: nothing": ask("model_loss", lambda *_: None, *LOSS),
        "model_loss: a text": ask("model_loss", lambda *_: "small", *LOSS),
        "model_step: nothing": ask("model_step", lambda *_: None, *STEP),
        "model_step: an array": ask("model_step", lambda *_: np.ones(3), *STEP),
        "train_model: the model alone": training(trained),
        "train_model: one loss": training((trained, 0.5)),
        "train_model: the wrong way round": training(([0.5, 0.4], trained)),
        "train_model: texts": training((trained, ["a", "b"])),
        "train_model: the checker's own": training((given["model"], [0.5, 0.4])),
        "evaluate: one number": ask("evaluate", lambda *_: 0.5, *EVALUATE),
        "evaluate: nothing": ask("evaluate", lambda *_: (0.5, None), *EVALUATE),
        "pick_device: a truth": ask("pick_device", lambda: True, 0),
    }


def taken(variant):
    """{what comes back: what it is read as}: other kinds of a right result."""
    ask = functools.partial(said, variant)
    own = catalogue.variant_functions("frameworks", "solutions", variant)
    loss = own["model_loss"]

    def tensor(number):
        return loss(own["make_model"](LAYERS), X, LABELS) * 0 + number

    trained = own["make_model"](LAYERS)

    def training(losses):
        return decode(ask("train_model", lambda *_: (trained, losses), *TRAIN))[1]

    def device(name, n_gpus):
        return ask("pick_device", lambda: name, n_gpus)

    return {
        "model_loss: one entry": gap(decode(ask("model_loss", lambda *a: loss(*a)[None], *LOSS)),
                                     solutions.model_loss(*LOSS)) < 1e-9,
        "model_loss: a number": decode(ask("model_loss", lambda *a: float(loss(*a)), *LOSS))[1] == [],
        "model_step: a tensor": decode(ask("model_step", lambda *_: tensor(0.5), *STEP))[0] == [0.5],
        "model_step: a NumPy number": decode(ask("model_step", lambda *_: np.float64(0.5), *STEP))[0] == [0.5],
        "train_model: an array": training(np.array([0.5, 0.25])) == [0.5, 0.25],
        "train_model: tensors": training([tensor(0.5), tensor(0.25)]) == [0.5, 0.25],
        "train_model: a list for the tuple": len(decode(ask(
            "train_model", lambda *_: [trained, [0.5, 0.25]], *TRAIN))) == 2,
        "evaluate: tensors": decode(ask("evaluate", lambda *_: (tensor(0.5), np.float32(0.25)), *EVALUATE))[:2]
        == (0.5, 0.25),
        "pick_device: other names": [device(name, 1) for name in (
            ("cuda", "cuda:0", " cpu ") if variant == "torch" else ("/GPU:0", "/device:GPU:0", "cpu:0"))] == [
                "the first GPU", "the first GPU", "the processor"],
    }


def errors(variant):
    """{what a beginner does: the error that comes of it}."""
    def ask(name, function, *arguments):
        call = {"of": name, "args": [encode(a) for a in arguments]}
        return observe({name: adapted(variant, name, function)}, call)["error"]

    if variant == "torch":
        import torch
        from torch.nn.functional import cross_entropy

        def layer():
            return torch.nn.Linear(2, 2, dtype=torch.float64)

        def loss(function):
            return ask("model_loss", lambda model, X, labels: function(model, torch.tensor(X), torch.tensor(labels)),
                       *LOSS)

        return {
            "a parameter is written to": ask("make_model", lambda _: layer().weight.add_(1), *MODEL),
            "a tensor for a parameter": ask("make_model", lambda _: setattr(layer(), "weight", torch.zeros(2, 2)),
                                            *MODEL),
            "an array for a parameter's data": ask("make_model", lambda layers: setattr(
                layer().weight, "data", layers[0][0]), *MODEL),
            "an array into the model": ask("model_loss", lambda model, X, labels: model(X), *LOSS),
            "arguments of the loss swapped": loss(lambda model, X, labels: cross_entropy(labels, model(X))),
            "labels of another type": loss(lambda model, X, labels: cross_entropy(model(X), labels.short())),
            "32 bits meet 64": loss(lambda model, X, labels: model(X.float())),
            "a recorded tensor to NumPy": loss(lambda model, X, labels: model(X).numpy()),
            "rows left out": loss(lambda model, X, labels: cross_entropy(model(X)[:2], labels)),
            "a device of no name": ask("pick_device", lambda: "CUDA", 0),
        }
    import keras
    import tensorflow as tf
    cost = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    plain = tf.nn.sparse_softmax_cross_entropy_with_logits

    def layer():
        return keras.layers.Dense(2, dtype="float64")

    def unclipped(model, optimizer, X, labels, max_norm):
        with tf.GradientTape() as tape:
            loss = cost(labels, model(X))
        weights = model.trainable_weights
        optimizer.apply(tf.clip_by_global_norm(tape.gradient(loss, weights), max_norm), weights)

    def start(name, value):
        return ask("init_he", lambda model, rng: setattr(model.layers[0], name, value(model.layers[0])), [3, 4, 2], 0)

    return {
        "a layer without weights": ask("make_model", lambda layers: layer().set_weights(list(layers[0])), *MODEL),
        "a kernel that is not there": ask("make_model", lambda layers: layer().kernel.assign(layers[0][0]), *MODEL),
        "an array for a kernel": start("kernel", lambda layer: np.zeros(layer.kernel.shape)),
        "a variable for a bias": start("bias", lambda layer: keras.Variable(np.zeros(layer.bias.shape))),
        "arguments of Keras' loss swapped": ask("model_loss", lambda model, X, labels: cost(model(X), labels), *LOSS),
        "arguments of TensorFlow's loss swapped": ask("model_loss", lambda model, X, labels: plain(
            labels=model(X), logits=labels), *LOSS),
        "rows left out for Keras": ask("model_loss", lambda model, X, labels: cost(labels, model(X)[:2]), *LOSS),
        "rows left out for TensorFlow": ask("model_loss", lambda model, X, labels: plain(
            labels=labels, logits=model(X)[:2]), *LOSS),
        "both results of clipping": ask("model_step", unclipped, *STEP),
    }


def blamed(variant):
    """{part: the parts that are named where it alone is wrong}, of what `train_model` is made of."""
    suffix = "_keras" * (variant == "keras")
    wrong = {"make_model": f"relu_last{suffix}", "model_step": f"not_clipped{suffix}", "model_loss": f"summed{suffix}"}
    imports = {"torch": "import torch", "keras": "import keras, tensorflow as tf"}[variant]
    found = {}
    for part in ("make_model", "model_step", "minibatches", "model_loss"):
        space = {"np": np, "FRAMEWORK": variant}
        exec(imports, space)
        for name in ("make_model", "model_loss", "model_step", "train_model"):
            exec(catalogue.reference_source("frameworks", name, variant), space)
        exec(catalogue.reference_source("loss", "minibatches"), space)
        space[part] = (catalogue.variant_functions("frameworks", "mistakes", variant)[f"{part}__{wrong[part]}"]
                       if part in wrong else catalogue.mistakes("loss")[part]["drops_the_rest"])
        found[part] = failing_parts("train_model", space)
    return found


def replaced_biases():
    """The mistakes that are named where only the biases of a model in PyTorch are replaced."""
    import torch

    def init_he(model, rng):
        for layer in model:
            if isinstance(layer, torch.nn.Linear):
                drawn = rng.normal(0, np.sqrt(2 / layer.in_features), tuple(layer.weight.shape))
                layer.weight.data.copy_(torch.tensor(drawn))
                layer.bias = torch.nn.Parameter(torch.zeros_like(layer.bias))

    init_he.variant = "torch"
    return [found["id"] for found in result(specifications("frameworks")["init_he"], "frameworks", init_he).diagnoses]


def left_otherwise():
    """What is seen of a model in PyTorch, or of PyTorch itself, that a function leaves in another state."""
    import torch
    evaluate = catalogue.variant_functions("frameworks", "solutions", "torch")["evaluate"]
    model_loss = catalogue.variant_functions("frameworks", "solutions", "torch")["model_loss"]
    init_he = catalogue.variant_functions("frameworks", "solutions", "torch")["init_he"]
    arguments = LAYERS, [], 0.5, X, LABELS, True

    def frozen(model, X, labels):
        model.requires_grad_(False)
        return evaluate(model, X, labels)

    def unrecorded(model, X, labels):
        torch.set_grad_enabled(False)
        return evaluate(model, X, labels)

    def undropped(model, X, labels):
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        return evaluate(model, X, labels)

    found = {function.__name__: said("torch", "evaluate", function, *arguments)["$tuple"][2:4]
             for function in (evaluate, frozen, unrecorded, undropped)}
    found["in evaluation"] = said("torch", "model_loss", lambda model, X, y: model_loss(model.eval(), X, y), *LOSS)
    found["untrainable"] = said("torch", "init_he", lambda model, rng: (
        init_he(model, rng), model.requires_grad_(False)), [2, 3, 2], Rng(0))
    return found


def state(variant):
    """The framework's own state: defaults, random numbers, how many GPUs it sees."""
    if variant == "torch":
        import torch
        return [str(torch.get_default_dtype()), torch.get_rng_state().tolist(), torch.get_num_threads(),
                torch.cuda.is_available(), torch.is_grad_enabled()]
    import keras
    import tensorflow as tf
    return [keras.config.floatx(), keras.config.epsilon(), len(tf.config.list_physical_devices("GPU")),
            tf.random.get_global_generator().state.numpy().tolist()]


def main(variant):
    catalogue.variant_functions("frameworks", "solutions", variant)
    before = state(variant)
    wrong = catalogue.variant_functions("frameworks", "mistakes", variant)[
        f"evaluate__in_training_mode{'_keras' * (variant == 'keras')}"]
    training_mode = [said(variant, "evaluate", wrong, LAYERS, [], 0.5, X, LABELS, True) for _ in range(2)]
    print(json.dumps({
        "errors": errors(variant), "blamed": blamed(variant),
        **({"told of replaced biases": replaced_biases(),
            "left otherwise": left_otherwise()} if variant == "torch" else {}),
        "words": words(variant), "taken": taken(variant), "agreement": agreement(variant),
        "dropout falls on the same units each time": training_mode[0] == training_mode[1],
        # PyTorch draws a start for each layer that is made, which only a seed could hide
        "state": [a == b for k, (a, b) in enumerate(zip(before, state(variant), strict=True))
                  if (variant, k) != ("torch", 1)]}))


if __name__ == "__main__":
    main(sys.argv[1])
