"""The words of the grammar: a row is a meaning, a column a language. Chapter 1.

A star marks the rows of the small lexicon. ``kind`` says what may stand with what: a noun belongs
to one kind; a verb lists the kinds of its object, or how it is built (alone, motion, …); an
adjective lists the kinds it describes; ``place`` is before or after the French noun, or later: after
the verb only (*un grand homme* is no tall man). ``own`` says whether people have one (my brother, but not
my man), ``manner`` whether a verb has a progressive, ``degree`` whether an adjective takes *very*.
What the cells of a language mean is said in languages.py.
"""

NOUNS = """
  kind    | own | en                   | fr
* person  | no  | girl girls           | f fille filles
* person  | no  | boy boys             | m garçon garçons
* person  | no  | woman women          | f femme femmes
* person  | no  | man men              | m homme hommes
* person  | yes | friend friends       | m ami amis
* person  | yes | teacher teachers     | m professeur professeurs
* person  | yes | sister sisters       | f sœur sœurs
  person  | yes | doctor doctors       | m médecin médecins
  person  | yes | child children       | m enfant enfants
  person  | yes | neighbour neighbours | f voisine voisines
  person  | no  | actress actresses    | f actrice actrices
  person  | no  | baker bakers         | m boulanger boulangers
  person  | yes | brother brothers     | m frère frères
  person  | yes | lawyer lawyers       | f avocate avocates
* animal  | yes | cat cats             | m chat chats
* animal  | yes | dog dogs             | m chien chiens
  animal  | yes | horse horses         | m cheval chevaux
  animal  | no  | bird birds           | m oiseau oiseaux
  animal  | yes | cow cows             | f vache vaches
* text    | yes | letter letters       | f lettre lettres
* text    | yes | book books           | m livre livres
  text    | no  | story stories        | f histoire histoires
  text    | yes | poem poems           | m poème poèmes
  text    | no  | article articles     | m article articles
* food    | yes | apple apples         | f pomme pommes
* food    | yes | cake cakes           | m gâteau gâteaux
  food    | yes | orange oranges       | f orange oranges
  food    | no  | egg eggs             | m œuf œufs
  food    | yes | meal meals           | m repas repas
* thing   | yes | key keys             | f clé clés
* thing   | yes | bag bags             | m sac sacs
  thing   | yes | umbrella umbrellas   | m parapluie parapluies
  thing   | yes | photo photos         | f photo photos
  thing   | no  | box boxes            | f boîte boîtes
  thing   | yes | knife knives         | m couteau couteaux
* machine | yes | car cars             | f voiture voitures
* machine | yes | bicycle bicycles     | m vélo vélos
  machine | yes | watch watches        | f montre montres
  machine | yes | computer computers   | m ordinateur ordinateurs
* opening | no  | door doors           | f porte portes
* opening | no  | window windows       | f fenêtre fenêtres
  opening | no  | drawer drawers       | m tiroir tiroirs
* clothes | yes | hat hats             | m chapeau chapeaux
* clothes | yes | dress dresses        | f robe robes
  clothes | yes | coat coats           | m manteau manteaux
  clothes | yes | shirt shirts         | f chemise chemises
* site    | no  | station              | f gare
* site    | no  | hotel                | m hôtel
* site    | yes | school               | f école
  site    | no  | market               | m marché
  site    | no  | library              | f bibliothèque
  site    | no  | hospital             | m hôpital
  site    | no  | museum               | m musée
* area    | yes | garden               | m jardin
* area    | yes | house                | f maison
  area    | yes | kitchen              | f cuisine
  area    | no  | park                 | m parc
  area    | yes | village              | m village
  area    | no  | forest               | f forêt
"""

NAMES = """
  kind | en       | fr
* name | paul 3s  | paul m3s
* name | anne 3s  | anne f3s
  name | marie 3s | marie f3s
  name | louis 3s | louis m3s
  name | hugo 3s  | hugo m3s
"""

