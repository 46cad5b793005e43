// What npm graphql-sse's client makes of a server: prints, line by line as JSON, what each of the given operations
// brings. Arguments: the packages' folder, the address, and the operations as JSON with the Authorization of each. An
// operation with `leaveAfter` is given up after so many results.
const { createRequire } = require("node:module");
const { createClient } = createRequire(process.argv[2] + "/")("graphql-sse");

const say = (...heard) => console.log(JSON.stringify(heard));

async function follow(name, { authorization, leaveAfter, ...request }) {
  const client = createClient({
    url: process.argv[3],
    headers: authorization ? { authorization } : {},
    retryAttempts: 3,
    retry: () => new Promise((resolve) => setTimeout(resolve, 50)),
  });
  let results = 0;
  await new Promise((resolve) => {
    const leave = client.subscribe(request, {
      next: (result) => {
        say(name, "next", result);
        if (++results === leaveAfter) leave();
      },
      error: (error) => resolve(say(name, "error", error.response?.status ?? error.message)),
      complete: () => resolve(say(name, "complete")),
    });
  });
}

const operations = JSON.parse(process.argv[4]);
Promise.all(Object.entries(operations).map(([name, operation]) => follow(name, operation))).then(() => process.exit(0));
