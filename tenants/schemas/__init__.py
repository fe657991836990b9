"""Schemas, roles and migrations: all that needs the provisioner's rights."""
