"""What clients send. Resolvers import this of schema/, because Strawberry reads arguments from their signatures."""
