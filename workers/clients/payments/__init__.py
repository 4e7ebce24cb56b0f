"""Payment providers' clients. Each has one file here, one in `mappers/payments` and one in the sandbox, all with the same name."""
