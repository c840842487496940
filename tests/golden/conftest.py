"""The script that draws the golden file needs PyTorch, which no test needs."""

collect_ignore = ["make_gradients.py"]
