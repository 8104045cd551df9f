"""Which requests are put to MLflow for a model, and how its answers are written down."""
