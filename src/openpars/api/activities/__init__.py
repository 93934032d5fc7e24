"""Activities over the web services: one module for each thing that can be asked of them."""
