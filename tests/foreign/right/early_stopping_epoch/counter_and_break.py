# right: the textbook counter
import math

def early_stopping_epoch(val_losses, patience):
    lowest, where, since = math.inf, 0, 0
    for epoch, loss in enumerate(val_losses):
        improved = loss < lowest
        if improved:
            lowest, where = loss, epoch
        since = 0 if improved else since + 1
        if since == patience:
            break
    return int(where)
