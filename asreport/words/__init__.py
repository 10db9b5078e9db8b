"""What is said, in pages and in files: the catalogue of wording, and the sentences made of figures."""
