# right: from every best epoch, look for a lower loss within the next patience epochs
def early_stopping_epoch(val_losses, patience):
    best = 0
    while True:
        window = range(best + 1, min(best + patience, len(val_losses) - 1) + 1)
        better = next((k for k in window if val_losses[k] < val_losses[best]), None)
        if better is None:
            return best
        best = better
