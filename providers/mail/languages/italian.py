from types import MappingProxyType

from providers.mail.languages.language import Language

ITALIAN = Language(
    tag="it",
    weekdays=("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    months=(
        *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
        *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
    ),
    day="{weekday} {day} {month} {year}",
    first="1º",
    hours="ore {start}–{end}",
    moment="ore {time}",
    labels=MappingProxyType(
        {
            "when": "Quando",
            "before": "Prima",
            "what": "Oggetto",
            "with": "Con",
            "how": "Modalità",
            "where": "Dove",
            "join": "Accesso",
            "reason": "Motivo",
            "notes": "Note",
        }
    ),
    join_from="da {moment}",
    no_longer="non più valido",
    meeting_types=MappingProxyType(
        {"OFFICE": "In ufficio", "VIDEO": "Videochiamata", "PHONE": "Telefonata", "ON_SITE": "A domicilio"}
    ),
    buttons=MappingProxyType(
        {
            "manage_url": "Modifica o annulla",
            "leave": "Rinuncia al posto",
            "again": "Prenota un altro orario",
            "answer_url": "Rispondi all’invito",
            "confirm_url": "Conferma l’appuntamento",
            "join_url": "Partecipa all’incontro",
            "schedule_url": "Scegli un orario",
            "conversation_url": "Apri la conversazione",
            "password_url": "Scegli una password",
            "connect_url": "Collega il calendario",
            "ics_url": "File del calendario (.ics)",
        }
    ),
    add="Aggiunga al Suo calendario",
    because_of_a_meeting="Riceve questa e-mail per un appuntamento con {organization}.",
    from_whom="Questa e-mail è stata inviata da {organization}.",
)
