"""What people who help say and press: registering, what they can, the open requests, teams, the talent register."""
