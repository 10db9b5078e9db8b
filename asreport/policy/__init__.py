"""What the Ministry measures in a quarter, and what a provider has set: data, checked when it is loaded."""
