/** The page: GraphiQL with our fetcher, our first tabs and our name. */

import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import "graphiql/style.css";
import "./explorer.css";
import { fetcher } from "./fetcher";
import { firstTabs } from "./tabs";

const tabs = firstTabs(new Date());
const isFirstVisit = localStorage.getItem("graphiql:tabState") === null;

createRoot(document.getElementById("explorer")!).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={tabs}
    // GraphiQL fills the editors of the first tab from what it has stored, not from the tab.
    variables={isFirstVisit ? tabs[0].variables : undefined}
    defaultEditorToolsVisibility="variables"
    shouldPersistHeaders
  >
    <GraphiQL.Logo>Frontdesk</GraphiQL.Logo>
  </GraphiQL>,
);
