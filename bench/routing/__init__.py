"""The bench of routing: a synthetic team and its customers drive a rule on a virtual clock."""
