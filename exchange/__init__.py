"""Where Flask, decisions and formats meet, and nowhere else."""
