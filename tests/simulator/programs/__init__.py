"""Programs that others wrote, and one in the way that another library documents, run against the simulator."""
