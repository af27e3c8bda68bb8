# wrong because: the counter of bad epochs is not set to 0 when a new best comes
def early_stopping_epoch(val_losses, patience):
    best = val_losses[0]
    best_epoch = 0
    bad = 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < best:
            best = val_losses[epoch]
            best_epoch = epoch
        else:
            bad += 1
            if bad >= patience:
                break
    return best_epoch
