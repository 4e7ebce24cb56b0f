"""PrestaShop's words: its webservice records become `mappers.canonical` values. Nothing here knows Hogia."""
