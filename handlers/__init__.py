"""What people can say and press, one folder a role, and the conversation mechanism."""
