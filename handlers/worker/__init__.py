"""What grid workers press and say: taking, passing on, asking, finishing."""
