"""What the administrator watches the service by: logs, figures, health, and alerts by mail."""
