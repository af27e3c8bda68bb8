# wrong because: a run that is not stopped gives the last epoch, not the best one
def early_stopping_epoch(val_losses, patience):
    best_epoch = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best_epoch]:
            best_epoch = epoch
        elif epoch - best_epoch >= patience:
            return best_epoch
    return len(val_losses) - 1
