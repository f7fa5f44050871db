"""What reaches outside: settings, caches, streams, queues."""
