"""The words of the grammar: a row is a meaning, a column a language. Chapter 1.

A star marks the rows of the small lexicon. ``kind`` says what may stand with what: a noun belongs
to one kind; a verb lists the kinds of its object (or how it is built: alone, motion, …); an
adjective lists the kinds it describes. What the cells mean is said in languages.py.
"""

NOUNS = """
  kind     | en                      | fr
* person   | girl girls              | f fille filles
* person   | boy boys                | m garçon garçons
* person   | woman women             | f femme femmes
* person   | man men                 | m homme hommes
* person   | friend friends          | m ami amis
* person   | teacher teachers        | m professeur professeurs
  person   | doctor doctors          | m médecin médecins
  person   | child children          | m enfant enfants
  person   | neighbour neighbours    | f voisine voisines
  person   | student students        | f étudiante étudiantes
  person   | actress actresses       | f actrice actrices
  person   | baker bakers            | m boulanger boulangers
  person   | sister sisters          | f sœur sœurs
  person   | brother brothers        | m frère frères
  person   | lawyer lawyers          | f avocate avocates
  person   | artist artists          | m artiste artistes
* animal   | cat cats                | m chat chats
* animal   | dog dogs                | m chien chiens
  animal   | horse horses            | m cheval chevaux
  animal   | bird birds              | m oiseau oiseaux
  animal   | cow cows                | f vache vaches
  animal   | mouse mice              | f souris souris
* text     | letter letters          | f lettre lettres
* text     | book books              | m livre livres
  text     | story stories           | f histoire histoires
  text     | poem poems              | m poème poèmes
  text     | article articles        | m article articles
* food     | apple apples            | f pomme pommes
* food     | cake cakes              | m gâteau gâteaux
  food     | orange oranges          | f orange oranges
  food     | soup soups              | f soupe soupes
  food     | egg eggs                | m œuf œufs
  food     | meal meals              | m repas repas
* thing    | key keys                | f clé clés
* thing    | bag bags                | m sac sacs
  thing    | umbrella umbrellas      | m parapluie parapluies
  thing    | photo photos            | f photo photos
  thing    | box boxes               | f boîte boîtes
  thing    | knife knives            | m couteau couteaux
  thing    | mirror mirrors          | m miroir miroirs
* machine  | car cars                | f voiture voitures
* machine  | bicycle bicycles        | m vélo vélos
  machine  | watch watches           | f montre montres
  machine  | computer computers      | m ordinateur ordinateurs
  machine  | clock clocks            | f horloge horloges
* opening  | door doors              | f porte portes
* opening  | window windows          | f fenêtre fenêtres
  opening  | drawer drawers          | m tiroir tiroirs
* clothes  | hat hats                | m chapeau chapeaux
* clothes  | dress dresses           | f robe robes
  clothes  | coat coats              | m manteau manteaux
  clothes  | shirt shirts            | f chemise chemises
* site     | school schools          | f école écoles
* site     | station stations        | f gare gares
* site     | hotel hotels            | m hôtel hôtels
  site     | market markets          | m marché marchés
  site     | library libraries       | f bibliothèque bibliothèques
  site     | hospital hospitals      | m hôpital hôpitaux
  site     | museum museums          | m musée musées
* area     | garden gardens          | m jardin jardins
* area     | house houses            | f maison maisons
  area     | kitchen kitchens        | f cuisine cuisines
  area     | park parks              | m parc parcs
  area     | village villages        | m village villages
  area     | forest forests          | f forêt forêts
"""

NAMES = """
  kind   | en      | fr
* name   | paul 3s  | paul m3s
* name   | marie 3s | marie f3s
  name   | anne 3s  | anne f3s
  name   | louis 3s | louis m3s
  name   | julie 3s | julie f3s
  name   | hugo 3s  | hugo m3s
"""

