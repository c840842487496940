"""Real networks explained: one weight in one step, one neuron, one decision."""
