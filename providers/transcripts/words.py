"""What transcripts say by themselves, in the languages that letters are written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`channels` are said by the name of the channel, `point` is what stands before decimals."""

    title: str
    guest: str
    channel: str
    began: str
    made: str
    zone: str
    channels: Mapping[str, str]
    system: str
    note: str
    whisper: str
    answers: str
    file: str
    redacted: str
    nothing: str
    cut: str
    code_points: str
    page: str
    point: str = ","


_ENGLISH = Words(
    title="Conversation {number}",
    guest="Guest",
    channel="Channel",
    began="Began",
    made="Transcript made",
    zone="Times are those of {zone}.",
    channels=MappingProxyType({"WEB": "Web", "MEETING": "Meeting", "WHATSAPP": "WhatsApp"}),
    system="System",
    note="internal note",
    whisper="whisper",
    answers="In answer to {author}, {time}",
    file="Attachment: {name} ({size})",
    redacted="This message was removed.",
    nothing="Nothing has been said.",
    cut="The transcript ends here, with message {last}; the conversation goes on. The rest is had by asking for a"
    " transcript of what comes after message {last}.",
    code_points="Characters that cannot be drawn here stand as their numbers in Unicode, such as U+1F642."
    " The transcript as text has all of them.",
    page="Page {page} of {pages}",
    point=".",
)

_ITALIAN = Words(
    title="Conversazione {number}",
    guest="Ospite",
    channel="Canale",
    began="Inizio",
    made="Trascrizione del",
    zone="Gli orari sono quelli di {zone}.",
    channels=MappingProxyType({"WEB": "Web", "MEETING": "Appuntamento", "WHATSAPP": "WhatsApp"}),
    system="Sistema",
    note="nota interna",
    whisper="suggerimento",
    answers="In risposta a {author}, {time}",
    file="Allegato: {name} ({size})",
    redacted="Questo messaggio è stato rimosso.",
    nothing="Non è stato detto nulla.",
    cut="La trascrizione termina qui, con il messaggio {last}; la conversazione continua. Il resto si ottiene"
    " chiedendo una trascrizione di ciò che segue il messaggio {last}.",
    code_points="I caratteri che qui non si possono disegnare sono indicati con il loro numero Unicode, come U+1F642."
    " La trascrizione in formato testo li contiene tutti.",
    page="Pagina {page} di {pages}",
)

_GERMAN = Words(
    title="Unterhaltung {number}",
    guest="Gast",
    channel="Kanal",
    began="Beginn",
    made="Mitschrift vom",
    zone="Die Uhrzeiten sind die von {zone}.",
    channels=MappingProxyType({"WEB": "Web", "MEETING": "Termin", "WHATSAPP": "WhatsApp"}),
    system="System",
    note="interne Notiz",
    whisper="Zuflüstern",
    answers="Antwort auf {author}, {time}",
    file="Anhang: {name} ({size})",
    redacted="Diese Nachricht wurde entfernt.",
    nothing="Es wurde nichts gesagt.",
    cut="Die Mitschrift endet hier, mit Nachricht {last}; die Unterhaltung geht weiter. Den Rest enthält eine"
    " Mitschrift dessen, was auf Nachricht {last} folgt.",
    code_points="Zeichen, die hier nicht gezeichnet werden können, stehen als ihre Nummern in Unicode, etwa U+1F642."
    " Die Mitschrift als Text enthält sie alle.",
    page="Seite {page} von {pages}",
)

_FRENCH = Words(
    title="Conversation {number}",
    guest="Invité",
    channel="Canal",
    began="Début",
    made="Transcription du",
    zone="Les heures sont celles de {zone}.",
    channels=MappingProxyType({"WEB": "Web", "MEETING": "Rendez-vous", "WHATSAPP": "WhatsApp"}),
    system="Système",
    note="note interne",
    whisper="aparté",
    answers="En réponse à {author}, {time}",
    file="Pièce jointe : {name} ({size})",
    redacted="Ce message a été supprimé.",
    nothing="Rien n’a été dit.",
    cut="La transcription s’arrête ici, au message {last} ; la conversation continue. Le reste s’obtient en demandant"
    " une transcription de ce qui suit le message {last}.",
    code_points="Les caractères qui ne peuvent pas être dessinés ici sont remplacés par leur numéro Unicode, comme"
    " U+1F642. La transcription en texte les contient tous.",
    page="Page {page} sur {pages}",
)

_SPANISH = Words(
    title="Conversación {number}",
    guest="Invitado",
    channel="Canal",
    began="Inicio",
    made="Transcripción del",
    zone="Las horas son las de {zone}.",
    channels=MappingProxyType({"WEB": "Web", "MEETING": "Cita", "WHATSAPP": "WhatsApp"}),
    system="Sistema",
    note="nota interna",
    whisper="susurro",
    answers="En respuesta a {author}, {time}",
    file="Archivo adjunto: {name} ({size})",
    redacted="Este mensaje fue eliminado.",
    nothing="No se ha dicho nada.",
    cut="La transcripción termina aquí, con el mensaje {last}; la conversación continúa. El resto se obtiene pidiendo"
    " una transcripción de lo que sigue al mensaje {last}.",
    code_points="Los caracteres que aquí no se pueden dibujar figuran con su número de Unicode, como U+1F642."
    " La transcripción en texto los contiene todos.",
    page="Página {page} de {pages}",
)

WORDS: Mapping[str, Words] = MappingProxyType(
    {"en": _ENGLISH, "it": _ITALIAN, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
)