PRONOUNS = """
  kind                  | en          | fr
* personal pronoun      | i 1s        | je|j' m1s
* personal pronoun      | he 3s       | il m3s
* personal pronoun      | she 3s      | elle f3s
* personal pronoun      | we 1p       | nous m1p
* personal pronoun      | you 2p      | vous m2p
* personal pronoun      | they 3p     | ils m3p
* third-person pronoun  | he 3s       | il m3s
* third-person pronoun  | she 3s      | elle f3s
* third-person pronoun  | they 3p     | ils m3p
* object pronoun        | him 3s      | le|l' m3s
* object pronoun        | her 3s      | la|l' f3s
* object pronoun        | them 3p     | les m3p
* them                  | them 3p     | les m3p
* me or us              | me 1s       | me|m' m1s
* me or us              | us 1p       | nous m1p
* me or us              | you 2p      | vous m2p
* dative pronoun        | him 3s      | lui m3s
* dative pronoun        | her 3s      | lui m3s
* dative pronoun        | them 3p     | leur m3s
* to dative pronoun     | ~to him 3s  | lui m3s
* to dative pronoun     | ~to her 3s  | lui m3s
* to dative pronoun     | ~to them 3p | leur m3s
* nothing               | 3s          | m3s
"""

VERBS = """
  kind                                  | manner | en                                      | fr
* person animal text thing machine      | state  | see sees saw seeing                     | voir vois voit voyons voyez voient vu
* person animal text thing clothes      | action | look looks looked looking ~at           | regarder
* person animal text thing clothes      | action | look looks looked looking ~for          | chercher
  person animal text thing clothes food | state  | find finds found finding                | trouver
* person animal                         | state  | love loves loved loving                 | aimer aim-
* person                                | state  | know knows knew knowing                 | connaître connais connaît connaissons connaissez connaissent connaiss-
* person                                | action | help helps helped helping               | aider
  person                                | action | thank thanks thanked thanking           | remercier
  person                                | action | invite invites invited inviting         | inviter
* person                                | action | wait waits waited waiting ~for          | attendre attends attend attendons attendez attendent attendu
* person animal                         | action | follow follows followed following       | suivre suis suit suivons suivez suivent suivi
  person animal                         | action | call calls called calling               | appeler appelle appelle appelons appelez appellent
  person animal                         | state  | hear hears heard hearing                | entendre entends entend entendons entendez entendent entendu
* text food thing clothes machine       | action | buy buys bought buying                  | acheter achète achète achetons achetez achètent
  text food thing clothes machine       | action | choose chooses chose choosing           | choisir choisis choisit choisissons choisissez choisissent choisi
  food animal clothes machine           | action | sell sells sold selling                 | vendre vends vend vendons vendez vendent vendu
* text thing clothes machine            | state  | have has had having                     | avoir ai a avons avez ont av-
* text                                  | action | write writes wrote writing              | écrire écris écrit écrivons écrivez écrivent écrit
  text                                  | action | translate translates translated translating | traduire traduis traduit traduisons traduisez traduisent traduit
  text food                             | action | finish finishes finished finishing      | finir finis finit finissons finissez finissent fini
* food                                  | action | eat eats ate eating                     | manger mange mange mangeons mangez mangent
  food                                  | action | prepare prepares prepared preparing     | préparer
  thing text clothes                    | state  | lose loses lost losing                  | perdre perds perd perdons perdez perdent perdu
  thing text clothes                    | state  | forget forgets forgot forgetting        | oublier
  thing text food                       | action | hide hides hid hiding                   | cacher
* machine opening                       | action | repair repairs repaired repairing       | réparer
  machine clothes                       | action | wash washes washed washing              | laver
* opening                               | action | open opens opened opening               | ouvrir ouvre ouvre ouvrons ouvrez ouvrent ouvert
* opening                               | action | close closes closed closing             | fermer
* clothes                               | action | wear wears wore wearing                 | porter
* area site                             | action | visit visits visited visiting           | visiter
  area site                             | action | leave leaves left leaving               | quitter
* alone                                 | action | sing sings sang singing                 | chanter
* alone                                 | action | work works worked working               | travailler
* alone                                 | action | sleep sleeps slept sleeping             | dormir dors dort dormons dormez dorment dormi
  alone                                 | action | dance dances danced dancing             | danser
  alone                                 | action | laugh laughs laughed laughing           | rire ris rit rions riez rient ri
  alone                                 | action | cry cries cried crying                  | pleurer
* beast                                 | action | sleep sleeps slept sleeping             | dormir dors dort dormons dormez dorment dormi
  beast                                 | action | run runs ran running                    | courir cours court courons courez courent couru
  beast                                 | action | jump jumps jumped jumping               | sauter
* motion                                | action | arrive arrives arrived arriving         | arriver est arrivé
* motion                                | action | stay stays stayed staying               | rester est resté
  motion                                | action | fall falls fell falling                 | tomber est tombé
* going                                 | action | go goes went going                      | aller vais va allons allez vont est allé
  going                                 | action | return returns returned returning       | retourner est retourné
* reflexive                             | action | rest rests rested resting               | reposer est reposé
  reflexive                             | action | get gets got getting ~up               | lever lève lève levons levez lèvent est levé
  reflexive                             | action | hurry hurries hurried hurrying          | dépêcher est dépêché
* addressing                            | action | talk talks talked talking               | parler
  addressing                            | action | lie lies lied lying                     | mentir mens ment mentons mentez mentent menti
* giving                                | action | give gives gave giving                  | donner
  giving                                | action | show shows showed showing               | montrer
  giving                                | action | lend lends lent lending                 | prêter
  giving                                | action | send sends sent sending                 | envoyer envoie envoie envoyons envoyez envoient
* wanting                               | state  | want wants wanted wanting               | vouloir veux veut voulons voulez veulent voul-
  wanting                               | state  | hope hopes hoped hoping                 | espérer espère espère espérons espérez espèrent espér-
  wanting                               | state  | like likes liked liking                 | aimer aim-
* saying                                | state  | say says said saying                    | dire dis dit disons dites disent dit
  saying                                | state  | think thinks thought thinking           | penser
  saying                                | state  | know knows knew knowing                 | savoir sais sait savons savez savent su
"""

