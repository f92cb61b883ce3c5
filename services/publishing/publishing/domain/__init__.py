"""What a document is, and the rules from its draft to the public record."""
