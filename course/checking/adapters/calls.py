"""How a call of an adapted function is written for learners: their own function takes a model, not arrays.

Names for the arguments, and the learner's call in terms of them.
"""

CALLS: dict[str, tuple[tuple[str, ...], str]] = {
    "make_model": (("layers", "X"), "make_model({layers}) where the model is then called with {X}"),
    "model_loss": (("layers", "X", "labels"), "model_loss(model, {X}, {labels}) where model has the layers {layers}"),
    "model_step": (("layers", "learning_rate", "momentum", "X", "labels", "max_norm", "n_steps"),
                   "model_step(model, optimizer, {X}, {labels}, {max_norm}) where model has the layers {layers}, "
                   "optimizer is SGD with the learning rate {learning_rate} and the momentum {momentum}; "
                   "calls: {n_steps}"),
    "init_he": (("sizes", "rng"), "init_he(model, {rng}) where model has the sizes {sizes}"),
    "evaluate": (("layers", "norms", "dropout", "X", "labels", "training"),
                 "evaluate(model, {X}, {labels}) where model has the layers {layers}, behind the hidden ones batch "
                 "normalisation {norms} and dropout {dropout}; in training: {training}"),
    "pick_device": (("n_gpus",), "pick_device() where the GPUs of the machine are {n_gpus}"),
}


def written(name: str, arguments: list[str], to_paste: bool = False) -> str | None:
    """A learner's call in place of the adapted one with these arguments; None where that is what a learner types."""
    names, text = CALLS.get(name, ((), ""))
    if not names or len(names) != len(arguments):
        return None
    if to_paste:
        return "\n".join([*(f"{what} = {value}" for what, value in zip(names, arguments, strict=True)),
                          f"# {text.format_map({what: what for what in names})}"])
    return text.format_map(dict(zip(names, arguments, strict=True)))


def is_own(name: str, argument: str) -> bool:
    """Whether an argument of an exercise is one of the learner's own function: others made what that is given."""
    _, text = CALLS.get(name, ((), ""))
    return not text or f"{{{argument}}}" in text.partition(" where ")[0]
