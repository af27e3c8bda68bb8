"""Where a lesson can be opened without a machine of one's own."""

from urllib.parse import quote


def buttons(repository: str, lesson: str) -> list[tuple[str, str]]:
    """[(what a button says, its address)]; none where the course has no address."""
    place = repository.rstrip("/").removeprefix("https://github.com/")
    if not repository or place.count("/") != 1:
        return []
    path = f"release/{lesson}/{lesson}.ipynb"
    return [("Colab", f"https://colab.research.google.com/github/{place}/blob/main/{path}"),
            ("Binder", f"https://mybinder.org/v2/gh/{place}/main?labpath={quote(path, safe='')}"),
            ("Codespaces", f"https://codespaces.new/{place}")]


def first_cell(repository: str) -> str:
    """A cell that installs `course` where it is missing; "" where the course has no address."""
    if not repository:
        return ""
    return ("try:\n    import course\nexcept ImportError:\n"
            f"    %pip install -q git+{repository.rstrip('/')}")