ADJECTIVES = """
  place  | kind                                      | en                    | fr
* before | animal thing machine text clothes area    | small smaller         | petit
* before | animal thing machine area site            | big bigger            | grand
  before | person                                    | tall taller           | grand
* before | person animal                             | young younger         | jeune
* before | person animal thing machine text clothes area site | old older    | vieux|vieil vieille vieux vieilles
  before | text clothes machine thing site           | new newer             | nouveau|nouvel nouvelle nouveaux nouvelles
* before | person animal clothes thing area          | beautiful             | beau|bel belle beaux belles
* after  | person                                    | tired                 | fatigué
* after  | person                                    | happy happier         | heureux heureuse
* after  | person                                    | intelligent           | intelligent
  after  | person                                    | sad sadder            | triste
  after  | person animal                             | ill                   | malade
  after  | person                                    | famous                | célèbre
  after  | person animal                             | calm calmer           | calme
* after  | text                                      | interesting           | intéressant
  after  | text                                      | difficult             | difficile
  after  | text                                      | amusing               | amusant
* after  | clothes machine thing                     | red                   | rouge
* after  | clothes machine thing animal              | black                 | noir
  after  | clothes machine thing animal              | white                 | blanc blanche
  after  | clothes machine thing                     | green                 | vert
  after  | clothes machine                           | expensive             | cher chère
  after  | food                                      | cold colder           | froid
* after  | food                                      | hot hotter            | chaud
  after  | food                                      | delicious             | délicieux délicieuse
* after  | opening                                   | open                  | ouvert
  after  | opening                                   | closed                | fermé
  after  | clothes machine opening                   | dirty dirtier         | sale
  after  | site area                                 | quiet quieter         | tranquille
"""

DETERMINERS = """
  kind          | en         | fr
* the           | the        | le|l' la|l' les
* a             | a|an some  | un une des
* a before      | a|an some  | un une de|d'
* any           | a|an any   | de|d' de|d' de|d'
* this          | this these | ce|cet cette ces
* possessive    | my         | mon ma|mon mes
* possessive    | his        | son sa|son ses
* possessive    | her        | son sa|son ses
  possessive    | our        | notre notre nos
  possessive    | your       | votre votre vos
  possessive    | their      | leur leur leurs
"""

ADVERBS = """
  kind              | en                   | fr
* adverb            | often                | souvent
  adverb            | always               | toujours
  adverb            | rarely               | rarement
* time present      | today                | aujourd'hui
  time present      | every day            | chaque jour
* time progressive  | now                  | maintenant
  time progressive  | today                | aujourd'hui
  time progressive  | this morning         | ce matin
* time past         | yesterday            | hier
  time past         | this morning         | ce matin
  time past         | last night           | hier soir
* time future       | tomorrow             | demain
  time future       | soon                 | bientôt
  time future       | this evening         | ce soir
"""
