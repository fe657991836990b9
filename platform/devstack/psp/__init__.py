"""Payment services at home: a redirect PSP with signed callbacks, and a crypto invoice server."""
