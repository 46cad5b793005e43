from types import MappingProxyType

from providers.mail.languages.language import Language

ENGLISH = Language(
    tag="en",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    day="{weekday} {day} {month} {year}",
    labels=MappingProxyType(
        {
            "when": "When",
            "before": "Before",
            "what": "What",
            "with": "With",
            "how": "How",
            "where": "Where",
            "join": "Join",
            "reason": "Reason",
            "notes": "Notes",
        }
    ),
    join_from="from {moment} on",
    no_longer="no longer",
    meeting_types=MappingProxyType(
        {"OFFICE": "At the office", "VIDEO": "Video call", "PHONE": "Phone call", "ON_SITE": "On site"}
    ),
    buttons=MappingProxyType(
        {
            "manage_url": "Change or cancel",
            "leave": "Leave the meeting",
            "again": "Book another time",
            "answer_url": "Say whether you are coming",
            "confirm_url": "Confirm the meeting",
            "join_url": "Join the meeting",
            "schedule_url": "Choose a time",
            "conversation_url": "Open the conversation",
            "password_url": "Choose a password",
            "connect_url": "Connect the calendar",
            "ics_url": "Calendar file (.ics)",
        }
    ),
    add="Add to your calendar",
    because_of_a_meeting="You get this mail because of a meeting with {organization}.",
    from_whom="This mail comes from {organization}.",
)
