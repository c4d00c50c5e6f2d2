"""What residents say and press: joining, reporting, following, confirming, rating."""
