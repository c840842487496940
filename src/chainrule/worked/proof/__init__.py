"""The proof of gradients: each against ways to find it that know no back-propagation."""
