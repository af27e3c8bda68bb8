# wrong because: counts a single bias for each layer instead of one for each unit
def count_parameters(layer_sizes):
    return sum(a * b + 1 for a, b in zip(layer_sizes[:-1], layer_sizes[1:]))
