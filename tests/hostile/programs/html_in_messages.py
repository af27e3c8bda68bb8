# What it tries: Put markup for the instructor's browser into error messages, types, prints and names.
evil = "<script>hostileMarker()</script><img src=x onerror=hostileMarker()>"
Evil = type(evil, (Exception,), {})

def mse(y_pred, y_true):
    print(evil)
    raise Evil(evil)

def mse_grad(y_pred, y_true):
    return evil

def log_softmax(logits):
    return type(evil, (), {})()

cross_entropy = type(evil, (), {})()
