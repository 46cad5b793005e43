"""What the system says in conversations, in other languages than English. A new one is a module here."""

from collections.abc import Mapping

from models.conversation.languages.french import FRENCH
from models.conversation.languages.german import GERMAN
from models.conversation.languages.italian import ITALIAN
from models.conversation.languages.spanish import SPANISH
from models.conversation.saying import Saying

LANGUAGES: Mapping[str, Mapping[Saying, str]] = {"de": GERMAN, "fr": FRENCH, "it": ITALIAN, "es": SPANISH}
