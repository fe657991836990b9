"""Everything the product needs on one machine, started as children of one supervisor."""
