/** The page: GraphiQL with our fetcher, our first tabs and our name. */

import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import "graphiql/style.css";
import "./explorer.css";
import { fetcher } from "./fetcher";
import { firstTabs } from "./tabs";

createRoot(document.getElementById("explorer")!).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={firstTabs(new Date())}
    defaultEditorToolsVisibility="variables"
    shouldPersistHeaders
  >
    <GraphiQL.Logo>Frontdesk</GraphiQL.Logo>
  </GraphiQL>,
);
