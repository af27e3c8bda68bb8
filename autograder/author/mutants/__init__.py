"""Wrong programs made from right ones by one edit each: what they give becomes data, none of their text does."""
