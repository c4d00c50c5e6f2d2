"""Booking: a matter is found, for somebody, in some way, at a time; one card, one press, and it is booked."""
