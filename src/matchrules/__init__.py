"""A rules engine with a decision-rule language of its own."""
