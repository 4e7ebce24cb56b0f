"""Simulated payment providers, one module or package each, named as in `mappers/payments` and `workers/clients/payments`."""
