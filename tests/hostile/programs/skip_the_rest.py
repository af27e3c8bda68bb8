# What it tries: Run a cell that makes the shell stop running cells.
shell = get_ipython()
shell.run_cell = lambda *args, **kwargs: type("R", (), {"error_before_exec": None, "error_in_exec": None, "result": 2.0})()
