"""A believable, wholly fictitious site to try: three providers and several hundred activities."""
