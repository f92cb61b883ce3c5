"""What a question asks for: which words count, what else they mean, which place and which document it names."""
