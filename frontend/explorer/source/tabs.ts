/** The tabs of a first visit: the main job of the demo organization, in the order in which one tries it. */

import acceptMeeting from "./operations/accept-meeting.graphql";
import bookMeeting from "./operations/book-meeting.graphql";
import confirmMeeting from "./operations/confirm-meeting.graphql";
import conversationEvents from "./operations/conversation-events.graphql";
import freeSlots from "./operations/free-slots.graphql";
import guestSignIn from "./operations/guest-sign-in.graphql";
import inboxEvents from "./operations/inbox-events.graphql";
import signIn from "./operations/sign-in.graphql";
import updateSettings from "./operations/update-settings.graphql";

const DAY_MS = 24 * 60 * 60 * 1000;

const AGENT = { Authorization: "Bearer PASTE-THE-ACCESS-TOKEN" };
const GUEST = { Authorization: "Bearer PASTE-THE-MANAGE-TOKEN" };
const MEETING = { input: { meetingId: "PASTE-THE-MEETING-ID" } };

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
    tab(updateSettings, { settings: { guestMustConfirm: true } }, AGENT),
    tab(confirmMeeting, MEETING, GUEST),
    tab(acceptMeeting, MEETING, AGENT),
    tab(guestSignIn, { email: "guest@example.com", code: "PASTE-THE-CODE" }),
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
