"""The words of the grammar: a row is a meaning, a column a language. Chapter 1.

A star marks the rows of the small lexicon. ``kind`` says what may stand with what: a noun belongs
to one kind; a verb lists the kinds of its object, or how it is built (alone, motion, …); an
adjective lists the kinds it describes.

``traits``  owned: people have one (my friend, but not my man); kin: never without its owner;
            young: takes no adjective before it (*un vieux garçon* is a bachelor)
``manner``  an action has a progressive, a state has none
``place``   before or after the French noun ("before only": not after *être*), or later: only after
            *être* (*un grand homme* is no tall man)
``degree``  whether the adjective takes *very*

What the cells of a language mean is said in languages.py.
"""

NOUNS = """
  kind    | traits      | en                   | fr
* person  | young       | girl girls           | f fille filles
* person  | young       | boy boys             | m garçon garçons
* person  | -           | woman women          | f femme femmes
* person  | -           | man men              | m homme hommes
* person  | owned       | friend friends       | m ami amis
* person  | owned       | teacher teachers     | m professeur professeurs
* person  | owned kin   | sister sisters       | f sœur sœurs
  person  | owned       | doctor doctors       | m médecin médecins
  person  | owned young | child children       | m enfant enfants
  person  | owned       | neighbour neighbours | f voisine voisines
  person  | -           | actress actresses    | f actrice actrices
  person  | -           | baker bakers         | m boulanger boulangers
  person  | owned kin   | brother brothers     | m frère frères
  person  | owned       | lawyer lawyers       | f avocate avocates
* animal  | owned       | cat cats             | m chat chats
* animal  | owned       | dog dogs             | m chien chiens
  animal  | owned       | horse horses         | m cheval chevaux
  animal  | -           | bird birds           | m oiseau oiseaux
  animal  | owned       | cow cows             | f vache vaches
* text    | owned       | letter letters       | f lettre lettres
* text    | owned       | book books           | m livre livres
  text    | -           | story stories        | f histoire histoires
  text    | owned       | poem poems           | m poème poèmes
  text    | -           | article articles     | m article articles
* food    | owned       | apple apples         | f pomme pommes
* food    | owned       | cake cakes           | m gâteau gâteaux
  food    | owned       | orange oranges       | f orange oranges
  food    | -           | egg eggs             | m œuf œufs
  food    | owned       | meal meals           | m repas repas
* thing   | owned       | key keys             | f clé clés
* thing   | owned       | bag bags             | m sac sacs
  thing   | owned       | umbrella umbrellas   | m parapluie parapluies
  thing   | owned       | photo photos         | f photo photos
  thing   | -           | box boxes            | f boîte boîtes
  thing   | owned       | knife knives         | m couteau couteaux
* machine | owned       | car cars             | f voiture voitures
* machine | owned       | bicycle bicycles     | m vélo vélos
  machine | owned       | watch watches        | f montre montres
  machine | owned       | computer computers   | m ordinateur ordinateurs
* opening | -           | door doors           | f porte portes
* opening | -           | window windows       | f fenêtre fenêtres
  opening | -           | drawer drawers       | m tiroir tiroirs
* clothes | owned       | hat hats             | m chapeau chapeaux
* clothes | owned       | dress dresses        | f robe robes
  clothes | owned       | coat coats           | m manteau manteaux
  clothes | owned       | shirt shirts         | f chemise chemises
* site    | -           | station              | f gare
* site    | -           | hotel                | m hôtel
* site    | owned       | school               | f école
  site    | -           | market               | m marché
  site    | -           | library              | f bibliothèque
  site    | -           | hospital             | m hôpital
  site    | -           | museum               | m musée
* area    | owned       | garden               | m jardin
* area    | owned       | house                | f maison
  area    | owned       | kitchen              | f cuisine
  area    | -           | park                 | m parc
  area    | owned       | village              | m village
  area    | -           | forest               | f forêt
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
* text food thing clothes machine       | action | buy buys bought buying               | acheter achète achète achetons achetez achètent
  food animal clothes machine           | action | sell sells sold selling              | vendre vends vend vendons vendez vendent vendu
* animal text thing clothes machine     | state  | have has had having                  | avoir ai a avons avez ont av-
* text                                  | action | write writes wrote writing           | écrire écris écrit écrivons écrivez écrivent écrit
  text food                             | action | finish finishes finished finishing   | finir finis finit finissons finissez finissent fini
* food                                  | action | eat eats ate eating                  | manger mange mange mangeons mangez mangent
  text food thing                       | action | bring brings brought bringing        | apporter
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
  beast                                 | action | run runs ran running                 | courir cours court courons courez courent couru
* motion                                | action | arrive arrives arrived arriving      | arriver est arrivé
  motion                                | action | stay stays stayed staying            | rester est resté
  fall                                  | action | fall falls fell falling              | tomber est tombé
* going                                 | action | go goes went going                   | aller vais va allons allez vont est allé
  going                                 | action | return returns returned returning    | retourner est retourné
* reflexive                             | action | rest rests rested resting            | reposer est reposé
  reflexive                             | action | walk walks walked walking            | promener promène promène promenons promenez promènent est promené
  rise                                  | action | hurry hurries hurried hurrying       | dépêcher est dépêché
* addressing                            | action | talk talks talked talking            | parler
* giving                                | action | give gives gave giving               | donner
  giving                                | action | show shows showed showing            | montrer
  giving                                | action | lend lends lent lending              | prêter
* wanting                               | state  | want wants wanted wanting            | vouloir veux veut voulons voulez veulent voul-
  wanting                               | state  | like likes liked liking              | aimer aim-
* saying                                | state  | say says said saying                 | dire dis dit disons dites disent dit
  saying                                | state  | think thinks thought thinking        | penser pens-
  saying                                | state  | know knows knew knowing              | savoir sais sait savons savez savent sav-
"""

