"""The site put together: settings, addresses, the command line and the demo."""
