from types import MappingProxyType

from providers.mail.languages.language import Language

GERMAN = Language(
    tag="de",
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=(
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
    day="{weekday}, {day}. {month} {year}",
    hours="{start}–{end} Uhr",
    moment="{time} Uhr",
    labels=MappingProxyType(
        {
            "when": "Wann",
            "before": "Bisher",
            "what": "Thema",
            "with": "Mit",
            "how": "Wie",
            "where": "Wo",
            "join": "Teilnahme",
            "reason": "Grund",
            "notes": "Anmerkungen",
        }
    ),
    join_from="ab {moment}",
    no_longer="entfällt",
    meeting_types=MappingProxyType(
        {"OFFICE": "Im Büro", "VIDEO": "Videogespräch", "PHONE": "Telefongespräch", "ON_SITE": "Vor Ort"}
    ),
    buttons=MappingProxyType(
        {
            "manage_url": "Ändern oder absagen",
            "leave": "Teilnahme absagen",
            "again": "Neuen Termin buchen",
            "answer_url": "Zu- oder absagen",
            "confirm_url": "Termin bestätigen",
            "join_url": "Am Gespräch teilnehmen",
            "schedule_url": "Termin wählen",
            "conversation_url": "Unterhaltung öffnen",
            "password_url": "Passwort wählen",
            "connect_url": "Kalender verbinden",
            "ics_url": "Kalenderdatei (.ics)",
        }
    ),
    add="In Ihren Kalender eintragen",
    because_of_a_meeting="Sie erhalten diese E-Mail wegen eines Termins mit {organization}.",
    from_whom="Diese E-Mail kommt von {organization}.",
)
