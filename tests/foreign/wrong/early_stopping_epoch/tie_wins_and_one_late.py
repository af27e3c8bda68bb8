# two faults: a tie counts as a new best; stops one epoch after the patience is used up
def early_stopping_epoch(val_losses, patience):
    best_epoch, best, wait = 0, float("inf"), 0
    for i, l in enumerate(val_losses):
        if l <= best:
            best_epoch, best, wait = i, l, 0
        else:
            wait += 1
        if wait > patience:
            break
    return best_epoch
