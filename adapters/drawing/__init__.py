"""Pictures and mails drawn in a process of its own."""
