"""A simulated PrestaShop shop that speaks the real webservice's dialect (facts: prestashop.md, recorded answers of 9.1.4 and 8.2.1)."""
