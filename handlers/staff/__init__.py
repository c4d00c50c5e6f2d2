"""What the duty secretary and the administrator press and say."""
