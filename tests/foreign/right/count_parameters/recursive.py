# right: recursion; a bias is one more input that is always 1
def count_parameters(layer_sizes):
    if len(layer_sizes) < 2:
        return 0
    first, second = layer_sizes[0], layer_sizes[1]
    return (first + 1) * second + count_parameters(layer_sizes[1:])
