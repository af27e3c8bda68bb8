"""From lessons to notebooks: what an author of the course runs. Nothing here needs the sandbox but `verify`."""
