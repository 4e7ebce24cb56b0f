"""What a worker can be asked to do, a file per task."""
