"""An SMTP server on loopback whose mail stays here, with a page and a JSON API to read it."""
