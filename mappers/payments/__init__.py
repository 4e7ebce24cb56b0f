"""Payment providers' words: what a provider says of a payment, normalised, and what we ask of it. Nothing here knows HTTP."""
