from types import MappingProxyType

from providers.mail.languages.language import Language

SPANISH = Language(
    tag="es",
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
    day="{weekday}, {day} de {month} de {year}",
    hours="{start}–{end} h",
    moment="{time} h",
    labels=MappingProxyType(
        {
            "when": "Cuándo",
            "before": "Antes",
            "what": "Asunto",
            "with": "Con",
            "how": "Modalidad",
            "where": "Lugar",
            "join": "Acceso",
            "reason": "Motivo",
            "notes": "Observaciones",
        }
    ),
    join_from="a partir del {moment}",
    no_longer="ya no es válido",
    meeting_types=MappingProxyType(
        {
            "OFFICE": "En la oficina",
            "VIDEO": "Videollamada",
            "PHONE": "Llamada telefónica",
            "ON_SITE": "A domicilio",
        }
    ),
    buttons=MappingProxyType(
        {
            "manage_url": "Modificar o cancelar",
            "leave": "Ceder mi plaza",
            "again": "Reservar otra hora",
            "answer_url": "Responder a la invitación",
            "confirm_url": "Confirmar la cita",
            "join_url": "Unirse a la reunión",
            "schedule_url": "Elegir una hora",
            "conversation_url": "Abrir la conversación",
            "password_url": "Elegir una contraseña",
            "connect_url": "Conectar el calendario",
            "ics_url": "Archivo de calendario (.ics)",
        }
    ),
    add="Añadir a su calendario",
    because_of_a_meeting="Recibe este correo por una cita con {organization}.",
    from_whom="Este correo es de {organization}.",
)
