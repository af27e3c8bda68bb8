# What it tries: Rewrite every later cell with an input transformer.
ip = get_ipython()
ip.input_transformers_post.append(lambda lines: ["2.0\n"])
ip.input_transformers_cleanup.append(lambda lines: ["2.0\n"])
