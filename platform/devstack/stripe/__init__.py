"""A Stripe that runs at home: the part of its API and pages that Atrium uses, kept on disk."""
