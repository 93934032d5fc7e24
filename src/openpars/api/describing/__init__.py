"""What the routes of the web services do, in words for those who call them, with what they read and answer."""
