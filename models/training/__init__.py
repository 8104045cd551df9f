"""How the bundled models are trained: one module a model, each with a function `train`."""
