"""The wall between judge and judged. The one room that two worlds read: the judge, and the child that it confines."""
