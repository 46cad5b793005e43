"""The audit, as administrators ask for it."""

AUDIT = """query($targetId: ID, $first: Int, $after: String) {
  audit(targetId: $targetId, first: $first, after: $after) {
    edges { cursor node { at action detail target { __typename id }
      actor { __typename ... on Agent { name } ... on SystemActor { called: name } } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
