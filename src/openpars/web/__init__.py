"""Every page, and the browser code's server side."""
