"""The pages of uploads: sending a file, watching it, reading its plan, mending, applying, undoing."""