PRONOUNS = """
  kind                 | en          | fr
* personal pronoun     | i 1s        | je|j' m1s
* personal pronoun     | he 3s       | il m3s
* personal pronoun     | she 3s      | elle f3s
  personal pronoun     | we 1p       | nous m1p
  personal pronoun     | you 2p      | vous m2p
* personal pronoun     | they 3p     | ils m3p
* third-person pronoun | he 3s       | il m3s
* third-person pronoun | she 3s      | elle f3s
* third-person pronoun | they 3p     | ils m3p
* object pronoun       | him 3s      | le|l' m3s
* object pronoun       | her 3s      | la|l' f3s
* object pronoun       | them 3p     | les m3p
* them                 | them 3p     | les m3p
* me or us             | me 1s       | me|m' m1s
  me or us             | us 1p       | nous m1p
  me or us             | you 2p      | vous m2p
* dative pronoun       | him 3s      | lui m3s
* dative pronoun       | her 3s      | lui m3s
* dative pronoun       | them 3p     | leur m3s
* to dative pronoun    | ~to him 3s  | lui m3s
* to dative pronoun    | ~to her 3s  | lui m3s
* to dative pronoun    | ~to them 3p | leur m3s
* nothing              | 3s          | m3s
"""

VERBS = """
  kind                                  | manner | en                                   | fr
* person animal text thing machine      | state  | see sees saw seeing                  | voir vois voit voyons voyez voient vu
* person animal thing                   | action | look looks looked looking ~at        | regarder
* person animal text thing clothes      | action | look looks looked looking ~for       | chercher
  person animal text thing clothes      | state  | find finds found finding             | trouver
* person animal                         | state  | love loves loved loving              | aimer aim-
* person                                | state  | know knows knew knowing              | connaître connais connaît connaissons connaissez connaissent connaiss-
* person                                | action | help helps helped helping            | aider
  person                                | action | invite invites invited inviting      | inviter
  person                                | action | wait waits waited waiting ~for       | attendre attends attend attendons attendez attendent attendu
  person animal                         | action | follow follows followed following    | suivre suis suit suivons suivez suivent suivi
  person animal                         | action | call calls called calling            | appeler appelle appelle appelons appelez appellent
* text food thing clothes machine       | action | buy buys bought buying               | acheter achète achète achetons achetez achètent
  text food thing clothes machine       | action | choose chooses chose choosing        | choisir choisis choisit choisissons choisissez choisissent choisi
  food animal clothes machine           | action | sell sells sold selling              | vendre vends vend vendons vendez vendent vendu
* animal text thing clothes machine     | state  | have has had having                  | avoir ai a avons avez ont av-
* text                                  | action | write writes wrote writing           | écrire écris écrit écrivons écrivez écrivent écrit
  text food                             | action | finish finishes finished finishing   | finir finis finit finissons finissez finissent fini
* food                                  | action | eat eats ate eating                  | manger mange mange mangeons mangez mangent
  food                                  | action | prepare prepares prepared preparing  | préparer
  thing text clothes                    | state  | lose loses lost losing               | perdre perds perd perdons perdez perdent perdu
  thing text clothes                    | state  | forget forgets forgot forgetting     | oublier
* machine opening                       | action | repair repairs repaired repairing    | réparer
* opening                               | action | open opens opened opening            | ouvrir ouvre ouvre ouvrons ouvrez ouvrent ouvert
  opening                               | action | close closes closed closing          | fermer
* clothes                               | action | wear wears wore wearing              | porter
* visiting                              | action | visit visits visited visiting        | visiter
* alone beast                           | action | sleep sleeps slept sleeping          | dormir dors dort dormons dormez dorment dormi
* alone                                 | action | sing sings sang singing              | chanter
* alone                                 | action | work works worked working            | travailler
  alone                                 | action | dance dances danced dancing          | danser
  alone                                 | action | cry cries cried crying               | pleurer
  beast                                 | action | run runs ran running                 | courir cours court courons courez courent couru
  beast                                 | action | jump jumps jumped jumping            | sauter
* motion                                | action | arrive arrives arrived arriving      | arriver est arrivé
  motion                                | action | stay stays stayed staying            | rester est resté
  fall                                  | action | fall falls fell falling              | tomber est tombé
* going                                 | action | go goes went going                   | aller vais va allons allez vont est allé
  going                                 | action | return returns returned returning    | retourner est retourné
* reflexive                             | action | rest rests rested resting            | reposer est reposé
  reflexive                             | action | walk walks walked walking            | promener promène promène promenons promenez promènent est promené
  rise                                  | action | hurry hurries hurried hurrying       | dépêcher est dépêché
* addressing                            | action | talk talks talked talking            | parler
  addressing                            | action | lie lies lied lying                  | mentir mens ment mentons mentez mentent menti
* giving                                | action | give gives gave giving               | donner
  giving                                | action | show shows showed showing            | montrer
  giving                                | action | lend lends lent lending              | prêter
* wanting                               | state  | want wants wanted wanting            | vouloir veux veut voulons voulez veulent voul-
  wanting                               | state  | like likes liked liking              | aimer aim-
* saying                                | state  | say says said saying                 | dire dis dit disons dites disent dit
  saying                                | state  | think thinks thought thinking        | penser
  saying                                | state  | know knows knew knowing              | savoir sais sait savons savez savent su
"""

