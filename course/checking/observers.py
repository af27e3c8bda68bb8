"""The table of observers: which function looks at the results of an exercise, by the name in its specification."""

from course.checking.features import (
    observe_backward,
    observe_layer_gradients,
    observe_minibatches,
    observe_slope,
    observe_softmax_slope,
    observe_value,
    observe_xor_network,
)
from course.checking.training import observe_draw, observe_initialize, observe_train, observe_train_model
from course.checking.types import Observer

OBSERVERS: dict[str, Observer] = {
    "value": observe_value,
    "minibatches": observe_minibatches,
    "slope": observe_slope,
    "softmax_slope": observe_softmax_slope,
    "backward": observe_backward,
    "layer_gradients": observe_layer_gradients,
    "xor_network": observe_xor_network,
    "draw": observe_draw,
    "initialize": observe_initialize,
    "train": observe_train,
    "train_model": observe_train_model,
}
