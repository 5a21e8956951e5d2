"""How fast every page is when the service is full: 200 offices, 3,000,000 deliveries."""
