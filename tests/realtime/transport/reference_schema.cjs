// The part of the test schema that odd conversations use, for npm's reference servers. `load` requires npm packages.
module.exports = (load) => {
  const { GraphQLSchema, GraphQLObjectType, GraphQLString, GraphQLInt, GraphQLNonNull } = load("graphql");
  const int = new GraphQLNonNull(GraphQLInt);
  const string = new GraphQLNonNull(GraphQLString);
  const streams = {
    async *count(_, { to }) { for (let n = 0; n < to; n++) yield { count: n }; },
    async *silence() { yield { silence: 0 }; await new Promise(() => {}); },
    async *breaks() { yield { breaks: 0 }; throw new Error("secret of a stream"); },
    refused() { throw new Error("Not yours."); },
  };
  return new GraphQLSchema({
    query: new GraphQLObjectType({
      name: "Query",
      fields: {
        hello: { type: string, args: { name: { type: string, defaultValue: "world" } }, resolve: (_, a) => `hello ${a.name}` },
        number: { type: int, args: { n: { type: int } }, resolve: (_, a) => a.n },
        faulty: { type: GraphQLString, resolve() { throw new Error("secret of a resolver"); } },
      },
    }),
    mutation: new GraphQLObjectType({
      name: "Mutation",
      fields: { rename: { type: string, args: { name: { type: string } }, resolve: (_, a) => a.name } },
    }),
    subscription: new GraphQLObjectType({
      name: "Subscription",
      fields: Object.fromEntries(Object.entries(streams).map(([name, subscribe]) => [
        name, { type: int, args: name === "count" ? { to: { type: int } } : {}, subscribe },
      ])),
    }),
  });
};
