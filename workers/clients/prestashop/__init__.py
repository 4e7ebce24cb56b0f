"""PrestaShop's webservice: reading a shop's records, whatever version it runs and whatever its PHP prints around them."""
