"""What the grammar knows of each language: its forms and its templates. Chapter 1.

Another language is a file here that makes a :class:`~course_lib.corpora.grammar.language.Language`,
its name in table.py, and a column in lexicon.py. Start from english.py, the plainest; mandarin.py and
marathi.py show what the notation can say of word order, classifiers and cases.
"""