ADJECTIVES = """
  place  | kind                                           | degree | en                 | fr
* before | animal thing machine text clothes area opening | yes    | small smaller      | petit
* before | animal thing machine area site opening         | yes    | big bigger         | grand
  later  | person                                         | yes    | tall taller        | grand
* before | person animal                                  | yes    | young younger      | jeune
* before | person animal thing machine text clothes area site opening | yes | old older | vieux|vieil vieille vieux vieilles
  before | text clothes machine thing                     | no     | new newer          | nouveau|nouvel nouvelle nouveaux nouvelles
* later  | person                                         | yes    | beautiful          | beau belle beaux belles
* before | animal clothes thing area text                 | yes    | beautiful          | beau|bel belle beaux belles
  before | food                                           | yes    | good               | bon bonne
* after  | person                                         | yes    | tired              | fatigué
* after  | person                                         | yes    | happy happier      | heureux heureuse
* after  | person animal                                  | yes    | intelligent        | intelligent
  after  | person                                         | yes    | sad sadder         | triste
  after  | person animal                                  | yes    | ill                | malade
  after  | person                                         | yes    | famous             | célèbre
* after  | text                                           | yes    | interesting        | intéressant
  after  | text                                           | yes    | difficult          | difficile
* after  | clothes machine thing opening                  | no     | red                | rouge
* after  | clothes machine thing animal                   | no     | black              | noir
  after  | clothes machine thing animal opening           | no     | white              | blanc blanche
  after  | clothes machine thing opening                  | no     | green              | vert
  after  | clothes machine                                | yes    | expensive          | cher chère
* after  | food                                           | yes    | hot hotter         | chaud
  after  | food                                           | yes    | delicious          | délicieux délicieuse
* after  | opening                                        | no     | closed             | fermé
  after  | clothes machine                                | yes    | dirty dirtier      | sale
  after  | site area                                      | yes    | quiet quieter      | tranquille
"""

DETERMINERS = """
  kind       | en         | fr
* the        | the        | le|l' la|l' les
* a          | a|an some  | un une des
* a before   | a|an some  | un une de|d'
* any        | a|an any   | de|d' de|d' de|d'
* this       | this these | ce|cet cette ces
* possessive | my         | mon ma|mon mes
* possessive | his        | son sa|son ses
* possessive | her        | son sa|son ses
  possessive | our        | notre notre nos
  possessive | your       | votre votre vos
  possessive | their      | leur leur leurs
"""

ADVERBS = """
  kind             | en        | fr
* adverb           | often     | souvent
  adverb           | always    | toujours
  adverb           | rarely    | rarement
* time present     | today     | aujourd'hui
  time progressive | now       | maintenant
* time progressive | today     | aujourd'hui
* time past        | yesterday | hier
* time future      | tomorrow  | demain
"""
