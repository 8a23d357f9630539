"""The languages of the grammar. Another one is a file beside these, a name here, and its words. Chapters 1 and 3."""

from course_lib.corpora.grammar.language import Language
from course_lib.corpora.grammar.languages.english import ENGLISH
from course_lib.corpora.grammar.languages.french import FRENCH
from course_lib.corpora.grammar.languages.mandarin import CHINESE
from course_lib.corpora.grammar.languages.marathi import MARATHI

LANGUAGES: dict[str, Language] = {language.code: language for language in (ENGLISH, FRENCH, CHINESE, MARATHI)}
