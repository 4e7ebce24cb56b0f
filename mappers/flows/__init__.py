"""Decisions: from a frozen snapshot of both sides to what is to be done. The only place where PrestaShop's and Hogia's words meet."""
