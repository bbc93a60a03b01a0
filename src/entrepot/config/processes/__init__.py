"""What keeps running: web server, worker, dispatcher, and the supervisor of all three."""
