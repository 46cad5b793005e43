// npm graphql-ws's server with the part of the test schema that the odd conversations use.
// Arguments: a folder whose node_modules hold graphql, graphql-ws and ws. Prints its port.
const { createRequire } = require("node:module");
const load = createRequire(process.argv[2] + "/");
const { GraphQLSchema, GraphQLObjectType, GraphQLString, GraphQLInt, GraphQLNonNull } = load("graphql");
const { WebSocketServer } = load("ws");
const { useServer } = load("graphql-ws/use/ws");

const int = new GraphQLNonNull(GraphQLInt);
const string = new GraphQLNonNull(GraphQLString);
const streams = {
  async *count(_, { to }) { for (let n = 0; n < to; n++) yield { count: n }; },
  async *silence() { yield { silence: 0 }; await new Promise(() => {}); },
  async *breaks() { yield { breaks: 0 }; throw new Error("secret of a stream"); },
  refused() { throw new Error("Not yours."); },
};
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: "Query",
    fields: {
      hello: { type: string, args: { name: { type: string, defaultValue: "world" } }, resolve: (_, a) => `hello ${a.name}` },
      number: { type: int, args: { n: { type: int } }, resolve: (_, a) => a.n },
      faulty: { type: GraphQLString, resolve() { throw new Error("secret of a resolver"); } },
    },
  }),
  subscription: new GraphQLObjectType({
    name: "Subscription",
    fields: Object.fromEntries(Object.entries(streams).map(([name, subscribe]) => [
      name, { type: int, args: name === "count" ? { to: { type: int } } : {}, subscribe },
    ])),
  }),
});
console.error = () => {};
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/graphql" });
useServer({ schema }, server);
server.on("listening", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
