/** How the explorer talks to the server: queries and mutations over HTTP, subscriptions over graphql-transport-ws. */

import type { Fetcher, FetcherOpts, FetcherParams } from "@graphiql/toolkit";
import { getOperationAST, parse } from "graphql";
import { createClient, type Sink } from "graphql-ws";

const PATH = "/graphql";

type Headers = Record<string, string>;
type Answer = { data?: unknown; errors?: unknown };

export const fetcher = ((params: FetcherParams, { headers = {} }: FetcherOpts = {}) => {
  if (params.operationName === "IntrospectionQuery") {
    return request(params, {}); // the schema is everyone's: an expired token in a tab must not hide it
  }
  return isSubscription(params) ? subscription(params, headers) : request(params, headers);
}) as Fetcher;

/** What cannot be parsed goes over HTTP, where the server says what is wrong with it. */
function isSubscription({ query, operationName }: FetcherParams): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === "subscription";
  } catch {
    return false;
  }
}

async function request(params: FetcherParams, headers: Headers): Promise<Answer> {
  const response = await fetch(PATH, {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json;q=0.9",
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(params),
  });
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch {
    throw plain(`${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
  }
}

/** Every run has a socket of its own, so that it is opened with the headers of that run. */
function subscription(params: FetcherParams, headers: Headers) {
  return {
    subscribe(observer: Sink<Answer>) {
      const client = createClient({
        url: new URL(PATH, location.href).href.replace(/^http/, "ws"),
        connectionParams: credentials(headers),
        retryAttempts: 0, // a retry would repeat what was seen: the cursor to go on from is the user's to choose
      });
      const stop = client.subscribe(params, {
        next: (answer) => observer.next(answer as Answer),
        error: (cause) => observer.error(readable(cause)),
        complete: () => observer.complete(),
      });
      return { unsubscribe: stop };
    },
  };
}

/** A browser cannot set headers on a WebSocket, so the Authorization travels in connection_init. */
function credentials(headers: Headers): Headers {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === "authorization");
  return name === undefined ? {} : { authorization: headers[name] };
}

/** Events of the browser have no fields of their own and would be shown as {}. */
function readable(cause: unknown): unknown {
  if (cause instanceof CloseEvent) {
    return plain(`The server closed the connection: ${cause.code} ${cause.reason}`.trim());
  }
  return cause instanceof Event ? plain("The connection could not be opened.") : cause;
}

/** GraphiQL shows the stack of an error too, which helps nobody here. */
function plain(message: string): Error {
  return Object.assign(new Error(message), { stack: undefined });
}
