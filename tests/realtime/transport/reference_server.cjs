// npm graphql-ws's server with the part of the test schema that the odd conversations use.
// Arguments: a folder whose node_modules hold graphql, graphql-ws and ws. Prints its port.
const { createRequire } = require("node:module");
const load = createRequire(process.argv[2] + "/");
const schema = require("./reference_schema.cjs")(load);
const { WebSocketServer } = load("ws");
const { useServer } = load("graphql-ws/use/ws");

console.error = () => {};
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/graphql", maxPayload: 1048576 });
useServer({ schema }, server);
server.on("listening", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
