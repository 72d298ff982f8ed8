"""What a review is. Pure: no input or output, no clock, no Qt, no git."""
