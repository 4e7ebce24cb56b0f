"""Articles, prices and stock: who leads what, both sides as frozen values, and what is to be done."""
