"""The only place that calls models and agents: backends, prompt, contract, budget."""
