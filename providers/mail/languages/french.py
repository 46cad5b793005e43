from types import MappingProxyType

from providers.mail.languages.language import Language

FRENCH = Language(
    tag="fr",
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    day="{weekday} {day} {month} {year}",
    first="1er",
    clock="%Hh%M",
    colon="\u00a0:",
    labels=MappingProxyType(
        {
            "when": "Quand",
            "before": "Avant",
            "what": "Objet",
            "with": "Avec",
            "how": "Modalité",
            "where": "Lieu",
            "join": "Accès",
            "reason": "Motif",
            "notes": "Remarques",
        }
    ),
    join_from="à partir du {moment}",
    no_longer="n’est plus valable",
    meeting_types=MappingProxyType(
        {
            "OFFICE": "Au bureau",
            "VIDEO": "Appel vidéo",
            "PHONE": "Appel téléphonique",
            "ON_SITE": "Sur place",
        }
    ),
    buttons=MappingProxyType(
        {
            "manage_url": "Modifier ou annuler",
            "leave": "Libérer ma place",
            "again": "Réserver un autre créneau",
            "answer_url": "Répondre à l’invitation",
            "confirm_url": "Confirmer le rendez-vous",
            "join_url": "Rejoindre le rendez-vous",
            "schedule_url": "Choisir un créneau",
            "conversation_url": "Ouvrir la conversation",
            "password_url": "Choisir un mot de passe",
            "connect_url": "Connecter l’agenda",
            "ics_url": "Fichier d’agenda (.ics)",
        }
    ),
    add="Ajouter à votre agenda",
    because_of_a_meeting="Vous recevez cet e-mail en raison d’un rendez-vous avec {organization}.",
    from_whom="Cet e-mail vous est adressé par {organization}.",
)
