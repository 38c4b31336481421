"""What header fields mean: pure decisions from field values, without a framework (RFC 9110)."""
