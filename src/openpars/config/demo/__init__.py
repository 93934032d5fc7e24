"""A believable, wholly fictitious site to try the system with: three providers and several hundred activities."""
