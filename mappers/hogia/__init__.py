"""Hogia's words: what we send and what we read, after the contract in facts/hogia.md part 3. Nothing here knows PrestaShop."""
