// npm graphql-sse's server with the schema that odd requests use.
// Arguments: a folder whose node_modules hold graphql and graphql-sse. Prints its port.
const http = require("node:http");
const { createRequire } = require("node:module");
const load = createRequire(process.argv[2] + "/");
const schema = require("../../realtime/transport/reference_schema.cjs")(load);
const { createHandler } = load("graphql-sse/lib/use/http");

const handler = createHandler({ schema });
const server = http.createServer(async (request, response) => {
  try {
    await handler(request, response);
  } catch {
    if (response.headersSent) response.destroy();
    else response.writeHead(500).end();
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
