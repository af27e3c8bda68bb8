# right: one row at a time, in plain Python
import math
import numpy as np

def log_softmax(logits):
    table = []
    for row in logits.tolist():
        top = max(row)
        log_total = top + math.log(math.fsum(math.exp(v - top) for v in row))
        table.append([v - log_total for v in row])
    return np.array(table)
