"""The database backend: connections that follow the tenant pin."""