ADJECTIVES = """
  place       | kind                                                           | degree | en                | fr
* before      | animal thing machine text clothes area opening                 | yes    | small smaller     | petit
* before      | animal thing machine area site opening                         | yes    | big bigger        | grand
  later       | person                                                         | yes    | tall taller       | grand
* before      | person animal                                                  | yes    | young younger     | jeune
* before      | person animal thing machine text clothes area site opening     | yes    | old older         | vieux|vieil vieille vieux vieilles
  before only | text clothes machine thing                                     | no     | new               | nouveau|nouvel nouvelle nouveaux nouvelles
* later       | person                                                         | yes    | beautiful         | beau belle beaux belles
* before      | animal clothes thing area text                                 | yes    | beautiful         | beau|bel belle beaux belles
  before      | food                                                           | yes    | good              | bon bonne
* after       | person                                                         | yes    | tired             | fatigué
* after       | person                                                         | yes    | happy happier     | heureux heureuse
* after       | person animal                                                  | yes    | intelligent       | intelligent
  after       | person                                                         | yes    | sad sadder        | triste
  after       | person animal                                                  | yes    | sick sicker       | malade
  after       | person                                                         | yes    | famous            | célèbre
* after       | text                                                           | yes    | interesting       | intéressant
  after       | text                                                           | yes    | difficult         | difficile
* after       | clothes machine thing opening                                  | no     | red               | rouge
* after       | clothes machine thing animal                                   | no     | black             | noir
  after       | clothes machine thing animal opening                           | no     | white             | blanc blanche
  after       | clothes machine thing opening                                  | no     | green             | vert
  after       | clothes machine                                                | yes    | expensive         | cher chère
* before      | food                                                           | no     | excellent         | excellent
  after       | food                                                           | no     | delicious         | délicieux délicieuse
* later       | opening                                                        | no     | closed            | fermé
  after       | clothes machine                                                | yes    | dirty dirtier     | sale
  after       | site area                                                      | yes    | quiet quieter     | tranquille
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
