"""The network: its architecture, its parameters in one flat buffer, its files."""
