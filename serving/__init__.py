"""What stands between sockets and the application: nobody who is slow holds a thread of it."""
