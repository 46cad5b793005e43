// Prints the outcome of npm graphql-http's audits as JSON. Arguments: the packages' folder, the address.
const { createRequire } = require("node:module");
const { auditServer } = createRequire(process.argv[2] + "/")("graphql-http");

auditServer({ url: process.argv[3] }).then((results) => {
  console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
});
