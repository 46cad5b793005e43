/** The tabs of a first visit: the main job of the demo organization, in the order in which one tries it. */

import bookMeeting from "./operations/book-meeting.graphql";
import conversationEvents from "./operations/conversation-events.graphql";
import freeSlots from "./operations/free-slots.graphql";
import inboxEvents from "./operations/inbox-events.graphql";
import signIn from "./operations/sign-in.graphql";

const DAY_MS = 24 * 60 * 60 * 1000;

const AGENT = { Authorization: "Bearer PASTE-THE-ACCESS-TOKEN" };

export function firstTabs(now: Date) {
  return [
    tab(freeSlots, { from: date(now, 0), to: date(now, 13), timeZone: zone() }),
    tab(bookMeeting, {
      start: `${nextMonday(now)}T09:00:00Z`,
      guest: { name: "A guest", email: "guest@example.com", timeZone: zone() },
    }),
    tab(signIn, { input: { organization: "acme", email: "anna@acme.example", password: "frontdesk" } }),
    tab(inboxEvents, { after: null }, AGENT),
    tab(conversationEvents, { conversationId: "PASTE-THE-CONVERSATION-ID", after: null }, AGENT),
  ];
}

function tab(query: string, variables: object, headers?: object) {
  return { query, variables: json(variables), headers: headers && json(headers) };
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}

function date(now: Date, daysAhead: number): string {
  return new Date(now.getTime() + daysAhead * DAY_MS).toISOString().slice(0, 10);
}

/** The Monday after today, in UTC: a day on which the demo's agents work, far enough ahead to be booked. */
function nextMonday(now: Date): string {
  return date(now, ((8 - now.getUTCDay()) % 7) || 7);
}

function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
